/** Big-endian numbers and byte strings, as messages are made of. */

import { type Bytes, concatenate } from '../contract/bytes.js'

export const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function u16(value: number): Bytes {
  return Uint8Array.of(value >>> 8, value & 0xff)
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/** Bytes with their length in front, as `u16`. */
export function withLength(bytes: Uint8Array): Bytes {
  return concatenate([u16(bytes.byteLength), bytes])
}

/** Says that a reader has come to the end of what has arrived so far. */
export class NeedsMore extends Error {}

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
    if (length > this.left) throw new NeedsMore()
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
