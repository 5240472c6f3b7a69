/** Cryptographic materials: what a message is encrypted or decrypted with, and who provides it (CMM-1 to CMM-6). */
import type { Bytes } from '../contract/bytes.js'
import type { DataKeyHandle } from '../contract/data-keys.js'
import { ValidationException } from '../contract/errors.js'
import { shown } from '../contract/reader.js'
import { messageIdLength, type Suite } from '../contract/suites.js'
import { contextWith, type EncryptionContext, PUBLIC_KEY } from './encryption-context.js'
import { DataKeyUnwrapError, EncryptionContextError, MessageSignatureError } from './errors.js'
import type { EncryptedDataKey } from './header.js'
import { type CommitmentPolicy, checkDecryptsWith, checkEncryptsWith, defaultSuite } from './policies.js'
import { newSigningKey, readPublicKey } from './signatures.js'

/** A data key: bytes, which whoever gets them wipes, or a handle from a vault, whose bytes nobody outside it has. */
export type DataKey = Bytes | DataKeyHandle

/** Says that a handle will do in place of a data key: for the message of this id, or for any number of messages. */
export type HandleFor = Bytes | 'anyMessage'

/** What a keyring is asked to wrap a data key for. */
export interface WrappingRequest {
  readonly suite: Suite
  readonly encryptionContext: EncryptionContext
  /** A data key that there is already; the keyring makes one if not. */
  readonly dataKey?: Bytes | undefined
  /** Set where a handle will do. Keyrings that have only bytes ignore it. */
  readonly handleFor?: HandleFor | undefined
}

/** A data key, and the same encrypted. */
export interface WrappedKey {
  readonly dataKey: DataKey
  readonly encryptedDataKeys: readonly EncryptedDataKey[]
}

/** What a keyring is asked to unwrap. */
export interface UnwrappingRequest {
  readonly suite: Suite
  readonly encryptionContext: EncryptionContext
  readonly encryptedDataKeys: readonly EncryptedDataKey[]
  /** Set where a handle will do. Keyrings that have only bytes ignore it. */
  readonly handleFor?: HandleFor | undefined
}

/** Wraps and unwraps data keys (KR-1). */
export interface Keyring {
  /** Makes a data key, or takes the one given, and encrypts it. */
  wrap(request: WrappingRequest): Promise<WrappedKey>
  /**
   * Decrypts one of the encrypted data keys.
   *
   * @returns the data key; or the errors of all that it tried
   */
  unwrap(request: UnwrappingRequest): Promise<{ readonly dataKey: DataKey } | { readonly errors: readonly Error[] }>
}

/** What a client asks the materials of a new message with. */
export interface EncryptionMaterialsRequest {
  readonly commitmentPolicy: CommitmentPolicy
  readonly encryptionContext: EncryptionContext
  /** Default: the policy's. */
  readonly suite?: Suite | undefined
  /** Keys of pairs that are to be authenticated without being stored in the message. Default none. */
  readonly requiredContextKeys?: readonly string[]
  /** Bytes of plaintext, at most; undefined if nobody knows yet. */
  readonly plaintextLength?: number | undefined
  /** Whether the materials are for more than one message. Default false. */
  readonly isReused?: boolean
}

/** What a message is encrypted with. */
export interface EncryptionMaterials extends WrappedKey {
  readonly suite: Suite
  /** All pairs, also those that are not stored. */
  readonly encryptionContext: EncryptionContext
  readonly requiredContextKeys: readonly string[]
  /** The message's id, where the data key is a handle for one message. */
  readonly messageId?: Bytes
  /** Scalar; whoever gets it wipes it. */
  readonly signingKey?: Bytes
}

/** What a client asks the materials of a message that it has with. */
export interface DecryptionMaterialsRequest {
  readonly commitmentPolicy: CommitmentPolicy
  readonly suite: Suite
  readonly messageId: Bytes
  readonly encryptedDataKeys: readonly EncryptedDataKey[]
  /** As stored in the message. */
  readonly encryptionContext: EncryptionContext
  /** Pairs that the reader knows: stored ones must be equal, others are taken for authenticated without being stored. */
  readonly reproducedContext?: EncryptionContext | undefined
  /** Whether the materials are for more than one message. Default false. */
  readonly isReused?: boolean
}

