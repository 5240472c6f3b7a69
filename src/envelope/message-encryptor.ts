/** Makes a message piece by piece (ENCR-1 to ENCR-6, STRM-2). Chunk boundaries of the input do not show in it. */
import { type Bytes, concatenate } from '../contract/bytes.js'
import { type MessageKeys, messageKeys } from '../contract/data-keys.js'
import { ValidationException } from '../contract/errors.js'
import { withLength } from './bytes.js'
import { contentCipher } from './content-cipher.js'
import type { DataWorkers } from './data-workers/data-workers.js'
import { contextWith, serializeContext } from './encryption-context.js'
import { MessageLimitError } from './errors.js'
import { FINAL, FIRST_SEQUENCE_NUMBER, frameCount } from './frames.js'
import { IV_LENGTH, type MessageHeader, writeHeader } from './header.js'
import { InOrder } from './in-order.js'
import { type EncryptionMaterials, newMessageId, requiredPairs, wipe } from './materials.js'
import type { Sink } from './piece-stream.js'
import { framesOfRun, RunBuffer } from './run-buffer.js'
import { RunCipher } from './run-cipher.js'
import { hashOf, sign } from './signatures.js'
import { Transcript } from './transcript.js'

const MOST_FRAMES = FINAL - 1

export interface EncryptorOptions extends Sink {
  /** Their data key and signing key are wiped. */
  readonly materials: EncryptionMaterials
  /** Bytes of plaintext in a frame. */
  readonly frameLength: number
  /** Bytes of plaintext, at most. */
  readonly plaintextLength?: number | undefined
  readonly workers?: DataWorkers | undefined
  /** Hears how many bytes of plaintext are in what was emitted. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined
}

export class MessageEncryptor {
  readonly header: MessageHeader
  readonly #options: EncryptorOptions
  readonly #cipher: RunCipher
  readonly #transcript: Transcript | undefined
  readonly #buffer: RunBuffer
  readonly #runs: InOrder<{ readonly pieces: readonly Bytes[]; readonly plaintextLength: number }>
  readonly #runLength: number
  #sequenceNumber = FIRST_SEQUENCE_NUMBER
  #isClosed = false
  #bytesTaken = 0
  #bytesDone = 0

  /** Begins a message: its header is emitted. */
  static async begin(options: EncryptorOptions): Promise<MessageEncryptor> {
    const { materials, frameLength } = options
    try {
      const { suite, dataKey, encryptedDataKeys } = materials
      if ('contentKey' in dataKey) admitOnce(materials, dataKey)
      const messageId = materials.messageId ?? newMessageId(suite)
      const { contentKey, commitKey } = await messageKeys(suite, dataKey, messageId, 'encrypt')
      const required = requiredPairs(materials)
      const encryptionContext = contextWith(materials.encryptionContext)
      for (const key of materials.requiredContextKeys) delete encryptionContext[key]
      const header: MessageHeader = {
        suiteId: suite.id,
        messageId,
        encryptionContext,
        encryptedDataKeys,
        contentType: 'framed',
        frameLength,
        ...(commitKey && { commitKey }),
      }
      const body = writeHeader(suite, header)
      const iv = new Uint8Array(IV_LENGTH)
      const cipher = await contentCipher(contentKey)
      const additionalData = concatenate([body, serializeContext(required)])
      const tag = new Uint8Array(await cipher.seal(iv, additionalData, new Uint8Array(0)))
      const encryptor = new MessageEncryptor(
        options,
        header,
        new RunCipher({
          contentKey,
          layout: { messageId, frameLength },
          workers: options.workers,
        }),
      )
      encryptor.#emit([concatenate(suite.version === 1 ? [body, iv, tag] : [body, tag])])
      return encryptor
    } catch (error) {
      materials.signingKey?.fill(0)
      throw error
    } finally {
      wipe(materials.dataKey)
    }
  }

