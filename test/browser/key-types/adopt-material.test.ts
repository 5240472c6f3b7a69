/** Key material from outside becomes the vault's own (IMP-2, IMP-3, IMP-11, IMP-17). */

import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { numberToBytesBE } from '@noble/curves/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha224 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { commands } from 'vitest/browser'
import { toSpki } from '../../../worker/material/encodings.js'
import { type FamilySpec, familyOf } from '../../../worker/material/families.js'
import type { Material, Purpose } from '../../../worker/material/family.js'
import { signDigest } from '../../../worker/material/rsa-digests.js'
import { adoptSymmetric, open, seal } from '../../../worker/material/symmetric.js'
import { ability } from '../../../worker/operations/key-material.js'
import { testSealer } from '../vectors/materials.js'
import { type Bytes, concatenated, flipped, fromHex, randomBytes } from './fixtures/bytes.js'
import {
  type CurveSpec,
  curves,
  cutOctetStrings,
  der,
  type EcInfo,
  ecPkcs8,
  ecPrivateKey,
  ed25519Pkcs8,
  explicitParameters,
  indefiniteLengths,
  longLengths,
  named,
  pkcs8,
  type RsaNumbers,
  rsaAlgorithm,
  rsaNumbers,
  rsaPkcs8,
  type Writer,
} from './fixtures/private-keys.js'

const sealer = await testSealer()
const message = new TextEncoder().encode('attack at dawn')
const native = { digestSigning: false }
const sealed = { digestSigning: true }
const custodies = [native, sealed] as const

async function adopt(spec: FamilySpec, bytes: Bytes, purpose: Purpose = 'sign', options = native) {
  const before = bytes.slice()
  const material = await (await familyOf(spec)).adopt?.(purpose, bytes, sealer, options)
  expect(bytes, 'the bytes are the caller’s to wipe').toEqual(before)
  return material
}

async function adopted(spec: FamilySpec, bytes: Bytes, purpose: Purpose = 'sign', options = native) {
  const material = await adopt(spec, bytes, purpose, options)
  if (!material) throw new Error(`refused as ${spec}`)
  return material
}

/** What is kept, and how, without the keys themselves. */
function shapeOf({ handles, sealed, publicKey }: Material) {
  const shapes = Object.entries(handles).map(([name, { type, extractable, usages, algorithm }]) => [
    name,
    { type, extractable, usages, algorithm },
  ])
  return { handles: Object.fromEntries(shapes), sealed: sealed?.length, publicKey: publicKey?.length }
}

async function expectShapeOfMade(material: Material, spec: FamilySpec, purpose: Purpose, options = native) {
  expect(shapeOf(material)).toEqual(shapeOf(await (await familyOf(spec)).make(purpose, sealer, options)))
  for (const handle of Object.values(material.handles)) expect(handle.extractable).toBe(handle.type === 'public')
}

const signing = async (spec: FamilySpec) => ability(await familyOf(spec), 'signing')
const digestOf = async (hash: string) => new Uint8Array(await crypto.subtle.digest(hash, message))

/** Ways to write a PKCS #8 other than DER. */
const berWriters: readonly [string, Writer][] = [
  ['long lengths', longLengths],
  ['indefinite lengths', indefiniteLengths],
  ['octet strings in pieces', cutOctetStrings],
]

