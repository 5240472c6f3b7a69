/** Vaults with recovery, and what is restored from their backups. */
import { deleteVault, type KmsClient, openVault, type Vault, type VaultOptions } from 'browser-kms'
import { type RestoreOptions, type RestoreReport, restoreVault } from 'browser-kms/recovery'
import { onTestFinished } from 'vitest'
import { freshVault, newVaultName, type OpenedVault } from '../fixtures/vault.js'

/** A vault with recovery. */
export interface RecoverableVault extends OpenedVault {
  readonly recoveryCode: string
}

export async function recoverableVault(options: VaultOptions = {}): Promise<RecoverableVault> {
  const opened = await freshVault(options)
  const { recoveryCode } = await opened.vault.recovery.setUp([{ type: 'recoveryCode', label: 'the code' }])
  return { ...opened, recoveryCode: recoveryCode as string }
}

/** All of a backup. */
export async function backupOf(vault: Vault, options?: Parameters<Vault['backups']['create']>[0]): Promise<Uint8Array> {
  return collected(vault.backups.create(options))
}

/** All of a stream. (A `Response` would hide what it fails with.) */
export async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value)
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}

/** What is restored from a backup, under a name of its own, and opened. */
export async function restored(
  backup: Parameters<typeof restoreVault>[0],
  recoveryCode: string,
  options: RestoreOptions = {},
): Promise<{ readonly report: RestoreReport; readonly vault: Vault; readonly kms: KmsClient; readonly name: string }> {
  const { name = newVaultName() } = options
  onTestFinished(() => deleteVault(name))
  const report = await restoreVault(backup, { recoveryCode }, { ...options, name })
  const vault = await openVault({ name })
  onTestFinished(() => vault.close())
  return { report, vault, kms: vault.kms, name }
}

/** Names of the databases that have to do with a vault. */
export async function databasesAbout(name: string): Promise<readonly string[]> {
  return (await indexedDB.databases()).flatMap((database) => (database.name?.includes(name) ? [database.name] : []))
}
