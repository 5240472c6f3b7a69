/** Sign and Verify, with every signing algorithm in every form in which it takes a message. */

import { DER } from '@noble/curves/abstract/der.js'
import { ed25519ph } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import type { KeyMetadata, KeySpec, KmsClient, OperationInput } from 'browser-kms'
import { sm2 } from 'sm-crypto-v2'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasNativeLattices } from '../fixtures/engine.js'
import { agreementKey, encapsulationKey, encryptionKey, macKey, sharedKeys, signingKey } from '../fixtures/keys.js'
import { errorOf, expectError, freshVault, membersOf, sharedVault, utf8 } from '../fixtures/vault.js'
import { type Bytes, concatenated, damaged, fromHex, randomBytes, rawPublicKeyIn } from './fixtures/bytes.js'
import { sm2Digest } from './fixtures/sm2.js'

type Algorithm = NonNullable<OperationInput<'Sign'>['SigningAlgorithm']>
type Form = NonNullable<OperationInput<'Sign'>['MessageType']>

/** How the outside world checks a signature over a message. */
type Verifier = (publicKey: Bytes, message: Bytes, signature: Bytes) => Promise<boolean> | boolean

/** What ASYM-8 says of an algorithm with a key spec. */
interface Row {
  readonly spec: KeySpec
  readonly algorithm: Algorithm
  /** Bytes of a signature, exactly or at most. */
  readonly signature: { readonly exactly: number } | { readonly atMost: number }
  /** What is signed instead of the message with another MessageType than RAW. */
  readonly short?: {
    readonly form: 'DIGEST' | 'EXTERNAL_MU'
    readonly length: number
    readonly of: (message: Bytes, publicKey: Bytes) => Bytes
  }
  /** A browser's own cryptography, or where it has none a library that the vault does not use for it. */
  readonly outside: Verifier
}

const webCrypto =
  (imported: Parameters<typeof crypto.subtle.importKey>[2], parameters: Parameters<typeof crypto.subtle.verify>[0]) =>
  async (publicKey: Bytes, message: Bytes, signature: Bytes) =>
    crypto.subtle.verify(
      parameters,
      await crypto.subtle.importKey('spki', publicKey, imported, false, ['verify']),
      signature,
      message,
    )

const hashes = { 256: sha256, 384: sha384, 512: sha512 } as const
const digest = (bits: keyof typeof hashes) =>
  ({ form: 'DIGEST', length: bits / 8, of: (message: Bytes) => hashes[bits](message) as Bytes }) as const

const rsa = (spec: KeySpec, exactly: number): Row[] =>
  ([256, 384, 512] as const).flatMap((bits) => {
    const row = { spec, signature: { exactly }, short: digest(bits) }
    const hash = `SHA-${bits}`
    const pkcs1 = webCrypto({ name: 'RSASSA-PKCS1-v1_5', hash }, 'RSASSA-PKCS1-v1_5')
    const pss = webCrypto({ name: 'RSA-PSS', hash }, { name: 'RSA-PSS', saltLength: bits / 8 })
    return [
      { ...row, algorithm: `RSASSA_PKCS1_V1_5_SHA_${bits}`, outside: pkcs1 },
      { ...row, algorithm: `RSASSA_PSS_SHA_${bits}`, outside: pss },
    ] as const
  })

const ecdsa =
  (spec: KeySpec, curve: typeof p256): Verifier =>
  (publicKey, message, signature) =>
    curve.verify(signature, message, rawPublicKeyIn(spec, publicKey), { format: 'der', lowS: false })

const mu = (spec: KeySpec) =>
  ({
    form: 'EXTERNAL_MU',
    length: 64,
    /** ASYM-22: mu = SHAKE256(SHAKE256(rawPublicKey, 64) ‖ 0x00 ‖ 0x00 ‖ M, 64). */
    of: (message: Bytes, publicKey: Bytes) => {
      const tr = shake256(rawPublicKeyIn(spec, publicKey), { dkLen: 64 })
      return shake256(concatenated(tr, Uint8Array.of(0, 0), message), { dkLen: 64 }) as Bytes
    },
  }) as const

