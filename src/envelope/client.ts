import type { AnyBytes, Bytes } from '../contract/bytes.js'
import { read } from '../contract/reader.js'
import { Ending } from './ending.js'
import type { MaterialsSource } from './materials.js'
import { messagesOf } from './messages.js'
import {
  clientOptions,
  commitmentPolicy,
  decryptOptions,
  decryptStreamOptions,
  encryptOptions,
  materialsSource,
} from './option-readers.js'
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
import { TakenBytes } from './taken-bytes.js'

/**
 * Encrypts and decrypts messages of the AWS Encryption SDK.
 *
 * What the functions are given is read and copied before they return: bytes can be wiped right after the call. Bytes are
 * any view or an `ArrayBuffer`; contexts and options are plain objects, with the members that are documented and no others.
 * An encryption context that cannot be one is an `EncryptionContextError`; all else that cannot be is a
 * `ValidationException`. Those that return a promise reject with them, those that return a stream throw.
 */
export interface EnvelopeClient {
  /**
   * Encrypts bytes.
   *
   * @throws `ValidationException`, CommitmentPolicyError, EncryptionContextError, MessageLimitError, and what the keyring
   *   meets
   */
  encrypt(keyring: MaterialsSource, plaintext: AnyBytes, options?: EncryptOptions): Promise<EncryptResult>
  /**
   * Decrypts a message, as a whole or not at all.
   *
   * @throws `ValidationException`, MessageFormatError, MessageAuthenticationError, MessageSignatureError,
   *   KeyCommitmentError, CommitmentPolicyError, EncryptionContextError, MessageLimitError, DataKeyUnwrapError
   */
  decrypt(keyring: MaterialsSource, message: AnyBytes, options?: DecryptOptions): Promise<DecryptResult>
  /**
   * Encrypts what flows through, frame by frame. A chunk is read when its turn comes; one that is no bytes ends the stream
   * with a `ValidationException`.
   */
  encryptStream(keyring: MaterialsSource, options?: EncryptOptions): TransformStream<AnyBytes, Bytes>
  /**
   * Decrypts what flows through, frame by frame: a frame comes when it was authenticated. A message that was cut short or
   * changed ends the stream with an error, and nothing after the last good frame has come. Signed messages are refused
   * unless the options say otherwise.
   */
  decryptStream(keyring: MaterialsSource, options?: DecryptStreamOptions): TransformStream<AnyBytes, Bytes>
}

/**
 * A client for messages in the format of the AWS Encryption SDK, versions 1 and 2: what one writes, the SDK of any
 * language reads, and the other way round.
 *
 * @param options the commitment policy alone, or with a limit of encrypted data keys and the workers for bulk data
 * @throws `ValidationException` for options that cannot be
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
  const messages = messagesOf(
    typeof options === 'string'
      ? { commitmentPolicy: read(commitmentPolicy, options, 'The commitment policy') }
      : read(clientOptions, options, 'options'),
  )
  const sourceOf = (source: unknown) => read(materialsSource, source, 'keyring')
  return {
    async encrypt(keyring, plaintext, given = {}) {
      const source = sourceOf(keyring)
      const { signal, ...encryption } = read(encryptOptions, given, 'options')
      return messages.encrypt(source, read(TakenBytes.of, plaintext, 'plaintext'), encryption, new Ending(signal))
    },
    async decrypt(keyring, message, given = {}) {
      const source = sourceOf(keyring)
      const { signal, ...decryption } = read(decryptOptions, given, 'options')
      return messages.decrypt(source, read(TakenBytes.of, message, 'message'), decryption, new Ending(signal))
    },
    encryptStream(keyring, given = {}) {
      const source = sourceOf(keyring)
      const { signal, ...encryption } = read(encryptOptions, given, 'options')
      return streamOf(new Ending(signal), (sink) => messages.beginEncryption(source, encryption, sink))
    },
    decryptStream(keyring, given = {}) {
      const source = sourceOf(keyring)
      const { signal, ...decryption } = read(decryptStreamOptions, given, 'options')
      return streamOf(new Ending(signal), async (sink) => messages.beginDecryption(source, decryption, sink))
    },
  }
}
