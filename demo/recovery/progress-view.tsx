import Button from '@cloudscape-design/components/button'
import ProgressBar from '@cloudscape-design/components/progress-bar'
import SpaceBetween from '@cloudscape-design/components/space-between'

/** How far work on all keys is. */
export interface Progress {
  readonly keysDone: number
  readonly keys: number
}

interface Props {
  readonly label: string
  /** Undefined before the vault has told. */
  readonly progress: Progress | undefined
  readonly onCancel?: () => void
}

/** Progress of work on all keys, with the means to stop it. */
export default function ProgressView({ label, progress, onCancel }: Props) {
  const { keysDone = 0, keys = 0 } = progress ?? {}
  return (
    <SpaceBetween size="m">
      <ProgressBar
        label={label}
        value={keys === 0 ? 0 : Math.floor((100 * keysDone) / keys)}
        additionalInfo={progress ? `${keysDone} of ${keys === 1 ? 'one key' : `${keys} keys`}` : 'Beginning'}
      />
      {onCancel && (
        <Button formAction="none" onClick={onCancel}>
          Cancel
        </Button>
      )}
    </SpaceBetween>
  )
}
