/**
 * ECDSA (FIPS 186-5) and ECDH (SP 800-56A) on the NIST curves: native. A vault that asks for `digestSigning` keeps its
 * signing keys sealed instead, because WebCrypto always hashes.
 */

import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { Birth } from './copies.js'
import { derSignature, rawSignature } from './ecdsa-signature.js'
import { toPkcs8, toSpki } from './encodings.js'
import type { MaterialFamily } from './family.js'
import { bytesOfPair, publicKeyOf } from './native-pair.js'
import { handleOf, reviveSealed } from './rebirth.js'

const curves = {
  ECC_NIST_P256: { namedCurve: 'P-256', hash: 'SHA-256', coordinate: 32 },
  ECC_NIST_P384: { namedCurve: 'P-384', hash: 'SHA-384', coordinate: 48 },
  ECC_NIST_P521: { namedCurve: 'P-521', hash: 'SHA-512', coordinate: 66 },
} as const

const NOTHING = new Uint8Array(0)

const loadSealed = once(() => import('./sealed-curve.js'))

export function nistCurve(spec: keyof typeof curves): MaterialFamily {
  const { namedCurve, hash, coordinate } = curves[spec]
  const ecdsa = { name: 'ECDSA', namedCurve }
  const ecdh = { name: 'ECDH', namedCurve }
  const signature = { name: 'ECDSA', hash }
  const importPublic = (spki: Bytes) => crypto.subtle.importKey('spki', spki, ecdsa, true, ['verify'])
  /** A handle of a scalar. What it is encoded to on the way is wiped. */
  const importScalar = async (
    scalar: Bytes,
    point: Bytes,
    algorithm: EcKeyImportParams,
    usage: KeyUsage,
    birth: Birth | undefined,
  ) => {
    const pkcs8 = toPkcs8(spec, scalar, point)
    try {
      await birth?.keepBytes('pkcs8', pkcs8)
      return await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, [usage])
    } finally {
      pkcs8.fill(0)
    }
  }
  return {
    async make(purpose, sealer, options) {
      const { birth } = options
      if (purpose === 'agree') {
        const pair = (await crypto.subtle.generateKey(ecdh, birth !== undefined, ['deriveBits'])) as CryptoKeyPair
        const agree = await handleOf(pair.privateKey, 'pkcs8', ecdh, birth)
        return { handles: { agree }, publicKey: await publicKeyOf(pair) }
      }
      if (options.digestSigning) return (await loadSealed()).sealedCurve(spec).make(purpose, sealer, options)
      const pair = (await crypto.subtle.generateKey(ecdsa, birth !== undefined, ['sign', 'verify'])) as CryptoKeyPair
      const sign = await handleOf(pair.privateKey, 'pkcs8', ecdsa, birth)
      return { handles: { sign, verify: pair.publicKey }, publicKey: await publicKeyOf(pair) }
    },
    async adopt(purpose, bytes, sealer, options) {
      const sealed = await loadSealed()
      const { birth } = options
      if (purpose === 'sign' && options.digestSigning)
        return sealed.sealedCurve(spec).adopt?.(purpose, bytes, sealer, options)
      const scalar = await sealed.adoptScalar(spec, bytes)
      if (!scalar) return undefined
      try {
        const point = await sealed.publicPoint(spec, scalar)
        const publicKey = toSpki(spec, point)
        if (purpose === 'agree')
          return { handles: { agree: await importScalar(scalar, point, ecdh, 'deriveBits', birth) }, publicKey }
        const verify = await importPublic(publicKey)
        return { handles: { sign: await importScalar(scalar, point, ecdsa, 'sign', birth), verify }, publicKey }
      } finally {
        scalar.fill(0)
      }
    },
    async revive(purpose, wrapped, publicKey = NOTHING, sealer) {
      if (wrapped.form === 'bytes') return reviveSealed(wrapped, sealer, publicKey)
      if (purpose === 'agree') return { handles: { agree: await wrapped.unwrap(ecdh, ['deriveBits']) }, publicKey }
      const [sign, verify] = await Promise.all([wrapped.unwrap(ecdsa, ['sign']), importPublic(publicKey)])
      return { handles: { sign, verify }, publicKey }
    },
    signing: {
      async sign(material, _algorithm, message, form, sealer) {
        const { sign } = material.handles
        if (!sign) return (await loadSealed()).signOnCurve(spec, material, message, form, sealer)
        return derSignature(new Uint8Array(await crypto.subtle.sign(signature, sign, message)))
      },
      async verify({ handles: { verify }, publicKey }, _algorithm, message, form, der) {
        if (!verify || form === 'DIGEST')
          return (await loadSealed()).verifyOnCurve(spec, publicKey as Bytes, message, form, der)
        const raw = await rawSignature(der, coordinate)
        return raw !== undefined && crypto.subtle.verify(signature, verify, raw, message)
      },
    },
    agreement: {
      async agree({ handles: { agree } }, peer) {
        let other: CryptoKey
        try {
          other = await crypto.subtle.importKey('spki', peer, ecdh, false, [])
        } catch {
          return undefined
        }
        // Firefox takes a key of another curve than the one named, and gives it that curve's name.
        if ((other.algorithm as EcKeyAlgorithm).namedCurve !== namedCurve) return undefined
        // Without a length WebCrypto answers the whole coordinate, also for P-521 (66 bytes).
        const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, agree as CryptoKey, null)
        return new Uint8Array(shared)
      },
    },
    async makePair() {
      return bytesOfPair((await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])) as CryptoKeyPair)
    },
  }
}
