/**
 * ML-DSA (FIPS 204) and ML-KEM (FIPS 203): native where the engine has them, otherwise sealed, by noble. Feature
 * detection is by trying: an engine that lacks an algorithm says NotSupportedError.
 */

import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { Birth } from './copies.js'
import { rawPublicKey, seedInPkcs8, seedLength, seedToPkcs8, toSpki } from './encodings.js'
import type { Encapsulation, KeyPairBytes, MaterialFamily, MessageForm } from './family.js'
import type { Material } from './material.js'
import { publicKeyOf } from './native-pair.js'
import { handleOf } from './rebirth.js'
import type { Sealer } from './sealer.js'
import { randomSecret } from './secret-bytes.js'
import type { WrappedKey } from './wrapped-key.js'

type LatticeSpec = keyof typeof signatures | keyof typeof encapsulations

const NOTHING = new Uint8Array(0)

const signatures = {
  ML_DSA_44: { name: 'ML-DSA-44', load: once(async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa44) },
  ML_DSA_65: { name: 'ML-DSA-65', load: once(async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa65) },
  ML_DSA_87: { name: 'ML-DSA-87', load: once(async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa87) },
} as const

export function mlDsa(spec: keyof typeof signatures): MaterialFamily {
  const { name, load } = signatures[spec]
  return {
    async make(_purpose, sealer, { digestSigning, birth }) {
      // WebCrypto cannot sign a message representative µ: a vault that asks for that keeps the key sealed.
      const native = digestSigning ? undefined : await nativePair({ name }, ['sign', 'verify'], birth)
      if (native) {
        const sign = await handleOf(native.privateKey, 'pkcs8', { name }, birth)
        return { handles: { sign, verify: native.publicKey }, publicKey: await publicKeyOf(native) }
      }
      return sealedPair(spec, await load(), sealer, birth)
    },
    async revive(_purpose, wrapped, publicKey = NOTHING, sealer, { digestSigning }) {
      const sign = digestSigning ? undefined : await unwrapIfKnown(wrapped, name, ['sign'])
      if (!sign) return sealedAgain(spec, await load(), wrapped, sealer)
      const verify = await crypto.subtle.importKey('spki', publicKey, { name }, true, ['verify'])
      return { handles: { sign, verify }, publicKey }
    },
    signing: {
      async sign(material, _algorithm, message, form, sealer) {
        const { sign } = material.handles
        if (sign) return new Uint8Array(await crypto.subtle.sign({ name }, sign, message))
        const scheme = await load()
        return sealer.withOpened(material, (secretKey) =>
          form === 'EXTERNAL_MU'
            ? (scheme.internal.sign(message, secretKey, { externalMu: true }) as Bytes)
            : (scheme.sign(message, secretKey) as Bytes),
        )
      },
      async verify({ handles: { verify }, publicKey }, _algorithm, message, form: MessageForm, signature) {
        if (verify && form === 'RAW') return crypto.subtle.verify({ name }, verify, signature, message)
        const scheme = await load()
        const raw = rawPublicKey(spec, publicKey as Bytes)
        if (signature.byteLength !== scheme.lengths.signature) return false
        return form === 'EXTERNAL_MU'
          ? scheme.internal.verify(signature, message, raw, { externalMu: true })
          : scheme.verify(signature, message, raw)
      },
    },
  }
}

const encapsulations = {
  ML_KEM_512: { name: 'ML-KEM-512', load: once(async () => (await import('@noble/post-quantum/ml-kem.js')).ml_kem512) },
  ML_KEM_768: { name: 'ML-KEM-768', load: once(async () => (await import('@noble/post-quantum/ml-kem.js')).ml_kem768) },
  ML_KEM_1024: {
    name: 'ML-KEM-1024',
    load: once(async () => (await import('@noble/post-quantum/ml-kem.js')).ml_kem1024),
  },
} as const