/** What a message is decrypted with. */
export interface DecryptionMaterials {
  readonly suite: Suite
  /** All pairs, also those that are not stored. */
  readonly encryptionContext: EncryptionContext
  readonly requiredContextKeys: readonly string[]
  readonly dataKey: DataKey
  /** Compressed point. */
  readonly verificationKey?: Bytes
}

/** Provides the materials of messages. Whatever takes a keyring takes one of these. */
export interface MaterialsManager {
  encryptionMaterials(request: EncryptionMaterialsRequest): Promise<EncryptionMaterials>
  decryptionMaterials(request: DecryptionMaterialsRequest): Promise<DecryptionMaterials>
}

/** Where materials come from. */
export type MaterialsSource = Keyring | MaterialsManager

/** The manager that keyrings get where nobody asks for another. */
export class DefaultMaterialsManager implements MaterialsManager {
  readonly #keyring: Keyring

  constructor(keyring: Keyring) {
    this.#keyring = keyring
  }

  async encryptionMaterials(request: EncryptionMaterialsRequest): Promise<EncryptionMaterials> {
    const { commitmentPolicy, requiredContextKeys = [], isReused = false } = request
    const suite = request.suite ?? defaultSuite(commitmentPolicy)
    checkEncryptsWith(commitmentPolicy, suite)
    if (Object.hasOwn(request.encryptionContext, PUBLIC_KEY))
      throw new EncryptionContextError(`The encryption context has a ${PUBLIC_KEY} already.`)
    const signing = suite.curve && (await newSigningKey(suite.curve))
    const encryptionContext = contextWith(request.encryptionContext, signing && { [PUBLIC_KEY]: signing.publicKey })
    const messageId = isReused ? undefined : newMessageId(suite)
    const handleFor = messageId ?? 'anyMessage'
    const { dataKey, encryptedDataKeys } = await this.#keyring.wrap({ suite, encryptionContext, handleFor })
    if (encryptedDataKeys.length === 0) throw new ValidationException('The keyring gave no encrypted data key.')
    return {
      suite,
      encryptionContext,
      requiredContextKeys,
      dataKey,
      encryptedDataKeys,
      ...(messageId && { messageId }),
      ...(signing && { signingKey: signing.secretKey }),
    }
  }

  async decryptionMaterials(request: DecryptionMaterialsRequest): Promise<DecryptionMaterials> {
    const { commitmentPolicy, suite, encryptedDataKeys, messageId, reproducedContext = {}, isReused = false } = request
    checkDecryptsWith(commitmentPolicy, suite)
    const stored = request.encryptionContext
    const verificationKey = await verificationKeyOf(suite, stored)
    checkReproduced(stored, reproducedContext)
    const requiredContextKeys = Object.keys(reproducedContext).filter((key) => !Object.hasOwn(stored, key))
    const encryptionContext = contextWith(stored, reproducedContext)
    const handleFor = isReused ? 'anyMessage' : messageId
    const unwrapped = await this.#keyring.unwrap({ suite, encryptionContext, encryptedDataKeys, handleFor })
    if (!('dataKey' in unwrapped)) throw notUnwrapped(unwrapped.errors, requiredContextKeys)
    const { dataKey } = unwrapped
    return { suite, encryptionContext, requiredContextKeys, dataKey, ...(verificationKey && { verificationKey }) }
  }
}

/** The manager of a keyring, or the one that is given. */
export function materialsManager(source: MaterialsSource): MaterialsManager {
  return 'encryptionMaterials' in source ? source : new DefaultMaterialsManager(source)
}

/** Fresh for every message (MSG-8). */
export function newMessageId(suite: Suite): Bytes {
  return crypto.getRandomValues(new Uint8Array(messageIdLength(suite)))
}

/** Wipes a data key that is held as bytes. */
export function wipe(dataKey: DataKey | undefined): void {
  if (dataKey instanceof Uint8Array) dataKey.fill(0)
}

