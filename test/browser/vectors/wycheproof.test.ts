/**
 * The Wycheproof vectors through the material families, by the way that the operations take: native handles where the
 * families keep native handles, sealed bytes where they seal. The files are read where they lie (`../shared/vectors`
 * beside the checkout, or KMS_TEST_VECTORS); where there are none, each file's test is skipped.
 */

import { afterAll, expect, test, vi } from 'vitest'
import { commands } from 'vitest/browser'
import { bytesToHex, concatenate } from '../../../src/contract/bytes.js'
import { seedToPkcs8, toSpki } from '../../../worker/material/encodings.js'
import { type FamilySpec, familyOf } from '../../../worker/material/families.js'
import type { Bytes, Material } from '../../../worker/material/family.js'
import { makeWrappingPair, unwrap } from '../../../worker/material/key-wrapping.js'
import { open } from '../../../worker/material/symmetric.js'
import { ability } from '../../../worker/operations/key-material.js'
import { hasNativeLattices } from '../fixtures/engine.js'
import { bytes, dsaSeedToPkcs8, handle, publicOnly, scalarToPkcs8, testSealer } from './materials.js'

/** Members of the files' vectors; each kind of file has some of them. */
interface Vector {
  readonly tcId: number
  readonly comment?: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly [member: string]: unknown
}

interface Group {
  readonly tests: readonly Vector[]
  readonly [member: string]: unknown
}

/**
 * One way to try a vector: whether it was accepted, undefined if this way has nothing to try. What must never be, also of
 * an acceptable vector, it throws.
 */
type Way = (vector: Vector) => Promise<boolean | undefined>

/** The ways to try the vectors of a group, and which of them do not apply. */
interface Reading {
  /** Why a vector has nothing to say about this project; undefined if it has. */
  readonly skip?: (vector: Vector) => string | undefined
  readonly ways: Readonly<Record<string, Way>>
}

type Reader = (group: Group) => Promise<Reading> | Reading

const sealer = await testSealer()
const text = (holder: { readonly [member: string]: unknown }, member: string): string => {
  const value = holder[member]
  if (typeof value !== 'string') throw new TypeError(`the vector has no ${member}`)
  return value
}
const field = (holder: { readonly [member: string]: unknown }, member: string): Bytes => bytes(text(holder, member))
const same = (a: Uint8Array, b: Uint8Array) => bytesToHex(a) === bytesToHex(b)
const must = (condition: boolean, complaint: string): void => {
  if (!condition) throw new Error(complaint)
}
const skipAll = (reason: string): Reading => ({ skip: () => reason, ways: {} })

// ---- AES-GCM ----

const aesGcm: Reader = ({ keySize, ivSize, tagSize }) => {
  if (keySize !== 256) return skipAll(`AES-${keySize}: KMS keys are AES-256`)
  if (ivSize !== 96) return skipAll('nonces of other than 96 bits')
  if (tagSize !== 128) return skipAll('tags of other than 128 bits')
  return {
    ways: {
      native: async (vector) => {
        const { handles } = await handle('aead', 'raw', field(vector, 'key'), { name: 'AES-GCM' }, 'decrypt')
        const sealed = concatenate([field(vector, 'iv'), field(vector, 'ct'), field(vector, 'tag')])
        const plaintext = await open(handles.aead as CryptoKey, sealed, field(vector, 'aad'))
        if (!plaintext) return false
        must(same(plaintext, field(vector, 'msg')), 'opens to another plaintext')
        return true
      },
    },
  }
}

// ---- AES-KWP ----

/** As the second part of what RSA_AES_KEY_WRAP wraps, behind the key of the vector. */
const aesKwp: Reader = async ({ keySize }) => {
  if (keySize !== 256) return skipAll(`AES-${keySize}: ephemeral wrapping keys are AES-256 (IMP-6)`)
  const algorithm = 'RSA_AES_KEY_WRAP_SHA_256'
  const { privateKey, publicKey } = await makeWrappingPair(algorithm, 'RSA_2048')
  const oaep = { name: 'RSA-OAEP', hash: 'SHA-256' }
  const wrapping = await crypto.subtle.importKey('spki', publicKey, oaep, false, ['encrypt'])
  return {
    ways: {
      noble: async (vector) => {
        const block = new Uint8Array(await crypto.subtle.encrypt(oaep, wrapping, field(vector, 'key')))
        const material = await unwrap(privateKey, algorithm, 'RSA_2048', concatenate([block, field(vector, 'ct')]))
        if (!material) return false
        must(same(material, field(vector, 'msg')), 'unwraps to other material')
        return true
      },
    },
  }
}

