/**
 * `browser-kms/recovery`: where backups are kept, beside a vault.
 *
 * @module
 */
export { fileTarget } from './backups/file-target.js'
export {
  type HttpTargetHeaders,
  type HttpTargetOptions,
  type HttpTargetRequest,
  httpTarget,
} from './backups/http-target.js'
export {
  type BackupTarget,
  BackupTargetException,
  type StoredBackup,
  type TargetCallOptions,
  VersionConflict,
} from './backups/targets.js'