const mlDsa = (spec: KeySpec, exactly: number, scheme: typeof ml_dsa44): Row => ({
  spec,
  algorithm: 'ML_DSA_SHAKE_256',
  signature: { exactly },
  short: mu(spec),
  outside: (publicKey, message, signature) => scheme.verify(signature, message, rawPublicKeyIn(spec, publicKey)),
})

const rows: readonly Row[] = [
  ...rsa('RSA_2048', 256),
  {
    spec: 'ECC_NIST_P256',
    algorithm: 'ECDSA_SHA_256',
    signature: { atMost: 72 },
    short: digest(256),
    outside: ecdsa('ECC_NIST_P256', p256),
  },
  {
    spec: 'ECC_NIST_P384',
    algorithm: 'ECDSA_SHA_384',
    signature: { atMost: 104 },
    short: digest(384),
    outside: ecdsa('ECC_NIST_P384', p384),
  },
  {
    spec: 'ECC_NIST_P521',
    algorithm: 'ECDSA_SHA_512',
    signature: { atMost: 139 },
    short: digest(512),
    outside: ecdsa('ECC_NIST_P521', p521),
  },
  {
    spec: 'ECC_SECG_P256K1',
    algorithm: 'ECDSA_SHA_256',
    signature: { atMost: 72 },
    short: digest(256),
    outside: ecdsa('ECC_SECG_P256K1', secp256k1),
  },
  {
    spec: 'SM2',
    algorithm: 'SM2DSA',
    signature: { atMost: 72 },
    short: {
      form: 'DIGEST',
      length: 32,
      of: (message, publicKey) => sm2Digest(rawPublicKeyIn('SM2', publicKey), message),
    },
    outside: (publicKey, message, signature) =>
      sm2.doVerifySignature(message, signature.toHex(), rawPublicKeyIn('SM2', publicKey).toHex(), {
        der: true,
        hash: true,
      }),
  },
  {
    spec: 'ECC_NIST_EDWARDS25519',
    algorithm: 'ED25519_SHA_512',
    signature: { exactly: 64 },
    outside: webCrypto({ name: 'Ed25519' }, 'Ed25519'),
  },
  mlDsa('ML_DSA_44', 2420, ml_dsa44),
  mlDsa('ML_DSA_65', 3309, ml_dsa65),
  mlDsa('ML_DSA_87', 4627, ml_dsa87),
]

const specs = [...new Set(rows.map(({ spec }) => spec))]
const kinds = Object.fromEntries(specs.map((spec) => [spec, signingKey(spec)])) as Record<KeySpec, KeyKindOfSigning>
type KeyKindOfSigning = ReturnType<typeof signingKey>

/** One vault as it is by default, and one that signs digests. */
const plain = sharedVault()
const plainKeys = sharedKeys(plain, kinds)
const signer = sharedVault({ digestSigning: true })
const signerKeys = sharedKeys(signer, kinds)
const otherKeys = sharedKeys(signer, kinds)
/** Public keys of the keys that sign digests. */
const publicKeys = {} as Record<KeySpec, Bytes>
beforeAll(async () => {
  for (const spec of specs)
    publicKeys[spec] = Uint8Array.from((await signer.kms.getPublicKey({ KeyId: signerKeys[spec].KeyId })).PublicKey)
})

const message = utf8('attack at dawn')

interface Given {
  readonly KeyId: string
  readonly SigningAlgorithm: Algorithm
  readonly MessageType?: Form
}

async function sign(kms: KmsClient, given: Given, Message: Bytes): Promise<Bytes> {
  return Uint8Array.from((await kms.sign({ ...given, Message })).Signature)
}

/** AWS never answers SignatureValid: false; whoever only looks for an answer must not be misled. */
async function expectValid(kms: KmsClient, given: Given, Message: Bytes, Signature: Bytes): Promise<void> {
  const { KeyMetadata } = await kms.describeKey({ KeyId: given.KeyId })
  expect(await membersOf(kms.verify({ ...given, Message, Signature }))).toEqual({
    KeyId: KeyMetadata.Arn,
    SignatureValid: true,
    SigningAlgorithm: given.SigningAlgorithm,
  })
}

