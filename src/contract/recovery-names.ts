/** Names that only recovery and backups use. */
import { backupsMemoryName, recoveryDatabaseName } from './vault-names.js'

/** The Web Lock that lets one tab at a time change what a vault's recovery is made of. */
export function recoveryLockName(vaultName: string): string {
  return `${recoveryDatabaseName(vaultName)}/change`
}

/** The Web Lock that lets one tab at a time try a gesture: tabs together have no more tries than one. */
export function gestureLockName(vaultName: string): string {
  return `${recoveryDatabaseName(vaultName)}/gesture`
}

/** The Web Lock of the tab that keeps a vault's backup at a target. */
export function backupLockName(vaultName: string, target: string): string {
  return `${backupsMemoryName(vaultName)}/${target}`
}
