/** Bytes in JSON: base64 with padding (RFC 4648 section 4). */
import { base64 } from '@scure/base'
import type { Bytes } from '../../src/contract/bytes.js'
import { type Reader, text, unreadableValue } from '../../src/contract/reader.js'

export function bytesToJson(bytes: Uint8Array): string {
  return base64.encode(bytes)
}

/** Bytes of a length between two bounds. */
export function jsonBytes(shortest: number, longest = shortest): Reader<Bytes> {
  const base64Text = text({ longest: 4 * Math.ceil(longest / 3) })
  return (value, path) => {
    const bytes = decoded(base64Text(value, path))
    if (!bytes) throw unreadableValue(path, 'must be base64')
    if (bytes.byteLength < shortest || bytes.byteLength > longest)
      throw unreadableValue(path, `must be ${shortest} to ${longest} bytes; it has ${bytes.byteLength}`)
    return bytes
  }
}

function decoded(words: string): Bytes | undefined {
  try {
    return Uint8Array.from(base64.decode(words))
  } catch {
    return undefined
  }
}
