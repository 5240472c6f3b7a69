/** DeriveSharedSecret, Encapsulate and Decapsulate: two parties come to share a secret. */
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import type { KeyMetadata, KeySpec } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { agreementKey, encapsulationKey, encryptionKey, macKey, sharedKeys, signingKey } from '../fixtures/keys.js'
import { call, expectError, membersOf, sharedVault } from '../fixtures/vault.js'
import { type Bytes, concatenated, damaged, flipped, randomBytes, rawPublicKeyIn } from './fixtures/bytes.js'
import { sm2Point } from './fixtures/sm2.js'

const shared = sharedVault()
const keys = sharedKeys(shared, {
  ECC_NIST_P256: agreementKey('ECC_NIST_P256'),
  ECC_NIST_P384: agreementKey('ECC_NIST_P384'),
  ECC_NIST_P521: agreementKey('ECC_NIST_P521'),
  SM2: agreementKey('SM2'),
  ML_KEM_512: encapsulationKey('ML_KEM_512'),
  ML_KEM_768: encapsulationKey('ML_KEM_768'),
  ML_KEM_1024: encapsulationKey('ML_KEM_1024'),
})
const peers = sharedKeys(shared, {
  ECC_NIST_P256: agreementKey('ECC_NIST_P256'),
  ECC_NIST_P384: agreementKey('ECC_NIST_P384'),
  ECC_NIST_P521: agreementKey('ECC_NIST_P521'),
  SM2: agreementKey('SM2'),
  ML_KEM_512: encapsulationKey('ML_KEM_512'),
  ML_KEM_768: encapsulationKey('ML_KEM_768'),
  ML_KEM_1024: encapsulationKey('ML_KEM_1024'),
})
const outsiders = sharedKeys(shared, {
  sign: signingKey('ECC_NIST_P256'),
  symmetric: encryptionKey('SYMMETRIC_DEFAULT'),
  mac: macKey('HMAC_256'),
  ed25519: signingKey('ECC_NIST_EDWARDS25519'),
  secp256k1: signingKey('ECC_SECG_P256K1'),
})

const publicKeyOf = async ({ KeyId }: KeyMetadata): Promise<Bytes> =>
  Uint8Array.from((await shared.kms.getPublicKey({ KeyId })).PublicKey)

/** The curve by another way than the vault's: ECDH is the x coordinate of scalar times point. */
interface Curve {
  readonly spec: keyof typeof keys & KeySpec
  readonly length: number
  readonly point: typeof p256.Point
}
const curves: readonly Curve[] = [
  { spec: 'ECC_NIST_P256', length: 32, point: p256.Point },
  { spec: 'ECC_NIST_P384', length: 48, point: p384.Point },
  { spec: 'ECC_NIST_P521', length: 66, point: p521.Point },
  { spec: 'SM2', length: 32, point: sm2Point },
]

const KeyAgreementAlgorithm = 'ECDH'
const derive = (key: KeyMetadata, PublicKey: Uint8Array) =>
  shared.kms.deriveSharedSecret({ KeyId: key.KeyId, KeyAgreementAlgorithm, PublicKey })

