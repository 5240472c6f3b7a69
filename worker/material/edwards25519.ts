/**
 * Ed25519 (RFC 8032): native. Ed25519ph, which no WebCrypto has, needs the seed sealed; a vault has to ask for that
 * (`digestSigning`). KMS hashes the digest it is given once more: it is the message of Ed25519ph (ASYM-21).
 */

import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { Birth } from './copies.js'
import { rawPublicKey, seedToEd25519Pkcs8, toSpki } from './encodings.js'
import type { MaterialFamily } from './family.js'
import type { Material } from './material.js'
import { bytesOfPair, publicKeyOf } from './native-pair.js'
import { handleOf, reviveSealed } from './rebirth.js'
import type { Sealer } from './sealer.js'
import { randomSecret } from './secret-bytes.js'

const SPEC = 'ECC_NIST_EDWARDS25519'
const PREHASHED = 'ED25519_PH_SHA_512'
const ED25519 = { name: 'Ed25519' }
const SEED_LENGTH = 32
const NOTHING = new Uint8Array(0)

const importPublic = (spki: Bytes) => crypto.subtle.importKey('spki', spki, ED25519, true, ['verify'])

/** Taken apart at once: of the whole library, bundlers take these alone. */
const load = once(async () => {
  const { ed25519, ed25519ph } = await import('@noble/curves/ed25519.js')
  return { ed25519, ed25519ph }
})
const loadSealed = once(() => import('./sealed-ed25519.js'))
const loadPrivateKeys = once(() => import('./private-keys.js'))

async function publicKeyOfSeed(seed: Bytes): Promise<Bytes> {
  return toSpki(SPEC, (await loadSealed()).publicPointOfSeed(seed))
}

/** Seals a seed, and wipes it. */
async function sealedSeed(seed: Bytes, sealer: Sealer, birth: Birth | undefined): Promise<Material> {
  try {
    const publicKey = await publicKeyOfSeed(seed)
    return { handles: {}, sealed: await sealer.seal(seed, birth), publicKey }
  } finally {
    seed.fill(0)
  }
}

export function edwards25519(): MaterialFamily {
  return {
    async make(_purpose, sealer, { digestSigning, birth }) {
      if (digestSigning) return sealedSeed(randomSecret(SEED_LENGTH), sealer, birth)
      const isToBeCopied = birth !== undefined
      const pair = (await crypto.subtle.generateKey(ED25519, isToBeCopied, ['sign', 'verify'])) as CryptoKeyPair
      const sign = await handleOf(pair.privateKey, 'pkcs8', ED25519, birth)
      return { handles: { sign, verify: pair.publicKey }, publicKey: await publicKeyOf(pair) }
    },
    async adopt(_purpose, bytes, sealer, { digestSigning, birth }) {
      const { readEd25519Seed } = await loadPrivateKeys()
      const seed = readEd25519Seed(bytes)
      if (!seed) return undefined
      if (digestSigning) return sealedSeed(seed, sealer, birth)
      const pkcs8 = seedToEd25519Pkcs8(seed)
      try {
        const publicKey = await publicKeyOfSeed(seed)
        await birth?.keepBytes('pkcs8', pkcs8)
        const sign = await crypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign'])
        return { handles: { sign, verify: await importPublic(publicKey) }, publicKey }
      } finally {
        seed.fill(0)
        pkcs8.fill(0)
      }
    },
    async revive(_purpose, wrapped, publicKey = NOTHING, sealer) {
      if (wrapped.form === 'bytes') return reviveSealed(wrapped, sealer, publicKey)
      const [sign, verify] = await Promise.all([wrapped.unwrap(ED25519, ['sign']), importPublic(publicKey)])
      return { handles: { sign, verify }, publicKey }
    },
    signing: {
      async sign(material, algorithm, message, _form, sealer) {
        const { sign } = material.handles
        if (sign) return new Uint8Array(await crypto.subtle.sign(ED25519, sign, message))
        const { signWithSeed } = await loadSealed()
        const variant = algorithm === PREHASHED ? 'Ed25519ph' : 'Ed25519'
        return sealer.withOpened(material, (seed) => signWithSeed(variant, seed, message))
      },
      async verify({ handles: { verify }, publicKey }, algorithm, message, _form, signature) {
        if (verify && algorithm !== PREHASHED) return crypto.subtle.verify(ED25519, verify, signature, message)
        const { ed25519, ed25519ph } = await load()
        const scheme = algorithm === PREHASHED ? ed25519ph : ed25519
        try {
          // RFC 8032's own equation, as WebCrypto and AWS have it, not the looser one of ZIP 215.
          return scheme.verify(signature, message, rawPublicKey(SPEC, publicKey as Bytes), { zip215: false })
        } catch {
          return false
        }
      },
    },
    async makePair() {
      return bytesOfPair((await crypto.subtle.generateKey(ED25519, true, ['sign', 'verify'])) as CryptoKeyPair)
    },
  }
}