// ---- HMAC ----

const mac =
  (spec: FamilySpec, materialOf: (key: Bytes) => Promise<Material>): Reader =>
  async ({ keySize, tagSize, tests }) => {
    const full = text(tests[0] as Vector, 'tag').length * 4
    const { mac } = ability(await familyOf(spec), 'authentication')
    if (tagSize !== macBits[spec as keyof typeof macBits]) return skipAll('truncated tags: KMS has none (HMAC-1)')
    must(full === tagSize, `tags of ${full} bits in a group of ${tagSize} (keys of ${keySize})`)
    return {
      ways: {
        [spec === 'HMAC_224' ? 'sealed' : 'native']: async (vector) =>
          same(await mac(await materialOf(field(vector, 'key')), field(vector, 'msg'), sealer), field(vector, 'tag')),
      },
    }
  }
const macBits = { HMAC_224: 224, HMAC_256: 256, HMAC_384: 384, HMAC_512: 512 } as const
const nativeMac = (spec: FamilySpec, hash: string) =>
  mac(spec, (key) => handle('mac', 'raw', key, { name: 'HMAC', hash }, 'sign'))
const sealedMac = mac('HMAC_224', async (key) => ({ handles: {}, sealed: await sealer.seal(key) }))

// ---- RSA ----

const rsaSpec = ({ keySize }: Group): FamilySpec | undefined =>
  ([2048, 3072, 4096] as unknown[]).includes(keySize) ? (`RSA_${keySize}` as FamilySpec) : undefined

const oaep =
  (algorithm: string, hash: string): Reader =>
  async (group) => {
    const spec = rsaSpec(group)
    if (!spec) return skipAll(`RSA keys of ${group.keySize} bits`)
    if (group.sha !== hash || group.mgfSha !== hash) return skipAll('another hash of OAEP or MGF1')
    const rsa = { name: 'RSA-OAEP', hash }
    const key = await handle(`decrypt ${algorithm}`, 'pkcs8', field(group, 'privateKeyPkcs8'), rsa, 'decrypt')
    const { decrypt } = ability(await familyOf(spec), 'encryption')
    return {
      skip: ({ label }) => (label ? 'a label: KMS has none (ASYM-7)' : undefined),
      ways: {
        native: async (vector) => {
          const plaintext = await decrypt(key, algorithm, field(vector, 'ct'), sealer)
          if (!plaintext) return false
          must(same(plaintext, field(vector, 'msg')), 'decrypts to another plaintext')
          return true
        },
      },
    }
  }

const rsaSignature =
  (scheme: 'RSA-PSS' | 'RSASSA-PKCS1-v1_5'): Reader =>
  async (group) => {
    const spec = rsaSpec(group)
    const hash = text(group, 'sha')
    const bits = hash.slice('SHA-'.length)
    if (!spec) return skipAll(`RSA keys of ${group.keySize} bits`)
    if (!['256', '384', '512'].includes(bits)) return skipAll(`${hash} with ${scheme}`)
    if (scheme === 'RSA-PSS') {
      if (group.mgfSha !== hash) return skipAll('another hash of MGF1')
      if (group.sLen !== Number(bits) / 8) return skipAll('salts of another length than the digest')
    }
    const algorithm = `${scheme === 'RSA-PSS' ? 'RSASSA_PSS' : 'RSASSA_PKCS1_V1_5'}_SHA_${bits}`
    const rsa = { name: scheme, hash }
    const key = await handle(`verify ${algorithm}`, 'spki', field(group, 'publicKeyDer'), rsa, 'verify')
    const { verify } = ability(await familyOf(spec), 'signing')
    return {
      ways: { native: (vector) => verify(key, algorithm, field(vector, 'msg'), 'RAW', field(vector, 'sig')) },
    }
  }

