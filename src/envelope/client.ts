import type { Bytes } from '../contract/bytes.js'
import type { SuiteId } from '../contract/suites.js'
import type { DataWorkersOptions } from './data-workers/data-workers.js'
import type { EncryptionContext } from './encryption-context.js'
import type { MessageHeader } from './header.js'
import { type MaterialsSource, messagesOf } from './messages.js'
import { streamOf } from './piece-stream.js'
import type { CommitmentPolicy } from './policies.js'

export interface ClientOptions {
  /** Default `REQUIRE_ENCRYPT_REQUIRE_DECRYPT`. */
  readonly commitmentPolicy?: CommitmentPolicy
  /** Most encrypted data keys of a message; default no limit. */
  readonly maxEncryptedDataKeys?: number
  /**
   * Workers for what is larger than 1 MiB, `false` to do all on the calling thread. Default: a few that all clients of the
   * page share, started when they are needed and ended when they are not.
   */
  readonly dataWorkers?: DataWorkersOptions | false
}

/** What goes for every way to encrypt or decrypt. */
export interface TaskOptions {
  /** Ends the work; what is waited for then fails with the signal's reason. */
  readonly signal?: AbortSignal
  /** Hears how many bytes of plaintext are done. */
  readonly onProgress?: (bytesDone: number) => void
}

export interface EncryptOptions extends TaskOptions {
  /** Authenticated with the message and stored in it, in clear. Default none. */
  readonly encryptionContext?: EncryptionContext
  /** Default 0x0578, signed; under a policy that forbids commitment 0x0378. */
  readonly suiteId?: SuiteId
  /** Bytes of plaintext in a frame, 1 to 2^32 - 1; default 4096. */
  readonly frameLength?: number
  /**
   * Bytes of plaintext that a stream will have at most; more than that is refused. A caching materials manager needs it
   * to use its cache. Default: of a stream no limit; else the length of the plaintext.
   */
  readonly plaintextLength?: number
}

export interface DecryptOptions extends TaskOptions {
  /** Pairs that the message's encryption context must have. Default none. */
  readonly encryptionContext?: EncryptionContext
  /** Longest frame that is accepted, in bytes; default 16 MiB in a stream, and no limit for a message that is there as a whole. */
  readonly maxFrameLength?: number
  /** Longest plaintext that is accepted, in bytes; default no limit. */
  readonly maxBodyLength?: number
}

export interface DecryptStreamOptions extends DecryptOptions {
  /**
   * Accepts signed messages. All but the last frames come before the signature has been verified: if the stream ends with
   * an error, throw away what has come. Default false.
   */
  readonly allowSigned?: boolean
  /**
   * Accepts signed messages, and holds their plaintext back, in memory, until the signature has been verified. Limit it
   * with `maxBodyLength`. Default false.
   */
  readonly holdUntilVerified?: boolean
}

export interface EncryptResult {
  readonly result: Bytes
  readonly messageHeader: MessageHeader
}

export interface DecryptResult {
  readonly plaintext: Bytes
  readonly messageHeader: MessageHeader
  /** All pairs that the message is bound to: those in its header, and those that it does not store. */
  readonly encryptionContext: EncryptionContext
}

/** Encrypts and decrypts messages of the AWS Encryption SDK. */
export interface EnvelopeClient {
  /**
   * Encrypts bytes.
   *
   * @throws CommitmentPolicyError, EncryptionContextError, and what the keyring meets
   */
  encrypt(keyring: MaterialsSource, plaintext: Uint8Array, options?: EncryptOptions): Promise<EncryptResult>
  /**
   * Decrypts a message, as a whole or not at all.
   *
   * @throws MessageFormatError, MessageAuthenticationError, MessageSignatureError, KeyCommitmentError,
   *   CommitmentPolicyError, EncryptionContextError, MessageLimitError, DataKeyUnwrapError
   */
  decrypt(keyring: MaterialsSource, message: Uint8Array, options?: DecryptOptions): Promise<DecryptResult>
  /** Encrypts what flows through, frame by frame. */
  encryptStream(keyring: MaterialsSource, options?: EncryptOptions): TransformStream<Uint8Array, Bytes>
  /**
   * Decrypts what flows through, frame by frame: a frame comes when it was authenticated. A message that was cut short or
   * changed ends the stream with an error, and nothing after the last good frame has come. Signed messages are refused
   * unless the options say otherwise.
   */
  decryptStream(keyring: MaterialsSource, options?: DecryptStreamOptions): TransformStream<Uint8Array, Bytes>
}

/**
 * A client for messages in the format of the AWS Encryption SDK, versions 1 and 2: what one writes, the SDK of any
 * language reads, and the other way round.
 *
 * @param options the commitment policy alone, or with a limit of encrypted data keys and the workers for bulk data
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
  const messages = messagesOf(typeof options === 'string' ? { commitmentPolicy: options } : options)
  return {
    encrypt: (keyring, plaintext, encryptOptions = {}) => messages.encrypt(keyring, plaintext, encryptOptions),
    decrypt: (keyring, message, decryptOptions = {}) => messages.decrypt(keyring, message, decryptOptions),
    encryptStream: (keyring, encryptOptions = {}) =>
      streamOf(encryptOptions.signal, (sink) => messages.beginEncryption(keyring, encryptOptions, sink)),
    decryptStream: (keyring, decryptOptions = {}) =>
      streamOf(decryptOptions.signal, async (sink) => messages.beginDecryption(keyring, decryptOptions, sink)),
  }
}
