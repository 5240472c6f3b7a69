/** CreateKey and DescribeKey (chapter 01, sections 3 and 4; aws-facts 3). Every key spec: key-types/. */
import type { OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import {
  accountId,
  call,
  defaultPolicy,
  expectError,
  freshVault,
  keyArn,
  membersOf,
  newKey,
  openAgain,
  region,
  sharedVault,
} from './fixtures/vault.js'

const shared = sharedVault()

describe('the default key', () => {
  test('MGT-23 the metadata of a key made without arguments: exactly these members', async () => {
    const before = Date.now()
    const { KeyMetadata, ...others } = await membersOf(shared.kms.createKey())
    expect(others).toEqual({})
    const { KeyId } = KeyMetadata
    expect(KeyMetadata).toEqual({
      AWSAccountId: accountId,
      Arn: `arn:aws:kms:${region}:${accountId}:key/${KeyId}`,
      CreationDate: expect.any(Date),
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      Description: '',
      Enabled: true,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    })
    expect(KeyMetadata.CreationDate.getTime()).toBeGreaterThanOrEqual(before)
    expect(KeyMetadata.CreationDate.getTime()).toBeLessThanOrEqual(Date.now())
  })

  test('MGT-31 DescribeKey tells the same, whichever way the key is named, and nothing else', async () => {
    const { kms } = shared
    const { KeyMetadata } = await kms.createKey({ Description: 'notes', Tags: [{ TagKey: 'a', TagValue: 'b' }] })
    await kms.createAlias({ AliasName: 'alias/described', TargetKeyId: KeyMetadata.KeyId })
    for (const KeyId of [KeyMetadata.KeyId, KeyMetadata.Arn, 'alias/described'])
      expect(await membersOf(kms.describeKey({ KeyId }))).toEqual({ KeyMetadata })
  })

  test('MGT-24 its policy gives the account root everything', async () => {
    const { KeyId } = await newKey(shared.kms)
    const { Policy, PolicyName } = await shared.kms.getKeyPolicy({ KeyId })
    expect(PolicyName).toBe('default')
    expect(JSON.parse(Policy)).toEqual(defaultPolicy)
  })

  test('MGT-21 no alias is made', async () => {
    const { KeyId } = await newKey(shared.kms)
    expect((await shared.kms.listAliases({ KeyId })).Aliases).toEqual([])
  })

  test('DEL-9 every key has an id and a material id of its own', async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => newKey(shared.kms)))
    expect(new Set(keys.map(({ KeyId }) => KeyId)).size).toBe(50)
    expect(new Set(keys.map(({ CurrentKeyMaterialId }) => CurrentKeyMaterialId)).size).toBe(50)
  })

  test('survives closing and opening the vault unchanged', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyMetadata } = await kms.createKey({ Description: 'kept' })
    await vault.close()
    const again = await openAgain(name)
    expect((await again.kms.describeKey({ KeyId: KeyMetadata.KeyId })).KeyMetadata).toEqual(KeyMetadata)
  })

  test('what the caller does to an answer changes nothing', async () => {
    const { KeyMetadata } = await shared.kms.createKey()
    const { KeyId } = KeyMetadata
    const before = structuredClone(KeyMetadata)
    KeyMetadata.Description = 'changed'
    KeyMetadata.EncryptionAlgorithms?.push('SM2PKE')
    expect((await shared.kms.describeKey({ KeyId })).KeyMetadata).toEqual(before)
  })
})

