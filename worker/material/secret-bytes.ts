/**
 * Bytes that somebody wipes. Engines keep short arrays on the heap of JavaScript and move them from there when they
 * collect garbage, or when something asks for their buffer; what they leave behind nobody can wipe. A buffer that exists
 * from the start stays where it is.
 */
import type { Bytes } from '../../src/contract/bytes.js'

export function secretBytes(length: number): Bytes {
  return new Uint8Array(new ArrayBuffer(length))
}

export function copyOfSecret(bytes: Uint8Array): Bytes {
  const copy = secretBytes(bytes.byteLength)
  copy.set(bytes)
  return copy
}

export function randomSecret(length: number): Bytes {
  return crypto.getRandomValues(secretBytes(length))
}

/** The number that bytes are, the most significant first. By words and not by hexadecimal, whose text would stay. */
export function numberOf(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let number = 0n
  let at = 0
  for (; at < bytes.byteLength % 8; at++) number = (number << 8n) | BigInt(view.getUint8(at))
  for (; at < bytes.byteLength; at += 8) number = (number << 64n) | view.getBigUint64(at)
  return number
}

/** Writes a number into all of some bytes, the most significant first. It has to fit. */
export function writeNumber(number: bigint, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let rest = number
  let at = bytes.byteLength
  for (; at >= 8; at -= 8, rest >>= 64n) view.setBigUint64(at - 8, BigInt.asUintN(64, rest))
  for (; at > 0; at -= 1, rest >>= 8n) view.setUint8(at - 1, Number(rest & 0xffn))
  if (rest !== 0n) throw new RangeError('the number is longer than the bytes')
}

/** What noble's hashes and MACs have in common. */
interface Hash {
  update(bytes: Uint8Array): this
  digestInto(target: Uint8Array): void
  destroy(): void
}

/** Writes the hash of some parts, one after the other, and leaves nothing of them in the hash. */
export function hashInto(target: Uint8Array, hash: Hash, ...parts: readonly Uint8Array[]): void {
  try {
    for (const part of parts) hash.update(part)
    hash.digestInto(target)
  } finally {
    hash.destroy()
  }
}
