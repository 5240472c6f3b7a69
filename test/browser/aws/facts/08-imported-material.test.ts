/** aws-facts section 8: imported key material. */
import type { CreateKeyCommandInput, KMS } from '@aws-sdk/client-kms'
import { describe, expect, test } from 'vitest'
import { randomBytes, type WrappingAlgorithm, type WrappingKeySpec, wrap } from '../../fixtures/import.js'
import { utf8 } from '../../fixtures/vault.js'
import { answerOf, bytes, expectRefusal, hmac, materialId, newAwsKey, sharedAws } from '../fixtures.js'

const shared = sharedAws()
const external: CreateKeyCommandInput = { Origin: 'EXTERNAL' }
const forGood = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' } as const

async function wrapped(
  aws: KMS,
  KeyId: string,
  material: Uint8Array<ArrayBuffer>,
  WrappingAlgorithm: WrappingAlgorithm = 'RSAES_OAEP_SHA_256',
  WrappingKeySpec: WrappingKeySpec = 'RSA_2048',
) {
  const { ImportToken, PublicKey } = await aws.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec })
  return { KeyId, ImportToken, EncryptedKeyMaterial: await wrap(PublicKey as Uint8Array, WrappingAlgorithm, material) }
}

async function importNew(aws: KMS, KeyId: string): Promise<string> {
  const request = {
    ...(await wrapped(aws, KeyId, randomBytes(32))),
    ...forGood,
    ImportType: 'NEW_KEY_MATERIAL' as const,
  }
  return (await aws.importKeyMaterial(request)).KeyMaterialId as string
}

const currentMaterial = async (aws: KMS, KeyId: string) =>
  (await aws.describeKey({ KeyId })).KeyMetadata?.CurrentKeyMaterialId

test('8 the answer of GetParametersForImport', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws, external)
  const parameters = { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const
  const answer = await answerOf(aws.getParametersForImport(parameters))
  expect(answer).toEqual({ ImportToken: bytes, KeyId: Arn, ParametersValidTo: expect.any(Date), PublicKey: bytes })
  const spki = new Uint8Array(answer.PublicKey as Uint8Array)
  await crypto.subtle.importKey('spki', spki, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt'])
})

test('8 for a key of Origin AWS_KMS', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  await expectRefusal(
    aws.getParametersForImport({ KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }),
    'UnsupportedOperationException',
    `${Arn} origin is AWS_KMS which is not valid for this operation.`,
  )
})

test('8 without ExpirationModel and ValidTo; the token stays usable', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws, external)
  const request = await wrapped(aws, KeyId, randomBytes(32))
  await expectRefusal(
    aws.importKeyMaterial(request),
    'ValidationException',
    'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
  )
  const imported = await answerOf(aws.importKeyMaterial({ ...request, ...forGood }))
  expect(imported).toEqual({ KeyId: Arn, KeyMaterialId: materialId })
  expect(await currentMaterial(aws, KeyId)).toBe(imported.KeyMaterialId)
})

test('8 KEY_MATERIAL_EXPIRES with a ValidTo, to the millisecond', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, external)
  const ValidTo = new Date(Date.now() + 86_400_123)
  await aws.importKeyMaterial({ ...(await wrapped(aws, KeyId, randomBytes(32))), ValidTo })
  expect((await aws.describeKey({ KeyId })).KeyMetadata).toMatchObject({
    ExpirationModel: 'KEY_MATERIAL_EXPIRES',
    ValidTo,
  })
})

