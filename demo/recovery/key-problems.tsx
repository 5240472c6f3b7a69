import Button from '@cloudscape-design/components/button'
import { useState } from 'react'
import { partsOf } from './key-of-arn.js'

interface Props {
  readonly problems: readonly { readonly keyArn: string; readonly problem: string }[]
}

/** How many are shown at a time. */
const SOME = 20

/** What is wrong with keys, each by name. */
export default function KeyProblems({ problems }: Props) {
  const [shown, setShown] = useState(SOME)
  if (problems.length === 0) return null
  return (
    <>
      <ul className="reasons">
        {problems.slice(0, shown).map(({ keyArn, problem }) => (
          <li key={`${keyArn} ${problem}`} className="breakable">
            {partsOf(keyArn).keyId}: {problem}
          </li>
        ))}
      </ul>
      {problems.length > shown && (
        <Button formAction="none" onClick={() => setShown(shown + SOME)}>
          Show more
        </Button>
      )}
    </>
  )
}
