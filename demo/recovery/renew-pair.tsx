import Box from '@cloudscape-design/components/box'
import { useVault } from '../vault/vault-context.js'
import GestureDialog from './gesture-dialog.js'
import type { Gesture } from './recovery-facts.js'

/** Makes a new recovery pair and seals every copy anew. */
export default function RenewPair({ onClose }: { readonly onClose: () => void }) {
  const { vault } = useVault()

  const renew = async (gesture: Gesture) => {
    const { copies, problems } = await vault.recovery.renewPair(gesture)
    const made = `Renewed the recovery key; ${copies === 1 ? 'one copy is' : `${copies} copies are`} sealed to it.`
    return problems.length === 0 ? made : `${made} ${problems.length} could not be opened, and are as lost as before.`
  }

  return (
    <GestureDialog
      title="Renew the recovery key"
      action="Renew"
      runningText="Sealing every copy anew"
      task={renew}
      onClose={onClose}
    >
      <Box variant="p">
        Every copy is sealed anew, so that what was opened before opens nothing from now on. All protectors stay. Make a
        new backup afterwards, and delete the old ones: they open as before.
      </Box>
    </GestureDialog>
  )
}
