/**
 * RSA (RFC 8017): OAEP, PSS and PKCS #1 v1.5, all native. A vault that asks for `digestSigning` keeps the private exponent
 * of its signing keys sealed beside the handles, because WebCrypto cannot sign a digest.
 */

import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { BirthOptions, MaterialFamily, PublicKeyEncryption, Purpose, Signing } from './family.js'
import type { Material } from './material.js'
import { bytesOfPair, publicKeyOf } from './native-pair.js'
import type { RsaPrivateKey } from './private-keys.js'
import type { DigestPadding } from './rsa-digests.js'
import type { Sealer } from './sealer.js'
import { type WrappedKey, wrappedOnce } from './wrapped-key.js'

const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1])

interface RsaAlgorithm {
  readonly name: 'RSA-OAEP' | 'RSA-PSS' | 'RSASSA-PKCS1-v1_5'
  readonly hash: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
  /** Bytes of the digest. */
  readonly digestLength: number
}

const encryptionAlgorithms: Readonly<Record<string, RsaAlgorithm>> = {
  RSAES_OAEP_SHA_1: { name: 'RSA-OAEP', hash: 'SHA-1', digestLength: 20 },
  RSAES_OAEP_SHA_256: { name: 'RSA-OAEP', hash: 'SHA-256', digestLength: 32 },
}
const signingAlgorithms: Readonly<Record<string, RsaAlgorithm>> = {
  RSASSA_PKCS1_V1_5_SHA_256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', digestLength: 32 },
  RSASSA_PKCS1_V1_5_SHA_384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384', digestLength: 48 },
  RSASSA_PKCS1_V1_5_SHA_512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', digestLength: 64 },
  RSASSA_PSS_SHA_256: { name: 'RSA-PSS', hash: 'SHA-256', digestLength: 32 },
  RSASSA_PSS_SHA_384: { name: 'RSA-PSS', hash: 'SHA-384', digestLength: 48 },
  RSASSA_PSS_SHA_512: { name: 'RSA-PSS', hash: 'SHA-512', digestLength: 64 },
}

const parameters = ({ name, digestLength }: RsaAlgorithm) =>
  // The salt is as long as the digest, as AWS has it (ASYM-8); the other schemes have no parameters.
  name === 'RSA-PSS' ? { name, saltLength: digestLength } : { name }

const NOTHING = new Uint8Array(0)

/** @param modulusLength bits */
export function rsa(modulusLength: number): MaterialFamily {
  const adopt: NonNullable<MaterialFamily['adopt']> = async (purpose, bytes, sealer, options) => {
    const { readRsaPrivateKey } = await loadPrivateKeys()
    const key = readRsaPrivateKey(bytes, modulusLength)
    if (!key) return undefined
    const pair = await importPair(key, purpose === 'encrypt' ? 'encrypt' : 'sign')
    const material = pair && (await materialOf(pair, purpose, sealer, options))
    return !material?.sealed || (await signsDigests(material, sealer)) ? material : undefined
  }
  return {
    async make(purpose, sealer, options) {
      const { name, usages } = generated[purpose === 'encrypt' ? 'encrypt' : 'sign']
      return materialOf(await generate(modulusLength, name, usages), purpose, sealer, options)
    },
    adopt,
    async revive(purpose, wrapped, publicKey = NOTHING, sealer, options) {
      if (purpose !== 'encrypt' && options.digestSigning) {
        const pkcs8 = await wrapped.open()
        try {
          const material = await adopt(purpose, pkcs8, sealer, options)
          if (!material) throw new TypeError('the copy holds no RSA key of this length')
          return material
        } finally {
          pkcs8.fill(0)
        }
      }
      return purpose === 'encrypt'
        ? handlesOf(wrapped, publicKey, encryptionAlgorithms, 'decrypt', 'encrypt')
        : handlesOf(wrapped, publicKey, signingAlgorithms, 'sign', 'verify')
    },
    encryption,
    signing: signing(modulusLength / 8),
    async makePair() {
      return bytesOfPair(await generate(modulusLength, 'RSA-OAEP', ['encrypt', 'decrypt']))
    },
  }
}

const encryption: PublicKeyEncryption = {
  async encrypt({ handles }, algorithm, plaintext) {
    const key = handles[`encrypt ${algorithm}`] as CryptoKey
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, plaintext))
  },
  async decrypt({ handles }, algorithm, ciphertext) {
    const key = handles[`decrypt ${algorithm}`] as CryptoKey
    try {
      return new Uint8Array(await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, key, ciphertext))
    } catch (error) {
      if ((error as DOMException).name === 'OperationError') return undefined
      throw error
    }
  },
}

/** @param length bytes of the modulus */
function signing(length: number): Signing {
  const algorithmOf = (algorithm: string) => signingAlgorithms[algorithm] as RsaAlgorithm
  return {
    async sign(material, algorithm, message, form, sealer) {
      if (form === 'DIGEST') {
        const { signDigest } = await loadDigests()
        return sealer.withOpened(material, (exponent) =>
          signDigest(material.publicKey as Bytes, exponent, message, paddingOf(algorithmOf(algorithm))),
        )
      }
      const key = material.handles[`sign ${algorithm}`] as CryptoKey
      return new Uint8Array(await crypto.subtle.sign(parameters(algorithmOf(algorithm)), key, message))
    },
    async verify({ handles, publicKey }, algorithm, message, form, signature) {
      if (form === 'DIGEST') {
        const { verifyDigest } = await loadDigests()
        return verifyDigest(publicKey as Bytes, length, message, signature, paddingOf(algorithmOf(algorithm)))
      }
      const key = handles[`verify ${algorithm}`] as CryptoKey
      return crypto.subtle.verify(parameters(algorithmOf(algorithm)), key, signature, message)
    },
  }
}