test.each(['SM2', 'ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const)(
  'IMP-2 %s takes nothing from outside',
  async (spec) => {
    expect((await familyOf(spec)).adopt).toBeUndefined()
  },
)

describe('IMP-3 symmetric material', () => {
  test('32 bytes become a handle that cannot be exported, and encrypts as they do outside', async () => {
    const bytes = randomBytes(32)
    const key = (await adoptSymmetric(bytes)) as CryptoKey
    expect(key).toMatchObject({ extractable: false, algorithm: { name: 'AES-GCM', length: 256 } })
    expect([...key.usages].sort()).toEqual(['decrypt', 'encrypt'])
    const outside = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
    expect(await open(outside, await seal(key, message, randomBytes(3)), randomBytes(3))).toBeUndefined()
    expect(await open(outside, await seal(key, message, message), message)).toEqual(message)
    expect(await open(key, await seal(outside, message, message), message)).toEqual(message)
  })

  test.each([0, 16, 24, 31, 33, 64])('%i bytes are refused', async (length) => {
    expect(await adoptSymmetric(randomBytes(length))).toBeUndefined()
  })
})

describe('IMP-3 HMAC', () => {
  const macWith = async (hash: string, bytes: Bytes) => {
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, message))
  }
  const rows = [
    ['HMAC_224', 28, (bytes: Bytes) => hmac(sha224, bytes, message)],
    ['HMAC_256', 32, (bytes: Bytes) => macWith('SHA-256', bytes)],
    ['HMAC_384', 48, (bytes: Bytes) => macWith('SHA-384', bytes)],
    ['HMAC_512', 64, (bytes: Bytes) => macWith('SHA-512', bytes)],
  ] as const
  test.each(rows)('IMP-17 %s: %i bytes, which make the same codes as outside', async (spec, length, outside) => {
    const bytes = randomBytes(length)
    const material = await adopted(spec, bytes, 'mac')
    await expectShapeOfMade(material, spec, 'mac')
    const { mac } = ability(await familyOf(spec), 'authentication')
    expect(await mac(material, message, sealer)).toEqual(await outside(bytes))
    for (const other of [0, length - 1, length + 1, 2 * length])
      expect(await adopt(spec, randomBytes(other), 'mac')).toBeUndefined()
  })
})

// ---- RSA ----

interface RsaKey {
  readonly bytes: Bytes
  readonly spki: Bytes
  readonly numbers: RsaNumbers
}

async function newRsaKey(modulusLength: number, publicExponent = Uint8Array.of(1, 0, 1)): Promise<RsaKey> {
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength, publicExponent }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return {
    bytes: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
    spki: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)),
    numbers: await rsaNumbers(pair.privateKey),
  }
}

const rsaSchemes = ['RSASSA_PKCS1_V1_5', 'RSASSA_PSS'] as const
const rsaSigningAlgorithms = rsaSchemes.flatMap((scheme) =>
  ([256, 384, 512] as const).map((bits) => ({ algorithm: `${scheme}_SHA_${bits}`, scheme, bits })),
)
const rsaParameters = ({ scheme, bits }: Pick<(typeof rsaSigningAlgorithms)[number], 'scheme' | 'bits'>) => ({
  name: scheme === 'RSASSA_PSS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
  hash: `SHA-${bits}`,
  saltLength: bits / 8,
})

/** Signatures go both ways, of messages and, where they can be made, of digests. */
async function expectRsaSignatures(spec: FamilySpec, material: Material, { bytes, spki }: RsaKey) {
  const { sign, verify } = await signing(spec)
  for (const row of rsaSigningAlgorithms) {
    const parameters = rsaParameters(row)
    const publicKey = await crypto.subtle.importKey('spki', spki, parameters, false, ['verify'])
    const privateKey = await crypto.subtle.importKey('pkcs8', bytes, parameters, false, ['sign'])
    const outside = new Uint8Array(await crypto.subtle.sign(parameters, privateKey, message))
    const digest = await digestOf(parameters.hash)
    expect(await verify(material, row.algorithm, message, 'RAW', outside)).toBe(true)
    expect(await verify(material, row.algorithm, digest, 'DIGEST', outside)).toBe(true)
    const inside = await sign(material, row.algorithm, message, 'RAW', sealer)
    expect(await crypto.subtle.verify(parameters, publicKey, inside, message)).toBe(true)
    if (!material.sealed) continue
    const ofDigest = await sign(material, row.algorithm, digest, 'DIGEST', sealer)
    expect(await crypto.subtle.verify(parameters, publicKey, ofDigest, message)).toBe(true)
  }
}

async function expectRsaDecrypts(spec: FamilySpec, material: Material, { bytes, spki }: RsaKey) {
  const { encrypt, decrypt } = ability(await familyOf(spec), 'encryption')
  for (const hash of ['SHA-1', 'SHA-256']) {
    const oaep = { name: 'RSA-OAEP', hash }
    const algorithm = `RSAES_OAEP_${hash.replace('-', '_')}`
    const publicKey = await crypto.subtle.importKey('spki', spki, oaep, false, ['encrypt'])
    const privateKey = await crypto.subtle.importKey('pkcs8', bytes, oaep, false, ['decrypt'])
    const outside = new Uint8Array(await crypto.subtle.encrypt(oaep, publicKey, message))
    expect(await decrypt(material, algorithm, outside, sealer)).toEqual(message)
    const inside = await encrypt(material, algorithm, message)
    expect(new Uint8Array(await crypto.subtle.decrypt(oaep, privateKey, inside))).toEqual(message)
  }
}

