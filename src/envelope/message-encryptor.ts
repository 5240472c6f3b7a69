/** Makes a message piece by piece (ENCR-1 to ENCR-6, STRM-2). Chunk boundaries of the input do not show in it. */

import { type Bytes, concatenate } from '../contract/bytes.js'
import { bodyAdditionalData, FINAL, FIRST_SEQUENCE_NUMBER, frameIv } from './body.js'
import { u32, withLength } from './bytes.js'
import { type ContentCipher, deriveKeys } from './content-keys.js'
import { MessageLimitError } from './errors.js'
import { IV_LENGTH, type MessageHeader, messageIdLength, writeHeader } from './header.js'
import type { EncryptionMaterials } from './materials.js'

const MOST_FRAMES = FINAL - 1

export class MessageEncryptor {
  readonly header: MessageHeader
  readonly #materials: EncryptionMaterials
  readonly #cipher: ContentCipher
  readonly #headerBytes: Bytes
  #waiting: Uint8Array[] = []
  #waitingLength = 0
  #sequenceNumber = FIRST_SEQUENCE_NUMBER

  /**
   * @param materials its data key is wiped
   * @param frameLength bytes of plaintext in a frame
   */
  static async begin(materials: EncryptionMaterials, frameLength: number): Promise<MessageEncryptor> {
    const { suite, dataKey, encryptionContext, encryptedDataKeys } = materials
    const messageId = crypto.getRandomValues(new Uint8Array(messageIdLength(suite)))
    const { cipher, commitKey } = await deriveKeys(suite, dataKey, messageId).finally(() => dataKey.fill(0))
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
    const tag = await cipher.seal(iv, body, new Uint8Array(0))
    const authentication = suite.version === 1 ? [iv, tag] : [tag]
    return new MessageEncryptor(materials, header, cipher, concatenate([body, ...authentication]))
  }

  private constructor(
    materials: EncryptionMaterials,
    header: MessageHeader,
    cipher: ContentCipher,
    headerBytes: Bytes,
  ) {
    this.#materials = materials
    this.header = header
    this.#cipher = cipher
    this.#headerBytes = headerBytes
  }

  /** The first bytes of the message. */
  start(): Bytes {
    return this.#out(this.#headerBytes)
  }

  /** Takes plaintext; gives the frames that are full by now. The last frame is always held back. */
  async push(plaintext: Uint8Array): Promise<Bytes[]> {
    // A copy: the caller may use its buffer again, and what waits here is wiped later.
    this.#waiting.push(plaintext.slice())
    this.#waitingLength += plaintext.byteLength
    const { frameLength } = this.header
    if (this.#waitingLength <= frameLength) return []
    const all = this.#takeWaiting()
    const frames: Bytes[] = []
    let offset = 0
    for (; all.byteLength - offset > frameLength; offset += frameLength)
      frames.push(await this.#frame(all.slice(offset, offset + frameLength), 'frame'))
    this.#waiting = [all.slice(offset)]
    this.#waitingLength = all.byteLength - offset
    all.fill(0)
    return frames
  }

  /** The last frame, and the signature. */
  async finish(): Promise<Bytes[]> {
    const last = this.#takeWaiting()
    const frame = await this.#frame(last, 'final')
    const { signer } = this.#materials
    return signer ? [frame, withLength(signer.sign())] : [frame]
  }

  #takeWaiting(): Bytes {
    const all = concatenate(this.#waiting)
    for (const bytes of this.#waiting) bytes.fill(0)
    this.#waiting = []
    return all
  }

  async #frame(plaintext: Bytes, content: 'frame' | 'final'): Promise<Bytes> {
    const number = this.#sequenceNumber++
    if (number > MOST_FRAMES) throw new MessageLimitError('The message has more frames than there are numbers for.')
    const { messageId } = this.header
    const length = plaintext.byteLength
    const iv = frameIv(number)
    const sealed = await this.#cipher.seal(iv, bodyAdditionalData(messageId, content, number, length), plaintext)
    plaintext.fill(0)
    const beginning = content === 'final' ? [u32(FINAL), u32(number), iv, u32(length)] : [u32(number), iv]
    return this.#out(concatenate([...beginning, sealed]))
  }

  #out(bytes: Bytes): Bytes {
    this.#materials.signer?.update(bytes)
    return bytes
  }
}
