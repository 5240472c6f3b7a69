import type { KmsClient } from '../client/client.js'
import type { AnyBytes, Bytes } from '../contract/bytes.js'
import { unlockedSignal, withHandle } from '../contract/data-keys.js'
import { KMSInternalException } from '../contract/errors.js'
import { once } from '../contract/once.js'
import { abortSignal, handleOf, listOf, optional, read, structure, text } from '../contract/reader.js'
import { type DataWorkersOptions, dataWorkersChoice } from '../envelope/data-workers/options.js'
import { expectedPairs, newContext } from '../envelope/encryption-context.js'
import { Ending } from '../envelope/ending.js'
import type { VaultKeyring } from '../envelope/keyrings/vault-keyring.js'
import type { Messages } from '../envelope/messages.js'
import { envelopeDecryptOptions, frameLength, taskOptions } from '../envelope/option-readers.js'
import type { DecryptStreamOptions, TaskOptions } from '../envelope/options.js'
import { streamOf } from '../envelope/piece-stream.js'
import { TakenBytes } from '../envelope/taken-bytes.js'

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

/** Bytes of a frame that a stream holds, where nobody says otherwise; a frame cannot be believed before it is whole. */
const LONGEST_FRAME_HELD = 16 * 1024 * 1024

/** Keys that an envelope decrypts with, beside its own. Each is tried with each encrypted data key of a message. */
const MOST_KEYS = 100

/** Options of {@link Envelope}. */
export interface EnvelopeOptions {
  /** Other keys that messages may have been made with, such as those that an alias named before; in any form, at most 100. */
  readonly alsoDecryptsWith?: readonly string[]
  /**
   * Bytes of plaintext in a frame, 1 to 2^32 - 1; default 524,288. Shorter content is one frame of its own length. Content of
   * several frames of more than 16 MiB is opened as a stream only by envelopes of the same `frameLength`, and by who accepts
   * it by `maxFrameLength`.
   */
  readonly frameLength?: number
  /** Workers for what is larger than 1 MiB, or `false` for none. Default: those of the vault, or of the page. */
  readonly dataWorkers?: DataWorkersOptions | false
  /**
   * Ends all work of this envelope when aborted, with its reason. `vault.envelope` sees to it that work ends with the vault;
   * for an envelope of another client, abort this when the vault's `close` event comes.
   */
  readonly signal?: AbortSignal
}

/** What a vault gives its envelopes. */
export interface EnvelopeSurroundings {
  /** Aborted, with the reason, when the vault is closed or deleted, or its worker has ended. */
  readonly ended?: AbortSignal
  /** Where the envelope's options say nothing else. */
  readonly dataWorkers?: DataWorkersOptions | false | undefined
}

/** What {@link KmsClient} has and its type does not show. */
type LockableClient = KmsClient & { readonly [unlockedSignal]?: AbortSignal }

interface Loaded {
  readonly messages: Messages
  readonly keyring: VaultKeyring
}

