/**
 * What the worker computes with sealed keys is what others compute: noble's own signatures byte for byte, sm-crypto-v2's
 * SM2 both ways. The steps that are the vault's own are held against whole implementations here.
 */
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import { ed25519, ed25519ph } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { sm2 } from 'sm-crypto-v2'
import { describe, expect, test } from 'vitest'
import { toSpki } from '../../../worker/material/encodings.js'
import { familyOf } from '../../../worker/material/families.js'
import type { MaterialFamily } from '../../../worker/material/family.js'
import type { Material } from '../../../worker/material/material.js'
import { randomScalar } from '../../../worker/material/scalars.js'
import { copyOfSecret, numberOf, secretBytes, writeNumber } from '../../../worker/material/secret-bytes.js'
import { testSealer } from '../vectors/materials.js'
import { type Bytes, fromHex, randomBytes } from './fixtures/bytes.js'
import { sm2Point } from './fixtures/sm2.js'

const sealer = await testSealer()
const sealed = async (secret: Uint8Array, publicKey: Bytes): Promise<Material> => ({
  handles: {},
  sealed: await sealer.seal(copyOfSecret(secret)),
  publicKey,
})
const signing = ({ signing }: MaterialFamily) => signing as NonNullable<typeof signing>
const anyBytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Uint8Array.from(bytes))

const curves = [
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 32, secp256k1],
  ['ECC_NIST_P256', 'ECDSA_SHA_256', 32, p256],
  ['ECC_NIST_P384', 'ECDSA_SHA_384', 48, p384],
  ['ECC_NIST_P521', 'ECDSA_SHA_512', 64, p521],
] as const satisfies readonly (readonly [string, string, number, ECDSA])[]

describe.each(curves)('%s', (spec, algorithm, digestLength, curve) => {
  const { Fn } = curve.Point

  test('signatures over messages and digests are those of RFC 6979 in noble', async () => {
    const family = await familyOf(spec)
    const digests = fc.oneof(
      anyBytes(digestLength),
      fc.constantFrom(0x00, 0xff).map((byte) => new Uint8Array(digestLength).fill(byte)),
    )
    const scalars = fc.oneof(
      fc.bigInt({ min: 1n, max: Fn.ORDER - 1n }),
      fc.constantFrom(1n, 2n, 0xffn, Fn.ORDER - 1n, Fn.ORDER >> 1n),
    )
    await fc.assert(
      fc.asyncProperty(scalars, digests, fc.constantFrom('RAW', 'DIGEST'), async (number, message, form) => {
        const scalar = Fn.toBytes(number)
        const key = await sealed(scalar, toSpki(spec, curve.getPublicKey(scalar, false)))
        const signature = await signing(family).sign(key, algorithm, message, form as 'RAW', sealer)
        const options = { format: 'der', lowS: false, prehash: form === 'RAW' } as const
        expect(signature.toHex()).toBe(curve.sign(message, scalar, options).toHex())
      }),
      { numRuns: 30 },
    )
  })

  test('new scalars are above zero and below the order, in all of its bits', () => {
    let any = 0n
    const ones = (1n << BigInt(Fn.BITS)) - 1n
    let all = ones
    for (let count = 0; count < 200; count++) {
      const scalar = randomScalar(Fn)
      expect(scalar.byteLength).toBe(Fn.BYTES)
      const number = numberOf(scalar)
      expect(Fn.isValidNot0(number)).toBe(true)
      any |= number
      all &= number
    }
    expect([any, all], 'bits that are in any, and in all').toEqual([ones, 0n])
  })
})

test.each([
  ['ED25519_SHA_512', ed25519],
  ['ED25519_PH_SHA_512', ed25519ph],
] as const)('%s: signatures are those of noble', async (algorithm, scheme) => {
  const family = await familyOf('ECC_NIST_EDWARDS25519')
  await fc.assert(
    fc.asyncProperty(anyBytes(32), fc.uint8Array({ minLength: 1, maxLength: 200 }), async (seed, message) => {
      const key = await sealed(seed, toSpki('ECC_NIST_EDWARDS25519', scheme.getPublicKey(seed)))
      const form = algorithm === 'ED25519_SHA_512' ? 'RAW' : 'DIGEST'
      const signature = await signing(family).sign(key, algorithm, Uint8Array.from(message), form, sealer)
      expect(signature.toHex()).toBe(scheme.sign(message, seed).toHex())
    }),
    { numRuns: 30 },
  )
})