describe('IMP-3 RSA', () => {
  const specs = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const
  const rows = Object.entries(specs) as [keyof typeof specs, number][]
  const keys = {} as Record<keyof typeof specs, RsaKey>
  beforeAll(async () => {
    for (const [spec, bits] of rows) keys[spec] = await newRsaKey(bits)
  })

  test.each(rows)('IMP-17 %s: signs and verifies as outside, also digests', async (spec) => {
    for (const options of custodies) {
      const material = await adopted(spec, keys[spec].bytes, 'sign', options)
      await expectShapeOfMade(material, spec, 'sign', options)
      expect(material.publicKey).toEqual(keys[spec].spki)
      await expectRsaSignatures(spec, material, keys[spec])
    }
  })

  test.each(rows)('IMP-17 %s: encrypts and decrypts as outside', async (spec) => {
    for (const options of custodies) {
      const material = await adopted(spec, keys[spec].bytes, 'encrypt', options)
      await expectShapeOfMade(material, spec, 'encrypt', options)
      expect(material.publicKey).toEqual(keys[spec].spki)
      await expectRsaDecrypts(spec, material, keys[spec])
    }
  })

  test('a key with the public exponent 3 does all that others do', async () => {
    const key = await newRsaKey(2048, Uint8Array.of(3))
    await expectRsaDecrypts('RSA_2048', await adopted('RSA_2048', key.bytes, 'encrypt'), key)
    for (const options of custodies)
      await expectRsaSignatures('RSA_2048', await adopted('RSA_2048', key.bytes, 'sign', options), key)
  })

  test.each(berWriters)('BER with %s', async (_, write) => {
    const { numbers, spki } = keys.RSA_2048
    const { publicKey } = await adopted('RSA_2048', rsaPkcs8(numbers, { write }))
    expect(publicKey).toEqual(spki)
  })

  test('with attributes, a wrong public key of RFC 5958, and without parameters of the algorithm', async () => {
    const { numbers, spki } = keys.RSA_2048
    const attributes = der(0xa0, der(0x30, fromHex('0603551d0f'), der(0x31, fromHex('03020780'))))
    const optional = [attributes, der(0x81, Uint8Array.of(0), randomBytes(20))]
    expect((await adopted('RSA_2048', rsaPkcs8(numbers, { version: 1, optional }))).publicKey).toEqual(spki)
    const bare = pkcs8(rsaAlgorithm.slice(0, 1), inner(rsaPkcs8(numbers)))
    expect((await adopted('RSA_2048', bare)).publicKey).toEqual(spki)
  })

  /** The RSAPrivateKey in a PKCS #8 of {@link rsaPkcs8} as DER: headers of 4 + 3 + 15 + 4 bytes come before it. */
  const inner = (bytes: Bytes) => bytes.slice(26)

  test('a modulus of other than exactly the bits of the spec is refused', async () => {
    for (const [spec] of rows)
      for (const [other] of rows) if (other !== spec) expect(await adopt(other, keys[spec].bytes)).toBeUndefined()
    for (const bits of [2047, 2056])
      expect(await adopt('RSA_2048', fromHex(await commands.opensslRsaKey(bits)))).toBeUndefined()
    expect(await adopt('RSA_2048', fromHex(await commands.opensslRsaKey(2048)))).toBeDefined()
  })

  test.each(['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const)(
    'a key whose %s does not belong to the others is refused',
    async (member) => {
      const { numbers } = keys.RSA_2048
      const changed = numbers[member].slice()
      const last = changed.length - 2
      changed[last] = (changed[last] as number) ^ 2
      const bytes = rsaPkcs8({ ...numbers, [member]: changed })
      expect(await adopt('RSA_2048', bytes, 'sign', sealed)).toBeUndefined()
      // An engine that works with the primes need not look at d, and has no use for it either.
      if (member === 'd') return
      expect(await adopt('RSA_2048', bytes, 'sign')).toBeUndefined()
      expect(await adopt('RSA_2048', bytes, 'encrypt')).toBeUndefined()
    },
  )

  test('an exponent of another key signs no digest', () => {
    const { numbers, spki } = keys.RSA_2048
    const padding = { scheme: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const
    // As long as the modulus: one exponent in 256 begins with a zero, which its number does not have.
    const exponent = concatenated(new Uint8Array(256 - numbers.d.byteLength), numbers.d)
    expect(() => signDigest(spki, exponent, randomBytes(32), padding)).not.toThrow()
    expect(() => signDigest(spki, flipped(exponent, -1), randomBytes(32), padding)).toThrow()
  })

  test.each([
    ['1', [1]],
    ['4', [4]],
    ['0', [0]],
    ['65536', [1, 0, 0]],
  ] as const)('a public exponent of %s is refused', async (_, exponent) => {
    const bytes = rsaPkcs8({ ...keys.RSA_2048.numbers, e: Uint8Array.from(exponent) })
    expect(await adopt('RSA_2048', bytes)).toBeUndefined()
  })

  test('other structures are refused: three primes, no PKCS #8, encrypted, negative numbers, too much', async () => {
    const { numbers, bytes, spki } = keys.RSA_2048
    const { p, dp, qi } = numbers
    const negative = rsaPkcs8(numbers).slice()
    negative[26 + 4 + 3 + 4] = 0xff
    const twoPrimesThatSayThree = inner(rsaPkcs8(numbers)).slice()
    twoPrimesThatSayThree[6] = 1
    const structures = {
      'three primes': rsaPkcs8(numbers, {}, [p, dp, qi]),
      'the version of three primes': pkcs8(rsaAlgorithm, twoPrimesThatSayThree),
      'PKCS #1': inner(rsaPkcs8(numbers)),
      'a public key': spki,
      'the name of another algorithm': pkcs8([fromHex('06092a864886f70d01010a'), fromHex('0500')], inner(bytes)),
      'parameters of the algorithm': pkcs8([rsaAlgorithm[0] as Bytes, fromHex('020100')], inner(bytes)),
      'a modulus below zero': negative,
      'version 2': rsaPkcs8(numbers, { version: 2 }),
      'something behind': concatenated(bytes, Uint8Array.of(0)),
      'something behind, within': rsaPkcs8(numbers, { optional: [fromHex('020100')] }),
      ...encrypted,
    }
    for (const [what, structure] of Object.entries(structures))
      expect([what, await adopt('RSA_2048', structure)]).toEqual([what, undefined])
  })
})

/** EncryptedPrivateKeyInfo (RFC 5208), with PBES2. */
const encrypted = {
  'an encrypted key': der(
    0x30,
    der(0x30, fromHex('06092a864886f70d01050d'), fromHex('3000')),
    der(0x04, randomBytes(64)),
  ),
}

// ---- Curves ----

const nist = { ECC_NIST_P256: 'P-256', ECC_NIST_P384: 'P-384', ECC_NIST_P521: 'P-521' } as const
const curveSpecs = Object.keys(curves) as CurveSpec[]
const ecdsa = (spec: CurveSpec) => `ECDSA_${curves[spec].hash.replace('-', '_')}`
const isNist = (spec: CurveSpec): spec is keyof typeof nist => spec in nist

async function expectEcSignatures(spec: CurveSpec, material: Material, scalar: Bytes) {
  const { curve, hash } = curves[spec]
  const { sign, verify } = await signing(spec)
  const point = curve.getPublicKey(scalar, false)
  const options = { format: 'der', lowS: false } as const
  expect(material.publicKey).toEqual(toSpki(spec, point))
  const inside = await sign(material, ecdsa(spec), message, 'RAW', sealer)
  expect(curve.verify(inside, message, point, options)).toBe(true)
  const outside = curve.sign(message, scalar, options) as Bytes
  expect(await verify(material, ecdsa(spec), message, 'RAW', outside)).toBe(true)
  if (!material.sealed) return
  const ofDigest = await sign(material, ecdsa(spec), await digestOf(hash), 'DIGEST', sealer)
  expect(curve.verify(ofDigest, message, point, options)).toBe(true)
}

describe.each(curveSpecs)('IMP-3 %s', (spec) => {
  const { curve } = curves[spec]
  const length = curve.lengths.secretKey as number
  const scalar = curve.utils.randomSecretKey() as Bytes
  const point = curve.getPublicKey(scalar, false)
  const other = curve.getPublicKey(curve.utils.randomSecretKey(), false)
  const short = concatenated(new Uint8Array(2), randomBytes(length - 2))
  short[2] = 1

  test('IMP-17 signs and verifies as outside, and keeps what a key made here keeps', async () => {
    for (const options of custodies) {
      const material = await adopted(spec, ecPkcs8(spec, scalar, { point }), 'sign', options)
      await expectShapeOfMade(material, spec, 'sign', options)
      await expectEcSignatures(spec, material, scalar)
    }
  })

  const infos: Record<string, EcInfo> = {
    'no public key': {},
    'its public key compressed': { point: curve.getPublicKey(scalar, true) },
    'its public key in the hybrid form': {
      point: concatenated(Uint8Array.of(6 + (point.at(-1) as number & 1)), point.slice(1)),
    },
    'the public key of another': { point: other },
    'noise for a public key': { point: randomBytes(point.length) },
    'the name of the curve repeated': { repeated: named(spec), point },
    'a wrong public key of RFC 5958': { version: 1, optional: [der(0x81, Uint8Array.of(0), other)] },
    ...Object.fromEntries(berWriters.map(([what, write]) => [`BER with ${what}`, { write, point }])),
  }
  test.each(Object.entries(infos))('IMP-11 the same key in another encoding: %s', async (_, info) => {
    for (const options of custodies)
      await expectEcSignatures(spec, await adopted(spec, ecPkcs8(spec, scalar, info), 'sign', options), scalar)
  })

  test('IMP-11 a scalar with more zeros in front, or fewer', async () => {
    const encodings = [short, short.slice(2), short.slice(1), concatenated(new Uint8Array(9), short)]
    for (const encoding of encodings) {
      await expectEcSignatures(spec, await adopted(spec, ecPkcs8(spec, encoding)), short)
      await expectEcSignatures(spec, await adopted(spec, ecPkcs8(spec, encoding), 'sign', sealed), short)
    }
  })

  test('a scalar whose bytes are ASN.1 by chance is a scalar', async () => {
    for (const tag of [0x04, 0x0c, 0x30]) {
      // Under the order of P-521, whose scalars begin with 0 or 1: it is the number without its first zero.
      const bytes = Uint8Array.from([tag, length - 3, ...randomBytes(length - 3)])
      const chance = concatenated(Uint8Array.of(0), bytes)
      await expectEcSignatures(spec, await adopted(spec, ecPkcs8(spec, bytes)), chance)
    }
  })

  test('the smallest scalar and the largest; zero and the order of the curve are none', async () => {
    const { n } = curve.Point.CURVE()
    const at = (number: bigint) => numberToBytesBE(number, length) as Bytes
    for (const number of [1n, n - 1n])
      await expectEcSignatures(spec, await adopted(spec, ecPkcs8(spec, at(number))), at(number))
    for (const options of custodies)
      for (const number of [0n, n, n + 1n])
        expect(await adopt(spec, ecPkcs8(spec, at(number)), 'sign', options)).toBeUndefined()
  })

  const good = ecPkcs8(spec, scalar, { point })
  const another: CurveSpec = spec === 'ECC_NIST_P256' ? 'ECC_SECG_P256K1' : 'ECC_NIST_P256'
  const refused: Record<string, Bytes> = {
    'explicit parameters': ecPkcs8(spec, scalar, { parameters: explicitParameters(spec), point }),
    'explicit parameters repeated': ecPkcs8(spec, scalar, { repeated: explicitParameters(spec), point }),
    'implicit parameters': ecPkcs8(spec, scalar, { parameters: fromHex('0500'), point }),
    'another curve': ecPkcs8(spec, scalar, { parameters: named(another) }),
    'another curve repeated': ecPkcs8(spec, scalar, { repeated: named(another) }),
    'two curves': ecPkcs8(spec, scalar, { parameters: concatenated(named(spec), named(spec)) }),
    'a scalar that is too long': ecPkcs8(spec, concatenated(Uint8Array.of(1), scalar)),
    'an empty scalar': ecPkcs8(spec, new Uint8Array(0)),
    'SEC 1 without PKCS #8': ecPrivateKey(scalar, { repeated: named(spec), point }),
    'a public key': toSpki(spec, point),
    'another version': ecPkcs8(spec, scalar, { version: 2 }),
    'another version within': ecPkcs8(spec, scalar, { ecVersion: 0 }),
    'something behind': concatenated(good, Uint8Array.of(0)),
    'something behind, within': ecPkcs8(spec, scalar, { rest: [fromHex('020100')] }),
    'public key before parameters': ecPkcs8(spec, scalar, {
      rest: [der(0xa1, fromHex('030100')), der(0xa0, named(spec))],
    }),
    'a version that is no INTEGER': flippedTag(good),
    'a length that ends within the last member': good.with(2, (good[2] as number) - 1),
    'no end of contents': ecPkcs8(spec, scalar, { write: indefiniteLengths }).slice(0, -2),
    'a bare scalar': scalar,
    'an Ed25519 key': ed25519Pkcs8(randomBytes(32)),
    nothing: new Uint8Array(0),
    'an end of contents': new Uint8Array(2),
    ...encrypted,
  }
  test.each(Object.entries(refused))('%s: refused', async (_, bytes) => {
    for (const options of custodies) expect(await adopt(spec, bytes, 'sign', options)).toBeUndefined()
    if (isNist(spec)) expect(await adopt(spec, bytes, 'agree')).toBeUndefined()
  })

  test.each(curveSpecs.filter((one) => one !== spec))('a key of %s: refused', async (wrong) => {
    const key = curves[wrong].curve.utils.randomSecretKey()
    expect(await adopt(spec, ecPkcs8(wrong, key))).toBeUndefined()
  })
})

/** An ENUMERATED (0x0a) where the INTEGER of the version is. */
function flippedTag(bytes: Bytes): Bytes {
  const at = bytes.indexOf(0x02)
  const changed = bytes.slice()
  changed[at] = 0x0a
  return changed
}

describe.each(Object.entries(nist) as [keyof typeof nist, string][])('IMP-3 IMP-17 %s', (spec, namedCurve) => {
  const ecdh = { name: 'ECDH', namedCurve }
  const spkiOf = async ({ publicKey }: CryptoKeyPair) =>
    new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))

  test('a key of WebCrypto agrees on the same secret inside as outside', async () => {
    const pair = (await crypto.subtle.generateKey(ecdh, true, ['deriveBits'])) as CryptoKeyPair
    const peer = (await crypto.subtle.generateKey(ecdh, true, ['deriveBits'])) as CryptoKeyPair
    const bytes = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
    for (const options of custodies) {
      const material = await adopted(spec, bytes, 'agree', options)
      await expectShapeOfMade(material, spec, 'agree', options)
      expect(material.publicKey).toEqual(await spkiOf(pair))
      const inside = await ability(await familyOf(spec), 'agreement').agree(material, await spkiOf(peer), sealer)
      const outside = await crypto.subtle.deriveBits({ ...ecdh, public: pair.publicKey }, peer.privateKey, null)
      expect(inside).toEqual(new Uint8Array(outside))
    }
  })
})

