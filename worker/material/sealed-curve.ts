/**
 * ECDSA by noble, on a curve or for a message form that WebCrypto lacks: secp256k1, and digests signed as they are. The
 * scalar is sealed. noble's arithmetic is not constant time in every engine; what protects it is that only the worker
 * runs it.
 */

import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import { rawPublicKey, toPkcs8, toSpki } from './encodings.js'
import type { KeyPairBytes, MaterialFamily, MessageForm } from './family.js'
import type { Material } from './material.js'
import type { Sealer } from './sealer.js'

const curves = {
  ECC_NIST_P256: { load: once(async () => (await import('@noble/curves/nist.js')).p256) },
  ECC_NIST_P384: { load: once(async () => (await import('@noble/curves/nist.js')).p384) },
  ECC_NIST_P521: { load: once(async () => (await import('@noble/curves/nist.js')).p521) },
  ECC_SECG_P256K1: { load: once(async () => (await import('@noble/curves/secp256k1.js')).secp256k1) },
} as const satisfies Record<string, { load: () => Promise<ECDSA> }>

const loadPrivateKeys = once(() => import('./private-keys.js'))

export type SealedCurveSpec = keyof typeof curves

/** Both halves of the curve order are signatures to AWS and WebCrypto alike, hence `lowS: false`. */
const options = (form: MessageForm) => ({ format: 'der', lowS: false, prehash: form === 'RAW' }) as const

export function sealedCurve(spec: SealedCurveSpec): MaterialFamily {
  const { load } = curves[spec]
  return {
    async make(_purpose, sealer) {
      const curve = await load()
      return sealedScalar(spec, curve.utils.randomSecretKey() as Bytes, sealer)
    },
    async adopt(_purpose, bytes, sealer) {
      const scalar = await adoptScalar(spec, bytes)
      return scalar && sealedScalar(spec, scalar, sealer)
    },
    signing: {
      sign: (material, _algorithm, message, form, sealer) => signOnCurve(spec, material, message, form, sealer),
      verify: ({ publicKey }, _algorithm, message, form, signature) =>
        verifyOnCurve(spec, publicKey as Bytes, message, form, signature),
    },
    ...(spec === 'ECC_SECG_P256K1' && { makePair }),
  }
}

/** Seals a scalar, and wipes it. */
async function sealedScalar(spec: SealedCurveSpec, scalar: Bytes, sealer: Sealer): Promise<Material> {
  const publicKey = toSpki(spec, await publicPoint(spec, scalar))
  return { handles: {}, sealed: await sealer.seal(scalar), publicKey }
}

/** The uncompressed point that belongs to a scalar. */
export async function publicPoint(spec: SealedCurveSpec, scalar: Bytes): Promise<Bytes> {
  return (await curves[spec].load()).getPublicKey(scalar, false) as Bytes
}

/**
 * The scalar of a private key from outside.
 *
 * @returns undefined if it is none of this curve. Whoever gets it wipes it.
 */
export async function adoptScalar(spec: SealedCurveSpec, pkcs8: Bytes): Promise<Bytes | undefined> {
  const [curve, { readScalar }] = await Promise.all([curves[spec].load(), loadPrivateKeys()])
  const scalar = readScalar(pkcs8, spec)
  if (!scalar || curve.utils.isValidSecretKey(scalar)) return scalar
  scalar.fill(0)
  return undefined
}

export async function signOnCurve(
  spec: SealedCurveSpec,
  material: Material,
  message: Bytes,
  form: MessageForm,
  sealer: Sealer,
): Promise<Bytes> {
  const curve = await curves[spec].load()
  return sealer.withOpened(material, (scalar) => curve.sign(message, scalar, options(form)) as Bytes)
}

/** Verification needs no secret, so that it takes digests for native keys too. */
export async function verifyOnCurve(
  spec: SealedCurveSpec,
  publicKey: Bytes,
  message: Bytes,
  form: MessageForm,
  signature: Bytes,
): Promise<boolean> {
  const curve = await curves[spec].load()
  const point = rawPublicKey(spec, publicKey)
  try {
    return curve.verify(signature, message, point, options(form))
  } catch {
    // What is no DER signature at all.
    return false
  }
}

async function makePair(): Promise<KeyPairBytes> {
  const curve = await curves.ECC_SECG_P256K1.load()
  const scalar = curve.utils.randomSecretKey()
  const point = curve.getPublicKey(scalar, false)
  try {
    return {
      privateKey: toPkcs8('ECC_SECG_P256K1', scalar, point),
      publicKey: toSpki('ECC_SECG_P256K1', point),
    }
  } finally {
    scalar.fill(0)
  }
}