// ---- Elliptic curves ----

const pointOf = (group: Group): Bytes => field(group.publicKey as Group, 'uncompressed')

/** NIST curves are tried as a native key, as a sealed one, and with the digest, secp256k1 has no native form. */
const ecdsa =
  (spec: EcdsaSpec, namedCurve: string | undefined, bits: number): Reader =>
  async (group) => {
    if (group.sha !== `SHA-${bits}`) return skipAll(`${group.sha} on this curve`)
    const spki = toSpki(spec, pointOf(group))
    must(same(spki, field(group, 'publicKeyDer')), `the DER prefix of ${spec} is wrong`)
    const { verify } = ability(await familyOf(spec), 'signing')
    const algorithm = `ECDSA_SHA_${bits}`
    const sealed = publicOnly(spki)
    const ways: Record<string, Way> = {
      sealed: (vector) => verify(sealed, algorithm, field(vector, 'msg'), 'RAW', field(vector, 'sig')),
      digest: async (vector) => {
        const digest = new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, field(vector, 'msg')))
        return verify(sealed, algorithm, digest, 'DIGEST', field(vector, 'sig'))
      },
    }
    if (!namedCurve) return { ways }
    const native = await handle('verify', 'spki', spki, { name: 'ECDSA', namedCurve }, 'verify')
    return {
      ways: {
        native: (vector) => verify(native, algorithm, field(vector, 'msg'), 'RAW', field(vector, 'sig')),
        ...ways,
      },
    }
  }
type EcdsaSpec = 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_P521' | 'ECC_SECG_P256K1'

const ed25519: Reader = async (group) => {
  const spec = 'ECC_NIST_EDWARDS25519'
  const spki = toSpki(spec, field(group.publicKey as Group, 'pk'))
  must(same(spki, field(group, 'publicKeyDer')), 'the DER prefix of Ed25519 is wrong')
  const { verify } = ability(await familyOf(spec), 'signing')
  const way =
    (material: Material): Way =>
    (vector) =>
      verify(material, 'ED25519_SHA_512', field(vector, 'msg'), 'RAW', field(vector, 'sig'))
  return {
    ways: {
      native: way(await handle('verify', 'spki', spki, { name: 'Ed25519' }, 'verify')),
      sealed: way(publicOnly(spki)),
    },
  }
}

