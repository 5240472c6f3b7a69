/** Imported key material (IMP-1 to IMP-18, MRK-17, MRK-18, aws-facts 8). */
import type { KeyMetadata, KmsClient, OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { clockedVault, DAY, start } from '../fixtures/clock.js'
import {
  importMaterial,
  newExternalKey,
  randomBytes,
  type WrappingAlgorithm,
  type WrappingKeySpec,
  wrap,
} from '../fixtures/import.js'
import { auditRecords, storedIn } from '../fixtures/stored.js'
import {
  errorOf,
  expectError,
  freshVault,
  keyArn,
  metadataOf,
  openAgain,
  sharedVault,
  utf8,
} from '../fixtures/vault.js'

const text = utf8('text')

const parameters = (
  kms: KmsClient,
  KeyId: string,
  WrappingAlgorithm: WrappingAlgorithm = 'RSAES_OAEP_SHA_256',
  WrappingKeySpec: WrappingKeySpec = 'RSA_2048',
) => kms.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec })

/** The private key of a new pair, as it would be made outside. */
async function pkcs8(
  algorithm: RsaHashedKeyGenParams | EcKeyGenParams,
  usages: KeyUsage[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { privateKey } = (await crypto.subtle.generateKey(algorithm, true, usages)) as CryptoKeyPair
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
}

describe('IMP-1 the way of imported material', () => {
  test('a new key waits for its material, and is enabled by it', async () => {
    const { kms } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const waiting = await metadataOf(kms, KeyId)
    expect(waiting).toMatchObject({ KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL' })
    for (const member of ['ExpirationModel', 'ValidTo', 'CurrentKeyMaterialId'])
      expect(waiting).not.toHaveProperty(member)
    const { KeyMaterialId, KeyId: arn } = await importMaterial(kms, KeyId, randomBytes(32))
    expect(arn).toBe(keyArn(KeyId))
    expect(KeyMaterialId).toMatch(/^[0-9a-f]{64}$/)
    expect(await metadataOf(kms, KeyId)).toMatchObject({
      KeyState: 'Enabled',
      Origin: 'EXTERNAL',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      CurrentKeyMaterialId: KeyMaterialId,
    })
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    expect(await kms.decrypt({ CiphertextBlob })).toMatchObject({ Plaintext: text, KeyMaterialId })
  })

  test('symmetric material becomes a native handle, and no bytes of it are stored', async () => {
    const { kms, vault, name } = await freshVault()
    const KeyId = await newExternalKey(kms)
    expect((await errorOf(vault.custodyOf(KeyId))).name).toBe('KMSInvalidStateException')
    await importMaterial(kms, KeyId, randomBytes(32))
    expect(await vault.custodyOf(KeyId)).toBe('native')
    const [material] = await storedIn(name, 'materials')
    expect((material as { handles: { aead: CryptoKey } }).handles.aead.extractable).toBe(false)
    expect(material).not.toHaveProperty('sealed')
  })

  test('IMP-17 a symmetric ciphertext is bound to its key: another key with the same material does not open it', async () => {
    const { kms } = await freshVault()
    const bytes = randomBytes(32)
    const [one, other] = [await newExternalKey(kms), await newExternalKey(kms)]
    const first = await importMaterial(kms, one, bytes)
    const second = await importMaterial(kms, other, bytes)
    expect(first.KeyMaterialId).not.toBe(second.KeyMaterialId)
    const { CiphertextBlob } = await kms.encrypt({ KeyId: one, Plaintext: text })
    await expectError(kms.decrypt({ CiphertextBlob, KeyId: other }), 'IncorrectKeyException')
    const forged = new Uint8Array(CiphertextBlob as Uint8Array)
    forged.set(
      Uint8Array.from(other.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
      2,
    )
    await expectError(kms.decrypt({ CiphertextBlob: forged }), 'InvalidCiphertextException')
  })
})

describe('IMP-4 IMP-5 GetParametersForImport', () => {
  const shared = sharedVault()
  const algorithms: WrappingAlgorithm[] = [
    'RSAES_OAEP_SHA_1',
    'RSAES_OAEP_SHA_256',
    'RSA_AES_KEY_WRAP_SHA_1',
    'RSA_AES_KEY_WRAP_SHA_256',
  ]
  const wrappingKeySpecs: WrappingKeySpec[] = ['RSA_2048', 'RSA_3072', 'RSA_4096']

  test.each(algorithms.flatMap((algorithm) => wrappingKeySpecs.map((spec) => [algorithm, spec] as const)))(
    '%s with %s takes symmetric material',
    async (algorithm, wrappingKeySpec) => {
      const { kms } = shared
      const KeyId = await newExternalKey(kms)
      await importMaterial(kms, KeyId, randomBytes(32), { algorithm, wrappingKeySpec })
      expect((await metadataOf(kms, KeyId)).KeyState).toBe('Enabled')
    },
  )

  const p521: OperationInput<'CreateKey'> = { KeySpec: 'ECC_NIST_P521', KeyUsage: 'SIGN_VERIFY' }
  const rsa: OperationInput<'CreateKey'> = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }
  const refused: [OperationInput<'CreateKey'>, WrappingAlgorithm, WrappingKeySpec][] = [
    [{}, 'RSAES_PKCS1_V1_5', 'RSA_2048'],
    [{}, 'SM2PKE', 'SM2'],
    [{}, 'RSAES_OAEP_SHA_256', 'SM2'],
    [rsa, 'RSAES_OAEP_SHA_256', 'RSA_4096'],
    [p521, 'RSAES_OAEP_SHA_1', 'RSA_2048'],
  ]
  test.each(refused)('%o by %s with %s is refused', async (kind, algorithm, spec) => {
    const KeyId = await newExternalKey(shared.kms, kind)
    await expectError(parameters(shared.kms, KeyId, algorithm, spec), 'UnsupportedOperationException')
  })

  test('a key of origin AWS_KMS takes none', async () => {
    const { kms } = shared
    const { KeyId } = (await kms.createKey()).KeyMetadata as KeyMetadata
    const message = `${keyArn(KeyId)} origin is AWS_KMS which is not valid for this operation.`
    await expectError(parameters(kms, KeyId), 'UnsupportedOperationException', message)
  })

  test('IMP-2 lattice and SM2 keys cannot be imported', async () => {
    for (const [KeySpec, KeyUsage] of [
      ['ML_DSA_44', 'SIGN_VERIFY'],
      ['ML_KEM_768', 'ENCAPSULATE_DECAPSULATE'],
      ['SM2', 'SIGN_VERIFY'],
    ] as const)
      await expectError(
        shared.kms.createKey({ Origin: 'EXTERNAL', KeySpec, KeyUsage }),
        'UnsupportedOperationException',
      )
  })

  test('the answer: key ARN, token, DER public key, valid for a day', async () => {
    const { kms } = await clockedVault(start)
    const KeyId = await newExternalKey(kms)
    const answer = await parameters(kms, KeyId)
    expect(answer.KeyId).toBe(keyArn(KeyId))
    expect(answer.ParametersValidTo).toEqual(new Date(start + DAY))
    expect(answer.ImportToken?.byteLength).toBeLessThanOrEqual(6144)
    expect(answer.PublicKey?.byteLength).toBe(294)
  })
})

describe('IMP-9 IMP-10 import tokens', () => {
  async function material(kms: KmsClient, KeyId: string, bytes = randomBytes(32)) {
    const { ImportToken, PublicKey } = await parameters(kms, KeyId)
    const EncryptedKeyMaterial = await wrap(PublicKey as Uint8Array, 'RSAES_OAEP_SHA_256', bytes)
    const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE' as const
    return { KeyId, ImportToken: ImportToken as Uint8Array, EncryptedKeyMaterial, ExpirationModel }
  }

  test('a token is good for one import; a failed one leaves it usable', async () => {
    const { kms } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const request = await material(kms, KeyId)
    await expectError(
      kms.importKeyMaterial({ ...request, EncryptedKeyMaterial: randomBytes(256) }),
      'InvalidCiphertextException',
    )
    await expectError(
      kms.importKeyMaterial({ KeyId, ImportToken: request.ImportToken, EncryptedKeyMaterial: randomBytes(256) }),
      'ValidationException',
      'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    )
    await kms.importKeyMaterial(request)
    await expectError(kms.importKeyMaterial(request), 'InvalidImportTokenException')
  })

  test('a token is good for its key and its public key only, for 24 hours', async () => {
    const { kms, setClock } = await clockedVault(start)
    const [one, other] = [await newExternalKey(kms), await newExternalKey(kms)]
    const [first, second] = [await material(kms, one), await material(kms, one)]
    await expectError(kms.importKeyMaterial({ ...first, KeyId: other }), 'InvalidImportTokenException')
    await expectError(kms.importKeyMaterial({ ...first, ImportToken: randomBytes(100) }), 'InvalidImportTokenException')
    await expectError(
      kms.importKeyMaterial({ ...first, EncryptedKeyMaterial: second.EncryptedKeyMaterial }),
      'InvalidCiphertextException',
    )
    setClock(start + DAY)
    await expectError(kms.importKeyMaterial(first), 'ExpiredImportTokenException')
    // Told apart from one that was never valid also when its key pair has been thrown away.
    await parameters(kms, one)
    await expectError(kms.importKeyMaterial(first), 'ExpiredImportTokenException')
  })

  test('pairs that are not used stay good beside newer ones, also after a restart', async () => {
    const { kms, name } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const older = await material(kms, KeyId)
    await material(kms, KeyId)
    const { kms: later } = await openAgain(name)
    await later.importKeyMaterial(older)
    expect((await metadataOf(later, KeyId)).KeyState).toBe('Enabled')
  })

  test('IMP-20 no token, blob or material is in an audit record', async () => {
    const { kms, name } = await freshVault()
    const KeyId = await newExternalKey(kms)
    await kms.importKeyMaterial(await material(kms, KeyId))
    const records = (await auditRecords(name)).filter(({ eventName }) => /Import/.test(eventName))
    expect(
      records.map(({ eventName, requestParameters }) => [eventName, Object.keys(requestParameters ?? {})]),
    ).toEqual([
      ['GetParametersForImport', ['KeyId', 'WrappingAlgorithm', 'WrappingKeySpec']],
      ['ImportKeyMaterial', ['KeyId', 'ExpirationModel']],
    ])
  })
})

describe('IMP-3 material of every kind', () => {
  const shared = sharedVault()
  const wraps: WrappingAlgorithm[] = ['RSAES_OAEP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_256']

  test.each([
    ['HMAC_224', 28],
    ['HMAC_256', 32],
    ['HMAC_384', 48],
    ['HMAC_512', 64],
  ] as const)('IMP-17 %s makes the MACs that the same key makes outside', async (KeySpec, length) => {
    const { kms } = shared
    for (const algorithm of wraps) {
      const bytes = randomBytes(length)
      const KeyId = await newExternalKey(kms, { KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' })
      const answer = await importMaterial(kms, KeyId, bytes, { algorithm })
      expect(answer).not.toHaveProperty('KeyMaterialId')
      const MacAlgorithm = KeySpec.replace('HMAC', 'HMAC_SHA') as 'HMAC_SHA_256'
      const { Mac } = await kms.generateMac({ KeyId, Message: text, MacAlgorithm })
      if (KeySpec === 'HMAC_224') continue
      const hash = `SHA-${KeySpec.slice(5)}`
      const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign'])
      expect(Mac).toEqual(new Uint8Array(await crypto.subtle.sign('HMAC', key, text)))
    }
  })

  test.each(['P-256', 'P-384'] as const)(
    'IMP-17 ECC %s: what the key signs, its outside public key verifies',
    async (namedCurve) => {
      const { kms } = shared
      const ecdsa = { name: 'ECDSA', namedCurve }
      const pair = (await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])) as CryptoKeyPair
      const bytes = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
      const bits = namedCurve.slice(2)
      const KeySpec = `ECC_NIST_P${bits}` as 'ECC_NIST_P256'
      for (const algorithm of wraps) {
        const KeyId = await newExternalKey(kms, { KeySpec, KeyUsage: 'SIGN_VERIFY' })
        await importMaterial(kms, KeyId, bytes, { algorithm })
        const { PublicKey } = await kms.getPublicKey({ KeyId })
        expect(PublicKey).toEqual(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)))
        const SigningAlgorithm = `ECDSA_SHA_${bits}` as 'ECDSA_SHA_256'
        const { Signature } = await kms.sign({ KeyId, Message: text, SigningAlgorithm })
        expect(await kms.verify({ KeyId, Message: text, SigningAlgorithm, Signature })).toMatchObject({
          SignatureValid: true,
        })
      }
    },
  )

  test('IMP-17 RSA_2048: what the outside public key encrypts, the key decrypts', async () => {
    const { kms } = shared
    const rsa = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
    const pair = (await crypto.subtle.generateKey(rsa, true, ['encrypt', 'decrypt'])) as CryptoKeyPair
    const bytes = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
    const KeyId = await newExternalKey(kms, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })
    await importMaterial(kms, KeyId, bytes, { algorithm: 'RSA_AES_KEY_WRAP_SHA_256' })
    const CiphertextBlob = new Uint8Array(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, pair.publicKey, text))
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
    expect((await kms.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm })).Plaintext).toEqual(text)
  })

  test.each([
    ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 16],
    ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 31],
    ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 33],
    ['HMAC_256', 'GENERATE_VERIFY_MAC', 31],
    ['HMAC_512', 'GENERATE_VERIFY_MAC', 65],
    ['ECC_NIST_P256', 'SIGN_VERIFY', 138],
  ] as const)('IMP-9 %s for %s takes no %i random bytes', async (KeySpec, KeyUsage, length) => {
    const KeyId = await newExternalKey(shared.kms, { KeySpec, KeyUsage })
    await expectError(importMaterial(shared.kms, KeyId, randomBytes(length)), 'IncorrectKeyMaterialException')
    expect((await metadataOf(shared.kms, KeyId)).KeyState).toBe('PendingImport')
  })

  test('IMP-9 a key of another curve or size is refused', async () => {
    const { kms } = shared
    const other = await pkcs8({ name: 'ECDSA', namedCurve: 'P-384' }, ['sign', 'verify'])
    const ecc = await newExternalKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    await expectError(importMaterial(kms, ecc, other, { wrappingKeySpec: 'RSA_3072' }), 'IncorrectKeyMaterialException')
    const rsa = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) }
    const larger = await pkcs8(rsa, ['sign', 'verify'])
    const KeyId = await newExternalKey(kms, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
    await expectError(
      importMaterial(kms, KeyId, larger, { algorithm: 'RSA_AES_KEY_WRAP_SHA_256' }),
      'IncorrectKeyMaterialException',
    )
  })

  test('IMP-18 members of symmetric keys are refused for others', async () => {
    const { kms } = shared
    const KeyId = await newExternalKey(kms, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
    for (const members of [
      { ImportType: 'NEW_KEY_MATERIAL' },
      { KeyMaterialDescription: 'text' },
      { KeyMaterialId: '0'.repeat(64) },
    ] as const)
      await expectError(importMaterial(kms, KeyId, randomBytes(32), members), 'ValidationException')
  })
})

