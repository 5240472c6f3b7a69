/**
 * browser-kms: AWS KMS inside the browser. A Web Worker is the HSM; see {@link openVault}.
 *
 * @module
 */
export { KmsClient } from './client.js'
export * from './contract/exceptions.js'
export { KmsError } from './contract/kms-error.js'
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
export {
  clientFromPort,
  deleteVault,
  type KeyStateDetail,
  openVault,
  Vault,
  type VaultEventMap,
  type VaultOptions,
} from './vault.js'