const ecdh =
  (spec: 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_P521', namedCurve: string): Reader =>
  async ({ encoding }) => {
    if (encoding !== 'asn') return skipAll(`public keys as ${encoding}: KMS takes DER`)
    const { agree } = ability(await familyOf(spec), 'agreement')
    // Many vectors share a key, and importing one computes its point.
    const keys = new Map<string, Promise<Material>>()
    const keyOf = (scalar: string) => {
      const key =
        keys.get(scalar) ??
        handle('agree', 'pkcs8', scalarToPkcs8(spec, scalar), { name: 'ECDH', namedCurve }, 'deriveBits')
      keys.set(scalar, key)
      return key
    }
    return {
      ways: {
        native: async (vector) => {
          const key = await keyOf(text(vector, 'private'))
          const secret = await agree(key, field(vector, 'public'), sealer)
          if (!secret) return false
          must(same(secret, field(vector, 'shared')), 'agrees on another secret')
          return true
        },
      },
    }
  }

// ---- ML-DSA ----

type DsaSpec = 'ML_DSA_44' | 'ML_DSA_65' | 'ML_DSA_87'
const ALGORITHM = 'ML_DSA_SHAKE_256'
const dsaSchemes = {
  ML_DSA_44: async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa44,
  ML_DSA_65: async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa65,
  ML_DSA_87: async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa87,
}
const nameOf = (spec: string) => spec.replaceAll('_', '-')
const flagsOf = ({ flags }: Vector) => (Array.isArray(flags) ? flags : [])
const contextOf = ({ ctx }: Vector) => (ctx ? 'a context: KMS signs with an empty one (ASYM-22)' : undefined)

/** A spec's public key, or undefined if it has not the length of one: such a key never becomes material. */
async function dsaPublicKey(spec: DsaSpec, raw: Bytes): Promise<Bytes | undefined> {
  const { lengths } = await dsaSchemes[spec]()
  return raw.byteLength === lengths.publicKey ? toSpki(spec, raw) : undefined
}

const dsaVerify =
  (spec: DsaSpec): Reader =>
  async (group) => {
    const { verify } = ability(await familyOf(spec), 'signing')
    const way =
      (material: Material | undefined): Way =>
      async (vector) =>
        material !== undefined && verify(material, ALGORITHM, field(vector, 'msg'), 'RAW', field(vector, 'sig'))
    const spki = await dsaPublicKey(spec, field(group, 'publicKey'))
    must(spki === undefined || same(spki, field(group, 'publicKeyDer')), `the DER prefix of ${spec} is wrong`)
    const native = await handle('verify', 'spki', field(group, 'publicKeyDer'), { name: nameOf(spec) }, 'verify').catch(
      () => undefined,
    )
    const sealed = way(spki && publicOnly(spki))
    if (!hasNativeLattices) return { skip: contextOf, ways: { sealed } }
    must((native === undefined) === (spki === undefined), 'the browser takes another public key than this test')
    return { skip: contextOf, ways: { native: way(native), sealed } }
  }

/**
 * Sealed keys sign with the randomness of the vector, and so must make its very signature; native ones cannot be told
 * their randomness, and must make one that verifies.
 */
const dsaSign =
  (spec: DsaSpec): Reader =>
  async (group) => {
    const { sign, verify } = ability(await familyOf(spec), 'signing')
    const seed = field(group, 'privateSeed')
    const pkcs8 = dsaSeedToPkcs8(spec, seed)
    const native = await handle('sign', 'pkcs8', pkcs8, { name: nameOf(spec) }, 'sign').catch(() => undefined)
    const sealed = await dsaFromSeed(spec, seed)
    if (!sealed || (hasNativeLattices && !native)) {
      must(!native && !sealed, 'one of the ways takes this seed, another does not')
      return { ways: { native: async () => false, sealed: async () => false } }
    }
    must(same(sealed.raw, field(group, 'publicKey')), 'the seed gives another public key')
    const randomness = ({ rnd }: Vector) => (typeof rnd === 'string' ? bytes(rnd) : new Uint8Array(32))
    return {
      skip: (vector) => (vector.mu === undefined ? contextOf(vector) : undefined),
      ways: {
        native: async (vector) => {
          if (!native || vector.msg === undefined || vector.ctx) return undefined
          const message = field(vector, 'msg')
          const signature = await sign(native, ALGORITHM, message, 'RAW', sealer)
          must(await verify(sealed.material, ALGORITHM, message, 'RAW', signature), 'its own signature does not verify')
          return true
        },
        sealed: async (vector) => {
          if (vector.msg === undefined || vector.ctx) return undefined
          const message = field(vector, 'msg')
          const signature = await withRandomness(randomness(vector), () =>
            sign(sealed.material, ALGORITHM, message, 'RAW', sealer),
          )
          return same(signature, field(vector, 'sig'))
        },
        mu: async (vector) => {
          if (vector.mu === undefined) return undefined
          const mu = field(vector, 'mu')
          const signature = field(vector, 'sig')
          must(await verify(sealed.material, ALGORITHM, mu, 'EXTERNAL_MU', signature), 'does not verify by its µ')
          // Signing in many steps takes long; these steps are gone already on the way of the message itself.
          if (vector.msg !== undefined && !vector.ctx && flagsOf(vector).includes('ManySteps')) return true
          const made = await withRandomness(randomness(vector), () =>
            sign(sealed.material, ALGORITHM, mu, 'EXTERNAL_MU', sealer),
          )
          return same(made, signature)
        },
      },
    }
  }

async function dsaFromSeed(spec: DsaSpec, seed: Bytes): Promise<{ raw: Bytes; material: Material } | undefined> {
  const { keygen } = await dsaSchemes[spec]()
  if (seed.byteLength !== 32) {
    expect(() => keygen(seed)).toThrow()
    return undefined
  }
  const { publicKey, secretKey } = keygen(seed)
  const sealed = await sealer.seal(secretKey as Bytes)
  return { raw: publicKey as Bytes, material: { handles: {}, sealed, publicKey: toSpki(spec, publicKey) } }
}

/** Runs something that draws one block of random bytes, which are the given ones. */
async function withRandomness<Result>(random: Bytes, use: () => Promise<Result>): Promise<Result> {
  const draw = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    must(array?.byteLength === random.byteLength, 'draws randomness of another length')
    ;(array as unknown as Bytes).set(random)
    return array
  })
  try {
    return await use()
  } finally {
    draw.mockRestore()
  }
}

