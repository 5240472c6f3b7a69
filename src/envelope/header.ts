/** The header of a message (MSG-6 to MSG-11). */
import { type Bytes, concatenate, encoder, u16, u32 } from '../contract/bytes.js'
import { messageIdLength, type Suite, suiteName, suiteOf } from '../contract/suites.js'
import { ByteReader, withLength } from './bytes.js'
import { type EncryptionContext, parseContext, serializeContext } from './encryption-context.js'
import { MessageFormatError, MessageLimitError } from './errors.js'

/** A data key, encrypted by one keyring (MSG-7). */
export interface EncryptedDataKey {
  /** Of the keyring, such as `aws-kms`. */
  readonly providerId: string
  /** Such as the ARN of the KMS key, as UTF-8; binary for some keyrings. */
  readonly providerInfo: Bytes
  readonly encryptedDataKey: Bytes
}

/** What a message says about itself. */
export interface MessageHeader {
  readonly suiteId: number
  /** 16 or 32 bytes. */
  readonly messageId: Bytes
  readonly encryptionContext: EncryptionContext
  readonly encryptedDataKeys: readonly EncryptedDataKey[]
  readonly contentType: 'framed' | 'nonFramed'
  /** Bytes of plaintext in a frame; 0 for a message that is not framed. */
  readonly frameLength: number
  /** Of committing suites, 32 bytes. */
  readonly commitKey?: Bytes
}

/** A header that was read, with the bytes that it came in. */
export interface ReadHeader {
  readonly header: MessageHeader
  readonly suite: Suite
  /** The header body as received: what its tag authenticates (MSG-9). */
  readonly body: Bytes
  readonly iv: Bytes
  readonly tag: Bytes
  /** The header with its authentication. */
  readonly bytes: Bytes
}

export const IV_LENGTH = 12
export const TAG_LENGTH = 16
const TYPE = 0x80
const NON_FRAMED = 1
const FRAMED = 2
const COMMIT_KEY_LENGTH = 32
const BASE64_A = 0x41

/** The header body of a new message. */
export function writeHeader(suite: Suite, header: MessageHeader): Bytes {
  const { messageId, encryptionContext, encryptedDataKeys, frameLength, commitKey } = header
  return concatenate([
    suite.version === 1 ? Uint8Array.of(1, TYPE) : Uint8Array.of(2),
    u16(suite.id),
    messageId,
    withLength(serializeContext(encryptionContext)),
    u16(encryptedDataKeys.length),
    ...encryptedDataKeys.flatMap(writeDataKey),
    Uint8Array.of(FRAMED),
    ...(suite.version === 1 ? [u32(0), Uint8Array.of(IV_LENGTH)] : []),
    u32(frameLength),
    ...(commitKey ? [commitKey] : []),
  ])
}

export function writeDataKey({ providerId, providerInfo, encryptedDataKey }: EncryptedDataKey): Bytes[] {
  return [encoder.encode(providerId), providerInfo, encryptedDataKey].map(withLength)
}

/**
 * Reads a header from the beginning of a message.
 *
 * @param limits known before anything of the message is believed
 * @throws `NeedsMore` if it has not arrived as a whole yet
 * @throws {@link MessageFormatError}, {@link MessageLimitError}
 */
export function readHeader(
  bytes: Uint8Array,
  { maxEncryptedDataKeys }: { readonly maxEncryptedDataKeys?: number | undefined } = {},
): ReadHeader {
  const reader = new ByteReader(bytes)
  const version = reader.u8()
  if (version === BASE64_A)
    throw new MessageFormatError('The message begins like base64 text. Decode it to bytes first.')
  if (version !== 1 && version !== 2) throw new MessageFormatError(`There is no message format version ${version}.`)
  if (version === 1 && reader.u8() !== TYPE) throw new MessageFormatError('The message is of no known type.')
  const suiteId = reader.u16()
  const suite = suiteOf(suiteId)
  if (!suite) throw new MessageFormatError(`There is no algorithm suite ${suiteName(suiteId)}.`)
  if (suite.version !== version)
    throw new MessageFormatError(`Algorithm suite ${suiteName(suiteId)} is not one of format version ${version}.`)
  const messageId = reader.take(messageIdLength(suite))
  const encryptionContext = parseContext(reader.field())
  const encryptedDataKeys = readDataKeys(reader, maxEncryptedDataKeys)
  const type = reader.u8()
  if (type !== FRAMED && type !== NON_FRAMED) throw new MessageFormatError(`There is no content type ${type}.`)
  if (version === 1 && reader.u32() !== 0) throw new MessageFormatError('Reserved bytes of the header are not zero.')
  if (version === 1 && reader.u8() !== IV_LENGTH) throw new MessageFormatError('The IV has another length than 12.')
  const frameLength = reader.u32()
  if ((type === FRAMED) === (frameLength === 0))
    throw new MessageFormatError('The frame length does not fit the content type.')
  const commitKey = suite.commits ? reader.take(COMMIT_KEY_LENGTH) : undefined
  const body = bytes.slice(0, reader.offset) as Bytes
  const iv = version === 1 ? reader.take(IV_LENGTH) : new Uint8Array(IV_LENGTH)
  const tag = reader.take(TAG_LENGTH)
  const contentType = type === FRAMED ? 'framed' : 'nonFramed'
  const header = { suiteId, messageId, encryptionContext, encryptedDataKeys, contentType, frameLength } as const
  return {
    header: { ...header, ...(commitKey && { commitKey }) },
    suite,
    body,
    iv,
    tag,
    bytes: bytes.slice(0, reader.offset) as Bytes,
  }
}

function readDataKeys(reader: ByteReader, most: number | undefined): EncryptedDataKey[] {
  const count = reader.u16()
  if (count === 0) throw new MessageFormatError('The message has no encrypted data key.')
  if (most !== undefined && count > most)
    throw new MessageLimitError(
      `The message has ${count} encrypted data keys; ${most} are allowed. maxEncryptedDataKeys of buildClient says how many.`,
    )
  return Array.from({ length: count }, () => {
    const providerId = new TextDecoder().decode(reader.field())
    return { providerId, providerInfo: reader.field(), encryptedDataKey: reader.field() }
  })
}