async function expectInvalid(kms: KmsClient, given: Given, Message: Bytes, Signature: Bytes, what: string) {
  const error = await errorOf(kms.verify({ ...given, Message, Signature }))
  expect([what, error.name]).toEqual([what, 'KMSInvalidSignatureException'])
}

describe.each(rows.map((row) => [row.algorithm, row.spec, row] as const))('%s with %s', (_algorithm, _spec, row) => {
  const { spec, algorithm, short } = row
  const given = (keys: Readonly<Record<KeySpec, KeyMetadata>>, MessageType?: Form): Given => ({
    KeyId: keys[spec].KeyId,
    SigningAlgorithm: algorithm,
    ...(MessageType && { MessageType }),
  })

  test.each([
    ['by default', plain, plainKeys],
    ['of a vault that signs digests', signer, signerKeys],
  ] as const)('ASYM-10 a key %s signs a message, and Verify says so', async (_which, { kms }, keys) => {
    const answer = await membersOf(kms.sign({ ...given(keys), Message: message }))
    expect(answer).toEqual({
      KeyId: keys[spec].Arn,
      Signature: expect.any(Uint8Array),
      SigningAlgorithm: algorithm,
    })
    await expectValid(kms, given(keys), message, Uint8Array.from(answer.Signature))
    await expectValid(kms, given(keys, 'RAW'), message, Uint8Array.from(answer.Signature))
  })

  test('ASYM-8 signatures have the encoding and length of the standard', async () => {
    const signatures = await Promise.all(
      Array.from({ length: 8 }, (_, index) => sign(plain.kms, given(plainKeys), utf8(`message ${index}`))),
    )
    for (const signature of signatures) {
      if ('exactly' in row.signature) expect(signature.byteLength).toBe(row.signature.exactly)
      else {
        expect(signature.byteLength).toBeLessThanOrEqual(row.signature.atMost)
        expect(signature.byteLength).toBeGreaterThan(row.signature.atMost - 12)
        const { r, s } = DER.toSig(signature)
        expect(DER.hexFromSig({ r, s }), 'the one DER encoding of r and s').toBe(signature.toHex())
      }
    }
  })

  test.each([
    ['by default', plain, plainKeys],
    ['of a vault that signs digests', signer, signerKeys],
  ] as const)('ASYM-16 a signature of a key %s is one outside, by its public key', async (_which, { kms }, keys) => {
    const { PublicKey } = await kms.getPublicKey({ KeyId: keys[spec].KeyId })
    const signature = await sign(kms, given(keys), message)
    expect(await row.outside(Uint8Array.from(PublicKey), message, signature)).toBe(true)
    expect(await row.outside(Uint8Array.from(PublicKey), utf8('attack at noon'), signature)).toBe(false)
  })

  test('ASYM-10 a damaged signature is KMSInvalidSignatureException, never SignatureValid: false', async () => {
    for (const [which, { kms }, keys] of [
      ['by default', plain, plainKeys],
      ['digest signing', signer, signerKeys],
    ] as const) {
      const signature = await sign(kms, given(keys), message)
      for (const [what, Signature] of Object.entries(damaged(signature)))
        await expectInvalid(kms, given(keys), message, Signature, `${which}: ${what}`)
      const longest = concatenated(signature, new Uint8Array(6144 - signature.byteLength))
      await expectInvalid(kms, given(keys), message, longest, `${which}: 6144 bytes`)
    }
  })

  test('ASYM-10 neither is a signature one of another key, nor over another message', async () => {
    const signature = await sign(signer.kms, given(signerKeys), message)
    await expectInvalid(signer.kms, given(otherKeys), message, signature, 'another key')
    await expectInvalid(plain.kms, given(plainKeys), message, signature, 'a key of another vault')
    await expectInvalid(signer.kms, given(signerKeys), utf8('attack at noon'), signature, 'another message')
  })

  test('ASYM-10 a message of 1 to 4096 bytes can be signed; an empty or longer one is refused', async () => {
    for (const length of [1, 4096]) {
      const Message = randomBytes(length)
      const signature = await sign(plain.kms, given(plainKeys), Message)
      await expectValid(plain.kms, given(plainKeys), Message, signature)
    }
    const refusal =
      "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length"
    for (const [length, bound] of [
      [0, 'greater than or equal to 1'],
      [4097, 'less than or equal to 4096'],
    ] as const) {
      const Message = new Uint8Array(length)
      await expectError(plain.kms.sign({ ...given(plainKeys), Message }), 'ValidationException', `${refusal} ${bound}`)
      const Signature = new Uint8Array(64)
      await expectError(
        plain.kms.verify({ ...given(plainKeys), Message, Signature }),
        'ValidationException',
        `${refusal} ${bound}`,
      )
    }
  })

  test('ASYM-10 an empty signature, or one of more than 6144 bytes, is refused', async () => {
    for (const [length, bound] of [
      [0, 'greater than or equal to 1'],
      [6145, 'less than or equal to 6144'],
    ] as const)
      await expectError(
        plain.kms.verify({ ...given(plainKeys), Message: message, Signature: new Uint8Array(length) }),
        'ValidationException',
        `1 validation error detected: Value at 'signature' failed to satisfy constraint: Member must have length ${bound}`,
      )
  })

  const forms: readonly Form[] = ['DIGEST', 'EXTERNAL_MU']
  test.each(forms.filter((form) => form !== short?.form))('ASYM-10 does not take a %s', async (MessageType) => {
    for (const length of [32, 64]) {
      const Message = new Uint8Array(length)
      const refusal = `Algorithm ${algorithm} does not take messages of MessageType ${MessageType}.`
      await expectError(signer.kms.sign({ ...given(signerKeys, MessageType), Message }), 'ValidationException', refusal)
      await expectError(
        signer.kms.verify({ ...given(signerKeys, MessageType), Message, Signature: new Uint8Array(64) }),
        'ValidationException',
        refusal,
      )
    }
  })

  if (!short) return
  const shortOf = (Message: Bytes) => short.of(Message, publicKeys[spec])

  test(`ASYM-10 RAW of a message and ${short.form} of it are the same message, both ways`, async () => {
    const raw = await sign(signer.kms, given(signerKeys), message)
    await expectValid(signer.kms, given(signerKeys, short.form), shortOf(message), raw)
    const shortened = await sign(signer.kms, given(signerKeys, short.form), shortOf(message))
    await expectValid(signer.kms, given(signerKeys), message, shortened)
    await expectValid(signer.kms, given(signerKeys, short.form), shortOf(message), shortened)
    expect(await row.outside(publicKeys[spec], message, shortened), 'outside').toBe(true)
  })

  test(`ASYM-10 RAW of what ${short.form} takes is another message`, async () => {
    const shortened = await sign(signer.kms, given(signerKeys, short.form), shortOf(message))
    await expectInvalid(signer.kms, given(signerKeys), shortOf(message), shortened, 'verified as RAW')
    const raw = await sign(signer.kms, given(signerKeys), shortOf(message))
    await expectInvalid(signer.kms, given(signerKeys, short.form), shortOf(message), raw, 'signed as RAW')
    await expectInvalid(signer.kms, given(signerKeys), message, raw, 'hashed once more')
  })

  test(`ASYM-10 a damaged signature is none over a ${short.form} either`, async () => {
    const signature = await sign(signer.kms, given(signerKeys, short.form), shortOf(message))
    for (const [what, Signature] of Object.entries(damaged(signature)))
      await expectInvalid(signer.kms, given(signerKeys, short.form), shortOf(message), Signature, what)
    const another = shortOf(utf8('attack at noon'))
    await expectInvalid(signer.kms, given(signerKeys, short.form), another, signature, 'of another message')
  })

  test(`ASYM-10 ${short.form} has ${short.length} bytes, or is refused in the words of AWS`, async () => {
    for (const length of [1, 20, short.length - 1, short.length + 1, 4096]) {
      const Message = new Uint8Array(length)
      const refusal = `Digest is invalid length for algorithm ${algorithm}.`
      for (const [{ kms }, keys] of [
        [plain, plainKeys],
        [signer, signerKeys],
      ] as const) {
        await expectError(kms.sign({ ...given(keys, short.form), Message }), 'ValidationException', refusal)
        const Signature = new Uint8Array(64)
        await expectError(
          kms.verify({ ...given(keys, short.form), Message, Signature }),
          'ValidationException',
          refusal,
        )
      }
    }
  })

  if (['ECC_SECG_P256K1', 'SM2'].includes(spec) || (spec.startsWith('ML_DSA') && !hasNativeLattices))
    test('ASYM-26 a key by default signs digests too: it is sealed anyway', async () => {
      const { PublicKey } = await plain.kms.getPublicKey({ KeyId: plainKeys[spec].KeyId })
      const shortened = short.of(message, Uint8Array.from(PublicKey))
      const signature = await sign(plain.kms, given(plainKeys, short.form), shortened)
      await expectValid(plain.kms, given(plainKeys), message, signature)
    })
  else {
    test(`ASYM-26 a native key does not sign a ${short.form}, and the refusal says how to allow it`, async () => {
      const Message = new Uint8Array(short.length)
      await expectError(
        plain.kms.sign({ ...given(plainKeys, short.form), Message }),
        'UnsupportedOperationException',
        /MessageType RAW.*digestSigning: true/,
      )
    })

    test(`ASYM-10 a native key does verify a ${short.form}`, async () => {
      const { PublicKey } = await plain.kms.getPublicKey({ KeyId: plainKeys[spec].KeyId })
      const shortened = short.of(message, Uint8Array.from(PublicKey))
      const signature = await sign(plain.kms, given(plainKeys), message)
      await expectValid(plain.kms, given(plainKeys, short.form), shortened, signature)
      await expectInvalid(plain.kms, given(plainKeys), shortened, signature, 'the digest as RAW')
    })
  }
})