describe('MGT-20 what can be asked for', () => {
  const equivalent: [string, OperationInput<'CreateKey'>][] = [
    [
      'every default named',
      { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'AWS_KMS', MultiRegion: false },
    ],
    ['the deprecated CustomerMasterKeySpec', { CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' }],
    ['no tags', { Tags: [] }],
    ['members that are undefined', { Description: undefined, KeySpec: undefined, Tags: undefined }],
    ['the lockout check bypassed', { BypassPolicyLockoutSafetyCheck: true }],
  ]
  test.each(equivalent)('%s makes the default key', async (_what, input) => {
    const unique = { Arn: '', KeyId: '', CreationDate: new Date(0), CurrentKeyMaterialId: '' }
    const { KeyMetadata } = await shared.kms.createKey(input)
    expect({ ...KeyMetadata, ...unique }).toEqual({ ...(await newKey(shared.kms)), ...unique })
  })

  test.each([0, 1, 8192])('a description of %i characters', async (length) => {
    const Description = 'ü'.repeat(length)
    const { KeyMetadata } = await shared.kms.createKey({ Description })
    expect((await shared.kms.describeKey({ KeyId: KeyMetadata.KeyId })).KeyMetadata.Description).toBe(Description)
  })

  test('tags, which the answer does not repeat (MGT-21)', async () => {
    const Tags = [{ TagKey: 'Project', TagValue: 'Alpha' }]
    const { KeyMetadata } = await shared.kms.createKey({ Tags })
    expect(KeyMetadata).not.toHaveProperty('Tags')
    expect((await shared.kms.listResourceTags({ KeyId: KeyMetadata.KeyId })).Tags).toEqual(Tags)
  })

  test('a policy, which is kept as it is', async () => {
    const Policy =
      '{ "Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:GetKeyPolicy","Resource":"*"} }'
    const { KeyMetadata } = await shared.kms.createKey({ Policy, BypassPolicyLockoutSafetyCheck: true })
    expect((await shared.kms.getKeyPolicy({ KeyId: KeyMetadata.KeyId })).Policy).toBe(Policy)
  })
})

describe('what is refused', () => {
  const enumError = (value: string, member: string) =>
    new RegExp(
      `^1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: \\[[A-Z0-9_, ]+\\]$`,
    )
  const refused: [what: string, input: object, error: string, message: string | RegExp][] = [
    ['an unknown KeySpec', { KeySpec: 'AES_256' }, 'ValidationException', enumError('AES_256', 'keySpec')],
    ['an unknown KeyUsage', { KeyUsage: 'WRAP' }, 'ValidationException', enumError('WRAP', 'keyUsage')],
    ['an unknown Origin', { Origin: 'HERE' }, 'ValidationException', enumError('HERE', 'origin')],
    [
      'KeySpec and CustomerMasterKeySpec together',
      { KeySpec: 'RSA_2048', CustomerMasterKeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    ],
    [
      'an HMAC key without KeyUsage',
      { KeySpec: 'HMAC_256' },
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [
      'an RSA key for key agreement',
      { KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' },
      'ValidationException',
      'KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048',
    ],
    [
      'a symmetric key that signs',
      { KeyUsage: 'SIGN_VERIFY' },
      'ValidationException',
      'KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT',
    ],
    [
      'a description of 8193 characters',
      { Description: 'x'.repeat(8193) },
      'ValidationException',
      /at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192$/,
    ],
    ['a policy that is no JSON', { Policy: 'none' }, 'MalformedPolicyDocumentException', /^The policy is not JSON/],
    [
      'a policy with an Ā',
      { Policy: '{"Ā":1}' },
      'ValidationException',
      /at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    ],
    ['tags that repeat a key', { Tags: [tag('a'), tag('a')] }, 'TagException', 'Duplicate tag keys'],
    [
      'a custom key store',
      { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1' },
      'UnsupportedOperationException',
      /.+/,
    ],
    ['an external key store', { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'x' }, 'UnsupportedOperationException', /.+/],
  ]
  test.each(refused)('%s', async (_what, input, error, message) => {
    const { kms } = shared
    const before = (await kms.listKeys({ Limit: 1000 })).Keys
    await expectError(call(kms, 'CreateKey', input), error, message)
    expect((await kms.listKeys({ Limit: 1000 })).Keys, 'no key was made').toEqual(before)
  })
})

test('MGT-31 DescribeKey works in every state', async () => {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  await kms.disableKey({ KeyId })
  expect((await kms.describeKey({ KeyId })).KeyMetadata.Arn).toBe(keyArn(KeyId))
  await kms.scheduleKeyDeletion({ KeyId })
  expect((await kms.describeKey({ KeyId })).KeyMetadata.Arn).toBe(keyArn(KeyId))
})

function tag(TagKey: string) {
  return { TagKey, TagValue: '' }
}
