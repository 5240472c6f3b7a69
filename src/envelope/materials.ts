/** Cryptographic materials: what a message is encrypted or decrypted with, and who provides it (CMM-1 to CMM-6). */
import type { Bytes } from '../contract/bytes.js'
import { contextWith, type EncryptionContext, PUBLIC_KEY } from './encryption-context.js'
import { EncryptionContextError, MessageSignatureError } from './errors.js'
import type { EncryptedDataKey } from './header.js'
import { type CommitmentPolicy, checkDecryptsWith, checkEncryptsWith, defaultSuite } from './policies.js'
import { type MessageSigner, type MessageVerifier, newSigner, newVerifier } from './signatures.js'
import type { Suite } from './suites.js'

/** What a keyring is asked to wrap a data key for. */
export interface WrappingRequest {
  readonly suite: Suite
  readonly encryptionContext: EncryptionContext
  /** A data key that there is already; the keyring makes one if not. */
  readonly dataKey?: Bytes | undefined
}

/** A data key, and the same encrypted. Whoever gets it wipes it. */
export interface WrappedKey {
  readonly dataKey: Bytes
  readonly encryptedDataKeys: readonly EncryptedDataKey[]
}

/** What a keyring is asked to unwrap. */
export interface UnwrappingRequest {
  readonly suite: Suite
  readonly encryptionContext: EncryptionContext
  readonly encryptedDataKeys: readonly EncryptedDataKey[]
}

/** Wraps and unwraps data keys (KR-1). */
export interface Keyring {
  /** Makes a data key, or takes the one given, and encrypts it. */
  wrap(request: WrappingRequest): Promise<WrappedKey>
  /**
   * Decrypts one of the encrypted data keys.
   *
   * @returns the data key, which the caller wipes; or the errors of all that it tried
   */
  unwrap(request: UnwrappingRequest): Promise<{ readonly dataKey: Bytes } | { readonly errors: readonly Error[] }>
}

/** What a message is encrypted with. */
export interface EncryptionMaterials extends WrappedKey {
  readonly suite: Suite
  readonly encryptionContext: EncryptionContext
  readonly signer: MessageSigner | undefined
}

/** Gets the materials of a new message from a keyring. */
export async function encryptionMaterials(
  keyring: Keyring,
  policy: CommitmentPolicy,
  context: EncryptionContext,
  requested: Suite | undefined,
): Promise<EncryptionMaterials> {
  const suite = requested ?? defaultSuite(policy)
  checkEncryptsWith(policy, suite)
  const signer = suite.curve && (await newSigner(suite.curve))
  const encryptionContext = contextWith(context, signer && { [PUBLIC_KEY]: signer.publicKey })
  const { dataKey, encryptedDataKeys } = await keyring.wrap({ suite, encryptionContext })
  if (dataKey.byteLength !== suite.keyLength || encryptedDataKeys.length === 0)
    throw new TypeError('The keyring gave no data key of the right length, or did not encrypt it.')
  return { suite, encryptionContext, signer, dataKey, encryptedDataKeys }
}

/** Checks a message's suite and context before any keyring is asked (DECR-3, CMM-5, CMM-6). */
export async function verifierFor(
  suite: Suite,
  policy: CommitmentPolicy,
  context: EncryptionContext,
  expected: EncryptionContext | undefined,
): Promise<MessageVerifier | undefined> {
  checkDecryptsWith(policy, suite)
  for (const [key, value] of Object.entries(expected ?? {}))
    if (context[key] !== value)
      throw new EncryptionContextError(`The message's encryption context does not have the expected '${key}'.`)
  const publicKey = context[PUBLIC_KEY]
  if (suite.curve === undefined) {
    if (publicKey === undefined) return undefined
    throw new EncryptionContextError('The message has a public key, and no signature.')
  }
  const verifier = publicKey === undefined ? undefined : await newVerifier(suite.curve, publicKey)
  if (!verifier) throw new MessageSignatureError('The message has no public key to verify its signature with.')
  return verifier
}
