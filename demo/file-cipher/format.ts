/**
 * The header of an encrypted file. This file only prints and parses bytes; it knows no keys and no policy.
 *
 * The format is the demo's own. It will give way to the message format of the AWS Encryption SDK.
 *
 * ```
 * magic                8   "BKMSFILE"
 * version              1   1
 * length of the rest   4   big-endian, at most 65,536
 *   plaintext length   8   big-endian
 *   key ARN            2 + n   length, UTF-8
 *   wrapped data key   2 + n   length, bytes
 *   pairs              2   number of pairs of the encryption context
 *     name, value      2 + n each, sorted by name
 * chunks                   see chunks.ts
 * ```
 *
 * Nothing in the header is secret, and nothing in it is believed before it is authenticated: the vault checks the
 * encryption context when it opens the data key, and every chunk has the whole header as additional data.
 */
import { FileCipherError } from './file-cipher-error.js'

/** What the header of an encrypted file says. */
export interface FileHeader {
  /** Length of the original file in bytes. */
  readonly plaintextLength: number
  /** The KMS key that wraps the data key. */
  readonly keyArn: string
  /** The data key, encrypted under that key: GenerateDataKey's `CiphertextBlob`. */
  readonly wrappedDataKey: Uint8Array
  /** The context the data key was made with; the pair `file` is the original file's name. */
  readonly encryptionContext: Readonly<Record<string, string>>
}

const MAGIC = new TextEncoder().encode('BKMSFILE')
const VERSION = 1
const PREAMBLE_LENGTH = MAGIC.length + 1 + 4
const MAX_BODY_LENGTH = 65_536

/** Whether a file begins as an encrypted file of any version does. */
export async function looksEncrypted(file: Blob): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, MAGIC.length).arrayBuffer())
  return start.length === MAGIC.length && MAGIC.every((byte, index) => start[index] === byte)
}

/** The header as bytes: the start of the file, and the additional data of each of its chunks. */
export function printHeader(header: FileHeader): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder()
  const pairs = Object.entries(header.encryptionContext).sort(([a], [b]) => (a < b ? -1 : 1))
  const fields = [text.encode(header.keyArn), header.wrappedDataKey]
  const contextFields = pairs.flat().map((part) => text.encode(part))
  const bodyLength = [...fields, ...contextFields].reduce((sum, field) => sum + 2 + field.length, 8 + 2)
  const bytes = new Uint8Array(PREAMBLE_LENGTH + bodyLength)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint8(MAGIC.length, VERSION)
  view.setUint32(MAGIC.length + 1, bodyLength)
  view.setBigUint64(PREAMBLE_LENGTH, BigInt(header.plaintextLength))
  let offset = PREAMBLE_LENGTH + 8
  const put = (field: Uint8Array) => {
    view.setUint16(offset, field.length)
    bytes.set(field, offset + 2)
    offset += 2 + field.length
  }
  fields.forEach(put)
  view.setUint16(offset, pairs.length)
  offset += 2
  contextFields.forEach(put)
  return bytes
}

/**
 * Reads the header of an encrypted file.
 *
 * @throws {@link FileCipherError} `NotAnEncryptedFile`, `UnsupportedVersion` or `DamagedHeader`
 */
export async function readHeader(file: Blob): Promise<{ header: FileHeader; bytes: Uint8Array<ArrayBuffer> }> {
  if (!(await looksEncrypted(file)))
    throw new FileCipherError('NotAnEncryptedFile', 'The file does not begin with the mark of an encrypted file.')
  const preamble = new DataView(await file.slice(0, PREAMBLE_LENGTH).arrayBuffer())
  if (preamble.byteLength < PREAMBLE_LENGTH) throw damaged()
  const version = preamble.getUint8(MAGIC.length)
  if (version !== VERSION)
    throw new FileCipherError(
      'UnsupportedVersion',
      `The file has format version ${version}; this page reads ${VERSION}.`,
    )
  const bodyLength = preamble.getUint32(MAGIC.length + 1)
  if (bodyLength > MAX_BODY_LENGTH || PREAMBLE_LENGTH + bodyLength > file.size) throw damaged()
  const bytes = new Uint8Array(await file.slice(0, PREAMBLE_LENGTH + bodyLength).arrayBuffer())
  return { header: parseBody(bytes), bytes }
}

function parseBody(bytes: Uint8Array<ArrayBuffer>): FileHeader {
  const view = new DataView(bytes.buffer)
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    const plaintextLength = Number(view.getBigUint64(PREAMBLE_LENGTH))
    let offset = PREAMBLE_LENGTH + 8
    const take = () => {
      const end = offset + 2 + view.getUint16(offset)
      if (end > bytes.length) throw damaged()
      const field = bytes.slice(offset + 2, end)
      offset = end
      return field
    }
    const keyArn = text.decode(take())
    const wrappedDataKey = take()
    const pairs = view.getUint16(offset)
    offset += 2
    const encryptionContext = Object.fromEntries(
      Array.from({ length: pairs }, () => [text.decode(take()), text.decode(take())]),
    )
    if (offset !== bytes.length) throw damaged()
    return { plaintextLength, keyArn, wrappedDataKey, encryptionContext }
  } catch {
    // Reading outside the bytes (RangeError) and text that is no UTF-8 (TypeError) mean the same as a wrong length.
    throw damaged()
  }
}

function damaged(): FileCipherError {
  return new FileCipherError('DamagedHeader', 'The header of the file is incomplete or has been changed.')
}
