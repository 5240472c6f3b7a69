/** How key material is wrapped for the vault, and unwrapped in it (IMP-5, IMP-6). */
import { aeskwp } from '@noble/ciphers/aes.js'
import type { KeySpec, OperationInput } from 'browser-kms'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { materialIdOfBytes, materialIdOfPublicKey } from '../../../worker/material/fingerprint.js'
import { canWrap, makeWrappingPair, unwrap } from '../../../worker/material/key-wrapping.js'
import { type WrappingAlgorithm as AnyAlgorithm, randomBytes, wrap } from '../fixtures/import.js'
import { type Bytes, concatenated, damaged, fromHex } from './fixtures/bytes.js'

type WrappingAlgorithm = NonNullable<AnyAlgorithm>
type WrappingKeySpec = NonNullable<OperationInput<'GetParametersForImport'>['WrappingKeySpec']>

const specs = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const
const algorithms = [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
] as const

describe('IMP-5 what can be wrapped how', () => {
  const curves: readonly KeySpec[] = ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_SECG_P256K1', 'ECC_NIST_EDWARDS25519']
  const secrets: readonly KeySpec[] = ['SYMMETRIC_DEFAULT', 'HMAC_224', 'HMAC_256', 'HMAC_384', 'HMAC_512']
  const rsaKeys: readonly KeySpec[] = ['RSA_2048', 'RSA_3072', 'RSA_4096']
  const all = [...curves, ...secrets, ...rsaKeys, 'ECC_NIST_P521'] as const
  const wrappingSpecs = Object.keys(specs) as WrappingKeySpec[]
  const every = (
    keySpecs: readonly KeySpec[],
    wrapping: readonly WrappingAlgorithm[],
    by: readonly WrappingKeySpec[],
  ) =>
    keySpecs.flatMap((keySpec) => wrapping.flatMap((algorithm) => by.map((spec) => canWrap(keySpec, algorithm, spec))))
  const oaep = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const
  const hybrid = ['RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'] as const
  const rows: readonly [string, boolean, boolean[]][] = [
    ['everything with RSA_AES_KEY_WRAP', true, every(all, hybrid, wrappingSpecs)],
    ['secret bytes and keys on curves with OAEP', true, every([...curves, ...secrets], oaep, wrappingSpecs)],
    ['RSA private keys with OAEP', false, every(rsaKeys, oaep, wrappingSpecs)],
    ['P-521 with OAEP of RSA_2048', false, every(['ECC_NIST_P521'], oaep, ['RSA_2048'])],
    ['P-521 with OAEP of longer keys', true, every(['ECC_NIST_P521'], oaep, ['RSA_3072', 'RSA_4096'])],
    ['anything with RSAES_PKCS1_V1_5 or SM2PKE', false, every(all, ['RSAES_PKCS1_V1_5', 'SM2PKE'], wrappingSpecs)],
    ['anything with an SM2 wrapping key', false, every(all, [...oaep, ...hybrid, 'SM2PKE'], ['SM2'])],
  ]
  test.each(rows)('%s: %s', (_, allowed, answers) => {
    expect(answers.length).toBeGreaterThan(0)
    expect(new Set(answers)).toEqual(new Set([allowed]))
  })
})

describe.each(algorithms)('IMP-6 %s', (algorithm) => {
  const isHybrid = algorithm.startsWith('RSA_AES')
  const hash = algorithm.endsWith('SHA_1') ? 'SHA-1' : 'SHA-256'

  test.each(Object.entries(specs) as [WrappingKeySpec, number][])(
    'with %s: what was wrapped is unwrapped, up to the capacity',
    async (spec, bits) => {
      const { privateKey, publicKey } = await makeWrappingPair(algorithm, spec)
      expect(privateKey).toMatchObject({ extractable: false, usages: ['decrypt'], algorithm: { modulusLength: bits } })
      expect((privateKey.algorithm as RsaHashedKeyAlgorithm).hash.name).toBe(hash)
      const capacity = bits / 8 - 2 - 2 * (hash === 'SHA-1' ? 20 : 32)
      for (const length of isHybrid ? [1, 28, 32, 2374] : [1, 28, 32, capacity]) {
        const bytes = randomBytes(length)
        const wrapped = await wrap(publicKey, algorithm, bytes)
        expect(wrapped.byteLength).toBe(bits / 8 + (isHybrid ? 8 * Math.ceil(length / 8) + 8 : 0))
        expect(await unwrap(privateKey, algorithm, spec, wrapped)).toEqual(bytes)
      }
    },
  )
})