describe.each(curves.map((curve) => [curve.spec, curve] as const))('DeriveSharedSecret with %s', (spec, curve) => {
  const { length, point } = curve

  test('ASYM-20 answers the secret, algorithm, origin and key ARN, and nothing else', async () => {
    expect(await membersOf(derive(keys[spec], await publicKeyOf(peers[spec])))).toEqual({
      KeyId: keys[spec].Arn,
      SharedSecret: expect.any(Uint8Array),
      KeyAgreementAlgorithm,
      KeyOrigin: 'AWS_KMS',
    })
  })

  test('ASYM-20 two keys come to the same secret, and to the same each time', async () => {
    const secrets = await Promise.all([
      derive(keys[spec], await publicKeyOf(peers[spec])),
      derive(peers[spec], await publicKeyOf(keys[spec])),
      derive(keys[spec], await publicKeyOf(peers[spec])),
    ])
    expect(new Set(secrets.map(({ SharedSecret }) => SharedSecret.toHex())).size).toBe(1)
  })

  test(`ASYM-20 the secret is the raw x coordinate, ${length} bytes, also where it begins with zeros`, async () => {
    const ownPoint = point.fromBytes(ownRawKey(await publicKeyOf(keys[spec])))
    const prefix = (await publicKeyOf(keys[spec])).slice(0, -ownPoint.toBytes(false).length)
    // One of 256 secrets begins with a zero byte; of P-521 every second, its first byte is 0 or 1.
    let [secret, peer] = [ownPoint, point.BASE]
    for (let scalar = 1; scalar < 1500; scalar++, secret = secret.add(ownPoint), peer = peer.add(point.BASE)) {
      const expected = secret.toBytes(true).slice(1)
      if (scalar > 4 && (expected[0] !== 0 || (spec === 'ECC_NIST_P521' && expected[1] !== 0))) continue
      const { SharedSecret } = await derive(keys[spec], concatenated(prefix, peer.toBytes(false)))
      expect(SharedSecret).toEqual(Uint8Array.from(expected))
    }
  })

  const ownRawKey = (spki: Bytes) => rawPublicKeyIn(spec, spki)

  test('ASYM-20 what is no public key on this curve is refused', async () => {
    const good = await publicKeyOf(peers[spec])
    const raw = rawPublicKeyIn(spec, good)
    const prefix = good.slice(0, -raw.length)
    const half = (raw.length - 1) / 2
    const others = curves.filter((other) => other.spec !== spec).map((other) => other.spec)
    const wrong: Record<string, Bytes> = {
      'the point alone': raw,
      'x changed: off the curve': concatenated(prefix, flipped(raw, half)),
      'y changed: off the curve': flipped(good, -1),
      'the point at infinity': concatenated(prefix, new Uint8Array(raw.length)),
      'the point (0, 0)': concatenated(prefix, Uint8Array.of(4), new Uint8Array(2 * half)),
      'coordinates beyond the field': concatenated(prefix, Uint8Array.of(4), new Uint8Array(2 * half).fill(255)),
      'an unknown form of point': concatenated(prefix, Uint8Array.of(5), raw.subarray(1)),
      'an Ed25519 key': await publicKeyOf(outsiders.ed25519),
      'a secp256k1 key': await publicKeyOf(outsiders.secp256k1),
      'an ML-KEM key': await publicKeyOf(keys.ML_KEM_768),
      'a byte too few': good.slice(0, -1),
      'a byte too many': concatenated(good, Uint8Array.of(0)),
      'one byte': Uint8Array.of(0x30),
      noise: randomBytes(good.length),
      'noise of 8192 bytes': randomBytes(8192),
      'PKCS #8': await privateKeyOn(spec),
      text: new TextEncoder().encode('-----BEGIN PUBLIC KEY-----'),
    }
    for (const other of others) wrong[other] = await publicKeyOf(keys[other])
    for (const [what, PublicKey] of Object.entries(wrong)) {
      const outcome = await derive(keys[spec], PublicKey).then(
        () => 'accepted',
        ({ name }: Error) => name,
      )
      expect([what, outcome]).toEqual([what, 'ValidationException'])
    }
  })

  test('ASYM-20 the key of another usage is a peer like any other: its usage binds its owner', async () => {
    if (spec !== 'ECC_NIST_P256') return
    const secret = await derive(keys[spec], await publicKeyOf(outsiders.sign))
    expect(secret.SharedSecret.byteLength).toBe(length)
  })
})

/** A private key of the data key pairs, which somebody could send by mistake. */
async function privateKeyOn(KeyPairSpec: KeySpec): Promise<Bytes> {
  const input = { KeyId: outsiders.symmetric.KeyId, KeyPairSpec }
  return Uint8Array.from((await call(shared.kms, 'GenerateDataKeyPair', input)).PrivateKeyPlaintext as Uint8Array)
}

describe('requests of DeriveSharedSecret', () => {
  test.each(['sign', 'symmetric', 'mac'] as const)('ASYM-20 a key for %s is InvalidKeyUsageException', async (name) => {
    const key = outsiders[name]
    await expectError(
      derive(key, await publicKeyOf(peers.ECC_NIST_P256)),
      'InvalidKeyUsageException',
      `${key.Arn} key usage is ${key.KeyUsage} which is not valid for DeriveSharedSecret.`,
    )
  })

  test('ASYM-20 an unknown algorithm, no public key, or one of more than 8192 bytes is refused', async () => {
    const { KeyId } = keys.ECC_NIST_P256
    const PublicKey = await publicKeyOf(peers.ECC_NIST_P256)
    await expectError(
      call(shared.kms, 'DeriveSharedSecret', { KeyId, PublicKey, KeyAgreementAlgorithm: 'X25519' }),
      'ValidationException',
      "1 validation error detected: Value 'X25519' at 'keyAgreementAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [ECDH]",
    )
    for (const [length, bound] of [
      [0, 'greater than or equal to 1'],
      [8193, 'less than or equal to 8192'],
    ] as const)
      await expectError(
        derive(keys.ECC_NIST_P256, new Uint8Array(length)),
        'ValidationException',
        `1 validation error detected: Value at 'publicKey' failed to satisfy constraint: Member must have length ${bound}`,
      )
  })

  test('ASYM-28 a recipient is refused', async () => {
    const request = { KeyId: keys.ECC_NIST_P256.KeyId, KeyAgreementAlgorithm, PublicKey: new Uint8Array(91) }
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: new Uint8Array(1) }
    await expectError(
      call(shared.kms, 'DeriveSharedSecret', { ...request, Recipient }),
      'ValidationException',
      /Recipient/,
    )
  })
})

const EncapsulationAlgorithm = 'ML_KEM'
const kems = [
  ['ML_KEM_512', 768, ml_kem512],
  ['ML_KEM_768', 1088, ml_kem768],
  ['ML_KEM_1024', 1568, ml_kem1024],
] as const

