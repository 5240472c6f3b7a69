import Alert from '@cloudscape-design/components/alert'
import { useVault } from '../vault/vault-context.js'
import GestureDialog from './gesture-dialog.js'
import { type Gesture, ownLabel, type Protector, protectorNames } from './recovery-facts.js'
import { forgetUnchecked } from './unchecked-codes.js'

interface Props {
  readonly protector: Protector
  readonly onClose: () => void
}

/** Takes a protector away, and says what it still opens. */
export default function RemoveProtector({ protector, onClose }: Props) {
  const { vault } = useVault()
  const { id, type } = protector
  const name = ownLabel(protector) ?? `the ${protectorNames[type].toLowerCase()}`

  const remove = async (gesture: Gesture) => {
    await vault.recovery.remove(gesture, id)
    forgetUnchecked(id)
    return `Removed ${name}. Backups that were made before still open with it.`
  }

  return (
    <GestureDialog title={`Remove ${name}`} action="Remove" runningText="Removing" task={remove} onClose={onClose}>
      <Alert type="warning">
        Backups that were made before still open with it. If it may be in wrong hands, renew the recovery key
        afterwards, make a new backup, and delete the old ones.
      </Alert>
    </GestureDialog>
  )
}
