/**
 * ECDSA on a curve or for a message form that WebCrypto lacks: secp256k1, and digests signed as they are. The scalar is
 * sealed. Curve and field are noble's, which blinds what it multiplies by; the few steps of the signature are here,
 * because noble's own leave copies of the scalar that nobody can wipe. BigInts are not constant time in any engine; what
 * protects them is that only the worker computes with them.
 */

import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import type { CHash } from '@noble/hashes/utils.js'
import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { Birth } from './copies.js'
import { withNonce } from './deterministic-nonces.js'
import { rawPublicKey, toPkcs8, toSpki } from './encodings.js'
import type { KeyPairBytes, MaterialFamily, MessageForm } from './family.js'
import type { Material } from './material.js'
import { reviveSealed } from './rebirth.js'
import { blindedInverse, leftmostBits, randomScalar } from './scalars.js'
import type { Sealer } from './sealer.js'
import { numberOf } from './secret-bytes.js'

interface Curve {
  readonly curve: ECDSA
  /** Of messages, and of the nonces. */
  readonly hash: CHash
}

/** Taken apart at once, here and below: of the whole libraries, bundlers take these alone. */
const loadHashes = once(async () => {
  const { sha256, sha384, sha512 } = await import('@noble/hashes/sha2.js')
  return { sha256, sha384, sha512 }
})
const loadNist = once(async () => {
  const { p256, p384, p521 } = await import('@noble/curves/nist.js')
  return { p256, p384, p521, ...(await loadHashes()) }
})
const loadSecg = once(async () => {
  const { secp256k1 } = await import('@noble/curves/secp256k1.js')
  return { secp256k1, ...(await loadHashes()) }
})

const curves = {
  ECC_NIST_P256: once(() => loadNist().then(({ p256, sha256 }) => ({ curve: p256, hash: sha256 }))),
  ECC_NIST_P384: once(() => loadNist().then(({ p384, sha384 }) => ({ curve: p384, hash: sha384 }))),
  ECC_NIST_P521: once(() => loadNist().then(({ p521, sha512 }) => ({ curve: p521, hash: sha512 }))),
  ECC_SECG_P256K1: once(() => loadSecg().then(({ secp256k1, sha256 }) => ({ curve: secp256k1, hash: sha256 }))),
} as const satisfies Record<string, () => Promise<Curve>>

const loadPrivateKeys = once(() => import('./private-keys.js'))

export type SealedCurveSpec = keyof typeof curves

export function sealedCurve(spec: SealedCurveSpec): MaterialFamily {
  return {
    async make(_purpose, sealer, { birth }) {
      return sealedScalar(spec, await newScalar(spec), sealer, birth)
    },
    async adopt(_purpose, bytes, sealer, { birth }) {
      const scalar = await adoptScalar(spec, bytes)
      return scalar && sealedScalar(spec, scalar, sealer, birth)
    },
    revive: (_purpose, wrapped, publicKey, sealer) => reviveSealed(wrapped, sealer, publicKey),
    signing: {
      sign: (material, _algorithm, message, form, sealer) => signOnCurve(spec, material, message, form, sealer),
      verify: ({ publicKey }, _algorithm, message, form, signature) =>
        verifyOnCurve(spec, publicKey as Bytes, message, form, signature),
    },
    ...(spec === 'ECC_SECG_P256K1' && { makePair: () => makePair(spec) }),
  }
}

async function newScalar(spec: SealedCurveSpec): Promise<Bytes> {
  return randomScalar((await curves[spec]()).curve.Point.Fn)
}

/** Seals a scalar, and wipes it. */
async function sealedScalar(
  spec: SealedCurveSpec,
  scalar: Bytes,
  sealer: Sealer,
  birth: Birth | undefined,
): Promise<Material> {
  try {
    const publicKey = toSpki(spec, await publicPoint(spec, scalar))
    return { handles: {}, sealed: await sealer.seal(scalar, birth), publicKey }
  } finally {
    scalar.fill(0)
  }
}

/** The uncompressed point that belongs to a scalar. */
export async function publicPoint(spec: SealedCurveSpec, scalar: Bytes): Promise<Bytes> {
  const { Point } = (await curves[spec]()).curve
  return Point.BASE.multiply(numberOf(scalar)).toBytes(false) as Bytes
}

/**
 * The scalar of a private key from outside.
 *
 * @returns undefined if it is none of this curve. Whoever gets it wipes it.
 */
export async function adoptScalar(spec: SealedCurveSpec, pkcs8: Bytes): Promise<Bytes | undefined> {
  const [{ curve }, { readScalar }] = await Promise.all([curves[spec](), loadPrivateKeys()])
  const scalar = readScalar(pkcs8, spec)
  if (!scalar || curve.Point.Fn.isValidNot0(numberOf(scalar))) return scalar
  scalar.fill(0)
  return undefined
}

/** FIPS 186-5, 6.4.1, with nonces by RFC 6979. */
export async function signOnCurve(
  spec: SealedCurveSpec,
  material: Material,
  message: Bytes,
  form: MessageForm,
  sealer: Sealer,
): Promise<Bytes> {
  const { curve, hash } = await curves[spec]()
  const { Fn, BASE } = curve.Point
  const digest = form === 'RAW' ? (hash(message) as Bytes) : message
  return sealer.withOpened(material, (scalar) => {
    const key = numberOf(scalar)
    const number = leftmostBits(Fn, digest)
    const signature = withNonce(hash, Fn, scalar, digest, (nonce) => {
      const r = Fn.create(BASE.multiply(nonce).x)
      const s = Fn.mul(blindedInverse(Fn, nonce), Fn.add(number, Fn.mul(r, key)))
      return r === 0n || s === 0n ? undefined : new curve.Signature(r, s)
    })
    return signature.toBytes('der') as Bytes
  })
}

/** Verification needs no secret, so that it takes digests for native keys too. */
export async function verifyOnCurve(
  spec: SealedCurveSpec,
  publicKey: Bytes,
  message: Bytes,
  form: MessageForm,
  signature: Bytes,
): Promise<boolean> {
  const { curve } = await curves[spec]()
  const point = rawPublicKey(spec, publicKey)
  try {
    // Both halves of the curve order are signatures to AWS and WebCrypto alike, hence `lowS: false`.
    return curve.verify(signature, message, point, { format: 'der', lowS: false, prehash: form === 'RAW' })
  } catch {
    // What is no DER signature at all.
    return false
  }
}

async function makePair(spec: 'ECC_SECG_P256K1'): Promise<KeyPairBytes> {
  const scalar = await newScalar(spec)
  try {
    const point = await publicPoint(spec, scalar)
    return { privateKey: toPkcs8(spec, scalar, point), publicKey: toSpki(spec, point) }
  } finally {
    scalar.fill(0)
  }
}
