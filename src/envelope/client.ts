import type { Bytes } from '../contract/bytes.js'
import type { MaterialsSource } from './materials.js'
import { messagesOf } from './messages.js'
import type {
  ClientOptions,
  DecryptOptions,
  DecryptResult,
  DecryptStreamOptions,
  EncryptOptions,
  EncryptResult,
} from './options.js'
import { streamOf } from './piece-stream.js'
import type { CommitmentPolicy } from './policies.js'

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