const keyIdentifier = text({ shortest: 1, longest: 2_048 })
const envelopeOptions = structure({
  alsoDecryptsWith: optional(listOf(keyIdentifier, { most: MOST_KEYS })),
  frameLength: optional(frameLength),
  dataWorkers: optional(dataWorkersChoice),
  signal: optional(abortSignal),
})
const vaultClient = handleOf<LockableClient>(
  'a client of a vault, such as vault.kms (of others, buildClient of browser-kms/envelope makes the messages)',
  (value) => typeof (value as { [withHandle]?: unknown } | null | undefined)?.[withHandle] === 'function',
)

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
 * vault is refused, and so is one with more than 32 encrypted data keys. Where an alias was moved to a new key, name the
 * old ones in `alsoDecryptsWith`.
 *
 * Work that goes on when a vault that is locked at rest is locked ends with the lock's error (`reason` is `locked`).
 *
 * What the methods are given is read and copied before they return: bytes can be wiped right after the call. Bytes are any
 * view or an `ArrayBuffer`; contexts and options are plain objects, with the members that are documented and no others. An
 * encryption context that cannot be one is an `EncryptionContextError`; all else that cannot be is a `ValidationException`.
 * Methods that return a promise reject with them, those that return a stream throw.
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
  readonly #options: EnvelopeOptions
  readonly #client: LockableClient
  readonly #ended: AbortSignal | undefined
  readonly #loaded: () => Promise<Loaded>

  /**
   * @param client of a vault: `vault.kms`, or that of another principal or Region
   * @param keyId a symmetric encryption key, in any form: key id, key ARN, alias name, alias ARN
   * @param surroundings @internal what `vault.envelope` adds
   * @throws `ValidationException` for a client, key or options that cannot be
   */
  constructor(
    client: KmsClient,
    keyId: string,
    options: EnvelopeOptions = {},
    { ended, dataWorkers }: EnvelopeSurroundings = {},
  ) {
    const vault = read(vaultClient, client, 'client')
    const key = read(keyIdentifier, keyId, 'keyId')
    this.#options = { ...(dataWorkers !== undefined && { dataWorkers }), ...read(envelopeOptions, options, 'options') }
    this.#client = vault
    this.#ended = ended
    this.#loaded = once(() => loadMessages(vault, key, this.#options).catch(notLoaded))
  }

  /**
   * Encrypts bytes.
   *
   * @param plaintext any view of bytes, or a buffer; copied before the call returns
   * @param encryptionContext pairs that are bound to the message, stored in it in clear, and written to the audit trail
   * @throws `ValidationException`, `EncryptionContextError`, and what GenerateDataKey meets, such as `DisabledException`
   */
  async encrypt(
    plaintext: AnyBytes,
    encryptionContext: Readonly<Record<string, string>> = {},
    options: TaskOptions = {},
  ): Promise<Bytes> {
    const { ending, ...encryption } = this.#encryption(encryptionContext, options)
    const taken = read(TakenBytes.of, plaintext, 'plaintext')
    const { messages, keyring } = await this.#loadFor(taken, ending)
    return (await messages.encrypt(keyring, taken, encryption, ending)).result
  }

  /**
   * Decrypts a message, as a whole or not at all.
   *
   * @param message any view of bytes, or a buffer; copied before the call returns
   * @param expected pairs that the message's encryption context must have
   * @throws `DataKeyUnwrapError`, whose `errors` tell what Decrypt met, `EncryptionContextError`, `ValidationException`, and
   *   what `browser-kms/envelope` throws for messages that were changed
   */
  async decrypt(
    message: AnyBytes,
    expected: Readonly<Record<string, string>> = {},
    options: EnvelopeDecryptOptions = {},
  ): Promise<OpenedEnvelope> {
    const { ending, allowSigned, holdUntilVerified, ...decryption } = this.#decryption(expected, options)
    const taken = read(TakenBytes.of, message, 'message')
    const { messages, keyring } = await this.#loadFor(taken, ending)
    const { plaintext, encryptionContext } = await messages.decrypt(keyring, taken, decryption, ending)
    return { plaintext, encryptionContext }
  }

  /**
   * Encrypts what flows through. A chunk is read when its turn comes; one that is no bytes ends the stream with a
   * `ValidationException`. If the vault is closed or deleted meanwhile, the stream ends with the reason.
   */
  encryptStream(
    encryptionContext: Readonly<Record<string, string>> = {},
    options: TaskOptions = {},
  ): TransformStream<AnyBytes, Bytes> {
    const { ending, ...encryption } = this.#encryption(encryptionContext, options)
    return streamOf(ending, async (sink) => {
      const { messages, keyring } = await this.#loaded()
      return messages.beginEncryption(keyring, encryption, sink)
    })
  }

  /**
   * Decrypts what flows through: a frame comes when it was authenticated. A message that was cut short or changed ends the
   * stream with an error, and nothing after the last good frame has come: use the whole only once the stream has closed. If
   * the vault is closed or deleted meanwhile, the stream ends with the reason.
   */
  decryptStream(
    expected: Readonly<Record<string, string>> = {},
    options: EnvelopeDecryptOptions = {},
  ): TransformStream<AnyBytes, Bytes> {
    const { ending, ...decryption } = this.#decryption(expected, options)
    // What this object writes, it reads.
    const maxFrameLength = Math.max(LONGEST_FRAME_HELD, this.#frameLength)
    return streamOf(ending, async (sink) => {
      const { messages, keyring } = await this.#loaded()
      return messages.beginDecryption(keyring, { maxFrameLength, ...decryption }, sink)
    })
  }

  get #frameLength(): number {
    return this.#options.frameLength ?? FRAME_LENGTH
  }

  #encryption(encryptionContext: unknown, options: unknown) {
    const { signal, ...task } = read(taskOptions, options, 'options')
    return {
      ...task,
      encryptionContext: read(newContext, encryptionContext, 'encryptionContext'),
      frameLength: this.#frameLength,
      suiteId: 0x0478 as const,
      ending: this.#ending(signal),
    }
  }

  #decryption(expected: unknown, options: unknown) {
    const { signal, ...decryption } = read(envelopeDecryptOptions, options, 'options')
    return {
      ...decryption,
      encryptionContext: read(expectedPairs, expected, 'expected'),
      ending: this.#ending(signal),
    }
  }

  #ending(signal: AbortSignal | undefined): Ending {
    return new Ending(signal, this.#options.signal, this.#ended, this.#client[unlockedSignal])
  }

  /** @param taken wiped if the rest is not loaded */
  async #loadFor(taken: TakenBytes, ending: Ending): Promise<Loaded> {
    try {
      ending.throwIfEnded()
      return await ending.outlast(this.#loaded)
    } catch (error) {
      taken.wipe()
      throw error
    }
  }
}

/** For applications that never need it, only once it is needed. */
async function loadMessages(
  client: KmsClient,
  keyId: string,
  { alsoDecryptsWith, dataWorkers }: EnvelopeOptions,
): Promise<Loaded> {
  const [{ messagesOf }, { VaultKeyring }] = await Promise.all([
    import('../envelope/messages.js'),
    import('../envelope/keyrings/vault-keyring.js'),
  ])
  return {
    messages: messagesOf({
      maxEncryptedDataKeys: MOST_ENCRYPTED_DATA_KEYS,
      ...(dataWorkers !== undefined && { dataWorkers }),
    }),
    keyring: new VaultKeyring(client, keyId, alsoDecryptsWith),
  }
}

function notLoaded(error: Error): never {
  throw new KMSInternalException(
    `The part of browser-kms that makes and opens messages could not be loaded: ${error.message} If the application was deployed anew, reload the page.`,
  )
}
