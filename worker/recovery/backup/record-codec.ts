/**
 * Records as bytes: the kind (one byte), the length of the text (`u32`), the length of the bytes (`u32`), the text, the
 * bytes. The text is the record as JSON, in which each member that is bytes is a number, its length; the bytes themselves
 * follow, one member after the other, as the record's table names them (record-tables.ts). Numbers are big-endian.
 *
 * Everything goes through the table on its way out as well: a backup that could not be read back would be found out on
 * the day on which it is needed.
 */
import { type Bytes, concatenate, encoder, lengthOf, u32 } from '../../../src/contract/bytes.js'
import { type Reader, read, structure } from '../../../src/contract/reader.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { type RecordTable, recordTables } from './record-tables.js'
import type { BackupRecord, RecordKind } from './records.js'

const HEADER_LENGTH = 9
/** Bytes of a record's text: the longest are packs of audit records. */
const LONGEST_TEXT = 32 * 1024 * 1024
/** Bytes of all that is bytes in one record. */
const LONGEST_BYTES = 1024 * 1024

interface Codec extends Pick<RecordTable<unknown>, 'code'> {
  readonly kind: RecordKind
  readonly reader: Reader<Record<string, unknown>>
  readonly members: readonly string[]
  readonly bytes: readonly string[]
}

const codecs: readonly Codec[] = Object.entries(recordTables).map(([kind, { code, members, bytes }]) => ({
  kind: kind as RecordKind,
  code,
  bytes,
  members: Object.keys(members),
  reader: structure(members as Readonly<Record<string, Reader<unknown>>>) as Reader<Record<string, unknown>>,
}))
const byKind = new Map(codecs.map((codec) => [codec.kind, codec]))
const byCode = new Map(codecs.map((codec) => [codec.code, codec]))

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param value may have more members than the record: they are left out
 * @throws BackupFormatException if it could not be read back
 */
export function encodeRecord({ kind, value }: BackupRecord): Bytes {
  const { code, reader, members, bytes } = byKind.get(kind) as Codec
  const given = value as unknown as Readonly<Record<string, unknown>>
  const picked = Object.fromEntries(members.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])))
  const owned = read(reader, picked, kind, unreadable)
  const parts: Bytes[] = []
  for (const name of bytes) {
    const part = owned[name] as Bytes | undefined
    if (part === undefined) continue
    parts.push(part)
    owned[name] = part.byteLength
  }
  const written = encoder.encode(JSON.stringify(owned))
  return concatenate([Uint8Array.of(code), u32(written.byteLength), u32(lengthOf(parts)), written, ...parts])
}

/**
 * Reads records out of a stream of bytes, whichever way it is cut. No more of it is held than the record that is being
 * read.
 *
 * @throws BackupFormatException for what is no record, or is cut short
 */
export async function* decodeRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<BackupRecord, void> {
  const arrived = new Arrived()
  for await (const chunk of chunks) {
    arrived.add(chunk)
    for (;;) {
      const header = arrived.peek(HEADER_LENGTH)
      if (!header) break
      const { codec, textLength, bytesLength } = readRecordHeader(header)
      const whole = arrived.take(HEADER_LENGTH + textLength + bytesLength)
      if (!whole) break
      yield decode(
        codec,
        whole.subarray(HEADER_LENGTH, HEADER_LENGTH + textLength),
        whole.subarray(HEADER_LENGTH + textLength),
      )
    }
  }
  if (arrived.length > 0) throw unreadable('The last record is cut short.')
}

function readRecordHeader(header: Uint8Array): {
  readonly codec: Codec
  readonly textLength: number
  readonly bytesLength: number
} {
  const view = new DataView(header.buffer, header.byteOffset)
  const codec = byCode.get(view.getUint8(0))
  if (!codec) throw unreadable(`There is no record of kind ${view.getUint8(0)}.`)
  const [textLength, bytesLength] = [view.getUint32(1), view.getUint32(5)]
  if (textLength > LONGEST_TEXT || bytesLength > LONGEST_BYTES) throw unreadable('A record is longer than any can be.')
  return { codec, textLength, bytesLength }
}

function decode({ kind, reader, bytes }: Codec, written: Uint8Array, parts: Uint8Array): BackupRecord {
  const value = parse(kind, written)
  let offset = 0
  for (const name of bytes) {
    const length = value[name]
    if (length === undefined) continue
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0 || offset + length > parts.byteLength)
      throw unreadable(`The ${name} of a ${kind} has a length that it cannot have.`)
    value[name] = parts.subarray(offset, offset + length)
    offset += length
  }
  if (offset !== parts.byteLength) throw unreadable(`A ${kind} has bytes left over.`)
  // What the table reads is what the type says: they are held together there.
  return { kind, value: read(reader, value, kind, unreadable) } as unknown as BackupRecord
}

function parse(kind: RecordKind, written: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(decoder.decode(written))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // No UTF-8, or no JSON.
  }
  throw unreadable(`A ${kind} is no record.`)
}

function unreadable(why: string): BackupFormatException {
  return new BackupFormatException(`The backup cannot be read: ${why}`)
}

/** Bytes that have arrived and were not taken yet, without copying what is long for each that is short. */
class Arrived {
  #parts: Uint8Array[] = []
  length = 0

  add(part: Uint8Array): void {
    if (part.byteLength === 0) return
    this.#parts.push(part)
    this.length += part.byteLength
  }

  /** @returns undefined if there are not as many */
  peek(length: number): Uint8Array | undefined {
    if (this.length < length) return undefined
    const [first] = this.#parts as [Uint8Array]
    if (first.byteLength >= length) return first.subarray(0, length)
    this.#parts = [concatenate(this.#parts)]
    return (this.#parts[0] as Uint8Array).subarray(0, length)
  }

  take(length: number): Uint8Array | undefined {
    const taken = this.peek(length)
    if (!taken) return undefined
    const [first] = this.#parts as [Uint8Array]
    if (first.byteLength === length) this.#parts.shift()
    else this.#parts[0] = first.subarray(length)
    this.length -= length
    return taken
  }
}