describe('ED25519_PH_SHA_512 with ECC_NIST_EDWARDS25519 (ASYM-21)', () => {
  const spec = 'ECC_NIST_EDWARDS25519'
  const hashed = sha512(message) as Bytes
  const given = (keys: Readonly<Record<KeySpec, KeyMetadata>>, MessageType?: Form): Given => ({
    KeyId: keys[spec].KeyId,
    SigningAlgorithm: 'ED25519_PH_SHA_512',
    ...(MessageType && { MessageType }),
  })

  test('a digest is signed and verified', async () => {
    const signature = await sign(signer.kms, given(signerKeys, 'DIGEST'), hashed)
    expect(signature.byteLength).toBe(64)
    await expectValid(signer.kms, given(signerKeys, 'DIGEST'), hashed, signature)
  })

  test('the digest is hashed once more: it is the message of Ed25519ph', async () => {
    const signature = await sign(signer.kms, given(signerKeys, 'DIGEST'), hashed)
    const point = rawPublicKeyIn(spec, publicKeys[spec])
    expect(ed25519ph.verify(signature, hashed, point)).toBe(true)
    expect(ed25519ph.verify(signature, message, point), "RFC 8032's Ed25519ph of the message").toBe(false)
  })

  test.each([
    ['ED25519_PH_SHA_512', 'RAW'],
    ['ED25519_PH_SHA_512', undefined],
    ['ED25519_PH_SHA_512', 'EXTERNAL_MU'],
    ['ED25519_SHA_512', 'DIGEST'],
    ['ED25519_SHA_512', 'EXTERNAL_MU'],
  ] as const)('%s does not go with MessageType %s', async (SigningAlgorithm, MessageType) => {
    const request = { ...given(signerKeys, MessageType), SigningAlgorithm, Message: hashed }
    const refusal = `Algorithm ${SigningAlgorithm} does not take messages of MessageType ${MessageType ?? 'RAW'}.`
    await expectError(signer.kms.sign(request), 'ValidationException', refusal)
    const Signature = new Uint8Array(64)
    await expectError(signer.kms.verify({ ...request, Signature }), 'ValidationException', refusal)
  })

  test('the two algorithms do not verify each other', async () => {
    const prehashed = await sign(signer.kms, given(signerKeys, 'DIGEST'), hashed)
    const pure = { KeyId: signerKeys[spec].KeyId, SigningAlgorithm: 'ED25519_SHA_512' } as const
    await expectInvalid(signer.kms, pure, hashed, prehashed, 'prehashed as pure')
    const signature = await sign(signer.kms, pure, hashed)
    await expectInvalid(signer.kms, given(signerKeys, 'DIGEST'), hashed, signature, 'pure as prehashed')
  })

  test('damaged signatures and digests of a wrong length are refused', async () => {
    const signature = await sign(signer.kms, given(signerKeys, 'DIGEST'), hashed)
    for (const [what, Signature] of Object.entries(damaged(signature)))
      await expectInvalid(signer.kms, given(signerKeys, 'DIGEST'), hashed, Signature, what)
    for (const length of [32, 63, 65])
      await expectError(
        signer.kms.sign({ ...given(signerKeys, 'DIGEST'), Message: new Uint8Array(length) }),
        'ValidationException',
        'Digest is invalid length for algorithm ED25519_PH_SHA_512.',
      )
  })

  test('a native key does not sign one, and the refusal says how to allow it', async () => {
    await expectError(
      plain.kms.sign({ ...given(plainKeys, 'DIGEST'), Message: hashed }),
      'UnsupportedOperationException',
      /digestSigning: true/,
    )
    await expectInvalid(plain.kms, given(plainKeys, 'DIGEST'), hashed, new Uint8Array(64), 'zeros')
  })
})