describe('IMP-3 ECC_NIST_EDWARDS25519', () => {
  const SPEC = 'ECC_NIST_EDWARDS25519'
  const seed = randomBytes(32)

  async function expectEdSignatures(material: Material, of: Bytes) {
    const { sign, verify } = await signing(SPEC)
    const raw = ed25519.getPublicKey(of)
    expect(material.publicKey).toEqual(toSpki(SPEC, raw))
    const signature = await sign(material, 'ED25519_SHA_512', message, 'RAW', sealer)
    expect(signature).toEqual(ed25519.sign(message, of))
    expect(await verify(material, 'ED25519_SHA_512', message, 'RAW', signature)).toBe(true)
  }

  test('IMP-17 a key of WebCrypto signs inside as outside, and is kept as one made here', async () => {
    const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
    const bytes = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
    for (const options of custodies) {
      const material = await adopted(SPEC, bytes, 'sign', options)
      await expectShapeOfMade(material, SPEC, 'sign', options)
      await expectEdSignatures(material, bytes.slice(-32))
    }
  })

  const encodings: Record<string, Bytes> = {
    DER: ed25519Pkcs8(seed),
    'a wrong public key of RFC 5958': ed25519Pkcs8(seed, {
      version: 1,
      optional: [der(0x81, Uint8Array.of(0), randomBytes(32))],
    }),
    ...Object.fromEntries(berWriters.map(([what, write]) => [`BER with ${what}`, ed25519Pkcs8(seed, { write })])),
  }
  test.each(Object.entries(encodings))('IMP-11 the same key: %s', async (_, bytes) => {
    for (const options of custodies) await expectEdSignatures(await adopted(SPEC, bytes, 'sign', options), seed)
  })

  test('a seed whose bytes are ASN.1 by chance is a seed', async () => {
    const chance = Uint8Array.from([0x04, 30, ...randomBytes(30)])
    await expectEdSignatures(await adopted(SPEC, ed25519Pkcs8(chance)), chance)
  })

  const refused: Record<string, Bytes> = {
    'parameters of the algorithm': pkcs8([fromHex('06032b6570'), fromHex('0500')], der(0x04, seed)),
    X25519: pkcs8([fromHex('06032b656e')], der(0x04, seed)),
    Ed448: pkcs8([fromHex('06032b6571')], der(0x04, randomBytes(57))),
    'a seed of 31 bytes': ed25519Pkcs8(randomBytes(31)),
    'a seed of 33 bytes': ed25519Pkcs8(randomBytes(33)),
    'a seed without its octet string': pkcs8([fromHex('06032b6570')], seed),
    'a bare seed': seed,
    'something behind': concatenated(ed25519Pkcs8(seed), Uint8Array.of(0)),
    'a key on a NIST curve': ecPkcs8('ECC_NIST_P256', p256.utils.randomSecretKey()),
    ...encrypted,
  }
  test.each(Object.entries(refused))('%s: refused', async (_, bytes) => {
    for (const options of custodies) expect(await adopt(SPEC, bytes, 'sign', options)).toBeUndefined()
  })
})

