/** GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import type { OperationInput, OperationOutput } from 'browser-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import { encryptionKey, sharedKeys, signingKey } from '../fixtures/keys.js'
import { call, expectError, membersOf, newKey, sharedVault, utf8 } from '../fixtures/vault.js'
import { type Bytes, rawPublicKeyIn } from './fixtures/bytes.js'
import { sm2Point } from './fixtures/sm2.js'

type PairSpec = NonNullable<OperationInput<'GenerateDataKeyPair'>['KeyPairSpec']>
type Pair = Omit<OperationOutput<'GenerateDataKeyPair'>, '$metadata'>

interface Row {
  readonly spec: PairSpec
  /** Bytes of the public half. */
  readonly spki: number
  /** Bytes of the private half; of RSA about as many. */
  readonly pkcs8: number
  /** Whether the private half is the public one's. */
  readonly match: (privateKey: Bytes, publicKey: Bytes) => Promise<boolean>
}

const message = utf8('attack at dawn')

/** By WebCrypto: what one half signs, the other verifies. */
const signs =
  (...algorithms: readonly { readonly name: string; readonly namedCurve?: string; readonly hash?: string }[]) =>
  async (privateKey: Bytes, publicKey: Bytes) => {
    for (const algorithm of algorithms) {
      const parameters = { saltLength: 32, hash: 'SHA-256', ...algorithm }
      const own = await crypto.subtle.importKey('pkcs8', privateKey, algorithm, false, ['sign'])
      const theirs = await crypto.subtle.importKey('spki', publicKey, algorithm, false, ['verify'])
      const signature = await crypto.subtle.sign(parameters, own, message)
      if (!(await crypto.subtle.verify(parameters, theirs, signature, message))) return false
    }
    return true
  }

/** RSA pairs are for signing and encryption alike: KMS does not restrict them. */
const rsa = async (privateKey: Bytes, publicKey: Bytes) => {
  const oaep = { name: 'RSA-OAEP', hash: 'SHA-256' }
  const own = await crypto.subtle.importKey('pkcs8', privateKey, oaep, false, ['decrypt'])
  const theirs = await crypto.subtle.importKey('spki', publicKey, oaep, false, ['encrypt'])
  const ciphertext = await crypto.subtle.encrypt(oaep, theirs, message)
  // WebCrypto refuses what is not encrypted to this key.
  const opened = await crypto.subtle.decrypt(oaep, own, ciphertext).catch(() => new ArrayBuffer(0))
  const asSigning = ['RSA-PSS', 'RSASSA-PKCS1-v1_5'].map((name) => ({ name, hash: 'SHA-256' }))
  return new TextDecoder().decode(opened) === 'attack at dawn' && signs(...asSigning)(privateKey, publicKey)
}

/** The 32-byte scalar of RFC 5915 is the first OCTET STRING of that length in PKCS #8. */
const scalarIn = (privateKey: Bytes): Bytes => {
  const hex = privateKey.toHex()
  return privateKey.slice(hex.indexOf('0201010420') / 2 + 5).slice(0, 32)
}

const seeded = (spec: PairSpec, scheme: typeof ml_kem768) => async (privateKey: Bytes, publicKey: Bytes) => {
  const keys = scheme.keygen(privateKey.slice(-64))
  return keys.publicKey.toHex() === rawPublicKeyIn(spec, publicKey).toHex()
}

const ecdsa = (namedCurve: string) => signs({ name: 'ECDSA', namedCurve })