describe('signatures that are random, and those that are not', () => {
  const twice = async ({ spec, algorithm }: Pick<Row, 'spec' | 'algorithm'>) => {
    const given = { KeyId: plainKeys[spec].KeyId, SigningAlgorithm: algorithm }
    const [one, two] = [await sign(plain.kms, given, message), await sign(plain.kms, given, message)]
    return one.toHex() === two.toHex()
  }
  test.each(rows.filter(({ algorithm }) => algorithm.startsWith('RSASSA_PSS')))('$algorithm salts', async (row) => {
    expect(await twice(row)).toBe(false)
  })
  test.each(rows.filter(({ algorithm }) => algorithm.includes('PKCS1') || algorithm === 'ED25519_SHA_512'))(
    '$algorithm gives the same signature each time',
    async (row) => {
      expect(await twice(row)).toBe(true)
    },
  )
})

describe('both halves of the curve order (ASYM-27)', () => {
  test.each([
    ['ECC_NIST_P256', 'native', plain, plainKeys, p256],
    ['ECC_NIST_P256', 'sealed', signer, signerKeys, p256],
    ['ECC_NIST_P384', 'native', plain, plainKeys, p384],
    ['ECC_NIST_P521', 'native', plain, plainKeys, p521],
    ['ECC_SECG_P256K1', 'sealed', plain, plainKeys, secp256k1],
  ] as const)('%s, %s: Verify takes s and n - s', async (spec, _custody, { kms }, keys, curve) => {
    const SigningAlgorithm = rows.find((row) => row.spec === spec)?.algorithm as Algorithm
    const given = { KeyId: keys[spec].KeyId, SigningAlgorithm }
    const { r, s } = DER.toSig(await sign(kms, given, message))
    const halves = [s, curve.Point.CURVE().n - s]
    for (const half of halves) await expectValid(kms, given, message, fromHex(DER.hexFromSig({ r, s: half })))
    expect(halves.some((half) => curve.Point.Fn.isValid(half) && half > curve.Point.CURVE().n >> 1n)).toBe(true)
  })

  test('r or s of zero, or not below the order, makes no signature', async () => {
    const { n } = p256.Point.CURVE()
    const given = { KeyId: plainKeys.ECC_NIST_P256.KeyId, SigningAlgorithm: 'ECDSA_SHA_256' } as const
    const { r, s } = DER.toSig(await sign(plain.kms, given, message))
    for (const [what, changed] of Object.entries({
      'r = 0': { r: 0n, s },
      's = 0': { r, s: 0n },
      'r + n': { r: r + n, s },
      's + n': { r, s: s + n },
      'r = n': { r: n, s },
      's and r exchanged': { r: s, s: r },
    }))
      await expectInvalid(plain.kms, given, message, fromHex(DER.hexFromSig(changed)), what)
  })

  test('r‖s without DER is no signature, though WebCrypto has it so', async () => {
    const given = { KeyId: plainKeys.ECC_NIST_P256.KeyId, SigningAlgorithm: 'ECDSA_SHA_256' } as const
    const { r, s } = DER.toSig(await sign(plain.kms, given, message))
    const raw = fromHex([r, s].map((number) => number.toString(16).padStart(64, '0')).join(''))
    await expectInvalid(plain.kms, given, message, raw, 'r‖s')
  })
})