describe('IMP-8 IMP-13 expiry', () => {
  test('ValidTo must be in the future, at most 365 days away, and fit the model', async () => {
    const { kms } = await clockedVault(start)
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    const refuse = (members: object) => expectError(importMaterial(kms, KeyId, bytes, members), 'ValidationException')
    await refuse({ ValidTo: new Date(start) })
    await refuse({ ValidTo: new Date(start + 365 * DAY + 1000) })
    await refuse({ ExpirationModel: 'KEY_MATERIAL_EXPIRES' })
    await refuse({ ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE', ValidTo: new Date(start + DAY) })
    await importMaterial(kms, KeyId, bytes, { ValidTo: new Date(start + 365 * DAY) })
    expect(await metadataOf(kms, KeyId)).toMatchObject({
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: new Date(start + 365 * DAY),
    })
  })

  test('expired material is gone, once recorded; the same comes back, other material does not', async () => {
    const { kms, name, setClock } = await clockedVault(start)
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    const { KeyMaterialId } = await importMaterial(kms, KeyId, bytes, { ValidTo: new Date(start + DAY) })
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    setClock(start + DAY - 1)
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    setClock(start + DAY)
    // The first use notices by itself.
    await expectError(
      kms.decrypt({ CiphertextBlob }),
      'KMSInvalidStateException',
      `${keyArn(KeyId)} is pending import.`,
    )
    const expired = await metadataOf(kms, KeyId)
    expect(expired).toMatchObject({ KeyState: 'PendingImport', CurrentKeyMaterialId: KeyMaterialId })
    expect(expired).not.toHaveProperty('ExpirationModel')
    const [material] = await storedIn(name, 'materials')
    expect(material?.handles).toEqual({})
    const events = (await auditRecords(name)).filter(({ eventName }) => eventName === 'DeleteExpiredKeyMaterial')
    expect(events).toMatchObject([
      { resources: [keyArn(KeyId)], serviceEventDetails: { keyMaterialId: KeyMaterialId } },
    ])
    await expectError(importMaterial(kms, KeyId, randomBytes(32)), 'IncorrectKeyMaterialException')
    expect((await importMaterial(kms, KeyId, bytes)).KeyMaterialId).toBe(KeyMaterialId)
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('TIME-1 a clock set back prolongs nothing, not even over a restart; importing again undoes a mistake', async () => {
    const { vault, kms, name, setClock } = await clockedVault(start)
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    await importMaterial(kms, KeyId, bytes, { ValidTo: new Date(start + 10 * DAY) })
    const other = await newExternalKey(kms)
    await importMaterial(kms, other, randomBytes(32), { ValidTo: new Date(start + 300 * DAY) })
    // Nobody uses the first key while the clock is ahead.
    setClock(start + 20 * DAY)
    await kms.updateKeyDescription({ KeyId: other, Description: 'seen' })
    await vault.close()
    const later = await clockedVault(start + DAY, { name })
    await expectError(later.kms.encrypt({ KeyId, Plaintext: text }), 'KMSInvalidStateException')
    await later.kms.encrypt({ KeyId: other, Plaintext: text })
    await importMaterial(later.kms, KeyId, bytes, { ValidTo: new Date(start + 5 * DAY) })
    await later.kms.encrypt({ KeyId, Plaintext: text })
    later.setClock(start + 5 * DAY)
    await expectError(later.kms.encrypt({ KeyId, Plaintext: text }), 'KMSInvalidStateException')
  })

  test('IMP-8 importing again changes the expiry', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    await importMaterial(kms, KeyId, bytes, { ValidTo: new Date(start + DAY), KeyMaterialDescription: 'first' })
    await importMaterial(kms, KeyId, bytes)
    setClock(start + 2 * DAY)
    expect(await metadataOf(kms, KeyId)).toMatchObject({
      KeyState: 'Enabled',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    })
    const { Rotations } = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    expect(Rotations).toMatchObject([{ KeyMaterialDescription: 'first', ImportState: 'IMPORTED' }])
  })
})

describe('IMP-11 IMP-14 DeleteImportedKeyMaterial', () => {
  test('takes the material away at once; the key keeps its id, and takes the same material back', async () => {
    const { kms, name } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    const { KeyMaterialId } = await importMaterial(kms, KeyId, bytes)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    expect(await kms.deleteImportedKeyMaterial({ KeyId })).toMatchObject({ KeyId: keyArn(KeyId), KeyMaterialId })
    expect(await metadataOf(kms, KeyId)).toMatchObject({
      KeyState: 'PendingImport',
      Enabled: false,
      CurrentKeyMaterialId: KeyMaterialId,
    })
    expect((await storedIn(name, 'materials'))[0]?.handles).toEqual({})
    // No effect a second time.
    await kms.deleteImportedKeyMaterial({ KeyId })
    await expectError(importMaterial(kms, KeyId, randomBytes(32)), 'IncorrectKeyMaterialException')
    await importMaterial(kms, KeyId, bytes)
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('IMP-11 a private key is the same in another encoding', async () => {
    const { kms } = await freshVault()
    const { privateKey } = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const whole = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
    // Without the optional public key: RFC 5915 parameters stay in the algorithm, the scalar alone is left.
    const scalar = whole.slice(36, 68)
    const bare = Uint8Array.from([
      ...[0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
      ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
      ...[0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20],
      ...scalar,
    ])
    const KeyId = await newExternalKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    await importMaterial(kms, KeyId, whole)
    await kms.deleteImportedKeyMaterial({ KeyId })
    await importMaterial(kms, KeyId, bare)
    expect((await metadataOf(kms, KeyId)).KeyState).toBe('Enabled')
    await kms.deleteImportedKeyMaterial({ KeyId })
    const other = await pkcs8({ name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify'])
    await expectError(importMaterial(kms, KeyId, other), 'IncorrectKeyMaterialException')
  })

  test('IMP-15 DEL-18 a disabled key, and one whose deletion is cancelled, without material', async () => {
    const { kms } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    const state = async () => (await metadataOf(kms, KeyId)).KeyState
    await importMaterial(kms, KeyId, bytes)
    await kms.disableKey({ KeyId })
    await importMaterial(kms, KeyId, bytes)
    expect(await state()).toBe('Disabled')
    await kms.deleteImportedKeyMaterial({ KeyId })
    expect(await state()).toBe('PendingImport')
    await importMaterial(kms, KeyId, bytes)
    expect(await state()).toBe('Enabled')
    await kms.scheduleKeyDeletion({ KeyId })
    await kms.deleteImportedKeyMaterial({ KeyId })
    expect(await state()).toBe('PendingDeletion')
    await kms.cancelKeyDeletion({ KeyId })
    expect(await state()).toBe('Disabled')
    await kms.enableKey({ KeyId })
    expect(await state()).toBe('PendingImport')
  })
})

describe('IMP-18 ROT-32 several materials', () => {
  test('new material waits for RotateKeyOnDemand; old ciphertexts go on opening', async () => {
    const { kms } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const arn = keyArn(KeyId)
    await expectError(kms.rotateKeyOnDemand({ KeyId }), 'KMSInvalidStateException', `${arn} is pending import.`)
    const first = (await importMaterial(kms, KeyId, randomBytes(32))).KeyMaterialId as string
    const old = await kms.encrypt({ KeyId, Plaintext: text })
    await expectError(
      kms.rotateKeyOnDemand({ KeyId }),
      'KMSInvalidStateException',
      `No available key material pending rotation for the key: ${arn}.`,
    )
    const isNew = { ImportType: 'NEW_KEY_MATERIAL' } as const
    const bytes = randomBytes(32)
    const second = (await importMaterial(kms, KeyId, bytes, isNew)).KeyMaterialId as string
    expect(await metadataOf(kms, KeyId)).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: first })
    const error = await errorOf(importMaterial(kms, KeyId, randomBytes(32), isNew))
    expect(error.message).toMatch(
      new RegExp(
        `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${arn}, because another key material \\(id: ${second}\\) is pending rotation\\.$`,
      ),
    )
    await expectError(importMaterial(kms, KeyId, bytes, isNew), 'IncorrectKeyMaterialException')
    const list = async () => (await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations
    expect(await list()).toMatchObject([
      { KeyMaterialId: first, KeyMaterialState: 'CURRENT', ImportState: 'IMPORTED' },
      { KeyMaterialId: second, KeyMaterialState: 'PENDING_ROTATION' },
    ])
    await kms.rotateKeyOnDemand({ KeyId })
    expect(await list()).toMatchObject([
      { KeyMaterialId: first, KeyMaterialState: 'NON_CURRENT' },
      { KeyMaterialId: second, KeyMaterialState: 'CURRENT', RotationType: 'ON_DEMAND' },
    ])
    expect((await kms.decrypt({ CiphertextBlob: old.CiphertextBlob })).KeyMaterialId).toBe(first)
    const fresh = await kms.encrypt({ KeyId, Plaintext: text })
    expect((await kms.decrypt({ CiphertextBlob: fresh.CiphertextBlob })).KeyMaterialId).toBe(second)
    await expectError(kms.enableKeyRotation({ KeyId }), 'UnsupportedOperationException')
    expect(await kms.getKeyRotationStatus({ KeyId })).toMatchObject({ KeyRotationEnabled: false })
  })

  test('STATE-11 every bound material is needed; one that waits is not bound', async () => {
    const { kms } = await freshVault()
    const KeyId = await newExternalKey(kms)
    const bytes = randomBytes(32)
    const first = (await importMaterial(kms, KeyId, bytes)).KeyMaterialId as string
    const isNew = { ImportType: 'NEW_KEY_MATERIAL' } as const
    const given = (await importMaterial(kms, KeyId, randomBytes(32), isNew)).KeyMaterialId as string
    const state = async () => (await metadataOf(kms, KeyId)).KeyState
    await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: given })
    expect(await state()).toBe('Enabled')
    await importMaterial(kms, KeyId, randomBytes(32), isNew)
    await kms.rotateKeyOnDemand({ KeyId })
    await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: first })
    expect(await state()).toBe('PendingImport')
    await expectError(importMaterial(kms, KeyId, bytes, { KeyMaterialId: given }), 'IncorrectKeyMaterialException')
    await importMaterial(kms, KeyId, bytes, { KeyMaterialId: first })
    expect(await state()).toBe('Enabled')
    await expectError(kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: '0'.repeat(64) }), 'NotFoundException')
  })

  test('IMP-16 the earliest expiry of several counts', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await newExternalKey(kms)
    const [one, two] = [randomBytes(32), randomBytes(32)]
    await importMaterial(kms, KeyId, one, { ValidTo: new Date(start + 30 * DAY) })
    const expiring = { ImportType: 'NEW_KEY_MATERIAL', ValidTo: new Date(start + 20 * DAY) } as const
    await importMaterial(kms, KeyId, two, expiring)
    await kms.rotateKeyOnDemand({ KeyId })
    expect((await metadataOf(kms, KeyId)).ValidTo).toEqual(new Date(start + 20 * DAY))
    setClock(start + 20 * DAY)
    expect((await metadataOf(kms, KeyId)).KeyState).toBe('PendingImport')
    await importMaterial(kms, KeyId, two)
    expect(await metadataOf(kms, KeyId)).toMatchObject({ KeyState: 'Enabled', ValidTo: new Date(start + 30 * DAY) })
  })
})

