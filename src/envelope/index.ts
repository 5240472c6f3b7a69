/**
 * `browser-kms/envelope`: envelope encryption in the message format of the AWS Encryption SDK.
 *
 * @module
 */

export type { AnyBytes } from '../contract/bytes.js'
export { KMSInternalException, ValidationException } from '../contract/errors.js'
export type { Suite, SuiteId } from '../contract/suites.js'
export { CachingMaterialsManager, type CachingOptions } from './caching.js'
export { buildClient, type EnvelopeClient } from './client.js'
export type { DataWorkersOptions } from './data-workers/options.js'
export type { EncryptionContext } from './encryption-context.js'
export * from './errors.js'
export type { EncryptedDataKey, MessageHeader } from './header.js'
export type { KmsCalls } from './keyrings/kms-data-keys.js'
export { type DiscoveryFilter, KmsKeyring, type KmsKeyringOptions } from './keyrings/kms-keyring.js'
export { MultiKeyring, type MultiKeyringOptions } from './keyrings/multi-keyring.js'
export { RawAesKeyring, type RawAesKeyringOptions } from './keyrings/raw-aes-keyring.js'
export { RawRsaKeyring, type RawRsaKeyringOptions } from './keyrings/raw-rsa-keyring.js'
export type {
  DataKey,
  DecryptionMaterials,
  DecryptionMaterialsRequest,
  EncryptionMaterials,
  EncryptionMaterialsRequest,
  Keyring,
  MaterialsManager,
  UnwrappingRequest,
  WrappedKey,
  WrappingRequest,
} from './materials.js'
export { type CacheOptions, getLocalCryptographicMaterialsCache, type MaterialsCache } from './materials-cache.js'
export type {
  ClientOptions,
  DecryptOptions,
  DecryptResult,
  DecryptStreamOptions,
  EncryptOptions,
  EncryptResult,
  TaskOptions,
} from './options.js'
export { CommitmentPolicy } from './policies.js'
export { readMessageHeader } from './read-message-header.js'
export { RequiredContextMaterialsManager, type RequiredContextOptions } from './required-context.js'
