import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import ProgressBar from '@cloudscape-design/components/progress-bar'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { formatSize } from './file-size.js'
import type { FileTask } from './use-file-task.js'

type Props = Extract<FileTask, { step: 'running' }> & { readonly onCancel: () => void }

/** Progress of a file, with the means to stop it. */
export default function RunningTask({ direction, bytesDone, size, seconds, onCancel }: Props) {
  const percent = size === 0 ? 100 : Math.floor((100 * bytesDone) / size)
  const pace = seconds > 0.5 ? ` at ${formatSize(bytesDone / seconds)}/s` : ''
  return (
    <Container>
      <SpaceBetween size="m">
        <ProgressBar
          value={percent}
          label={direction === 'encrypt' ? 'Encrypting' : 'Decrypting'}
          additionalInfo={`${formatSize(bytesDone)} of ${formatSize(size)}${pace}`}
        />
        <Button onClick={onCancel}>Cancel</Button>
      </SpaceBetween>
    </Container>
  )
}
