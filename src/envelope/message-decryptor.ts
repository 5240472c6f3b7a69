/**
 * Opens a message piece by piece (DECR-1 to DECR-9, STRM-4, STRM-5). What it gives has been authenticated; the last frame
 * of a signed message only once the signature has been verified.
 */

import { type Bytes, concatenate, equalInConstantTime } from '../contract/bytes.js'
import { bodyAdditionalData, FINAL, FIRST_SEQUENCE_NUMBER } from './body.js'
import { ByteReader, NeedsMore } from './bytes.js'
import { type ContentCipher, deriveKeys } from './content-keys.js'
import type { EncryptionContext } from './encryption-context.js'
import {
  DataKeyUnwrapError,
  KeyCommitmentError,
  MessageAuthenticationError,
  MessageFormatError,
  MessageLimitError,
  MessageSignatureError,
  SignaturePolicyError,
} from './errors.js'
import { type MessageHeader, type ReadHeader, readHeader, TAG_LENGTH } from './header.js'
import { type Keyring, verifierFor } from './materials.js'
import type { CommitmentPolicy } from './policies.js'
import type { MessageVerifier } from './signatures.js'
import { suiteName } from './suites.js'

export interface DecryptorOptions {
  readonly keyring: Keyring
  readonly policy: CommitmentPolicy
  readonly maxEncryptedDataKeys?: number | undefined
  /** Bytes; a frame has to be held before it can be believed (STRM-7). */
  readonly maxFrameLength: number
  /** Refuses signed messages, whose last frame could only come at the very end (STRM-6). */
  readonly forbidsSigned?: boolean
  /** Pairs that the message must have. */
  readonly expectedContext?: EncryptionContext | undefined
}

/** Longest content of a message that is not framed, by the format. */
const LONGEST_BLOCK = 2 ** 36 - 32

type Phase = 'header' | 'body' | 'footer' | 'end'

export class MessageDecryptor {
  readonly #options: DecryptorOptions
  #phase: Phase = 'header'
  /** What has arrived; the part before `#start` is read. */
  #arrived: Bytes = new Uint8Array(0)
  #start = 0
  #read: ReadHeader | undefined
  #cipher: ContentCipher | undefined
  #verifier: MessageVerifier | undefined
  #sequenceNumber = FIRST_SEQUENCE_NUMBER
  /** Plaintext that waits for the signature. */
  #held: Bytes | undefined

  constructor(options: DecryptorOptions) {
    this.#options = options
  }

