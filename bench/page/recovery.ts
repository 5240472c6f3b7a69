import { deleteVault, openVault, type Vault } from 'browser-kms'
import { restoreVault } from 'browser-kms/recovery'

const NAME = 'backed-up'
let vault: Vault
let recoveryCode: string
let backup: Blob

/** Makes a vault of so many keys, each with its sealed copy. */
export async function fillRecoverable(keys: number): Promise<void> {
  await deleteVault(NAME)
  vault = await openVault({ name: NAME, quotas: { keys } })
  recoveryCode = (await vault.recovery.setUp([{ type: 'recoveryCode' }])).recoveryCode as string
  for (let done = 0; done < keys; done += 100)
    await Promise.all(Array.from({ length: Math.min(100, keys - done) }, () => vault.kms.createKey({})))
}

/** Milliseconds of a backup, and its bytes. */
export async function backupTime(): Promise<{ readonly milliseconds: number; readonly bytes: number }> {
  const start = performance.now()
  backup = await new Response(vault.backups.create()).blob()
  return { milliseconds: performance.now() - start, bytes: backup.size }
}

/** Milliseconds of a rehearsal, and of a restore under another name. */
export async function restoreTimes(): Promise<{ readonly rehearse: number; readonly restore: number }> {
  const start = performance.now()
  await vault.recovery.rehearse({ recoveryCode })
  const rehearsed = performance.now()
  const name = `${NAME}-again`
  await deleteVault(name)
  await restoreVault(backup, { recoveryCode }, { name })
  const restored = performance.now()
  await deleteVault(name)
  return { rehearse: rehearsed - start, restore: restored - rehearsed }
}