test('Ed25519: a public key that is not the seed’s is not signed for, since two such signatures give the key away', async () => {
  const family = await familyOf('ECC_NIST_EDWARDS25519')
  const seed = randomBytes(32)
  const another = toSpki('ECC_NIST_EDWARDS25519', ed25519.getPublicKey(randomBytes(32)))
  const message = randomBytes(20)
  const signature = await signing(family).sign(await sealed(seed, another), 'ED25519_SHA_512', message, 'RAW', sealer)
  expect(signature.toHex()).toBe(ed25519.sign(message, seed).toHex())
})

describe('SM2 and sm-crypto-v2', () => {
  const pair = async () => {
    const { privateKey, publicKey } = sm2.generateKeyPairHex()
    return { privateKey, publicKey, material: await sealed(fromHex(privateKey), toSpki('SM2', fromHex(publicKey))) }
  }
  const lengths = [1, 31, 32, 33, 64, 100, 1024]

  test.each(['RAW', 'DIGEST'] as const)('it verifies what is signed here: %s', async (form) => {
    const { publicKey, material } = await pair()
    for (let count = 0; count < 20; count++) {
      const message = randomBytes(32)
      const signature = await signing(await familyOf('SM2')).sign(material, 'SM2DSA', message, form, sealer)
      const options = { der: true, hash: form === 'RAW' }
      expect(sm2.doVerifySignature(message, signature.toHex(), publicKey, options)).toBe(true)
    }
  })

  test('each decrypts what the other encrypts', async () => {
    const { privateKey, publicKey, material } = await pair()
    const { encryption } = await familyOf('SM2')
    for (const length of lengths) {
      const plaintext = randomBytes(length)
      const there = (await encryption?.encrypt(material, 'SM2PKE', plaintext)) as Bytes
      expect(sm2.doDecrypt(there.toHex(), privateKey, 1, { asn1: true, output: 'array' })).toEqual(plaintext)
      const here = fromHex(sm2.doEncrypt(plaintext, publicKey, 1, { asn1: true }))
      expect(await encryption?.decrypt(material, 'SM2PKE', here, sealer)).toEqual(plaintext)
    }
  })

  test('a plaintext of one byte is hidden too: a stream of zeros is not used', async () => {
    const { material } = await pair()
    const { encryption } = await familyOf('SM2')
    for (let count = 0; count < 300; count++) {
      const ciphertext = (await encryption?.encrypt(material, 'SM2PKE', Uint8Array.of(0x5a))) as Bytes
      expect(ciphertext.at(-1)).not.toBe(0x5a)
    }
  })

  test('a point that is on no curve, or not on this one, is refused', async () => {
    const { material } = await pair()
    const { agreement } = await familyOf('SM2')
    const other = p256.getPublicKey(p256.utils.randomSecretKey(), false)
    const good = sm2Point.BASE.multiply(5n).toBytes(false)
    const wrong = good.slice()
    wrong[64] = (wrong[64] as number) ^ 1
    for (const point of [other, wrong, new Uint8Array(65)])
      expect(await agreement?.agree(material, toSpki('SM2', point), sealer)).toBeUndefined()
    expect(await agreement?.agree(material, toSpki('SM2', good), sealer)).toHaveLength(32)
  })
})

describe('numbers and bytes', () => {
  test('what is written is read, at any length and place in a buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, offset) => {
        const hex = bytes.toHex()
        const number = hex === '' ? 0n : BigInt(`0x${hex}`)
        const whole = new Uint8Array(bytes.byteLength + offset + 3).fill(0x77)
        const view = whole.subarray(offset, offset + bytes.byteLength)
        writeNumber(number, view)
        expect(view.toHex()).toBe(hex)
        expect(numberOf(view)).toBe(number)
        expect(whole.subarray(0, offset).every((byte) => byte === 0x77)).toBe(true)
        expect(whole.subarray(-3).every((byte) => byte === 0x77)).toBe(true)
      }),
    )
  })

  test('a number that is too long for the bytes is refused', () => {
    for (const length of [0, 1, 7, 8, 9, 66]) {
      const most = (1n << BigInt(8 * length)) - 1n
      writeNumber(most, secretBytes(length))
      expect(() => writeNumber(most + 1n, secretBytes(length))).toThrow(RangeError)
    }
  })
})