  get #waiting(): Bytes {
    return this.#arrived.subarray(this.#start)
  }

  /** Known once it was authenticated. */
  get header(): MessageHeader | undefined {
    return this.#cipher && this.#read?.header
  }

  /** Takes a piece of the message; gives the plaintext that can be believed by now. */
  async push(chunk: Uint8Array): Promise<Bytes[]> {
    this.#arrived = concatenate([this.#waiting, chunk])
    this.#start = 0
    const plaintexts: Bytes[] = []
    for (;;) {
      const plaintext = await this.#step()
      if (plaintext === undefined) return plaintexts
      if (plaintext.byteLength > 0) plaintexts.push(plaintext)
    }
  }

  /** Says that the message is over. @throws {@link MessageFormatError} if it ends too early */
  finish(): void {
    if (this.#phase !== 'end') {
      this.#held?.fill(0)
      throw new MessageFormatError('The message is cut short.')
    }
  }

  /** @returns undefined if more has to arrive first */
  async #step(): Promise<Bytes | undefined> {
    switch (this.#phase) {
      case 'header':
        return this.#takeHeader()
      case 'body':
        return this.#takeBody()
      case 'footer':
        return this.#takeFooter()
      case 'end':
        if (this.#waiting.byteLength > 0) throw new MessageFormatError('Something follows the end of the message.')
        return undefined
    }
  }

  async #takeHeader(): Promise<Bytes | undefined> {
    const { keyring, policy, maxEncryptedDataKeys, forbidsSigned, expectedContext } = this.#options
    const read = readHeader(this.#waiting, { maxEncryptedDataKeys })
    if (!read) return undefined
    const { header, suite, body, iv, tag, length } = read
    if (forbidsSigned && suite.curve)
      throw new SignaturePolicyError(
        `Algorithm suite ${suiteName(suite.id)} signs; only unsigned messages are allowed.`,
      )
    if (header.frameLength > this.#options.maxFrameLength)
      throw new MessageLimitError(
        `The message has frames of ${header.frameLength} bytes; ${this.#options.maxFrameLength} are allowed.`,
      )
    const { encryptionContext, encryptedDataKeys, messageId } = header
    this.#verifier = await verifierFor(suite, policy, encryptionContext, expectedContext)
    const unwrapped = await keyring.unwrap({ suite, encryptionContext, encryptedDataKeys })
    if (!('dataKey' in unwrapped))
      throw new DataKeyUnwrapError(
        unwrapped.errors,
        'None of the encrypted data keys of the message could be decrypted: the keyring has none of their keys, or may not use them.',
      )
    const { dataKey } = unwrapped
    try {
      if (dataKey.byteLength !== suite.keyLength) throw new MessageFormatError('The data key has a wrong length.')
      const { cipher, commitKey } = await deriveKeys(suite, dataKey, messageId)
      if (commitKey && !equalInConstantTime(commitKey, header.commitKey as Bytes))
        throw new KeyCommitmentError('The message does not commit to the data key that was decrypted.')
      if (!(await cipher.open(iv, body, tag))) throw new MessageAuthenticationError('The header was changed.')
      this.#cipher = cipher
    } finally {
      dataKey.fill(0)
    }
    this.#read = read
    this.#consume(length)
    this.#phase = 'body'
    return new Uint8Array(0)
  }

  async #takeBody(): Promise<Bytes | undefined> {
    const { header } = this.#read as ReadHeader
    const reader = new ByteReader(this.#waiting)
    try {
      return await (header.contentType === 'framed' ? this.#takeFrame(reader, header) : this.#takeBlock(reader, header))
    } catch (error) {
      if (error instanceof NeedsMore) return undefined
      throw error
    }
  }

  async #takeFrame(reader: ByteReader, { frameLength, messageId }: MessageHeader): Promise<Bytes> {
    const first = reader.u32()
    const isFinal = first === FINAL
    const number = isFinal ? reader.u32() : first
    if (number !== this.#sequenceNumber)
      throw new MessageAuthenticationError('Frames are missing, repeated or out of order.')
    const iv = reader.take(12)
    const length = isFinal ? reader.u32() : frameLength
    if (length > frameLength) throw new MessageFormatError('The final frame is longer than frames are.')
    const sealed = reader.take(length + TAG_LENGTH)
    const additionalData = bodyAdditionalData(messageId, isFinal ? 'final' : 'frame', number, length)
    const plaintext = await this.#open(iv, additionalData, sealed)
    this.#sequenceNumber += 1
    this.#consume(reader.offset)
    return isFinal ? this.#end(plaintext) : plaintext
  }

  async #takeBlock(reader: ByteReader, { messageId }: MessageHeader): Promise<Bytes> {
    const iv = reader.take(12)
    const length = reader.u64()
    if (!(length <= LONGEST_BLOCK)) throw new MessageFormatError('The content is longer than the format allows.')
    if (length > this.#options.maxFrameLength)
      throw new MessageLimitError(
        `The message has ${length} bytes in one piece; ${this.#options.maxFrameLength} are allowed.`,
      )
    const sealed = reader.take(length + TAG_LENGTH)
    const plaintext = await this.#open(iv, bodyAdditionalData(messageId, 'whole', 1, length), sealed)
    this.#consume(reader.offset)
    return this.#end(plaintext)
  }

  async #open(iv: Bytes, additionalData: Bytes, sealed: Bytes): Promise<Bytes> {
    const plaintext = await (this.#cipher as ContentCipher).open(iv, additionalData, sealed)
    if (!plaintext) throw new MessageAuthenticationError('A frame was changed.')
    return plaintext
  }

  /** The last plaintext of a signed message waits for the signature. */
  #end(plaintext: Bytes): Bytes {
    if (!this.#verifier) {
      this.#phase = 'end'
      return plaintext
    }
    this.#held = plaintext
    this.#phase = 'footer'
    return new Uint8Array(0)
  }

  #takeFooter(): Bytes | undefined {
    const reader = new ByteReader(this.#waiting)
    let signature: Bytes
    try {
      signature = reader.field()
    } catch (error) {
      if (error instanceof NeedsMore) return undefined
      throw error
    }
    const held = this.#held as Bytes
    this.#start += reader.offset
    if (!this.#verifier?.verify(signature)) {
      held.fill(0)
      throw new MessageSignatureError('The signature does not fit the message.')
    }
    this.#held = undefined
    this.#phase = 'end'
    return held
  }

  /** Lets go of bytes that have been read; the signature is over them. */
  #consume(length: number): void {
    this.#verifier?.update(this.#waiting.subarray(0, length))
    this.#start += length
  }
}
