/** Nonces of ECDSA by RFC 6979, 3.2: of key and digest, so that no random number can be a bad one. */
import { hmac } from '@noble/hashes/hmac.js'
import type { CHash } from '@noble/hashes/utils.js'
import type { Bytes } from '../../src/contract/bytes.js'
import { leftmostBits, type ScalarField } from './scalars.js'
import { hashInto, secretBytes, writeNumber } from './secret-bytes.js'

const ZERO = Uint8Array.of(0)
const ONE = Uint8Array.of(1)

/**
 * Tries nonces until one will do. Its letters are those of the RFC.
 *
 * @param scalar the private key, as many bytes as the order has
 * @param use what makes a signature with a nonce, or undefined if it makes none
 */
export function withNonce<Signature>(
  hash: CHash,
  field: ScalarField,
  scalar: Bytes,
  digest: Bytes,
  use: (nonce: bigint) => Signature | undefined,
): Signature {
  const K = secretBytes(hash.outputLen)
  const V = secretBytes(hash.outputLen).fill(1)
  const T = secretBytes(hash.outputLen * Math.ceil(field.BYTES / hash.outputLen))
  // What the RFC calls bits2octets(h1).
  const h1 = new Uint8Array(field.BYTES)
  writeNumber(field.create(leftmostBits(field, digest)), h1)
  const mac = (target: Bytes, ...parts: readonly Uint8Array[]) => hashInto(target, hmac.create(hash, K), ...parts)
  try {
    mac(K, V, ZERO, scalar, h1)
    mac(V, V)
    mac(K, V, ONE, scalar, h1)
    mac(V, V)
    for (;;) {
      for (let length = 0; length < T.byteLength; length += V.byteLength) {
        mac(V, V)
        T.set(V, length)
      }
      const nonce = leftmostBits(field, T)
      const signature = field.isValidNot0(nonce) ? use(nonce) : undefined
      if (signature !== undefined) return signature
      mac(K, V, ZERO)
      mac(V, V)
    }
  } finally {
    for (const bytes of [K, V, T]) bytes.fill(0)
  }
}
