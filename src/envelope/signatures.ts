/** Signatures at the end of messages (MSG-16): over the digest of all that came before. */
import type { Bytes } from '../contract/bytes.js'
import type { Suite } from '../contract/suites.js'
import type { HashName } from './digests.js'

export type Curve = NonNullable<Suite['curve']>

/** What a new message is signed with. */
export interface SigningKey {
  /** Base64 of the compressed point (SEC 1). */
  readonly publicKey: string
  /** Whoever gets it wipes it. */
  readonly secretKey: Bytes
}

/** The hash that goes with a curve. */
export function hashOf(curve: Curve): HashName {
  return curve === 'P-256' ? 'SHA-256' : 'SHA-384'
}

async function ecdsaOf(curve: Curve) {
  const { p256, p384 } = await import('@noble/curves/nist.js')
  return curve === 'P-256' ? p256 : p384
}

// Both halves of the curve order are signatures: the SDKs make either.
const options = { prehash: false, format: 'der', lowS: false } as const

/** @param secretKey for tests only; a fresh one for every message otherwise */
export async function newSigningKey(curve: Curve, secretKey?: Bytes): Promise<SigningKey> {
  const ecdsa = await ecdsaOf(curve)
  const scalar = secretKey ?? (ecdsa.utils.randomSecretKey() as Bytes)
  return { publicKey: btoa(String.fromCharCode(...ecdsa.getPublicKey(scalar, true))), secretKey: scalar }
}

/** @returns DER */
export async function sign(curve: Curve, secretKey: Bytes, digest: Bytes): Promise<Bytes> {
  const ecdsa = await ecdsaOf(curve)
  return ecdsa.sign(digest, secretKey, options) as Bytes
}

/** @returns undefined if the text is no public key of the curve */
export async function readPublicKey(curve: Curve, publicKey: string): Promise<Bytes | undefined> {
  const ecdsa = await ecdsaOf(curve)
  try {
    const point = Uint8Array.from(atob(publicKey), (character) => character.charCodeAt(0))
    return ecdsa.utils.isValidPublicKey(point, true) ? point : undefined
  } catch {
    return undefined
  }
}

export async function verify(curve: Curve, point: Bytes, digest: Bytes, signature: Bytes): Promise<boolean> {
  const ecdsa = await ecdsaOf(curve)
  try {
    return ecdsa.verify(signature, digest, point, options)
  } catch {
    return false
  }
}
