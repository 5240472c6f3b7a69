/** Signatures at the end of messages (MSG-16, STRM-8): over all that came before, hashed as it comes. */
import type { Bytes } from '../contract/bytes.js'
import type { Suite } from './suites.js'

type Curve = NonNullable<Suite['curve']>

/** Takes the bytes of a message one after the other. */
export interface Digest {
  update(bytes: Uint8Array): void
}

/** Signs a message that is being written. */
export interface MessageSigner extends Digest {
  /** Base64 of the compressed point (SEC 1). */
  readonly publicKey: string
  /** Signs, and forgets the key. @returns DER */
  sign(): Bytes
}

/** Verifies a message that is being read. */
export interface MessageVerifier extends Digest {
  verify(signature: Bytes): boolean
}

async function load(curve: Curve) {
  const [{ p256, p384 }, { sha256, sha384 }] = await Promise.all([
    import('@noble/curves/nist.js'),
    import('@noble/hashes/sha2.js'),
  ])
  return curve === 'P-256' ? { ecdsa: p256, hash: sha256 } : { ecdsa: p384, hash: sha384 }
}

// Both halves of the curve order are signatures: the SDKs make either.
const options = { prehash: false, format: 'der', lowS: false } as const

/** @param secretKey for tests only; a fresh one for every message otherwise */
export async function newSigner(curve: Curve, secretKey?: Bytes): Promise<MessageSigner> {
  const { ecdsa, hash } = await load(curve)
  const scalar = secretKey ?? ecdsa.utils.randomSecretKey()
  const digest = hash.create()
  return {
    publicKey: btoa(String.fromCharCode(...ecdsa.getPublicKey(scalar, true))),
    update: (bytes) => void digest.update(bytes),
    sign() {
      const signature = ecdsa.sign(digest.digest(), scalar, options)
      scalar.fill(0)
      return signature as Bytes
    },
  }
}

/** @returns undefined if the text is no public key of the curve */
export async function newVerifier(curve: Curve, publicKey: string): Promise<MessageVerifier | undefined> {
  const { ecdsa, hash } = await load(curve)
  let point: Uint8Array
  try {
    point = Uint8Array.from(atob(publicKey), (character) => character.charCodeAt(0))
    if (!ecdsa.utils.isValidPublicKey(point, true)) return undefined
  } catch {
    return undefined
  }
  const digest = hash.create()
  return {
    update: (bytes) => void digest.update(bytes),
    verify(signature) {
      try {
        return ecdsa.verify(signature, digest.digest(), point, options)
      } catch {
        return false
      }
    },
  }
}