const rows: readonly Row[] = [
  { spec: 'RSA_2048', spki: 294, pkcs8: 1218, match: rsa },
  { spec: 'RSA_3072', spki: 422, pkcs8: 1794, match: rsa },
  { spec: 'RSA_4096', spki: 550, pkcs8: 2374, match: rsa },
  { spec: 'ECC_NIST_P256', spki: 91, pkcs8: 138, match: ecdsa('P-256') },
  { spec: 'ECC_NIST_P384', spki: 120, pkcs8: 185, match: ecdsa('P-384') },
  { spec: 'ECC_NIST_P521', spki: 158, pkcs8: 241, match: ecdsa('P-521') },
  {
    spec: 'ECC_SECG_P256K1',
    spki: 88,
    pkcs8: 135,
    match: async (privateKey, publicKey) =>
      secp256k1.getPublicKey(scalarIn(privateKey), false).toHex() === publicKey.slice(-65).toHex(),
  },
  {
    spec: 'SM2',
    spki: 91,
    pkcs8: 138,
    match: async (privateKey, publicKey) =>
      sm2Point.BASE.multiply(BigInt(`0x${scalarIn(privateKey).toHex()}`)).toHex(false) === publicKey.slice(-65).toHex(),
  },
  { spec: 'ECC_NIST_EDWARDS25519', spki: 44, pkcs8: 48, match: signs({ name: 'Ed25519' }) },
  { spec: 'ML_KEM_512', spki: 822, pkcs8: 86, match: seeded('ML_KEM_512', ml_kem512) },
  { spec: 'ML_KEM_768', spki: 1206, pkcs8: 86, match: seeded('ML_KEM_768', ml_kem768) },
  { spec: 'ML_KEM_1024', spki: 1590, pkcs8: 86, match: seeded('ML_KEM_1024', ml_kem1024) },
]

const shared = sharedVault()
const keys = sharedKeys(shared, {
  wrapping: encryptionKey('SYMMETRIC_DEFAULT'),
  rsa: encryptionKey('RSA_2048'),
  signing: signingKey('ECC_NIST_P256'),
})
const EncryptionContext = { note: '42' }
const pairs = {} as Record<PairSpec, Pair>
const withoutPlaintext = {} as Record<PairSpec, Omit<Pair, 'PrivateKeyPlaintext'>>

beforeAll(async () => {
  const { KeyId } = keys.wrapping
  await Promise.all(
    rows.map(async ({ spec }) => {
      const request = { KeyId, KeyPairSpec: spec, EncryptionContext }
      pairs[spec] = await membersOf(shared.kms.generateDataKeyPair(request))
      withoutPlaintext[spec] = await membersOf(shared.kms.generateDataKeyPairWithoutPlaintext(request))
    }),
  )
}, 90_000)

describe.each(rows.map((row) => [row.spec, row] as const))('a pair of %s', (spec, { spki, pkcs8, match }) => {
  const rsaPadding = spec.startsWith('RSA') ? 4 : 0

  test('MGT-43 GenerateDataKeyPair answers both halves, the private one also encrypted, and nothing else', () => {
    expect(pairs[spec]).toEqual({
      KeyId: keys.wrapping.Arn,
      KeyMaterialId: keys.wrapping.CurrentKeyMaterialId,
      KeyPairSpec: spec,
      PublicKey: expect.any(Uint8Array),
      PrivateKeyPlaintext: expect.any(Uint8Array),
      PrivateKeyCiphertextBlob: expect.any(Uint8Array),
    })
  })

  test('MGT-43 GenerateDataKeyPairWithoutPlaintext answers the same but for the private half', () => {
    expect(withoutPlaintext[spec]).toEqual({
      KeyId: keys.wrapping.Arn,
      KeyMaterialId: keys.wrapping.CurrentKeyMaterialId,
      KeyPairSpec: spec,
      PublicKey: expect.any(Uint8Array),
      PrivateKeyCiphertextBlob: expect.any(Uint8Array),
    })
    expect(withoutPlaintext[spec].PublicKey).not.toEqual(pairs[spec].PublicKey)
  })

  test(`ASYM-9 the halves have ${spki} and ${rsaPadding ? 'about ' : ''}${pkcs8} bytes`, () => {
    expect(pairs[spec].PublicKey.byteLength).toBe(spki)
    expect(Math.abs(pairs[spec].PrivateKeyPlaintext.byteLength - pkcs8)).toBeLessThanOrEqual(rsaPadding)
    expect(pairs[spec].PrivateKeyCiphertextBlob.byteLength).toBeLessThanOrEqual(6144)
  })

  test('MGT-43 the halves belong together', async () => {
    const { PrivateKeyPlaintext, PublicKey } = pairs[spec]
    expect(await match(Uint8Array.from(PrivateKeyPlaintext), Uint8Array.from(PublicKey))).toBe(true)
  })

  test('MGT-43 Decrypt answers the private half, for the same context only', async () => {
    const CiphertextBlob = pairs[spec].PrivateKeyCiphertextBlob
    const { Plaintext, KeyId } = await shared.kms.decrypt({ CiphertextBlob, EncryptionContext })
    expect(KeyId).toBe(keys.wrapping.Arn)
    expect(Plaintext).toEqual(pairs[spec].PrivateKeyPlaintext)
    for (const other of [undefined, {}, { note: '43' }, { ...EncryptionContext, more: '' }])
      await expectError(shared.kms.decrypt({ CiphertextBlob, EncryptionContext: other }), 'InvalidCiphertextException')
  })

  test('MGT-43 what WithoutPlaintext encrypted is the private half of its public one', async () => {
    const { PrivateKeyCiphertextBlob: CiphertextBlob, PublicKey } = withoutPlaintext[spec]
    const { Plaintext } = await shared.kms.decrypt({ CiphertextBlob, EncryptionContext })
    expect(await match(Uint8Array.from(Plaintext), Uint8Array.from(PublicKey))).toBe(true)
    expect(await match(Uint8Array.from(Plaintext), Uint8Array.from(pairs[spec].PublicKey))).toBe(false)
  })

  test('the encrypted half shows nothing of the private one', () => {
    const { PrivateKeyPlaintext, PrivateKeyCiphertextBlob } = pairs[spec]
    const blob = PrivateKeyCiphertextBlob.toHex()
    const plaintext = PrivateKeyPlaintext.toHex()
    for (let offset = 0; offset + 32 <= plaintext.length; offset += 32)
      expect(blob.includes(plaintext.slice(offset, offset + 32))).toBe(false)
  })
})

