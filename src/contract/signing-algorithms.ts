/** In which forms a signing algorithm takes its message, and how long a digest is (ASYM-8, ASYM-10). */
import type { Value } from './shapes.js'

export interface SigningAlgorithm {
  /** Whether the message itself can be given; it is hashed then. */
  readonly raw: boolean
  /** Bytes of a digest that can be given instead. */
  readonly digest?: number
  /** Bytes of an external message representative µ (FIPS 204, algorithm 7) that can be given instead. */
  readonly externalMu?: number
}

const sha256: SigningAlgorithm = { raw: true, digest: 32 }
const sha384: SigningAlgorithm = { raw: true, digest: 48 }
const sha512: SigningAlgorithm = { raw: true, digest: 64 }

export const signingAlgorithms: { readonly [Name in Value<'SigningAlgorithmSpec'>]: SigningAlgorithm } = {
  RSASSA_PSS_SHA_256: sha256,
  RSASSA_PSS_SHA_384: sha384,
  RSASSA_PSS_SHA_512: sha512,
  RSASSA_PKCS1_V1_5_SHA_256: sha256,
  RSASSA_PKCS1_V1_5_SHA_384: sha384,
  RSASSA_PKCS1_V1_5_SHA_512: sha512,
  ECDSA_SHA_256: sha256,
  ECDSA_SHA_384: sha384,
  ECDSA_SHA_512: sha512,
  SM2DSA: { raw: true, digest: 32 },
  ED25519_SHA_512: { raw: true },
  ED25519_PH_SHA_512: { raw: false, digest: 64 },
  ML_DSA_SHAKE_256: { raw: true, externalMu: 64 },
}
