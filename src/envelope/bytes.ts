/** Big-endian numbers and byte strings, as messages are made of. */
import { type Bytes, concatenate, u16 } from '../contract/bytes.js'
import { ValidationException } from '../contract/errors.js'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Bytes with their length in front, as `u16`.
 *
 * @throws `ValidationException` if they are longer than that can say; only a keyring of the application's own makes such
 */
export function withLength(bytes: Uint8Array): Bytes {
  if (bytes.byteLength > 0xffff)
    throw new ValidationException(`A field of a message can have 65,535 bytes; a keyring made ${bytes.byteLength}.`)
  return concatenate([u16(bytes.byteLength), bytes])
}

/** Says that a reader has come to the end of what has arrived so far. */
export class NeedsMore extends Error {
  /** Bytes that have to have arrived, at least, for another try to get further. */
  readonly atLeast: number

  constructor(atLeast: number) {
    super()
    this.atLeast = atLeast
  }
}

/** Reads big-endian numbers and byte strings one after the other. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get offset(): number {
    return this.#offset
  }

  get left(): number {
    return this.#bytes.byteLength - this.#offset
  }

  /** @throws {@link NeedsMore} */
  take(length: number): Bytes {
    if (length > this.left) throw new NeedsMore(this.#offset + length)
    const taken = this.#bytes.slice(this.#offset, this.#offset + length) as Bytes
    this.#offset += length
    return taken
  }

  u8(): number {
    return this.take(1)[0] as number
  }

  u16(): number {
    return new DataView(this.take(2).buffer).getUint16(0)
  }

  u32(): number {
    return new DataView(this.take(4).buffer).getUint32(0)
  }

  /** @returns NaN for what is more than a number can hold exactly */
  u64(): number {
    const value = new DataView(this.take(8).buffer).getBigUint64(0)
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.NaN : Number(value)
  }

  /** Bytes with their length in front, as `u16`. */
  field(): Bytes {
    return this.take(this.u16())
  }
}

/** @returns undefined for what is no UTF-8 */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
