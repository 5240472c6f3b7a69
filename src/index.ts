/**
 * browser-kms: AWS KMS inside the browser. A Web Worker is the HSM; see {@link openVault}.
 *
 * @module
 */
export { KmsClient } from './client/client.js'
export { clientFromPort } from './client/client-from-port.js'
export type { AnyBytes } from './contract/bytes.js'
export type { Simulation } from './contract/control.js'
export * from './contract/exceptions.js'
/**
 * All key specs, with the type of each and the algorithms of each usage it can have: the valid combinations of
 * `KeySpec` and `KeyUsage` for `createKey`, for an application that lets its users choose.
 *
 * @example
 * const canSign = Object.entries(keySpecs).filter(([, { usages }]) => usages.SIGN_VERIFY)
 */
export { type KeyAlgorithms, type KeySpecRow, type KeyType, keySpecs } from './contract/key-specs.js'
export { type ErrorReason, KmsError } from './contract/kms-error.js'
export type { RequestProfile, RequestQuotas, VaultQuotas } from './contract/quotas.js'
export type { LockOptions, NewProtector, Protector, RecoverySetUp, RenewedPair } from './contract/recovery.js'
export { BackupFormatException, IncorrectProtectorException, PasskeyException } from './contract/recovery-errors.js'
export type {
  EncryptionContext,
  KeyMetadata,
  KeySpec,
  KeyState,
  KeyUsage,
  OperationInput,
  OperationName,
  OperationOutput,
  Origin,
  ResponseMetadata,
} from './contract/shapes.js'
export { VaultLostException } from './contract/vault-lost.js'
export type { KeepAtOptions, KeptBackups } from './vault/backups/keep-at.js'
export type { BackupTarget, StoredBackup, TargetCallOptions } from './vault/backups/targets.js'
export type { Backups } from './vault/backups.js'
export type { ConnectOptions } from './vault/connections.js'
export { deleteVault } from './vault/delete-vault.js'
export { Envelope, type EnvelopeDecryptOptions, type EnvelopeOptions, type OpenedEnvelope } from './vault/envelope.js'
export type { BackupDetail, KeyStateDetail, VaultEventMap } from './vault/events.js'
export type { Gesture, ProtectorOptions } from './vault/gestures.js'
export { Lock } from './vault/lock.js'
export { openVault } from './vault/open-vault.js'
export type { LockAtCreation, VaultOptions } from './vault/options.js'
export type { OldMessage, ReEncryptOptions, ReEncryptReport } from './vault/re-encryption.js'
export { Recovery } from './vault/recovery.js'
export type { RecoveryStatus, RenewedKey } from './vault/recovery-part.js'
export type { SimulateOptions } from './vault/simulation.js'
export { Vault } from './vault/vault.js'