describe('the larger RSA keys', () => {
  const larger = sharedVault()
  const keys = sharedKeys(larger, { RSA_3072: signingKey('RSA_3072'), RSA_4096: signingKey('RSA_4096') })

  test.each([...rsa('RSA_3072', 384), ...rsa('RSA_4096', 512)])('ASYM-8 $algorithm with $spec', async (row) => {
    const { KeyId } = keys[row.spec as keyof typeof keys]
    const given = { KeyId, SigningAlgorithm: row.algorithm }
    const { PublicKey } = await larger.kms.getPublicKey({ KeyId })
    const signature = await sign(larger.kms, given, message)
    expect({ exactly: signature.byteLength }).toEqual(row.signature)
    await expectValid(larger.kms, given, message, signature)
    expect(await row.outside(Uint8Array.from(PublicKey), message, signature)).toBe(true)
    const hashed = row.short?.of(message, Uint8Array.from(PublicKey)) as Bytes
    await expectValid(larger.kms, { ...given, MessageType: 'DIGEST' }, hashed, signature)
    await expectInvalid(larger.kms, given, utf8('attack at noon'), signature, 'another message')
  })
})

describe('algorithms and usages that do not fit', () => {
  const algorithms = [...new Set(rows.map(({ algorithm }) => algorithm)), 'ED25519_PH_SHA_512' as const]
  const list = (spec: KeySpec) => plainKeys[spec].SigningAlgorithms ?? []

  test('ASYM-8 there are 13 signing algorithms', () => {
    expect(algorithms.length).toBe(13)
  })

  test.each(specs)('ASYM-10 an algorithm that %s lacks is InvalidKeyUsageException', async (spec) => {
    for (const SigningAlgorithm of algorithms.filter((algorithm) => !list(spec).includes(algorithm))) {
      const request = { KeyId: plainKeys[spec].KeyId, SigningAlgorithm, Message: message }
      const refusal = `Algorithm ${SigningAlgorithm} is incompatible with key spec ${spec}.`
      await expectError(plain.kms.sign(request), 'InvalidKeyUsageException', refusal)
      const Signature = new Uint8Array(64)
      await expectError(plain.kms.verify({ ...request, Signature }), 'InvalidKeyUsageException', refusal)
    }
  })

  test.each([
    encryptionKey('SYMMETRIC_DEFAULT'),
    encryptionKey('RSA_2048'),
    macKey('HMAC_256'),
    agreementKey('ECC_NIST_P256'),
    encapsulationKey('ML_KEM_768'),
  ])('ASYM-10 a key of $spec for $usage neither signs nor verifies', async ({ spec, usage }) => {
    const { kms } = await freshVault()
    const { KeyId, Arn } = (await kms.createKey({ KeySpec: spec, KeyUsage: usage })).KeyMetadata
    for (const SigningAlgorithm of ['ECDSA_SHA_256', 'RSASSA_PSS_SHA_256'] as const) {
      const request = { KeyId, SigningAlgorithm, Message: message }
      const refusal = (operation: string) => `${Arn} key usage is ${usage} which is not valid for ${operation}.`
      await expectError(kms.sign(request), 'InvalidKeyUsageException', refusal('Sign'))
      const Signature = new Uint8Array(64)
      await expectError(kms.verify({ ...request, Signature }), 'InvalidKeyUsageException', refusal('Verify'))
    }
  })

  test('SDK-33 a dry run signs and verifies nothing', async () => {
    const request = {
      KeyId: plainKeys.ECC_NIST_P256.KeyId,
      SigningAlgorithm: 'ECDSA_SHA_256',
      Message: message,
      DryRun: true,
    } as const
    const text = 'The request would have succeeded, but the DryRun option is set.'
    await expectError(plain.kms.sign(request), 'DryRunOperationException', text)
    const Signature = new Uint8Array(1)
    await expectError(plain.kms.verify({ ...request, Signature }), 'DryRunOperationException', text)
  })
})
