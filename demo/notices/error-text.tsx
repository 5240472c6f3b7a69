import Box from '@cloudscape-design/components/box'
import type { Explanation } from './explain-error.js'

/** What to do about an error, and its technical name in small print. The title stands in the frame around it. */
export default function ErrorText({ advice, technicalName }: Explanation) {
  return (
    <>
      {advice}
      <Box variant="small" display="block" color="inherit" margin={{ top: 'xxs' }}>
        <span className="technical-name">{technicalName}</span>
      </Box>
    </>
  )
}
