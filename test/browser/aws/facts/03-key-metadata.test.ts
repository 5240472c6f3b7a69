/** aws-facts section 3: KeyMetadata. */
import type { CreateKeyCommandInput } from '@aws-sdk/client-kms'
import { describe, expect, test } from 'vitest'
import { importMaterial, randomBytes } from '../../fixtures/import.js'
import { accountId, region } from '../../fixtures/vault.js'
import { agreement, expectRefusal, hmac, materialId, newAwsKey, sharedAws, uuid, wireAnswer } from '../fixtures.js'

const shared = sharedAws()

async function created(input: CreateKeyCommandInput = {}): Promise<Record<string, unknown>> {
  const { KeyMetadata } = await wireAnswer(shared.vault, 'CreateKey', input)
  return KeyMetadata as Record<string, unknown>
}

test('3 the fields of a new key, on the wire, and its defaults', async () => {
  const metadata = await created()
  expect(metadata).toEqual({
    AWSAccountId: accountId,
    Arn: `arn:aws:kms:${region}:${accountId}:key/${metadata.KeyId}`,
    CreationDate: expect.any(Number),
    CurrentKeyMaterialId: materialId,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    Description: '',
    Enabled: true,
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    KeyId: uuid,
    KeyManager: 'CUSTOMER',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyState: 'Enabled',
    KeyUsage: 'ENCRYPT_DECRYPT',
    MultiRegion: false,
    Origin: 'AWS_KMS',
  })
  expect(Math.abs((metadata.CreationDate as number) - Date.now() / 1000)).toBeLessThan(60)
})

const lists = ['EncryptionAlgorithms', 'SigningAlgorithms', 'MacAlgorithms', 'KeyAgreementAlgorithms']
const rsaSigning = ['PKCS1_V1_5', 'PSS'].flatMap((padding) =>
  ['256', '384', '512'].map((bits) => `RSASSA_${padding}_SHA_${bits}`),
)

test.each([
  [{}, 'EncryptionAlgorithms', ['SYMMETRIC_DEFAULT']],
  [
    { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
    'EncryptionAlgorithms',
    ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  ],
  [{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, 'SigningAlgorithms', ['ECDSA_SHA_256']],
  [{ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }, 'SigningAlgorithms', ['ECDSA_SHA_256']],
  [{ KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' }, 'SigningAlgorithms', ['ECDSA_SHA_384']],
  [{ KeySpec: 'ECC_NIST_P521', KeyUsage: 'SIGN_VERIFY' }, 'SigningAlgorithms', ['ECDSA_SHA_512']],
  [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'SigningAlgorithms', expect.arrayContaining(rsaSigning)],
  [hmac, 'MacAlgorithms', ['HMAC_SHA_256']],
  [agreement, 'KeyAgreementAlgorithms', ['ECDH']],
] as const)('3 %o: one list of algorithms, the others are left out', async (kind, list, algorithms) => {
  const metadata = await created(kind)
  expect(lists.filter((name) => name in metadata)).toEqual([list])
  expect(metadata[list]).toEqual(algorithms)
  const { KeySpec = 'SYMMETRIC_DEFAULT' } = kind as CreateKeyCommandInput
  expect(metadata.CustomerMasterKeySpec).toBe(KeySpec)
  expect('CurrentKeyMaterialId' in metadata).toBe(KeySpec === 'SYMMETRIC_DEFAULT')
})

test('3 RSA signing keys have six algorithms', async () => {
  const { SigningAlgorithms } = await created({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  expect(SigningAlgorithms).toHaveLength(6)
})

test('3 Origin EXTERNAL: PendingImport, not enabled; material id and ExpirationModel come and go', async () => {
  const { vault } = shared
  const metadata = await created({ Origin: 'EXTERNAL' })
  const KeyId = metadata.KeyId as string
  expect(metadata).toMatchObject({ KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL' })
  const described = async () => (await wireAnswer(vault, 'DescribeKey', { KeyId })).KeyMetadata
  for (const member of ['CurrentKeyMaterialId', 'ExpirationModel']) expect(metadata).not.toHaveProperty(member)
  await importMaterial(vault.kms, KeyId, randomBytes(32))
  expect(await described()).toMatchObject({
    CurrentKeyMaterialId: materialId,
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  })
  await vault.kms.deleteImportedKeyMaterial({ KeyId })
  expect(await described()).toMatchObject({ CurrentKeyMaterialId: materialId })
  expect(await described()).not.toHaveProperty('ExpirationModel')
})

test('3 an HMAC key has no material id, imported or not', async () => {
  const { vault } = shared
  const { KeyId } = await created({ ...hmac, Origin: 'EXTERNAL' })
  await importMaterial(vault.kms, KeyId as string, randomBytes(32))
  const { KeyMetadata } = await wireAnswer(vault, 'DescribeKey', { KeyId })
  expect(KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId')
})

test('3 DeletionDate only while the deletion is pending', async () => {
  const { aws, vault } = shared
  const { KeyId } = await newAwsKey(aws)
  const described = async () => (await wireAnswer(vault, 'DescribeKey', { KeyId })).KeyMetadata
  expect(await described()).not.toHaveProperty('DeletionDate')
  await aws.scheduleKeyDeletion({ KeyId })
  expect(await described()).toHaveProperty('DeletionDate', expect.any(Number))
  await aws.cancelKeyDeletion({ KeyId })
  expect(await described()).not.toHaveProperty('DeletionDate')
})

test('3 MultiRegionConfiguration, and ids of multi-Region keys', async () => {
  expect(await created()).not.toHaveProperty('MultiRegionConfiguration')
  const { Arn, ...metadata } = await created({ MultiRegion: true })
  expect(metadata.KeyId).toMatch(/^mrk-[0-9a-f]{32}$/)
  expect(metadata.MultiRegionConfiguration).toEqual({
    MultiRegionKeyType: 'PRIMARY',
    PrimaryKey: { Arn, Region: region },
    ReplicaKeys: [],
  })
})

describe('3 mistakes of CreateKey', () => {
  test.each([
    [
      'HMAC without KeyUsage',
      { KeySpec: 'HMAC_256' },
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [
      'RSA without KeyUsage',
      { KeySpec: 'RSA_2048' },
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [
      'unknown KeySpec',
      { KeySpec: 'AES' as 'RSA_2048' },
      /'AES' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    ],
    [
      'unknown KeyUsage',
      { KeyUsage: 'X' as 'SIGN_VERIFY' },
      /'X' at 'keyUsage' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    ],
    [
      'KEY_AGREEMENT with RSA_2048',
      { KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' },
      'KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048',
    ],
    [
      'KeySpec and CustomerMasterKeySpec',
      { KeySpec: 'RSA_2048', CustomerMasterKeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    ],
  ] as const)('%s', async (_title, input, message) => {
    await expectRefusal(shared.aws.createKey(input), 'ValidationException', message)
  })
})
