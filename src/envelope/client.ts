import { type Bytes, concatenate } from '../contract/bytes.js'
import { checkContext, contextWith, type EncryptionContext } from './encryption-context.js'
import { MessageFormatError } from './errors.js'
import type { MessageHeader } from './header.js'
import { encryptionMaterials, type Keyring } from './materials.js'
import { MessageDecryptor } from './message-decryptor.js'
import { MessageEncryptor } from './message-encryptor.js'
import { CommitmentPolicy } from './policies.js'
import { type Suite, type SuiteId, suiteName, suiteOf } from './suites.js'

/** The SDK's default. Larger frames are faster. */
const DEFAULT_FRAME_LENGTH = 4096
/** A frame has to be held as a whole before it can be believed. */
const DEFAULT_MAX_FRAME_LENGTH = 16 * 1024 * 1024
const LONGEST_FRAME = 0xffffffff

export interface ClientOptions {
  /** Default `REQUIRE_ENCRYPT_REQUIRE_DECRYPT`. */
  readonly commitmentPolicy?: CommitmentPolicy
  /** Most encrypted data keys of a message; default no limit. */
  readonly maxEncryptedDataKeys?: number
}

export interface EncryptOptions {
  /** Authenticated with the message and stored in it, in clear. Default none. */
  readonly encryptionContext?: EncryptionContext
  /** Default 0x0578, signed; under a policy that forbids commitment 0x0378. */
  readonly suiteId?: SuiteId
  /** Bytes of plaintext in a frame, 1 to 2^32 - 1; default 4096. */
  readonly frameLength?: number
}

export interface DecryptOptions {
  /** Pairs that the message's encryption context must have. Default none. */
  readonly encryptionContext?: EncryptionContext
  /** Longest frame that is accepted, in bytes; default 16 MiB. */
  readonly maxFrameLength?: number
}

export interface DecryptStreamOptions extends DecryptOptions {
  /**
   * Accepts signed messages. All but the last frame come before the signature has been verified: if the stream ends with
   * an error, throw away what has come. Default false.
   */
  readonly allowSigned?: boolean
}

export interface EncryptResult {
  readonly result: Bytes
  readonly messageHeader: MessageHeader
}

export interface DecryptResult {
  readonly plaintext: Bytes
  readonly messageHeader: MessageHeader
}

/** Encrypts and decrypts messages of the AWS Encryption SDK. */
export interface EnvelopeClient {
  /**
   * Encrypts bytes.
   *
   * @throws CommitmentPolicyError, EncryptionContextError, and what the keyring meets
   */
  encrypt(keyring: Keyring, plaintext: Uint8Array, options?: EncryptOptions): Promise<EncryptResult>
  /**
   * Decrypts a message, as a whole or not at all.
   *
   * @throws MessageFormatError, MessageAuthenticationError, MessageSignatureError, KeyCommitmentError,
   *   CommitmentPolicyError, EncryptionContextError, MessageLimitError, DataKeyUnwrapError
   */
  decrypt(keyring: Keyring, message: Uint8Array, options?: DecryptOptions): Promise<DecryptResult>
  /** Encrypts what flows through, frame by frame. */
  encryptStream(keyring: Keyring, options?: EncryptOptions): TransformStream<Uint8Array, Bytes>
  /**
   * Decrypts what flows through, frame by frame: a frame comes when it was authenticated. A message that was cut short or
   * changed ends the stream with an error, and nothing after the last good frame has come. Signed messages are refused
   * unless `allowSigned` says otherwise.
   */
  decryptStream(keyring: Keyring, options?: DecryptStreamOptions): TransformStream<Uint8Array, Bytes>
}

/**
 * A client for messages in the format of the AWS Encryption SDK, versions 1 and 2: what one writes, the SDK of any
 * language reads, and the other way round.
 *
 * @param options the commitment policy alone, or with a limit of encrypted data keys
 * @see https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
 *
 * @example
 * ```ts
 * const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
 * const keyring = new KmsKeyring({ client: vault.kms, generatorKeyId: keyArn })
 * const { result } = await encrypt(keyring, bytes, { encryptionContext: { note: '42' } })
 * const { plaintext } = await decrypt(keyring, result, { encryptionContext: { note: '42' } })
 * ```
 */
