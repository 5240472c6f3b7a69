/**
 * Opens a message piece by piece (DECR-1 to DECR-9, STRM-4, STRM-5). What it emits has been authenticated; the last frames
 * of a signed message only once the signature has been verified.
 */
import { type Bytes, concatenate, equalInConstantTime } from '../contract/bytes.js'
import { messageKeys } from '../contract/data-keys.js'
import { suiteName } from '../contract/suites.js'
import { NeedsMore } from './bytes.js'
import { type ContentCipher, contentCipher, notAuthentic } from './content-cipher.js'
import type { DataWorkers } from './data-workers/data-workers.js'
import { contextWith, type EncryptionContext, serializeContext } from './encryption-context.js'
import {
  KeyCommitmentError,
  MessageFormatError,
  MessageLimitError,
  MessageSignatureError,
  SignaturePolicyError,
} from './errors.js'
import { BLOCK_HEADER, FINAL, FINAL_FRAME_HEADER, FIRST_SEQUENCE_NUMBER, FRAME_OVERHEAD, type Run } from './frames.js'
import { type MessageHeader, type ReadHeader, readHeader, TAG_LENGTH } from './header.js'
import { InOrder } from './in-order.js'
import {
  checkExpected,
  type DecryptionMaterials,
  type MaterialsManager,
  notExpected,
  requiredPairs,
  wipe,
} from './materials.js'
import type { Sink } from './piece-stream.js'
import { type CommitmentPolicy, checkDecryptsWith } from './policies.js'
import { framesOfRun, RunBuffer } from './run-buffer.js'
import { RunCipher } from './run-cipher.js'
import { hashOf, verify } from './signatures.js'
import { Transcript } from './transcript.js'

export interface DecryptorOptions extends Sink {
  readonly manager: MaterialsManager
  readonly policy: CommitmentPolicy
  readonly maxEncryptedDataKeys: number
  /** Bytes; a frame has to be held before it can be believed (STRM-7). */
  readonly maxFrameLength: number
  /** Bytes of plaintext of the whole message. */
  readonly maxBodyLength?: number | undefined
  /** Refuses signed messages, whose signature can only come at the very end (STRM-6). */
  readonly forbidsSigned: boolean
  /** Emits nothing of a signed message before its signature has been verified. */
  readonly holdsSigned: boolean
  /** Pairs that the message must have. */
  readonly expectedContext?: EncryptionContext | undefined
  readonly workers?: DataWorkers | undefined
  /** Hears how many bytes of plaintext were emitted. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined
}

/** Bytes of a header that are held at most: more than 30,000 encrypted data keys of KMS. */
const LONGEST_HEADER = 16 * 1024 * 1024
/** Longest content of a message that is not framed, by the format. */
const LONGEST_BLOCK = 2 ** 36 - 32
const LONGEST_SIGNATURE = 65_535

type Phase = 'header' | 'body' | 'footer' | 'end'

export class MessageDecryptor {
  readonly #options: DecryptorOptions
  readonly #runs: InOrder<{ readonly pieces: readonly Bytes[]; readonly isLast: boolean }>
  #phase: Phase = 'header'
  /** What has arrived of a header or footer. */
  #parts: Uint8Array[] = []
  #partsLength = 0
  /** Length from which it is worth to read the header again. */
  #nextTry = 0
  #read: ReadHeader | undefined
  #materials: DecryptionMaterials | undefined
  #encryptionContext: EncryptionContext | undefined
  #cipher: RunCipher | undefined
  #transcript: Transcript | undefined
  #buffer = new RunBuffer((length) => this.#cipher?.spare(length))
  /** Bytes of the run that are whole frames. */
  #wholeLength = 0
  #wholeFrames = 0
  #sequenceNumber = FIRST_SEQUENCE_NUMBER
  #bodyLength = 0
  #bytesDone = 0
  /** Plaintext that waits for the signature. */
  #held: Bytes[] = []
  #isClosed = false