describe('IMP-3 whatever the bytes are, they are refused or a key that fits its own public key', () => {
  const algorithms = { RSA_2048: 'RSASSA_PSS_SHA_256', ECC_NIST_EDWARDS25519: 'ED25519_SHA_512' } as const
  const specs = [...curveSpecs, 'ECC_NIST_EDWARDS25519', 'RSA_2048'] as const

  const example = async (spec: (typeof specs)[number], write: Writer): Promise<Bytes> => {
    if (spec === 'RSA_2048') return rsaPkcs8((await newRsaKey(2048)).numbers, { write })
    if (spec === 'ECC_NIST_EDWARDS25519') return ed25519Pkcs8(randomBytes(32), { write })
    const { curve } = curves[spec]
    const scalar = curve.utils.randomSecretKey()
    return ecPkcs8(spec, scalar, { write, point: curve.getPublicKey(scalar, false) })
  }

  /** Bytes replaced, one taken away, the end cut off. */
  interface Change {
    readonly replaced: readonly (readonly [at: number, byte: number])[]
    readonly removed: number | null
    readonly length: number | null
  }
  const change: fc.Arbitrary<Change> = fc.record({
    replaced: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    removed: fc.option(fc.nat(), { freq: 4 }),
    length: fc.option(fc.nat(), { freq: 4 }),
  })
  const withChange = (bytes: Bytes, { replaced, removed, length }: Change): Bytes => {
    const changed = [...bytes]
    // Mostly near the start, where the structure is.
    for (const [at, byte] of replaced) changed[at % (at % 2 ? bytes.length : 64)] = byte
    if (removed !== null) changed.splice(removed % bytes.length, 1)
    return Uint8Array.from(length === null ? changed : changed.slice(0, length % bytes.length))
  }

  async function expectNoneOrWorking(spec: (typeof specs)[number], bytes: Bytes, options: typeof native) {
    const material = await adopt(spec, bytes, 'sign', options)
    if (!material) return
    const { sign, verify } = await signing(spec)
    const algorithm = spec in algorithms ? algorithms[spec as keyof typeof algorithms] : ecdsa(spec as CurveSpec)
    const signature = await sign(material, algorithm, message, 'RAW', sealer)
    expect(await verify(material, algorithm, message, 'RAW', signature)).toBe(true)
  }

  test.each(specs)('%s: keys with changes, in DER and BER', async (spec) => {
    const examples = await Promise.all([der, longLengths, cutOctetStrings].map((write) => example(spec, write)))
    const anyExample = fc.constantFrom(...examples)
    await fc.assert(
      fc.asyncProperty(anyExample, change, fc.boolean(), (bytes, how, digestSigning) =>
        expectNoneOrWorking(spec, withChange(bytes, how), { digestSigning }),
      ),
      { numRuns: spec === 'RSA_2048' ? 100 : 200 },
    )
  })

  test.each(specs)('%s: noise', async (spec) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, digestSigning) =>
        expectNoneOrWorking(spec, Uint8Array.from(noise), { digestSigning }),
      ),
      { numRuns: 200 },
    )
  })
})