// ---- ML-KEM ----

type KemSpec = 'ML_KEM_512' | 'ML_KEM_768' | 'ML_KEM_1024'
const kemSchemes = {
  ML_KEM_512: async () => (await import('@noble/post-quantum/ml-kem.js')).ml_kem512,
  ML_KEM_768: async () => (await import('@noble/post-quantum/ml-kem.js')).ml_kem768,
  ML_KEM_1024: async () => (await import('@noble/post-quantum/ml-kem.js')).ml_kem1024,
}

/** No browser has ML-KEM-512 natively. */
const kemDecapsulate =
  (spec: KemSpec): Reader =>
  async () => {
    const { decapsulate } = ability(await familyOf(spec), 'encapsulation')
    const { keygen } = await kemSchemes[spec]()
    const decapsulates = async (material: Material, vector: Vector) => {
      const secret = await decapsulate(material, field(vector, 'c'), sealer)
      if (!secret) return false
      must(same(secret, field(vector, 'K')), 'decapsulates another secret')
      return true
    }
    const sealed: Way = async (vector) => {
      const { seed, ek } = vector
      if (typeof seed === 'string' && seed.length !== 128) {
        expect(() => keygen(bytes(seed))).toThrow()
        return false
      }
      const { publicKey, secretKey } = keygen(field(vector, 'seed'))
      must(ek === undefined || same(publicKey, field(vector, 'ek')), 'the seed gives another public key')
      return decapsulates({ handles: {}, sealed: await sealer.seal(secretKey as Bytes) }, vector)
    }
    const native: Way = async (vector) => {
      const pkcs8 = seedToPkcs8(spec, field(vector, 'seed'))
      let key: Material
      try {
        key = await handle('decapsulate', 'pkcs8', pkcs8, { name: nameOf(spec) }, 'decapsulateBits')
      } catch {
        return false
      }
      return decapsulates(key, vector)
    }
    return { ways: spec === 'ML_KEM_512' || !hasNativeLattices ? { sealed } : { native, sealed } }
  }

/** With the randomness of the vector; a public key that is none can only come by a broken database, and throws. */
const kemEncapsulate =
  (spec: KemSpec): Reader =>
  async () => {
    const { encapsulate } = ability(await familyOf(spec), 'encapsulation')
    return {
      ways: {
        noble: async (vector) => {
          const material = publicOnly(toSpki(spec, field(vector, 'ek')))
          let made: Awaited<ReturnType<typeof encapsulate>>
          try {
            made = await withRandomness(field(vector, 'm'), () => encapsulate(material))
          } catch {
            return false
          }
          if (vector.result === 'valid') {
            must(same(made.sharedSecret, field(vector, 'K')), 'encapsulates another secret')
            must(same(made.ciphertext, field(vector, 'c')), 'makes another ciphertext')
          }
          return true
        },
      },
    }
  }