describe('IMP-6 IMP-9 what cannot be unwrapped', () => {
  const SPEC = 'RSA_2048'
  const pairs = {} as Record<WrappingAlgorithm, Awaited<ReturnType<typeof makeWrappingPair>>>
  beforeAll(async () => {
    for (const algorithm of algorithms) pairs[algorithm] = await makeWrappingPair(algorithm, SPEC)
  })
  const unwrapped = (algorithm: WrappingAlgorithm, wrapped: Bytes) =>
    unwrap(pairs[algorithm].privateKey, algorithm, SPEC, wrapped)

  test.each(algorithms)('%s: damaged', async (algorithm) => {
    const wrapped = await wrap(pairs[algorithm].publicKey, algorithm, randomBytes(32))
    for (const [what, bytes] of Object.entries(damaged(wrapped)))
      expect([what, await unwrapped(algorithm, bytes)]).toEqual([what, undefined])
    expect(await unwrapped(algorithm, new Uint8Array(0))).toBeUndefined()
  })

  test.each(algorithms)('%s: for another public key, or with another algorithm', async (algorithm) => {
    const other = await makeWrappingPair(algorithm, SPEC)
    expect(await unwrapped(algorithm, await wrap(other.publicKey, algorithm, randomBytes(32)))).toBeUndefined()
    for (const another of algorithms.filter((one) => one !== algorithm)) {
      const wrapped = await wrap(pairs[algorithm].publicKey, another, randomBytes(32))
      expect(await unwrapped(algorithm, wrapped)).toBeUndefined()
    }
  })

  test.each([16, 24, 31, 33])('an ephemeral key of %i bytes', async (length) => {
    const algorithm = 'RSA_AES_KEY_WRAP_SHA_256'
    const key = randomBytes(length)
    const block = await wrap(pairs[algorithm].publicKey, 'RSAES_OAEP_SHA_256', key)
    const isAes = length === 16 || length === 24
    const rest = isAes ? aeskwp(key).encrypt(randomBytes(32)) : randomBytes(40)
    expect(await unwrapped(algorithm, concatenated(block, rest))).toBeUndefined()
  })

  test('any bytes at all give undefined, and never throw', async () => {
    const block = await wrap(pairs.RSA_AES_KEY_WRAP_SHA_256.publicKey, 'RSAES_OAEP_SHA_256', randomBytes(32))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...algorithms), fc.uint8Array({ maxLength: 600 }), async (algorithm, noise) => {
        expect(await unwrapped(algorithm, Uint8Array.from(noise))).toBeUndefined()
        expect(await unwrapped('RSA_AES_KEY_WRAP_SHA_256', concatenated(block, noise))).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  })
})

describe('IMP-6 vectors of AES-KWP', () => {
  const upTo = (length: number) => Uint8Array.from({ length }, (_, index) => index)
  const rows: readonly [number, string][] = [
    [28, 'd966758acb3e484ca6cdb16011f12e9979eea93018cfb83f802730a33f8f4ebcec5d568f5d2577c1'],
    [32, 'c783bf3f6ee99c48dabbc410e284c52cbf758578989de18a3294c9a4d197c8a26270488b1ce98016'],
  ]
  test.each(rows)('%i bytes under the key 00..1f', async (length, ciphertext) => {
    const algorithm = 'RSA_AES_KEY_WRAP_SHA_256'
    const { privateKey, publicKey } = await makeWrappingPair(algorithm, 'RSA_2048')
    const block = await wrap(publicKey, 'RSAES_OAEP_SHA_256', upTo(32))
    expect(await unwrap(privateKey, algorithm, 'RSA_2048', concatenated(block, fromHex(ciphertext)))).toEqual(
      upTo(length),
    )
  })

  test('RFC 5649, section 6, with its key of 24 bytes: what the tests wrap with is the standard', () => {
    const key = fromHex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8')
    const wrapped = fromHex('afbeb0f07dfbf5419200f2ccb50bb24f')
    expect(aeskwp(key).decrypt(wrapped)).toEqual(fromHex('466f7250617369'))
  })
})

describe('IMP-11 IMP-18 names of imported material', () => {
  const secret = randomBytes(32)
  test('64 hexadecimal digits: the same for the same key and material, another for others', async () => {
    const ids = await Promise.all([
      materialIdOfBytes('key', secret),
      materialIdOfBytes('other key', secret),
      materialIdOfBytes('key', randomBytes(32)),
      materialIdOfPublicKey('key', secret),
      materialIdOfPublicKey('other key', secret),
    ])
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(ids).size).toBe(ids.length)
    expect(await materialIdOfBytes('key', secret)).toBe(ids[0])
    expect(await materialIdOfPublicKey('key', secret)).toBe(ids[3])
  })
})