  private constructor(options: EncryptorOptions, header: MessageHeader, cipher: RunCipher) {
    this.#options = options
    this.header = header
    this.#cipher = cipher
    const { curve } = options.materials.suite
    this.#transcript = curve && new Transcript(hashOf(curve), options.workers)
    this.#buffer = new RunBuffer((length) => cipher.spare(length))
    this.#runLength = framesOfRun(header.frameLength) * header.frameLength
    this.#runs = new InOrder(
      () => cipher.depth,
      ({ pieces, plaintextLength }) => {
        if (this.#isClosed) return
        this.#emit(pieces)
        this.#bytesDone += plaintextLength
        options.onProgress?.(this.#bytesDone)
      },
      options.fail,
    )
  }

  /** Takes plaintext, which is copied, and emits what is full by then. The last frame is always held back. */
  async push(plaintext: Uint8Array): Promise<void> {
    const { plaintextLength = Number.POSITIVE_INFINITY } = this.#options
    this.#bytesTaken += plaintext.byteLength
    if (this.#bytesTaken > plaintextLength)
      throw new MessageLimitError(`The plaintext is longer than the ${plaintextLength} bytes that were announced.`)
    await this.#take(plaintext)
    // Nobody waits for a run to be full while there is nothing else to do.
    const { frameLength } = this.header
    const whole = this.#buffer.length - (this.#buffer.length % frameLength || frameLength)
    if (whole > 0 && this.#runs.size < this.#cipher.lanes) await this.#seal(whole)
  }

  async #take(plaintext: Uint8Array): Promise<void> {
    let rest = plaintext
    let copy: Bytes | undefined
    let sealing: Promise<void> | undefined
    try {
      while (rest.byteLength > 0) {
        if (this.#buffer.length === this.#runLength) {
          // The first run is waited for when all has been taken: it is its owner's again as soon as anybody waits.
          if (sealing) {
            copy ??= rest.slice() as Bytes
            rest = copy.subarray(copy.byteLength - rest.byteLength)
            await sealing
            // Nobody would wipe what is gathered now.
            if (this.#isClosed) return
          }
          sealing = this.#seal(this.#runLength)
        }
        rest = this.#buffer.fill(rest, this.#runLength, this.#runLength)
      }
      await sealing
    } finally {
      copy?.fill(0)
    }
  }

  /** Emits the last frames, and the signature. */
  async finish(): Promise<void> {
    await this.#seal()
    await this.#runs.settle()
    const { signingKey, suite } = this.#options.materials
    if (signingKey && suite.curve && this.#transcript)
      this.#options.emit(withLength(await sign(suite.curve, signingKey, await this.#transcript.digest())))
    this.close()
  }

  /** Wipes what is left of plaintext and keys. To be called if the message is not finished. */
  close(): void {
    this.#isClosed = true
    this.#options.materials.signingKey?.fill(0)
    this.#buffer.wipe()
    this.#cipher.close()
    this.#transcript?.close()
  }

  /** @param length of the run; all that there is for the last one */
  async #seal(length?: number): Promise<void> {
    const isLast = length === undefined
    const bytes = this.#buffer.take(length)
    const plaintextLength = bytes.byteLength
    const firstNumber = this.#sequenceNumber
    this.#sequenceNumber += frameCount(plaintextLength, this.header.frameLength)
    if (this.#sequenceNumber - 1 > MOST_FRAMES)
      throw new MessageLimitError('The message has more frames than there are numbers for.')
    const sealed = this.#cipher.seal({ bytes, firstNumber, isLast })
    await this.#runs.add(sealed.then((pieces) => ({ pieces, plaintextLength })))
    await this.#transcript?.room()
  }

  #emit(pieces: readonly Bytes[]): void {
    this.#transcript?.update(pieces)
    for (const piece of pieces) this.#options.emit(piece)
  }
}

/** Content keys that a message has been encrypted with. */
const used = new WeakSet<object>()

/**
 * Sees to it that a handle for one message is used for one: frames are numbered, and a second message would repeat the
 * nonces of the first.
 */
function admitOnce({ messageId, suite }: EncryptionMaterials, { contentKey }: MessageKeys): void {
  if (used.has(contentKey))
    throw new ValidationException(
      'The materials are for one message. Whoever keeps them for more asks for them with isReused.',
    )
  if (suite.kdf !== undefined && !messageId)
    throw new ValidationException('The materials have a handle for one message, and not the id of that message.')
  used.add(contentKey)
}
