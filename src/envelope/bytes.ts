/** Big-endian numbers and byte strings, as messages are made of. */

/** Bytes that are nobody else's. */
export type Bytes = Uint8Array<ArrayBuffer>

export const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function concatenate(parts: readonly Uint8Array[]): Bytes {
  const result = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.byteLength
  }
  return result
}

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

/** Compares without telling where two byte strings differ. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false
  let difference = 0
  for (let index = 0; index < a.byteLength; index++) difference |= (a[index] as number) ^ (b[index] as number)
  return difference === 0
}

/** Orders byte strings as unsigned numbers, the shorter first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.byteLength, b.byteLength)
  for (let index = 0; index < common; index++) {
    const difference = (a[index] as number) - (b[index] as number)
    if (difference !== 0) return difference
  }
  return a.byteLength - b.byteLength
}
