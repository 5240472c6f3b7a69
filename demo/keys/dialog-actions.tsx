import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'

interface Props {
  readonly action: string
  /** Shown instead of the action while it runs. */
  readonly runningText: string
  readonly running: boolean
  readonly disabled: boolean
  readonly onAction: () => Promise<void>
  readonly onCancel: () => void
}

/** The foot of a dialog: do it, or not. */
export function DialogActions({ action, runningText, running, disabled, onAction, onCancel }: Props) {
  return (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          variant="primary"
          disabled={disabled}
          loading={running}
          loadingText={runningText}
          onClick={() => void onAction()}
        >
          {action}
        </Button>
      </SpaceBetween>
    </Box>
  )
}
