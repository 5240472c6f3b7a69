import { useEffect } from 'react'
import { useVault } from '../vault/vault-context.js'
import GestureDialog from './gesture-dialog.js'
import { useRecovery } from './recovery-context.js'
import type { Gesture } from './recovery-facts.js'

/** Unlocks the vault in this tab. */
export default function Unlock({ onClose }: { readonly onClose: () => void }) {
  const { vault } = useVault()
  const { status, refresh } = useRecovery()
  useEffect(() => {
    if (!status) void refresh()
  }, [status, refresh])

  const unlock = async (gesture: Gesture) => {
    await vault.unlock(gesture)
    return 'The vault is unlocked in this tab.'
  }

  // Which protectors there are decides what is asked for.
  if (!status) return null
  return (
    <GestureDialog title="Unlock the vault" action="Unlock" runningText="Unlocking" task={unlock} onClose={onClose} />
  )
}
