/** Base64 with padding and nothing between (RFC 4648 section 4), as AWS JSON writes bytes. */
import type { Bytes } from '../contract/bytes.js'

/** What newer engines have, and the type library does not know yet. */
interface NativeBase64 {
  readonly fromBase64?: (text: string) => Bytes
  readonly prototype: { readonly byteLength: number; readonly toBase64?: (this: Uint8Array) => string }
}

const native: NativeBase64 = Uint8Array
const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/
/** Arguments of one call of `String.fromCharCode`: engines have limits. */
const CHUNK = 8192

export function toBase64(bytes: Uint8Array): string {
  const { toBase64 } = native.prototype
  if (toBase64) return toBase64.call(bytes)
  let text = ''
  for (let start = 0; start < bytes.length; start += CHUNK)
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK))
  return btoa(text)
}

/** @returns undefined for what is no base64 */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0 || !ALPHABET.test(text)) return undefined
  try {
    return native.fromBase64?.(text) ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
