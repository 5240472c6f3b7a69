import type { KmsClient } from '../client/client.js'
import type { Bytes } from '../contract/bytes.js'
import type { DataWorkersOptions } from '../envelope/data-workers/options.js'
import type { VaultKeyring } from '../envelope/keyrings/vault-keyring.js'
import type { Messages } from '../envelope/messages.js'
import type { DecryptStreamOptions, TaskOptions } from '../envelope/options.js'
import { streamOf } from '../envelope/piece-stream.js'

/**
 * Bytes of plaintext in a frame. Measured (`npm run bench -- envelope-frames`): the SDK's 4 KiB cost half of the speed, and
 * beyond this the browser has to find fresh memory for every frame.
 */
const FRAME_LENGTH = 524_288

/**
 * Encrypted data keys of a message that are looked at. Each costs a Decrypt, and whoever makes a message can put 65,535 into
 * it.
 */
const MOST_ENCRYPTED_DATA_KEYS = 32

/** Options of {@link Envelope}. */
export interface EnvelopeOptions {
  /** Other keys that messages may have been made with, such as those that an alias named before; in any form. */
  readonly alsoDecryptsWith?: readonly string[]
  /** Bytes of plaintext in a frame, 1 to 2^32 - 1; default 524,288. Shorter content is one frame of its own length. */
  readonly frameLength?: number
  /** Workers for what is larger than 1 MiB, or `false` for none. Default: those of the page. */
  readonly dataWorkers?: DataWorkersOptions | false
}

/** What {@link Envelope.decrypt} takes besides the pairs that must be present. */
export type EnvelopeDecryptOptions = Omit<DecryptStreamOptions, 'encryptionContext'>

/** What {@link Envelope.decrypt} gives. */
export interface OpenedEnvelope {
  readonly plaintext: Bytes
  /** All pairs that the message is bound to. */
  readonly encryptionContext: Readonly<Record<string, string>>
}

/**
 * Data of any size under one KMS key: `vault.envelope(key)`, the everyday way to encrypt. Each message has a data key of
 * its own, which never leaves the vault's worker: the page gets a handle that encrypts that one message. What is larger
 * than 1 MiB is encrypted in data workers.
 *
 * Messages are those of the AWS Encryption SDK, whose clients open them, with algorithm suite 0x0478: they commit to their
 * data key, and carry no signature. A signature would tell apart who may encrypt and who may only decrypt; where both have
 * the same key, it adds nothing to what AES-GCM and the key's policy say, costs most of the speed, holds the end of every
 * stream back until it is verified, and puts a new pair into each encryption context, with which grants by
 * `EncryptionContextEquals` do not work (KR-20). `buildClient` of `browser-kms/envelope` signs.
 *
 * Only messages of this key are opened, whatever key they name: a message that somebody has made with another key of the
 * vault is refused, and so is one with more than 32 encrypted data keys. Where an alias was moved to a new key, name the old ones in `alsoDecryptsWith`.
 *
 * @example
 * ```ts
 * const notes = vault.envelope('alias/notes')
 * const sealed = await notes.encrypt(bytes, { note: '42' })
 * const { plaintext } = await notes.decrypt(sealed, { note: '42' })
 * await file.stream().pipeThrough(notes.encryptStream({ file: file.name })).pipeTo(destination)
 * ```
 */
export class Envelope {
  readonly #client: KmsClient
  readonly #keyId: string
  readonly #options: EnvelopeOptions
  #loaded: Promise<{ readonly messages: Messages; readonly keyring: VaultKeyring }> | undefined

  /**
   * @param client of a vault: `vault.kms`, or that of another principal or Region
   * @param keyId a symmetric encryption key, in any form: key id, key ARN, alias name, alias ARN
   */
  constructor(client: KmsClient, keyId: string, options: EnvelopeOptions = {}) {
    this.#client = client
    this.#keyId = keyId
    this.#options = options
  }

  /**
   * Encrypts bytes.
   *
   * @param encryptionContext pairs that are bound to the message, stored in it in clear, and written to the audit trail
   * @throws what GenerateDataKey meets, such as `DisabledException`
   */
  async encrypt(
    plaintext: Uint8Array,
    encryptionContext: Readonly<Record<string, string>> = {},
    options: TaskOptions = {},
  ): Promise<Bytes> {
    const { messages, keyring } = await this.#load()
    const { result } = await messages.encrypt(keyring, plaintext, this.#encryptOptions(encryptionContext, options))
    return result
  }

  /**
   * Decrypts a message, as a whole or not at all.
   *
   * @param expected pairs that the message's encryption context must have
   * @throws `DataKeyUnwrapError`, whose `errors` tell what Decrypt met, `EncryptionContextError`, and what
   *   `browser-kms/envelope` throws for messages that were changed
   */
  async decrypt(
    message: Uint8Array,
    expected: Readonly<Record<string, string>> = {},
    options: EnvelopeDecryptOptions = {},
  ): Promise<OpenedEnvelope> {
    const { messages, keyring } = await this.#load()
    const { plaintext, encryptionContext } = await messages.decrypt(keyring, message, {
      ...options,
      encryptionContext: expected,
    })
    return { plaintext, encryptionContext }
  }

  /** Encrypts what flows through. */
  encryptStream(
    encryptionContext: Readonly<Record<string, string>> = {},
    options: TaskOptions = {},
  ): TransformStream<Uint8Array, Bytes> {
    return streamOf(options.signal, async (sink) => {
      const { messages, keyring } = await this.#load()
      return messages.beginEncryption(keyring, this.#encryptOptions(encryptionContext, options), sink)
    })
  }

  /**
   * Decrypts what flows through: a frame comes when it was authenticated. A message that was cut short or changed ends the
   * stream with an error, and nothing after the last good frame has come: use the whole only once the stream has closed.
   */
  decryptStream(
    expected: Readonly<Record<string, string>> = {},
    options: EnvelopeDecryptOptions = {},
  ): TransformStream<Uint8Array, Bytes> {
    return streamOf(options.signal, async (sink) => {
      const { messages, keyring } = await this.#load()
      return messages.beginDecryption(keyring, { ...options, encryptionContext: expected }, sink)
    })
  }

  #encryptOptions(encryptionContext: Readonly<Record<string, string>>, options: TaskOptions) {
    const { frameLength = FRAME_LENGTH } = this.#options
    return { ...options, encryptionContext, frameLength, suiteId: 0x0478 as const }
  }

  /** Loaded when it is first needed, for applications that never need it. */
  #load() {
    this.#loaded ??= Promise.all([
      import('../envelope/messages.js'),
      import('../envelope/keyrings/vault-keyring.js'),
    ]).then(([{ messagesOf }, keyrings]) => {
      const { alsoDecryptsWith, dataWorkers } = this.#options
      return {
        messages: messagesOf({
          maxEncryptedDataKeys: MOST_ENCRYPTED_DATA_KEYS,
          ...(dataWorkers !== undefined && { dataWorkers }),
        }),
        keyring: new keyrings.VaultKeyring(this.#client, this.#keyId, alsoDecryptsWith),
      }
    })
    return this.#loaded
  }
}
