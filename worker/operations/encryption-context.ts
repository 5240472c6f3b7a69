import { compareBytes, encoder } from '../../src/contract/bytes.js'
import type { EncryptionContext } from '../../src/contract/shapes.js'

/**
 * The canonical, injective encoding of an encryption context (MGT-54), to be authenticated with a ciphertext: the
 * number of pairs, then the pairs in the order of their keys' UTF-8 bytes, each part with its length in front, all
 * numbers 32 bits big-endian. Lengths make `{ab: c}` differ from `{a: bc}`; absent and empty are the same; there is no
 * Unicode normalisation.
 *
 * @param prefix bytes that go in front: the ciphertext's header
 */
export function authenticatedData(prefix: Uint8Array, context: EncryptionContext | undefined): Uint8Array<ArrayBuffer> {
  if (context === undefined) return withoutContext(prefix)
  const pairs = Object.entries(context).map(([key, value]) => [encoder.encode(key), encoder.encode(value)] as const)
  pairs.sort(([a], [b]) => compareBytes(a, b))
  const length = pairs.reduce((sum, [key, value]) => sum + 8 + key.byteLength + value.byteLength, 4)
  const result = new Uint8Array(prefix.byteLength + length)
  const view = new DataView(result.buffer)
  result.set(prefix)
  let offset = prefix.byteLength
  view.setUint32(offset, pairs.length)
  offset += 4
  for (const pair of pairs)
    for (const part of pair) {
      view.setUint32(offset, part.byteLength)
      result.set(part, offset + 4)
      offset += 4 + part.byteLength
    }
  return result
}

const contextless = new WeakMap<Uint8Array, Uint8Array<ArrayBuffer>>()

/** Most requests have no context: what is authenticated then is the same for every use of a header. */
function withoutContext(prefix: Uint8Array): Uint8Array<ArrayBuffer> {
  let result = contextless.get(prefix)
  if (!result) {
    result = authenticatedData(prefix, {})
    contextless.set(prefix, result)
  }
  return result
}