  constructor(options: DecryptorOptions) {
    this.#options = options
    this.#runs = new InOrder(
      () => this.#cipher?.depth ?? 1,
      ({ pieces, isLast }) => {
        if (this.#isClosed) return wipeAll(pieces)
        const isSigned = this.#materials?.verificationKey !== undefined
        if (isSigned && (isLast || options.holdsSigned)) this.#held.push(...pieces)
        else this.#emit(pieces)
      },
      options.fail,
      ({ pieces }) => wipeAll(pieces),
    )
  }

  /** Known once it was authenticated. */
  get header(): MessageHeader | undefined {
    return this.#cipher && this.#read?.header
  }

  /** All pairs that the message is bound to, stored in it or not; known with the header. */
  get encryptionContext(): EncryptionContext | undefined {
    return this.#encryptionContext
  }

  /** Takes a piece of the message; emits the plaintext that can be believed by then. */
  async push(chunk: Uint8Array): Promise<void> {
    let rest = chunk
    if (this.#phase === 'header') rest = await this.#takeHeader(rest)
    if (this.#isClosed) return
    if (this.#phase === 'body') rest = await this.#takeBody(rest)
    if (rest.byteLength === 0) return
    if (this.#phase === 'footer') this.#keep(rest)
    if (this.#phase === 'end' || this.#partsLength > 2 + LONGEST_SIGNATURE) throw trailing()
  }

  /**
   * Says that the message is over.
   *
   * @throws {@link MessageFormatError} if it ends too early, {@link MessageSignatureError}
   */
  async finish(): Promise<void> {
    if (this.#phase === 'header') {
      this.#nextTry = 0
      await this.push(await this.#takeHeader(new Uint8Array(0)))
    }
    await this.#runs.settle()
    if (this.#phase === 'footer') await this.#takeFooter()
    if (this.#phase !== 'end') throw cutShort()
    this.close()
  }

  /** Wipes what was not emitted. To be called if the message is not finished. */
  close(): void {
    this.#isClosed = true
    wipeAll(this.#held)
    this.#held = []
    this.#buffer.wipe()
    this.#cipher?.close()
    this.#transcript?.close()
  }

  /** @returns what follows the header */
  async #takeHeader(chunk: Uint8Array): Promise<Uint8Array> {
    this.#keep(chunk)
    const nothing = new Uint8Array(0)
    if (this.#partsLength < this.#nextTry) return nothing
    const arrived = this.#takeParts()
    let read: ReadHeader
    try {
      read = readHeader(arrived, this.#options)
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error
      if (arrived.byteLength > LONGEST_HEADER)
        throw new MessageLimitError(`The header is longer than ${LONGEST_HEADER} bytes.`)
      // An eighth more, so that a header that drips in is not read for every drop.
      this.#nextTry = Math.max(error.atLeast, Math.ceil(1.125 * arrived.byteLength))
      this.#keep(arrived)
      return nothing
    }
    await this.#begin(read)
    return arrived.subarray(read.bytes.byteLength)
  }

  async #begin(read: ReadHeader): Promise<void> {
    const { manager, policy, forbidsSigned, expectedContext, workers } = this.#options
    const { header, suite } = read
    if (forbidsSigned && suite.curve)
      throw new SignaturePolicyError(
        `Algorithm suite ${suiteName(suite.id)} signs; only unsigned messages are allowed.`,
      )
    checkDecryptsWith(policy, suite)
    const { encryptionContext, encryptedDataKeys, messageId, frameLength } = header
    const materials = await manager.decryptionMaterials({
      commitmentPolicy: policy,
      suite,
      messageId,
      encryptedDataKeys,
      encryptionContext,
      reproducedContext: expectedContext,
    })
    try {
      // Here, where no manager that caches, or is the application's own, can leave it out.
      checkExpected(materials, suite, encryptionContext, expectedContext)
      const { contentKey, commitKey } = await messageKeys(suite, materials.dataKey, messageId, 'decrypt')
      if (commitKey && !equalInConstantTime(commitKey, header.commitKey as Bytes))
        throw new KeyCommitmentError('The message does not commit to the data key that was decrypted.')
      await checkTag(read, await contentCipher(contentKey), materials)
      this.#cipher = new RunCipher({
        contentKey,
        layout: { messageId, frameLength },
        workers,
      })
    } finally {
      wipe(materials.dataKey)
    }
    this.#materials = materials
    this.#encryptionContext = contextWith(requiredPairs(materials), encryptionContext)
    this.#read = read
    this.#transcript = suite.curve && new Transcript(hashOf(suite.curve), workers)
    this.#transcript?.update([read.bytes])
    this.#phase = 'body'
  }

  /** @returns what follows the body */
  async #takeBody(chunk: Uint8Array): Promise<Uint8Array> {
    let rest = chunk
    let isCopy = false
    let opening: Promise<void> | undefined
    try {
      for (;;) {
        const end = this.#wholeLength + this.#lengthOfNext()
        rest = this.#buffer.fill(rest, end, Math.max(end, this.#runLength))
        if (this.#buffer.length < end) break
        // More may be known of the frame by now: how long it is.
        const needed = this.#lengthOfNext()
        if (end < this.#wholeLength + needed) continue
        const isLast = this.#isLast()
        this.#count(isLast)
        this.#wholeLength = end
        this.#wholeFrames += 1
        if (!isLast && this.#wholeFrames < framesOfRun(this.#frameLength)) continue
        // The first run is waited for when all has been taken: the chunk is its owner's again as soon as anybody waits.
        if ((opening || isLast) && !isCopy) {
          rest = rest.slice()
          isCopy = true
        }
        if (opening) await opening
        if (this.#isClosed) return new Uint8Array(0)
        opening = this.#open(isLast)
        if (!isLast) continue
        await opening
        this.#phase = this.#materials?.verificationKey ? 'footer' : 'end'
        return rest
      }
    } catch (error) {
      // What came before it has its say first.
      await opening
      throw error
    }
    await opening
    // Nobody waits for a run to be full while there is nothing else to do.
    const { lanes } = this.#cipher as RunCipher
    if (this.#wholeFrames > 0 && this.#runs.size < lanes) await this.#open(false)
    return rest
  }

  /** Bytes of a run that is full. */
  get #runLength(): number {
    return this.#frameLength === 0 ? 0 : framesOfRun(this.#frameLength) * (this.#frameLength + FRAME_OVERHEAD)
  }

  get #frameLength(): number {
    return (this.#read as ReadHeader).header.frameLength
  }

  /** What has arrived of the frame that is not whole yet. */
  get #next(): DataView {
    const { buffer, byteOffset, byteLength } = this.#buffer.filled.subarray(this.#wholeLength)
    return new DataView(buffer, byteOffset, byteLength)
  }

  /** Whether the frame that has arrived is the last one, or the body has none. */
  #isLast(): boolean {
    return this.#frameLength === 0 || this.#next.getUint32(0) === FINAL
  }

  /** Bytes of the next frame, as far as they can be told from its beginning. */
  #lengthOfNext(): number {
    const next = this.#next
    if (this.#frameLength === 0) {
      if (next.byteLength < BLOCK_HEADER) return BLOCK_HEADER
      return BLOCK_HEADER + this.#blockLength(next) + TAG_LENGTH
    }
    if (next.byteLength < 4) return 4
    if (next.getUint32(0) !== FINAL) return this.#accepted(this.#frameLength) + FRAME_OVERHEAD
    if (next.byteLength < FINAL_FRAME_HEADER) return FINAL_FRAME_HEADER
    const length = next.getUint32(FINAL_FRAME_HEADER - 4)
    if (length > this.#frameLength) throw new MessageFormatError('The final frame is longer than frames are.')
    return FINAL_FRAME_HEADER + this.#accepted(length) + TAG_LENGTH
  }

  #blockLength(block: DataView): number {
    const length = Number(block.getBigUint64(BLOCK_HEADER - 8))
    if (length > LONGEST_BLOCK) throw new MessageFormatError('The content is longer than the format allows.')
    return this.#accepted(length)
  }

  /**
   * The length of a frame that has begun and will have to be held. The header's frame length says nothing of that: all of a
   * message that is shorter is its last frame.
   */
  #accepted(length: number): number {
    const { maxFrameLength } = this.#options
    if (length > maxFrameLength)
      throw new MessageLimitError(
        `The message has ${length} bytes in one piece; ${maxFrameLength} are allowed, unless maxFrameLength says otherwise.`,
      )
    return length
  }

  /** Counts the content of the frame that has arrived. */
  #count(isLast: boolean): void {
    const { maxBodyLength = Number.POSITIVE_INFINITY } = this.#options
    const overhead = this.#frameLength === 0 ? BLOCK_HEADER : FINAL_FRAME_HEADER
    this.#bodyLength += isLast ? this.#lengthOfNext() - overhead - TAG_LENGTH : this.#frameLength
    if (this.#bodyLength > maxBodyLength)
      throw new MessageLimitError(`The message has more than the ${maxBodyLength} bytes that are allowed.`)
  }

  async #open(isLast: boolean): Promise<void> {
    const run: Run = { bytes: this.#buffer.take(this.#wholeLength), firstNumber: this.#sequenceNumber, isLast }
    this.#sequenceNumber += this.#wholeFrames
    this.#wholeLength = 0
    this.#wholeFrames = 0
    this.#transcript?.update([run.bytes])
    const opened = (this.#cipher as RunCipher).open(run)
    await this.#runs.add(opened.then((pieces) => ({ pieces, isLast })))
    await this.#transcript?.room()
  }

  async #takeFooter(): Promise<void> {
    const footer = this.#takeParts()
    const length = footer.byteLength < 2 ? Number.POSITIVE_INFINITY : new DataView(footer.buffer).getUint16(0)
    if (footer.byteLength < 2 + length) throw cutShort()
    if (footer.byteLength > 2 + length) throw trailing()
    const { verificationKey, suite } = this.#materials as DecryptionMaterials
    const digest = await (this.#transcript as Transcript).digest()
    const isGood = suite.curve && (await verify(suite.curve, verificationKey as Bytes, digest, footer.slice(2)))
    if (!isGood) throw new MessageSignatureError('The signature does not fit the message.')
    const held = this.#held
    this.#held = []
    this.#emit(held)
    this.#phase = 'end'
  }

  #emit(pieces: readonly Bytes[]): void {
    for (const piece of pieces) {
      this.#bytesDone += piece.byteLength
      if (piece.byteLength > 0) this.#options.emit(piece)
    }
    this.#options.onProgress?.(this.#bytesDone)
  }

  #keep(part: Uint8Array): void {
    if (part.byteLength === 0) return
    this.#parts.push(part.slice())
    this.#partsLength += part.byteLength
  }

  #takeParts(): Bytes {
    const parts = concatenate(this.#parts)
    this.#parts = []
    this.#partsLength = 0
    return parts
  }
}

/** @throws {@link MessageAuthenticationError} if the header was changed (MSG-10, CMM-12) */
async function checkTag(
  { body, iv, tag }: ReadHeader,
  cipher: ContentCipher,
  materials: DecryptionMaterials,
): Promise<void> {
  const additionalData = concatenate([body, serializeContext(requiredPairs(materials))])
  try {
    await cipher.open(iv, additionalData, tag)
  } catch (reason) {
    const error = notAuthentic(reason, 'The header was changed.') as Error
    const { requiredContextKeys } = materials
    throw requiredContextKeys.length > 0 ? notExpected(requiredContextKeys, error) : error
  }
}

function wipeAll(pieces: readonly Bytes[]): void {
  for (const piece of pieces) piece.fill(0)
}

function cutShort(): MessageFormatError {
  return new MessageFormatError('The message is cut short.', 'cutShort')
}

function trailing(): MessageFormatError {
  return new MessageFormatError('Something follows the end of the message.', 'trailing')
}