export function buildClient(options: CommitmentPolicy | ClientOptions = {}): EnvelopeClient {
  const { commitmentPolicy = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT', maxEncryptedDataKeys } =
    typeof options === 'string' ? { commitmentPolicy: options } : options
  if (!Object.hasOwn(CommitmentPolicy, commitmentPolicy))
    throw new TypeError(`There is no commitment policy ${commitmentPolicy}.`)
  if (maxEncryptedDataKeys !== undefined && !(Number.isSafeInteger(maxEncryptedDataKeys) && maxEncryptedDataKeys > 0))
    throw new TypeError('maxEncryptedDataKeys must be a whole number above 0.')

  const begin = async (
    keyring: Keyring,
    { encryptionContext = {}, suiteId, frameLength = DEFAULT_FRAME_LENGTH }: EncryptOptions,
  ) => {
    checkContext(encryptionContext)
    checkFrameLength(frameLength)
    const requested = suiteId === undefined ? undefined : knownSuite(suiteId)
    const materials = await encryptionMaterials(keyring, commitmentPolicy, contextWith(encryptionContext), requested)
    if (maxEncryptedDataKeys !== undefined && materials.encryptedDataKeys.length > maxEncryptedDataKeys) {
      materials.dataKey.fill(0)
      throw new TypeError(
        `The keyrings made ${materials.encryptedDataKeys.length} encrypted data keys; ${maxEncryptedDataKeys} are allowed.`,
      )
    }
    return MessageEncryptor.begin(materials, frameLength)
  }
  const decryptor = (
    keyring: Keyring,
    { encryptionContext, maxFrameLength = DEFAULT_MAX_FRAME_LENGTH }: DecryptOptions,
    forbidsSigned: boolean,
  ) =>
    new MessageDecryptor({
      keyring,
      policy: commitmentPolicy,
      maxEncryptedDataKeys,
      maxFrameLength,
      forbidsSigned,
      expectedContext: encryptionContext,
    })

  return {
    async encrypt(keyring, plaintext, encryptOptions = {}) {
      const encryptor = await begin(keyring, encryptOptions)
      const frames = [encryptor.start(), ...(await encryptor.push(plaintext)), ...(await encryptor.finish())]
      return { result: concatenate(frames), messageHeader: encryptor.header }
    },

    async decrypt(keyring, message, decryptOptions = {}) {
      // As a whole in memory anyway: what limits frames is the message itself.
      const whole = { maxFrameLength: Math.max(DEFAULT_MAX_FRAME_LENGTH, message.byteLength), ...decryptOptions }
      const opened = decryptor(keyring, whole, false)
      const plaintexts = await opened.push(message)
      opened.finish()
      const { header } = opened
      if (!header) throw new MessageFormatError('The message is cut short.')
      return { plaintext: concatenate(plaintexts), messageHeader: header }
    },

    encryptStream(keyring, encryptOptions = {}) {
      let encryptor: MessageEncryptor
      return new TransformStream({
        async start(controller) {
          encryptor = await begin(keyring, encryptOptions)
          controller.enqueue(encryptor.start())
        },
        async transform(chunk, controller) {
          for (const frame of await encryptor.push(chunk)) controller.enqueue(frame)
        },
        async flush(controller) {
          for (const frame of await encryptor.finish()) controller.enqueue(frame)
        },
      })
    },

    decryptStream(keyring, { allowSigned = false, ...decryptOptions } = {}) {
      const opened = decryptor(keyring, decryptOptions, !allowSigned)
      return new TransformStream({
        async transform(chunk, controller) {
          for (const plaintext of await opened.push(chunk)) controller.enqueue(plaintext)
        },
        flush() {
          opened.finish()
        },
      })
    },
  }
}

function knownSuite(id: number): Suite {
  const suite = suiteOf(id)
  if (!suite) throw new TypeError(`There is no algorithm suite ${suiteName(id)}.`)
  return suite
}

function checkFrameLength(frameLength: number): void {
  if (!(Number.isSafeInteger(frameLength) && frameLength > 0 && frameLength <= LONGEST_FRAME))
    throw new TypeError('frameLength must be a whole number of bytes, 1 to 2^32 - 1.')
}