export function mlKem(spec: keyof typeof encapsulations): MaterialFamily {
  const { name, load } = encapsulations[spec]
  const encapsulation: Encapsulation = {
    async encapsulate({ publicKey }) {
      const scheme = await load()
      const raw = rawPublicKey(spec, publicKey as Bytes)
      const { cipherText, sharedSecret } = scheme.encapsulate(raw)
      return { ciphertext: cipherText as Bytes, sharedSecret: sharedSecret as Bytes }
    },
    async decapsulate(material, ciphertext, sealer) {
      const { decapsulate } = material.handles
      const scheme = await load()
      if (ciphertext.byteLength !== scheme.lengths.cipherText) return undefined
      if (decapsulate) return new Uint8Array(await subtleWithKem().decapsulateBits({ name }, decapsulate, ciphertext))
      return sealer.withOpened(material, (secretKey) => scheme.decapsulate(ciphertext, secretKey) as Bytes)
    },
  }
  return {
    async make(_purpose, sealer, { birth }) {
      const usages = ['encapsulateBits', 'decapsulateBits'] as unknown as KeyUsage[]
      const native = await nativePair({ name }, usages, birth)
      if (!native) return sealedPair(spec, await load(), sealer, birth)
      const decapsulate = await handleOf(native.privateKey, 'pkcs8', { name }, birth)
      return { handles: { decapsulate }, publicKey: await publicKeyOf(native) }
    },
    async revive(_purpose, wrapped, publicKey = NOTHING, sealer) {
      const decapsulate = await unwrapIfKnown(wrapped, name, ['decapsulateBits'] as unknown as KeyUsage[])
      return decapsulate ? { handles: { decapsulate }, publicKey } : sealedAgain(spec, await load(), wrapped, sealer)
    },
    encapsulation,
    async makePair(): Promise<KeyPairBytes> {
      const seed = randomSecret(64)
      try {
        const { publicKey, secretKey } = (await load()).keygen(seed)
        secretKey.fill(0)
        return { privateKey: seedToPkcs8(spec, seed), publicKey: toSpki(spec, publicKey) }
      } finally {
        seed.fill(0)
      }
    },
  }
}

/** The part of WebCrypto that the type library does not know yet (WICG Modern Algorithms in WebCrypto). */
interface SubtleWithKem {
  decapsulateBits(algorithm: AlgorithmIdentifier, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>
}
const subtleWithKem = () => crypto.subtle as unknown as SubtleWithKem

async function nativePair(
  algorithm: { name: string },
  usages: KeyUsage[],
  birth: Birth | undefined,
): Promise<CryptoKeyPair | undefined> {
  try {
    return (await crypto.subtle.generateKey(algorithm, birth !== undefined, usages)) as CryptoKeyPair
  } catch {
    // NotSupportedError, or in older engines SyntaxError or TypeError for usages they do not know.
    return undefined
  }
}

/** What noble's ML-DSA and ML-KEM have in common. */
interface Scheme {
  keygen(seed: Uint8Array): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }
}

/** Sealed custody. The copy is of the seed, so that it can come back as a handle where WebCrypto knows the algorithm. */
async function sealedPair(
  spec: LatticeSpec,
  scheme: Scheme,
  sealer: Sealer,
  birth: Birth | undefined,
): Promise<Material> {
  const seed = randomSecret(seedLength(spec))
  try {
    if (birth) {
      const pkcs8 = seedToPkcs8(spec, seed)
      await birth.keepBytes('pkcs8', pkcs8).finally(() => pkcs8.fill(0))
    }
    return await sealedSeed(spec, scheme, seed, sealer)
  } finally {
    seed.fill(0)
  }
}

/** What comes back from a copy where WebCrypto does not know the algorithm, or cannot do all that is wanted. */
async function sealedAgain(spec: LatticeSpec, scheme: Scheme, wrapped: WrappedKey, sealer: Sealer): Promise<Material> {
  const pkcs8 = await wrapped.open()
  try {
    return await sealedSeed(spec, scheme, seedInPkcs8(spec, pkcs8), sealer)
  } finally {
    pkcs8.fill(0)
  }
}

async function sealedSeed(spec: LatticeSpec, scheme: Scheme, seed: Bytes, sealer: Sealer): Promise<Material> {
  const { publicKey, secretKey } = scheme.keygen(seed)
  return { handles: {}, sealed: await sealer.seal(secretKey as Bytes), publicKey: toSpki(spec, publicKey) }
}

async function unwrapIfKnown(wrapped: WrappedKey, name: string, usages: KeyUsage[]): Promise<CryptoKey | undefined> {
  try {
    return await wrapped.unwrap({ name }, usages)
  } catch (error) {
    if ((error as DOMException).name === 'OperationError') throw error
    return undefined
  }
}
