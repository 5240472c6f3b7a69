/**
 * Frames, and what is authenticated with them (MSG-12 to MSG-15). They are sealed and opened in runs: as many as make it
 * worth a message to a data worker. Pure functions, the same on the page and in the worker.
 */
import { type Bytes, concatenate, encoder, u32, u64 } from '../contract/bytes.js'
import { type ContentCipher, notAuthentic } from './content-cipher.js'
import { MessageAuthenticationError } from './errors.js'
import { IV_LENGTH, TAG_LENGTH } from './header.js'
import { letGo } from './memory.js'

/** In place of a sequence number, marks the last frame; its own number follows. */
export const FINAL = 0xffffffff
export const FIRST_SEQUENCE_NUMBER = 1
/** Bytes of a frame beside its content. */
export const FRAME_OVERHEAD = 4 + IV_LENGTH + TAG_LENGTH
/** Bytes of the last frame before its content. */
export const FINAL_FRAME_HEADER = 4 + 4 + IV_LENGTH + 4
/** Bytes of a body without frames before its content. */
export const BLOCK_HEADER = IV_LENGTH + 8

/** What all frames of a message have in common. */
export interface Layout {
  readonly messageId: Bytes
  /** Bytes of plaintext in a frame; 0 for a body that is not framed. */
  readonly frameLength: number
}

/** Frames that follow each other. */
export interface Run {
  /** Plaintext of the frames, or the frames themselves. */
  readonly bytes: Bytes
  /** Sequence number of the first one. */
  readonly firstNumber: number
  /** Whether the message's last frame is the last of them. */
  readonly isLast: boolean
}

const contents: Readonly<Record<'frame' | 'final' | 'whole', Bytes>> = {
  frame: encoder.encode('AWSKMSEncryptionClient Frame'),
  final: encoder.encode('AWSKMSEncryptionClient Final Frame'),
  whole: encoder.encode('AWSKMSEncryptionClient Single Block'),
} as const

/** Additional data of a piece of the body. */
export function bodyAdditionalData(
  messageId: Bytes,
  content: keyof typeof contents,
  sequenceNumber: number,
  length: number,
): Bytes {
  return concatenate([messageId, contents[content], u32(sequenceNumber), u64(length)])
}

/** How many frames a plaintext makes: the last one may be shorter, and only that of an empty message is empty. */
export function frameCount(plaintextLength: number, frameLength: number): number {
  return Math.max(1, Math.ceil(plaintextLength / frameLength))
}

/**
 * Content from which a frame is passed on in the buffer that WebCrypto made, with its header before it as a piece of its
 * own. Shorter ones are copied together: a piece costs more than its bytes (measured).
 */
const PASS_ON_FROM = 65_536

/**
 * @param run plaintext: a multiple of the frame length, unless it is the last
 * @returns the frames, in pieces
 */
export async function sealRun(
  cipher: ContentCipher,
  { messageId, frameLength }: Layout,
  { bytes, firstNumber, isLast }: Run,
): Promise<Bytes[]> {
  const count = frameCount(bytes.byteLength, frameLength)
  const regularCount = isLast ? count - 1 : count
  const regular = new FrameData(messageId, 'frame')
  const sealed: Promise<ArrayBuffer>[] = []
  for (let index = 0; index < regularCount; index++) {
    regular.set(firstNumber + index, frameLength)
    const content = bytes.subarray(index * frameLength, (index + 1) * frameLength)
    sealed.push(cipher.seal(regular.iv, regular.additionalData, content))
  }
  const last = bytes.subarray(regularCount * frameLength)
  if (isLast) {
    const final = new FrameData(messageId, 'final')
    final.set(firstNumber + regularCount, last.byteLength)
    sealed.push(cipher.seal(final.iv, final.additionalData, last))
  }
  const frames = await Promise.all(sealed)
  const message = new Pieces(bytes.byteLength + count * FRAME_OVERHEAD + 8, frameLength)
  for (const [index, frame] of frames.entries()) {
    const number = firstNumber + index
    if (index < regularCount) message.addHeader(4 + IV_LENGTH, (header) => writeNumber(header, 0, number))
    else
      message.addHeader(FINAL_FRAME_HEADER, (header) => {
        header.setUint32(0, FINAL)
        writeNumber(header, 4, number)
        header.setUint32(FINAL_FRAME_HEADER - 4, last.byteLength)
      })
    message.add(frame)
  }
  return message.done()
}

/**
 * @param run whole frames, or a whole body without frames
 * @returns their plaintext, in pieces
 * @throws {@link MessageAuthenticationError} if any of them was changed or is not the one whose turn it is
 */