test('8 new material waits for RotateKeyOnDemand; a third one is refused meanwhile; what was encrypted still decrypts', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws, external)
  await expectRefusal(aws.rotateKeyOnDemand({ KeyId }), 'KMSInvalidStateException', `${Arn} is pending import.`)
  const first = await importNew(aws, KeyId)
  await expectRefusal(
    aws.rotateKeyOnDemand({ KeyId }),
    'KMSInvalidStateException',
    `No available key material pending rotation for the key: ${Arn}.`,
  )
  const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext: utf8('text') })
  const second = await importNew(aws, KeyId)
  expect(second).not.toBe(first)
  expect(await currentMaterial(aws, KeyId)).toBe(first)
  await expectRefusal(
    importNew(aws, KeyId),
    'KMSInvalidStateException',
    new RegExp(
      `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${Arn}, because another key material \\(id: ${second}\\) is pending rotation\\.$`,
    ),
  )
  await aws.rotateKeyOnDemand({ KeyId })
  expect(await currentMaterial(aws, KeyId)).toBe(second)
  expect((await aws.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('text'))
})

test('8 ImportType is by default NEW_KEY_MATERIAL for an empty key, else EXISTING_KEY_MATERIAL', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, external)
  const material = randomBytes(32)
  const { KeyMaterialId } = await aws.importKeyMaterial({ ...(await wrapped(aws, KeyId, material)), ...forGood })
  const again = await aws.importKeyMaterial({ ...(await wrapped(aws, KeyId, material)), ...forGood })
  expect(again.KeyMaterialId).toBe(KeyMaterialId)
  const other = await wrapped(aws, KeyId, randomBytes(32))
  await expectRefusal(aws.importKeyMaterial({ ...other, ...forGood }), 'IncorrectKeyMaterialException')
})

test('8 DeleteImportedKeyMaterial', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, external)
  await importNew(aws, KeyId)
  await aws.deleteImportedKeyMaterial({ KeyId })
  const { KeyMetadata } = await aws.describeKey({ KeyId })
  expect(KeyMetadata).toMatchObject({ KeyState: 'PendingImport', Enabled: false })
  expect(KeyMetadata?.ExpirationModel).toBeUndefined()
})

describe('8 wrapping', () => {
  test.each([
    ['RSAES_OAEP_SHA_1', 'RSA_2048'],
    ['RSAES_OAEP_SHA_1', 'RSA_4096'],
    ['RSAES_OAEP_SHA_256', 'RSA_2048'],
    ['RSAES_OAEP_SHA_256', 'RSA_4096'],
    ['RSA_AES_KEY_WRAP_SHA_256', 'RSA_2048'],
  ] as const)('%s, %s', async (algorithm, wrappingKeySpec) => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, external)
    const request = await wrapped(aws, KeyId, randomBytes(32), algorithm, wrappingKeySpec)
    await aws.importKeyMaterial({ ...request, ...forGood })
    expect((await aws.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Enabled')
  })
})

describe('8 material', () => {
  test.each([
    ['HMAC_224', 28],
    ['HMAC_256', 32],
    ['HMAC_384', 48],
    ['HMAC_512', 64],
  ] as const)('%s: %i bytes', async (KeySpec, length) => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, { ...external, ...hmac, KeySpec })
    const short = await wrapped(aws, KeyId, randomBytes(length - 1))
    await expectRefusal(aws.importKeyMaterial({ ...short, ...forGood }), 'IncorrectKeyMaterialException')
    await aws.importKeyMaterial({ ...(await wrapped(aws, KeyId, randomBytes(length))), ...forGood })
  })

  test.each([
    ['ECC_NIST_P256', { name: 'ECDSA', namedCurve: 'P-256' }],
    ['RSA_2048', { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }],
  ] as const)('%s: PKCS#8 DER; GetPublicKey gives the matching SPKI', async (KeySpec, algorithm) => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, { ...external, KeySpec, KeyUsage: 'SIGN_VERIFY' })
    const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
    const request = await wrapped(aws, KeyId, pkcs8, 'RSA_AES_KEY_WRAP_SHA_256')
    await aws.importKeyMaterial({ ...request, ...forGood })
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    expect((await aws.getPublicKey({ KeyId })).PublicKey).toEqual(spki)
  })
})
