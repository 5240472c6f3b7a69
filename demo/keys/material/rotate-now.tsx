import Box from '@cloudscape-design/components/box'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { isImported } from '../key-kinds.js'
import TaskDialog from '../task-dialog.js'

interface Props {
  readonly record: KeyRecord
  readonly left: number
  readonly onClose: () => void
}

/** Rotates on demand, which cannot be undone. */
export default function RotateNow({ record, left, onClose }: Props) {
  const { vault } = useVault()

  const rotate = async () => {
    await kmsFor(vault, record).rotateKeyOnDemand({ KeyId: record.keyId })
    return 'Rotated the key. New key material encrypts from now on; the earlier goes on decrypting.'
  }

  return (
    <TaskDialog title="Rotate now" action="Rotate key" runningText="Rotating" task={rotate} onClose={onClose}>
      <SpaceBetween size="s">
        <Box variant="p">
          {isImported(record)
            ? 'The key material that waits for its rotation encrypts from now on. Keep a copy of the earlier material too: the key needs all of it.'
            : 'The vault generates new key material, which encrypts from now on.'}{' '}
          What was encrypted before still decrypts, and the schedule of automatic rotation stays as it is.
        </Box>
        <Box variant="p">A rotation cannot be undone. This key has {left} on-demand rotations left.</Box>
      </SpaceBetween>
    </TaskDialog>
  )
}