export async function openRun(cipher: ContentCipher, layout: Layout, run: Run): Promise<Bytes[]> {
  const { bytes } = run
  const opened: Promise<ArrayBuffer>[] = []
  try {
    for (const { data, offset, length } of splitRun(layout, run))
      opened.push(cipher.open(data.iv, data.additionalData, bytes.subarray(offset, offset + length + TAG_LENGTH)))
  } catch (error) {
    for (const frame of opened) frame.catch(() => {})
    throw error
  }
  try {
    const plaintext = new Pieces(bytes.byteLength, layout.frameLength)
    for (const frame of await Promise.all(opened)) plaintext.add(frame)
    return plaintext.done()
  } catch (error) {
    throw notAuthentic(error, 'A frame was changed.')
  }
}

/** What goes into the sealing of a frame beside its content: one pair of buffers for all frames of a kind. */
class FrameData {
  readonly iv: Bytes = new Uint8Array(IV_LENGTH)
  readonly additionalData: Bytes
  readonly #numbers: DataView
  readonly #iv = new DataView(this.iv.buffer)

  constructor(messageId: Bytes, content: keyof typeof contents) {
    this.additionalData = bodyAdditionalData(messageId, content, 0, 0)
    this.#numbers = new DataView(this.additionalData.buffer, this.additionalData.byteLength - 12)
  }

  /** @param iv of the frame; by default the one that its number makes (MSG-14) */
  set(sequenceNumber: number, length: number, iv?: Uint8Array): void {
    this.#numbers.setUint32(0, sequenceNumber)
    this.#numbers.setUint32(4, Math.floor(length / 2 ** 32))
    this.#numbers.setUint32(8, length % 2 ** 32)
    if (iv) this.iv.set(iv)
    else this.#iv.setUint32(IV_LENGTH - 4, sequenceNumber)
  }
}

/** Where the sealed content of a frame is, and what it was sealed with; valid until the next one is asked for. */
interface Frame {
  readonly data: FrameData
  readonly offset: number
  readonly length: number
}

function* splitRun({ messageId, frameLength }: Layout, { bytes, firstNumber, isLast }: Run): Generator<Frame> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (frameLength === 0) {
    const length = Number(view.getBigUint64(IV_LENGTH))
    const data = new FrameData(messageId, 'whole')
    data.set(FIRST_SEQUENCE_NUMBER, length, bytes.subarray(0, IV_LENGTH))
    yield { data, offset: BLOCK_HEADER, length }
    return
  }
  const regular = new FrameData(messageId, 'frame')
  for (let at = 0, expected = firstNumber; at < bytes.byteLength; expected++) {
    const isFinal = isLast && view.getUint32(at) === FINAL
    const numberAt = isFinal ? at + 4 : at
    if (view.getUint32(numberAt) !== expected)
      throw new MessageAuthenticationError('Frames are missing, repeated or out of order.')
    const data = isFinal ? new FrameData(messageId, 'final') : regular
    const length = isFinal ? view.getUint32(at + FINAL_FRAME_HEADER - 4) : frameLength
    const offset = at + (isFinal ? FINAL_FRAME_HEADER : 4 + IV_LENGTH)
    data.set(expected, length, bytes.subarray(numberAt + 4, numberAt + 4 + IV_LENGTH))
    yield { data, offset, length }
    at = offset + length + TAG_LENGTH
  }
}

/** A sequence number and the IV that follows it (MSG-14). */
function writeNumber(header: DataView, at: number, sequenceNumber: number): void {
  header.setUint32(at, sequenceNumber)
  header.setUint32(at + IV_LENGTH, sequenceNumber)
}

/** Puts short parts together, and passes long ones on. */
class Pieces {
  readonly #pieces: Bytes[] = []
  readonly #together: Bytes | undefined
  #length = 0

  /** @param most bytes that there can be */
  constructor(most: number, frameLength: number) {
    if (frameLength > 0 && frameLength < PASS_ON_FROM) this.#together = new Uint8Array(most)
  }

  add(part: ArrayBuffer): void {
    if (!this.#together) {
      if (part.byteLength > 0) this.#pieces.push(new Uint8Array(part))
      return
    }
    this.#together.set(new Uint8Array(part), this.#length)
    this.#length += part.byteLength
    letGo(part)
  }

  addHeader(length: number, write: (header: DataView) => void): void {
    if (!this.#together) {
      const header = new Uint8Array(length)
      write(new DataView(header.buffer))
      this.#pieces.push(header)
      return
    }
    write(new DataView(this.#together.buffer, this.#length, length))
    this.#length += length
  }

  done(): Bytes[] {
    if (this.#together && this.#length > 0) this.#pieces.push(this.#together.subarray(0, this.#length) as Bytes)
    return this.#pieces
  }
}
