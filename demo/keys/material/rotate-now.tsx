import Box from '@cloudscape-design/components/box'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { KeyRecord } from '../../vault/key-directory.js'
import { kmsFor } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { DialogActions } from '../dialog-actions.js'
import { isImported } from '../key-kinds.js'
import { useDialogTask } from '../use-dialog-task.js'

interface Props {
  readonly record: KeyRecord
  readonly left: number
  readonly onClose: () => void
}

/** Rotates on demand, which cannot be undone. */
export default function RotateNow({ record, left, onClose }: Props) {
  const { vault } = useVault()
  const { running, problem, run } = useDialogTask()

  const rotate = async () => {
    const rotated = await run(
      () => kmsFor(vault, record).rotateKeyOnDemand({ KeyId: record.keyId }),
      'Rotated the key. New key material encrypts from now on; the earlier goes on decrypting.',
    )
    if (rotated) onClose()
  }

  return (
    <Modal
      visible
      onDismiss={onClose}
      header="Rotate now"
      closeAriaLabel="Close"
      footer={
        <DialogActions
          action="Rotate key"
          runningText="Rotating"
          running={running}
          disabled={false}
          onAction={rotate}
          onCancel={onClose}
        />
      }
    >
      <SpaceBetween size="s">
        {problem}
        <Box variant="p">
          {isImported(record)
            ? 'The key material that waits for its rotation encrypts from now on. Keep a copy of the earlier material too: the key needs all of it.'
            : 'The vault generates new key material, which encrypts from now on.'}{' '}
          What was encrypted before still decrypts, and the schedule of automatic rotation stays as it is.
        </Box>
        <Box variant="p">A rotation cannot be undone. This key has {left} on-demand rotations left.</Box>
      </SpaceBetween>
    </Modal>
  )
}