/** The pairs that are authenticated without being stored. */
export function requiredPairs({
  encryptionContext,
  requiredContextKeys,
}: Pick<EncryptionMaterials, 'encryptionContext' | 'requiredContextKeys'>): EncryptionContext {
  return contextWith(Object.fromEntries(requiredContextKeys.map((key) => [key, encryptionContext[key] as string])))
}

/**
 * What a reader is told whose pairs are not stored in the message and do not open it either.
 *
 * @param cause what was met when they were taken for pairs that are authenticated without being stored
 */
export function notExpected(requiredContextKeys: readonly string[], cause?: Error): EncryptionContextError {
  const names = shown(requiredContextKeys.map((key) => `'${key}'`).join(', '))
  return new EncryptionContextError(
    `The message's encryption context does not have the expected ${names}.`,
    cause && { cause },
  )
}

/**
 * Checks materials of a new message, whichever manager they come from.
 *
 * @param requested pairs that the caller asked for
 * @throws {@link EncryptionContextError} if the message would not be bound to them
 * @throws `ValidationException` if there is nothing to encrypt it with
 */
export function checkRequested(materials: EncryptionMaterials, requested: EncryptionContext): void {
  const { suite, dataKey, encryptionContext } = materials
  for (const [key, value] of Object.entries(requested))
    if (!has(encryptionContext, key, value))
      throw new EncryptionContextError(`The materials manager has dropped or changed '${shown(key)}'.`)
  if (!isOfLength(dataKey, suite))
    throw new ValidationException('The keyring gave no data key of the length that the algorithm suite has.')
  if (suite.curve && !materials.signingKey)
    throw new ValidationException('The materials manager gave no key to sign with, for an algorithm suite that signs.')
}

/**
 * Checks materials of a message that was read, whichever manager they come from. Pairs are those that the message stores,
 * or those that its header's tag will be checked with.
 *
 * @param expected pairs that the reader knows
 * @throws {@link EncryptionContextError} if the message is bound to others
 * @throws {@link MessageSignatureError} if a signature could not be verified
 */
export function checkExpected(
  materials: DecryptionMaterials,
  suite: Suite,
  stored: EncryptionContext,
  expected: EncryptionContext = {},
): void {
  const bound = contextWith(requiredPairs(materials), stored)
  const missing = Object.keys(expected).filter((key) => !Object.hasOwn(bound, key))
  if (missing.length > 0) throw notExpected(missing)
  checkReproduced(bound, expected)
  if (!isOfLength(materials.dataKey, suite))
    throw new DataKeyUnwrapError([], 'The data key has another length than those of the algorithm suite.')
  if (suite.curve && !materials.verificationKey)
    throw new MessageSignatureError('The materials manager gave no key to verify the message’s signature with.')
}

function has(context: EncryptionContext, key: string, value: string): boolean {
  return Object.hasOwn(context, key) && context[key] === value
}

/** Also of handles: one that is missing is none. */
function isOfLength(dataKey: DataKey | undefined, { keyLength }: Suite): boolean {
  return dataKey instanceof Uint8Array ? dataKey.byteLength === keyLength : typeof dataKey === 'object'
}

function checkReproduced(stored: EncryptionContext, reproduced: EncryptionContext): void {
  for (const [key, value] of Object.entries(reproduced))
    if (Object.hasOwn(stored, key) && stored[key] !== value)
      throw new EncryptionContextError(`The message's encryption context has another '${shown(key)}' than expected.`)
}

async function verificationKeyOf(suite: Suite, context: EncryptionContext): Promise<Bytes | undefined> {
  const publicKey = context[PUBLIC_KEY]
  if (suite.curve === undefined) {
    if (publicKey === undefined) return undefined
    throw new EncryptionContextError('The message has a public key, and no signature.')
  }
  const point = publicKey === undefined ? undefined : await readPublicKey(suite.curve, publicKey)
  if (!point) throw new MessageSignatureError('The message has no public key to verify its signature with.')
  return point
}

function notUnwrapped(errors: readonly Error[], requiredContextKeys: readonly string[]): Error {
  const error = new DataKeyUnwrapError(errors, 'No keyring could decrypt a data key of the message.')
  return requiredContextKeys.length > 0 ? notExpected(requiredContextKeys, error) : error
}