describe('requests', () => {
  const operations = ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'] as const

  test('ASYM-23 the specs of pairs are these 12: those of symmetric, HMAC and ML-DSA keys are none', async () => {
    expect(rows.length).toBe(12)
    const { KeyId } = keys.wrapping
    for (const KeyPairSpec of ['SYMMETRIC_DEFAULT', 'HMAC_256', 'ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'RSA_1024'])
      for (const operation of operations)
        await expectError(
          call(shared.kms, operation, { KeyId, KeyPairSpec }),
          'ValidationException',
          `1 validation error detected: Value '${KeyPairSpec}' at 'keyPairSpec' failed to satisfy constraint: Member must satisfy enum value set: [${[
            'RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, SM2',
            'ECC_NIST_EDWARDS25519, ML_KEM_512, ML_KEM_768, ML_KEM_1024',
          ].join(', ')}]`,
        )
  })

  test('ASYM-13 keys of other kinds encrypt no pair', async () => {
    for (const operation of operations) {
      await expectError(
        call(shared.kms, operation, { KeyId: keys.rsa.KeyId, KeyPairSpec: 'ECC_NIST_P256' }),
        'InvalidKeyUsageException',
        `${keys.rsa.Arn} key spec is RSA_2048 which is not valid for ${operation}.`,
      )
      await expectError(
        call(shared.kms, operation, { KeyId: keys.signing.KeyId, KeyPairSpec: 'ECC_NIST_P256' }),
        'InvalidKeyUsageException',
        `${keys.signing.Arn} key usage is SIGN_VERIFY which is not valid for ${operation}.`,
      )
    }
  })

  test('MGT-45 a disabled key makes no pair and opens none, until it is enabled again', async () => {
    const { KeyId } = await newKey(shared.kms)
    const request = { KeyId, KeyPairSpec: 'ECC_NIST_P256' } as const
    const { PrivateKeyCiphertextBlob: CiphertextBlob, PrivateKeyPlaintext } =
      await shared.kms.generateDataKeyPair(request)
    await shared.kms.disableKey({ KeyId })
    for (const operation of operations) await expectError(call(shared.kms, operation, request), 'DisabledException')
    await expectError(shared.kms.decrypt({ CiphertextBlob }), 'DisabledException')
    await shared.kms.enableKey({ KeyId })
    expect((await shared.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(PrivateKeyPlaintext)
  })

  test('SDK-33 a dry run makes no pair', async () => {
    const request = { KeyId: keys.wrapping.KeyId, KeyPairSpec: 'RSA_4096', DryRun: true }
    for (const operation of operations)
      await expectError(call(shared.kms, operation, request), 'DryRunOperationException')
  })

  test('a recipient is refused', async () => {
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: new Uint8Array(1) }
    const request = { KeyId: keys.wrapping.KeyId, KeyPairSpec: 'ECC_NIST_P256', Recipient }
    await expectError(call(shared.kms, 'GenerateDataKeyPair', request), 'ValidationException', /Recipient/)
  })
})
