/**
 * `browser-kms/recovery`: what there is of backups beside a vault: where they are kept, what they say, how they come back.
 *
 * @module
 */
export type { BackupProgress, KeyProblem, RestoreReport } from '../contract/backups.js'
export { fileTarget } from './backups/file-target.js'
export {
  type HttpTargetHeaders,
  type HttpTargetOptions,
  type HttpTargetRequest,
  httpTarget,
} from './backups/http-target.js'
export { type BackupDescription, readBackup } from './backups/read-backup.js'
export { type RequestFromBackupOptions, requestFromBackup } from './backups/request-from-backup.js'
export { type RestoreOptions, restoreVault } from './backups/restore-vault.js'
export type { BackupSource } from './backups/source.js'
export {
  type BackupTarget,
  BackupTargetException,
  type StoredBackup,
  type TargetCallOptions,
  VersionConflict,
} from './backups/targets.js'