/** Every file, and how it is read; text says why one is not. */
const files: Readonly<Record<string, Reader | string>> = {
  aes_gcm: aesGcm,
  aes_kwp: aesKwp,
  ecdh_secp256r1: ecdh('ECC_NIST_P256', 'P-256'),
  ecdh_secp384r1: ecdh('ECC_NIST_P384', 'P-384'),
  ecdh_secp521r1: ecdh('ECC_NIST_P521', 'P-521'),
  ecdsa_secp256k1_sha256: ecdsa('ECC_SECG_P256K1', undefined, 256),
  ecdsa_secp256r1_sha256: ecdsa('ECC_NIST_P256', 'P-256', 256),
  ecdsa_secp384r1_sha384: ecdsa('ECC_NIST_P384', 'P-384', 384),
  ecdsa_secp521r1_sha512: ecdsa('ECC_NIST_P521', 'P-521', 512),
  ed25519,
  hmac_sha224: sealedMac,
  hmac_sha256: nativeMac('HMAC_256', 'SHA-256'),
  hmac_sha384: nativeMac('HMAC_384', 'SHA-384'),
  hmac_sha512: nativeMac('HMAC_512', 'SHA-512'),
  mldsa_44_sign_seed: dsaSign('ML_DSA_44'),
  mldsa_44_verify: dsaVerify('ML_DSA_44'),
  mldsa_65_sign_seed: dsaSign('ML_DSA_65'),
  mldsa_65_verify: dsaVerify('ML_DSA_65'),
  mldsa_87_sign_seed: dsaSign('ML_DSA_87'),
  mldsa_87_verify: dsaVerify('ML_DSA_87'),
  mlkem_512: kemDecapsulate('ML_KEM_512'),
  mlkem_512_encaps: kemEncapsulate('ML_KEM_512'),
  mlkem_768: kemDecapsulate('ML_KEM_768'),
  mlkem_768_encaps: kemEncapsulate('ML_KEM_768'),
  mlkem_1024: kemDecapsulate('ML_KEM_1024'),
  mlkem_1024_encaps: kemEncapsulate('ML_KEM_1024'),
  rsa_oaep_2048_sha1_mgf1sha1: oaep('RSAES_OAEP_SHA_1', 'SHA-1'),
  rsa_oaep_2048_sha256_mgf1sha256: oaep('RSAES_OAEP_SHA_256', 'SHA-256'),
  rsa_oaep_3072_sha256_mgf1sha256: oaep('RSAES_OAEP_SHA_256', 'SHA-256'),
  rsa_oaep_4096_sha256_mgf1sha256: oaep('RSAES_OAEP_SHA_256', 'SHA-256'),
  rsa_pss_2048_sha256_mgf1_32: rsaSignature('RSA-PSS'),
  rsa_pss_2048_sha384_mgf1_48: rsaSignature('RSA-PSS'),
  rsa_pss_3072_sha256_mgf1_32: rsaSignature('RSA-PSS'),
  rsa_pss_4096_sha256_mgf1_32: rsaSignature('RSA-PSS'),
  rsa_pss_4096_sha384_mgf1_48: rsaSignature('RSA-PSS'),
  rsa_pss_4096_sha512_mgf1_64: rsaSignature('RSA-PSS'),
  rsa_signature_2048_sha256: rsaSignature('RSASSA-PKCS1-v1_5'),
  rsa_signature_2048_sha384: rsaSignature('RSASSA-PKCS1-v1_5'),
  rsa_signature_2048_sha512: rsaSignature('RSASSA-PKCS1-v1_5'),
  rsa_signature_3072_sha256: rsaSignature('RSASSA-PKCS1-v1_5'),
  rsa_signature_4096_sha512: rsaSignature('RSASSA-PKCS1-v1_5'),
}

/**
 * Vectors on which the browser's own cryptography deviates, by file, and why that is no harm. One that no longer
 * deviates fails, so that this table cannot outlive its reasons.
 */
const exceptions: Readonly<Record<string, Readonly<Record<number, string>>>> = {}

interface Tally {
  readonly file: string
  vectors: number
  run: number
  passed: number
  /** Tries: a vector counts once for each way it was tried. */
  tries: number
  excepted: number
  readonly skipped: Map<string, number>
}
const tallies: Tally[] = []
const newTally = (file: string): Tally => {
  const tally = { file, vectors: 0, run: 0, passed: 0, tries: 0, excepted: 0, skipped: new Map<string, number>() }
  tallies.push(tally)
  return tally
}
const skipped = (tally: Tally, reason: string, count = 1) =>
  tally.skipped.set(reason, (tally.skipped.get(reason) ?? 0) + count)