describe.each(kems)('Encapsulate and Decapsulate with %s', (spec, ciphertextLength, outside) => {
  const encapsulate = () => shared.kms.encapsulate({ KeyId: keys[spec].KeyId, EncapsulationAlgorithm })
  const decapsulate = (SharedSecretCiphertextBlob: Uint8Array, KeyId = keys[spec].KeyId) =>
    shared.kms.decapsulate({ KeyId, EncapsulationAlgorithm, SharedSecretCiphertextBlob })

  test('both answer the secret, algorithm and key ARN, and nothing else', async () => {
    const encapsulated = await membersOf(encapsulate())
    const common = { KeyId: keys[spec].Arn, EncapsulationAlgorithm }
    expect(encapsulated).toEqual({
      ...common,
      SharedSecret: expect.any(Uint8Array),
      SharedSecretCiphertextBlob: expect.any(Uint8Array),
    })
    expect(encapsulated.SharedSecret.byteLength).toBe(32)
    expect(encapsulated.SharedSecretCiphertextBlob.byteLength).toBe(ciphertextLength)
    const { SharedSecret } = encapsulated
    expect(await membersOf(decapsulate(encapsulated.SharedSecretCiphertextBlob))).toEqual({ ...common, SharedSecret })
  })

  test('every secret is another', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, encapsulate))
    expect(new Set(answers.map(({ SharedSecret }) => SharedSecret.toHex())).size).toBe(10)
    expect(new Set(answers.map((answer) => answer.SharedSecretCiphertextBlob.toHex())).size).toBe(10)
  })

  test('what is encapsulated outside, to the public key, is decapsulated inside', async () => {
    const raw = rawPublicKeyIn(spec, await publicKeyOf(keys[spec]))
    for (let count = 0; count < 5; count++) {
      const { cipherText, sharedSecret } = outside.encapsulate(raw)
      expect((await decapsulate(cipherText)).SharedSecret).toEqual(sharedSecret)
    }
  })

  test('a changed ciphertext gives another secret, the same each time (FIPS 203: implicit rejection)', async () => {
    const { SharedSecret, SharedSecretCiphertextBlob } = await encapsulate()
    for (const index of [0, 100, -1]) {
      const changed = flipped(SharedSecretCiphertextBlob, index)
      const [one, two] = [await decapsulate(changed), await decapsulate(changed)]
      expect(one.SharedSecret.byteLength).toBe(32)
      expect(one.SharedSecret).not.toEqual(SharedSecret)
      expect(one.SharedSecret).toEqual(two.SharedSecret)
    }
    const noise = await decapsulate(randomBytes(ciphertextLength))
    expect(noise.SharedSecret.byteLength).toBe(32)
  })

  test('the key of another gives another secret', async () => {
    const { SharedSecret, SharedSecretCiphertextBlob } = await encapsulate()
    const wrong = await decapsulate(SharedSecretCiphertextBlob, peers[spec].KeyId)
    expect(wrong.SharedSecret).not.toEqual(SharedSecret)
  })

  test('a ciphertext of another length is InvalidCiphertextException', async () => {
    const { SharedSecretCiphertextBlob } = await encapsulate()
    for (const [what, ciphertext] of Object.entries(damaged(SharedSecretCiphertextBlob)))
      if (ciphertext.byteLength !== ciphertextLength)
        await expectError(decapsulate(ciphertext), 'InvalidCiphertextException', new RegExp(spec)).catch((error) => {
          throw new Error(what, { cause: error })
        })
    for (const length of [1, 768, 1088, 1568, 6144].filter((length) => length !== ciphertextLength))
      await expectError(decapsulate(new Uint8Array(length)), 'InvalidCiphertextException')
    for (const length of [0, 6145]) await expectError(decapsulate(new Uint8Array(length)), 'ValidationException')
  })
})

describe('requests of Encapsulate and Decapsulate', () => {
  test.each(['sign', 'symmetric', 'mac'] as const)('a key for %s is InvalidKeyUsageException', async (name) => {
    const { KeyId, Arn, KeyUsage } = outsiders[name]
    const refusal = (operation: string) => `${Arn} key usage is ${KeyUsage} which is not valid for ${operation}.`
    const request = { KeyId, EncapsulationAlgorithm } as const
    await expectError(shared.kms.encapsulate(request), 'InvalidKeyUsageException', refusal('Encapsulate'))
    const SharedSecretCiphertextBlob = new Uint8Array(1088)
    await expectError(
      shared.kms.decapsulate({ ...request, SharedSecretCiphertextBlob }),
      'InvalidKeyUsageException',
      refusal('Decapsulate'),
    )
  })

  test('an unknown algorithm is refused', async () => {
    await expectError(
      call(shared.kms, 'Encapsulate', { KeyId: keys.ML_KEM_768.KeyId, EncapsulationAlgorithm: 'KYBER' }),
      'ValidationException',
      "1 validation error detected: Value 'KYBER' at 'encapsulationAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [ML_KEM]",
    )
  })

  test('SDK-33 a dry run shares no secret', async () => {
    const request = { KeyId: keys.ML_KEM_768.KeyId, EncapsulationAlgorithm, DryRun: true } as const
    await expectError(shared.kms.encapsulate(request), 'DryRunOperationException')
  })
})