/** How a pair is made or taken in, before its handles are; see {@link handlesOf}. */
const generated = {
  encrypt: { name: 'RSA-OAEP', usages: ['decrypt', 'encrypt'] },
  sign: { name: 'RSA-PSS', usages: ['sign', 'verify'] },
} satisfies Record<string, { name: string; usages: KeyUsage[] }>

/** @param pair extractable; nobody keeps it */
async function materialOf(
  pair: CryptoKeyPair,
  purpose: Purpose,
  sealer: Sealer,
  { digestSigning, birth }: BirthOptions,
): Promise<Material> {
  const [wrapped, publicKey] = await Promise.all([
    birth ? birth.keep('pkcs8', pair.privateKey) : wrappedOnce(pair.privateKey),
    publicKeyOf(pair),
  ])
  if (purpose === 'encrypt') return handlesOf(wrapped, publicKey, encryptionAlgorithms, 'decrypt', 'encrypt')
  const material = await handlesOf(wrapped, publicKey, signingAlgorithms, 'sign', 'verify')
  if (!digestSigning) return material
  const { modulusLength } = pair.publicKey.algorithm as RsaHashedKeyAlgorithm
  return { ...material, sealed: await sealer.seal(await privateExponent(pair.privateKey, modulusLength / 8)) }
}

/**
 * Takes in a key from outside.
 *
 * @returns undefined if its numbers do not belong together: what one half makes, the other must take
 */
async function importPair(
  { pkcs8, spki }: RsaPrivateKey,
  use: keyof typeof generated,
): Promise<CryptoKeyPair | undefined> {
  const { name, usages } = generated[use]
  const algorithm = { name, hash: 'SHA-256' }
  const [privateUsage, publicUsage] = usages as [KeyUsage, KeyUsage]
  try {
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, [privateUsage])
    const publicKey = await crypto.subtle.importKey('spki', spki, algorithm, true, [publicUsage])
    return (await worksTogether({ privateKey, publicKey }, use)) ? { privateKey, publicKey } : undefined
  } catch {
    return undefined
  } finally {
    pkcs8.fill(0)
  }
}

async function worksTogether({ privateKey, publicKey }: CryptoKeyPair, use: keyof typeof generated): Promise<boolean> {
  const trial = crypto.getRandomValues(new Uint8Array(32))
  if (use === 'sign') {
    const pss = { name: 'RSA-PSS', saltLength: 32 }
    return crypto.subtle.verify(pss, publicKey, await crypto.subtle.sign(pss, privateKey, trial), trial)
  }
  const ciphertext = await crypto.subtle.encrypt('RSA-OAEP', publicKey, trial)
  const opened = new Uint8Array(await crypto.subtle.decrypt('RSA-OAEP', privateKey, ciphertext))
  return opened.every((byte, index) => byte === trial[index])
}

/** Whether the sealed exponent belongs to the public key: engines sign by the primes, and need not look at it. */
async function signsDigests(material: Material, sealer: Sealer): Promise<boolean> {
  const { signDigest } = await loadDigests()
  const digest = crypto.getRandomValues(new Uint8Array(32))
  return sealer.withOpened(material, (exponent) => {
    try {
      signDigest(material.publicKey as Bytes, exponent, digest, { scheme: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' })
      return true
    } catch {
      return false
    }
  })
}

const loadPrivateKeys = once(() => import('./private-keys.js'))
const loadDigests = once(() => import('./rsa-digests.js'))

/** Signing algorithms have no other schemes and hashes than these. */
const paddingOf = ({ name, hash }: RsaAlgorithm) => ({ scheme: name, hash }) as DigestPadding

/** The private exponent, as long as the modulus. */
async function privateExponent(key: CryptoKey, length: number): Promise<Bytes> {
  const { readRsaPrivateExponent } = await loadPrivateKeys()
  // Not as a JSON Web Key, whose texts nobody can wipe.
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', key))
  try {
    const exponent = readRsaPrivateExponent(pkcs8, length)
    if (!exponent) throw new TypeError('WebCrypto exports RSA keys in a form that is not understood')
    return exponent
  } finally {
    pkcs8.fill(0)
  }
}

/** One private and one public handle for each algorithm, over the same material. */
async function handlesOf(
  wrapped: Pick<WrappedKey, 'unwrap'>,
  publicKey: Bytes,
  algorithms: Readonly<Record<string, RsaAlgorithm>>,
  privateUsage: 'decrypt' | 'sign',
  publicUsage: 'encrypt' | 'verify',
): Promise<Material> {
  const handles = await Promise.all(
    Object.entries(algorithms).flatMap(([algorithm, { name, hash }]) => [
      wrapped
        .unwrap({ name, hash }, [privateUsage])
        .then((handle): [string, CryptoKey] => [`${privateUsage} ${algorithm}`, handle]),
      crypto.subtle
        .importKey('spki', publicKey, { name, hash }, true, [publicUsage])
        .then((handle): [string, CryptoKey] => [`${publicUsage} ${algorithm}`, handle]),
    ]),
  )
  return { handles: Object.fromEntries(handles), publicKey }
}

function generate(modulusLength: number, name: string, usages: KeyUsage[]): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(
    { name, hash: 'SHA-256', modulusLength, publicExponent: PUBLIC_EXPONENT },
    true,
    usages,
  ) as Promise<CryptoKeyPair>
}