const found = await commands.wycheproofFiles()

for (const [name, reader] of Object.entries(files)) {
  const count = found?.[name]
  if (count === undefined) {
    const reason = found ? 'the folder of vectors has no such file' : 'there is no folder of vectors'
    test.skip(`Wycheproof ${name}: skipped, ${reason}`)
    skipped(newTally(name), reason)
  } else if (typeof reader === 'string') {
    test.skip(`Wycheproof ${name}: ${count} vectors skipped, ${reader}`)
    const tally = newTally(name)
    tally.vectors = count
    skipped(tally, reader, count)
  } else {
    test(`Wycheproof ${name}: ${count} vectors`, async () => {
      const tally = newTally(name)
      const failures = await run(tally, reader, JSON.parse(await commands.wycheproofFile(name)).testGroups)
      expect(failures).toEqual([])
      expect(tally.run).toBeGreaterThan(0)
      expect(tally.passed + tally.excepted).toBe(tally.run)
      expect([...tally.skipped.values()].reduce((sum, one) => sum + one, tally.run)).toBe(count)
    })
  }
}
for (const [name, count] of Object.entries(found ?? {}))
  if (!(name in files)) test.skip(`Wycheproof ${name}: ${count} vectors skipped, of no algorithm of this project`)

/** @returns a line for each vector that failed */
async function run(tally: Tally, reader: Reader, groups: readonly Group[]): Promise<string[]> {
  const failures: string[] = []
  for (const group of groups) {
    const { skip, ways } = await reader(group)
    for (const vector of group.tests) {
      tally.vectors++
      const reason = skip?.(vector)
      if (reason !== undefined) {
        skipped(tally, reason)
        continue
      }
      tally.run++
      const { tries, complaints } = await attempt(vector, ways)
      tally.tries += tries
      if (tries === 0) complaints.push('was not tried in any way')
      const exception = exceptions[tally.file]?.[vector.tcId]
      if (exception !== undefined) {
        tally.excepted++
        if (complaints.length === 0) failures.push(`tcId ${vector.tcId}: is in the table of exceptions, and passes`)
      } else if (complaints.length === 0) tally.passed++
      else failures.push(`tcId ${vector.tcId} (${vector.result}, ${vector.comment}): ${complaints.join('; ')}`)
    }
  }
  return failures
}

async function attempt(
  vector: Vector,
  ways: Readonly<Record<string, Way>>,
): Promise<{ tries: number; complaints: string[] }> {
  const complaints: string[] = []
  let tries = 0
  for (const [name, way] of Object.entries(ways)) {
    try {
      const accepted = await way(vector)
      if (accepted === undefined) continue
      tries++
      if (vector.result !== 'acceptable' && accepted !== (vector.result === 'valid'))
        complaints.push(`${name}: ${accepted ? 'accepted' : 'rejected'}`)
    } catch (error) {
      tries++
      complaints.push(`${name}: ${error}`)
    }
  }
  return { tries, complaints }
}

afterAll(() => {
  const sum = (member: 'vectors' | 'run' | 'passed' | 'tries' | 'excepted') =>
    tallies.reduce((total, tally) => total + tally[member], 0)
  const row = (...cells: readonly (string | number)[]) =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(34) : String(cell).padStart(10))).join('')
  const lines = tallies.map(({ file, vectors, run, passed, tries, excepted, skipped }) => {
    const reasons = [...skipped].map(([reason, count]) => `${count} ${reason}`)
    return `${row(file, vectors, run, passed, tries, excepted)}  ${reasons.join('; ')}`
  })
  console.log(
    [
      `${row('Wycheproof', 'vectors', 'run', 'passed', 'tries', 'excepted')}  skipped`,
      ...lines,
      row('all', sum('vectors'), sum('run'), sum('passed'), sum('tries'), sum('excepted')),
    ].join('\n'),
  )
})
