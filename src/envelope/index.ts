/**
 * `browser-kms/envelope`: envelope encryption in the message format of the AWS Encryption SDK.
 *
 * @module
 */
export {
  buildClient,
  type ClientOptions,
  type DecryptOptions,
  type DecryptResult,
  type DecryptStreamOptions,
  type EncryptOptions,
  type EncryptResult,
  type EnvelopeClient,
} from './client.js'
export type { EncryptionContext } from './encryption-context.js'
export * from './errors.js'
export type { EncryptedDataKey, MessageHeader } from './header.js'
export { type DiscoveryFilter, type KmsCalls, KmsKeyring, type KmsKeyringOptions } from './keyrings/kms-keyring.js'
export { MultiKeyring, type MultiKeyringOptions } from './keyrings/multi-keyring.js'
export { RawAesKeyring, type RawAesKeyringOptions } from './keyrings/raw-aes-keyring.js'
export { RawRsaKeyring, type RawRsaKeyringOptions } from './keyrings/raw-rsa-keyring.js'
export type { Keyring, UnwrappingRequest, WrappedKey, WrappingRequest } from './materials.js'
export { CommitmentPolicy } from './policies.js'
export type { Suite, SuiteId } from './suites.js'
