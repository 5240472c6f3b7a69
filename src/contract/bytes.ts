/** Byte strings, as page and worker both handle them. */

/**
 * Bytes that are nobody else's: `Uint8Array<ArrayBuffer>`, by a name that compilers older than TypeScript 5.7 know too, where
 * `Uint8Array` has no parameter. What is declared for applications is declared by this name.
 */
export type Bytes = ReturnType<typeof Uint8Array.of>

/** Bytes as public functions take them: a `Uint8Array` or any other view, or a buffer. */
export type AnyBytes = ArrayBufferView | ArrayBufferLike

export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/** @param result where the parts go, of just their length; default fresh memory */
export function concatenate(parts: readonly Uint8Array[], result: Bytes = new Uint8Array(lengthOf(parts))): Bytes {
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.byteLength
  }
  return result
}

export const encoder = new TextEncoder()

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

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

export function hexToBytes(hex: string): Bytes {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  )
}

/** Takes as long for byte strings that differ in the first byte as for those that differ in the last. */
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
