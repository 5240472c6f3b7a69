/** How much each asymmetric encryption algorithm can encrypt under each key spec (ASYM-7). */
import type { KeySpec, Value } from './shapes.js'

const modulusBytes: { readonly [Spec in KeySpec]?: number } = { RSA_2048: 256, RSA_3072: 384, RSA_4096: 512 }
/** Twice the digest and two bytes (RFC 8017, 7.1.1). */
const oaepOverhead: { readonly [Algorithm in Value<'EncryptionAlgorithmSpec'>]?: number } = {
  RSAES_OAEP_SHA_1: 42,
  RSAES_OAEP_SHA_256: 66,
}
const SM2_LIMIT = 1024

/** Longest plaintext in bytes; symmetric encryption is limited by the request's shape alone. */
export function longestPlaintext(spec: KeySpec, algorithm: Value<'EncryptionAlgorithmSpec'>): number {
  if (algorithm === 'SM2PKE') return SM2_LIMIT
  const modulus = modulusBytes[spec]
  const overhead = oaepOverhead[algorithm]
  return modulus === undefined || overhead === undefined ? Number.POSITIVE_INFINITY : modulus - overhead
}