describe('MRK-17 MRK-18 imported material in sets', () => {
  const second = 'browser-local-2'

  test('a replica waits for the same material, and has an expiry of its own', async () => {
    const { vault, kms, setClock } = await clockedVault(start)
    const KeyId = await newExternalKey(kms, { MultiRegion: true })
    await expectError(kms.replicateKey({ KeyId, ReplicaRegion: second }), 'KMSInvalidStateException')
    const bytes = randomBytes(32)
    const { KeyMaterialId } = await importMaterial(kms, KeyId, bytes)
    await kms.replicateKey({ KeyId, ReplicaRegion: second })
    const replica = vault.region(second)
    expect(await metadataOf(replica, KeyId)).toMatchObject({ KeyState: 'PendingImport' })
    await expectError(importMaterial(replica, KeyId, randomBytes(32)), 'IncorrectKeyMaterialException')
    const imported = await importMaterial(replica, KeyId, bytes, { ValidTo: new Date(start + DAY) })
    expect(imported.KeyMaterialId).toBe(KeyMaterialId)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    expect((await replica.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    setClock(start + DAY)
    await expectError(replica.decrypt({ CiphertextBlob }), 'KMSInvalidStateException')
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('new material goes into the primary first, then into every replica, then it can be rotated to', async () => {
    const { vault, kms } = await freshVault()
    const replica = vault.region(second)
    const KeyId = await newExternalKey(kms, { MultiRegion: true })
    const [one, two] = [randomBytes(32), randomBytes(32)]
    await importMaterial(kms, KeyId, one)
    await kms.replicateKey({ KeyId, ReplicaRegion: second })
    await importMaterial(replica, KeyId, one)
    const old = await replica.encrypt({ KeyId, Plaintext: text })
    const isNew = { ImportType: 'NEW_KEY_MATERIAL' } as const
    await expectError(importMaterial(replica, KeyId, two, isNew), 'UnsupportedOperationException')
    const { KeyMaterialId } = await importMaterial(kms, KeyId, two, isNew)
    const stateOf = async (client: KmsClient) =>
      (await client.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations?.at(-1)
        ?.KeyMaterialState
    expect(await stateOf(kms)).toBe('PENDING_MULTI_REGION_IMPORT_AND_ROTATION')
    await expectError(kms.rotateKeyOnDemand({ KeyId }), 'KMSInvalidStateException')
    expect((await importMaterial(replica, KeyId, two)).KeyMaterialId).toBe(KeyMaterialId)
    expect((await metadataOf(replica, KeyId)).KeyState).toBe('Enabled')
    expect(await stateOf(kms)).toBe('PENDING_ROTATION')
    await kms.rotateKeyOnDemand({ KeyId })
    expect((await metadataOf(replica, KeyId)).CurrentKeyMaterialId).toBe(KeyMaterialId)
    const fresh = await replica.encrypt({ KeyId, Plaintext: text })
    for (const { CiphertextBlob } of [old, fresh])
      for (const client of [kms, replica]) expect((await client.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('material that waits and is deleted in the primary is deleted in the replicas', async () => {
    const { vault, kms } = await freshVault()
    const replica = vault.region(second)
    const KeyId = await newExternalKey(kms, { MultiRegion: true })
    const bytes = randomBytes(32)
    await importMaterial(kms, KeyId, bytes)
    await kms.replicateKey({ KeyId, ReplicaRegion: second })
    await importMaterial(replica, KeyId, bytes)
    const waiting = await importMaterial(kms, KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL' })
    await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: waiting.KeyMaterialId as string })
    const { Rotations } = await replica.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    expect(Rotations).toHaveLength(1)
    expect((await metadataOf(replica, KeyId)).KeyState).toBe('Enabled')
  })
})
