/**
 * Check values (REC-6): what shows that material which comes back from a copy is the right one. It is proved by use, not
 * assumed: the check value of symmetric and HMAC keys is made again, and a key pair has to undo with one half what it does
 * with the other.
 */
import { encoder, equalInConstantTime } from '../../src/contract/bytes.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import { signingAlgorithms } from '../../src/contract/signing-algorithms.js'
import { familyOf } from './families.js'
import type { Bytes, Material, MaterialFamily } from './family.js'
import { type Kind, purposeOf } from './materials.js'
import type { Sealer } from './sealer.js'

const TEXT = encoder.encode('browser-kms check value')
const NOTHING = new Uint8Array(0)
/** No encryption draws it (nonces.ts). */
const RESERVED_NONCE = new Uint8Array(12)

/**
 * The check value of a material that has just been born.
 *
 * @returns undefined for key pairs, whose public key does the same
 */
export async function checkValue({ keySpec }: Kind, material: Material, sealer: Sealer): Promise<Bytes | undefined> {
  if (keySpec === 'SYMMETRIC_DEFAULT') return tagOf(material.handles.aead as CryptoKey)
  return (await familyOf(keySpec)).authentication?.mac(material, TEXT, sealer)
}

/**
 * What is proved: that every handle does what it is for; or the material, by one of them, as all are made of the same bytes.
 */
export type ProofOf = 'handles' | 'material'

/** Whether a material is the one whose check value or public key it is said to have. */
export async function isProved(
  kind: Kind,
  material: Material,
  check: Bytes | undefined,
  sealer: Sealer,
  of: ProofOf = 'handles',
): Promise<boolean> {
  try {
    return await proves(kind, material, check, sealer, of)
  } catch {
    // What cannot be used is not the right one either.
    return false
  }
}

async function proves(
  kind: Kind,
  material: Material,
  check: Bytes | undefined,
  sealer: Sealer,
  of: ProofOf,
): Promise<boolean> {
  const { keySpec, keyUsage } = kind
  const expected = check ?? NOTHING
  if (keySpec === 'SYMMETRIC_DEFAULT')
    return equalInConstantTime(await tagOf(material.handles.aead as CryptoKey), expected)
  const family = await familyOf(keySpec)
  const algorithms = keySpecs[keySpec].usages[keyUsage] ?? {}
  const tried = <Algorithm>(all: readonly Algorithm[] = []) => (of === 'material' ? all.slice(0, 1) : all)
  switch (purposeOf(kind)) {
    case 'mac': {
      const made = await family.authentication?.mac(material, TEXT, sealer)
      return made !== undefined && equalInConstantTime(made, expected)
    }
    case 'sign':
      return signs(family, tried(algorithms.SigningAlgorithms?.filter(takesMessages)), material, sealer)
    case 'encrypt':
      return encrypts(family, tried(algorithms.EncryptionAlgorithms), material, sealer)
    case 'agree':
      return agrees(family, material, sealer)
    case 'encapsulate':
      return encapsulates(family, material, sealer)
  }
}

async function tagOf(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(checkParameters, key, NOTHING))
}

const checkParameters = { name: 'AES-GCM', iv: RESERVED_NONCE, additionalData: TEXT }

type SigningAlgorithm = keyof typeof signingAlgorithms

/** What signs digests only cannot sign the text. */
function takesMessages(algorithm: SigningAlgorithm): boolean {
  return signingAlgorithms[algorithm].raw
}

async function signs(
  { signing }: MaterialFamily,
  algorithms: readonly SigningAlgorithm[],
  material: Material,
  sealer: Sealer,
): Promise<boolean> {
  if (!signing || algorithms.length === 0) return false
  for (const algorithm of algorithms) {
    const signature = await signing.sign(material, algorithm, TEXT, 'RAW', sealer)
    if (!(await signing.verify(material, algorithm, TEXT, 'RAW', signature))) return false
  }
  return true
}

async function encrypts(
  { encryption }: MaterialFamily,
  algorithms: readonly string[],
  material: Material,
  sealer: Sealer,
): Promise<boolean> {
  if (!encryption || algorithms.length === 0) return false
  for (const algorithm of algorithms) {
    const ciphertext = await encryption.encrypt(material, algorithm, TEXT)
    const opened = await encryption.decrypt(material, algorithm, ciphertext, sealer)
    if (!opened || !equalInConstantTime(opened, TEXT)) return false
  }
  return true
}

/** With a pair that exists for this alone: both sides must come to the same. */
async function agrees(family: MaterialFamily, material: Material, sealer: Sealer): Promise<boolean> {
  const { agreement } = family
  const other = await family.make('agree', sealer, { digestSigning: false })
  if (!agreement || !other.publicKey || !material.publicKey) return false
  const [ours, theirs] = await Promise.all([
    agreement.agree(material, other.publicKey, sealer),
    agreement.agree(other, material.publicKey, sealer),
  ])
  return ours !== undefined && theirs !== undefined && equalInConstantTime(ours, theirs)
}

async function encapsulates({ encapsulation }: MaterialFamily, material: Material, sealer: Sealer): Promise<boolean> {
  if (!encapsulation) return false
  const { ciphertext, sharedSecret } = await encapsulation.encapsulate(material)
  const opened = await encapsulation.decapsulate(material, ciphertext, sealer)
  return opened !== undefined && equalInConstantTime(opened, sharedSecret)
}
