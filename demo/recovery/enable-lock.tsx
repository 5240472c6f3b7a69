import Alert from '@cloudscape-design/components/alert'
import FormField from '@cloudscape-design/components/form-field'
import Select from '@cloudscape-design/components/select'
import { useState } from 'react'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { useVault } from '../vault/vault-context.js'
import GestureDialog from './gesture-dialog.js'
import { idleTimes, idleWords } from './idle-times.js'
import type { Gesture, RecoveryStatus } from './recovery-facts.js'

const [, , proposed] = idleTimes

interface Props {
  /** As it is; undefined of a vault that is not locked at rest. */
  readonly lock: RecoveryStatus['lock']
  readonly onClose: () => void
}

/** Has the vault locked at rest, or changes when it locks itself. */
export default function EnableLock({ lock, onClose }: Props) {
  const { vault } = useVault()
  const [time, setTime] = useState(
    () => (lock && idleTimes.find(({ afterIdle }) => afterIdle === lock.afterIdle)) ?? proposed,
  )

  const enable = async (gesture: Gesture) => {
    const { afterIdle } = time ?? {}
    await vault.lock.enable(gesture, afterIdle === undefined ? {} : { afterIdle })
    return `This vault is locked at rest from now on. ${idleWords(afterIdle)}`
  }

  return (
    <GestureDialog
      title={lock ? 'Change the idle time' : 'Lock this vault'}
      action={lock ? 'Change' : 'Lock'}
      runningText={lock ? 'Changing' : 'Taking the keys out of the storage'}
      task={enable}
      isReady={() => true}
      explain={explainRefusal}
      onClose={onClose}
    >
      {!lock && (
        <Alert type="info">
          From now on the vault asks for a protector each time it is opened. It stays unlocked in this tab for the
          moment. What was stored before can linger on the disk until the browser has cleaned up.
        </Alert>
      )}
      <FormField label="Locks itself">
        <Select
          selectedOption={time ?? null}
          options={idleTimes}
          onChange={({ detail }) => setTime(idleTimes.find(({ value }) => value === detail.selectedOption.value))}
        />
      </FormField>
    </GestureDialog>
  )
}

/** The vault names the keys; what it means, and what helps, is the same for all of them. */
function explainRefusal(error: unknown): Explanation {
  const explanation = explainError(error)
  if (!(error instanceof Error) || error.name !== 'KMSInvalidStateException') return explanation
  return {
    ...explanation,
    title: 'This vault cannot be locked.',
    advice:
      'Some key material has no sealed copy, because it was made before recovery was set up, and would be lost. Use new keys in place of these, and delete them once they are not needed any more.',
  }
}
