/** The four ways to name a key, and what each operation takes of them (MGT-10 to MGT-15, aws-facts 2). */
import type { KeyMetadata, OperationName } from 'browser-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtOperations } from '../../worker/operations/table.js'
import { inputs, kinds, newAlias } from './fixtures/requests.js'
import { aliasArn, call, expectError, keyArn, sharedVault } from './fixtures/vault.js'

const shared = sharedVault()

/** MGT-12: operations that take key id, key ARN, alias name and alias ARN, and the members in which they do. */
const anyIdentifier: { readonly [Operation in OperationName]?: readonly string[] } = {
  Decapsulate: ['KeyId'],
  Decrypt: ['KeyId'],
  DeriveSharedSecret: ['KeyId'],
  DescribeKey: ['KeyId'],
  Encapsulate: ['KeyId'],
  Encrypt: ['KeyId'],
  GenerateDataKey: ['KeyId'],
  GenerateDataKeyPair: ['KeyId'],
  GenerateDataKeyPairWithoutPlaintext: ['KeyId'],
  GenerateDataKeyWithoutPlaintext: ['KeyId'],
  GenerateMac: ['KeyId'],
  GetPublicKey: ['KeyId'],
  ReEncrypt: ['SourceKeyId', 'DestinationKeyId'],
  Sign: ['KeyId'],
  Verify: ['KeyId'],
  VerifyMac: ['KeyId'],
}
/** MGT-12: operations that take key id and key ARN only. */
const idOrArn: { readonly [Operation in OperationName]?: readonly string[] } = {
  CancelKeyDeletion: ['KeyId'],
  CreateAlias: ['TargetKeyId'],
  CreateGrant: ['KeyId'],
  DeleteImportedKeyMaterial: ['KeyId'],
  DisableKey: ['KeyId'],
  DisableKeyRotation: ['KeyId'],
  EnableKey: ['KeyId'],
  EnableKeyRotation: ['KeyId'],
  GetKeyLastUsage: ['KeyId'],
  GetKeyPolicy: ['KeyId'],
  GetKeyRotationStatus: ['KeyId'],
  GetParametersForImport: ['KeyId'],
  ImportKeyMaterial: ['KeyId'],
  ListAliases: ['KeyId'],
  ListGrants: ['KeyId'],
  ListKeyPolicies: ['KeyId'],
  ListKeyRotations: ['KeyId'],
  ListResourceTags: ['KeyId'],
  PutKeyPolicy: ['KeyId'],
  ReplicateKey: ['KeyId'],
  RevokeGrant: ['KeyId'],
  RotateKeyOnDemand: ['KeyId'],
  ScheduleKeyDeletion: ['KeyId'],
  TagResource: ['KeyId'],
  UntagResource: ['KeyId'],
  UpdateAlias: ['TargetKeyId'],
  UpdateKeyDescription: ['KeyId'],
  UpdatePrimaryRegion: ['KeyId'],
}
const namesNoKey = ['CreateKey', 'DeleteAlias', 'GenerateRandom', 'ListKeys', 'ListRetirableGrants', 'RetireGrant']

interface Place {
  readonly operation: OperationName
  readonly member: string
  readonly takesAlias: boolean
}

const places = [...placesOf(anyIdentifier, true), ...placesOf(idOrArn, false)].filter(({ operation }) =>
  builtOperations.includes(operation),
)

function placesOf(members: typeof anyIdentifier, takesAlias: boolean): Place[] {
  return Object.entries(members).flatMap(([operation, names]) =>
    names.map((member) => ({ operation: operation as OperationName, member, takesAlias })),
  )
}

/** A key of the kind that the operation needs, in the state that it needs, and a request for it. */
async function prepared(operation: OperationName): Promise<{ key: KeyMetadata; input: object }> {
  const { kms } = shared
  const key = (await kms.createKey(kinds[operation] ?? {})).KeyMetadata
  const input = (await inputs[operation]?.(kms, key)) as object
  if (operation === 'CancelKeyDeletion') await kms.scheduleKeyDeletion({ KeyId: key.KeyId })
  return { key, input }
}

const forms: readonly [form: string, isAlias: boolean, name: (key: KeyMetadata, alias: string) => string][] = [
  ['key id', false, ({ KeyId }) => KeyId],
  ['key ARN', false, ({ Arn }) => Arn],
  ['alias name', true, (_key, alias) => alias],
  ['alias ARN', true, (_key, alias) => aliasArn(alias)],
]

test('MGT-12 every operation that is built is in one of the lists above', () => {
  const listed = [...Object.keys(anyIdentifier), ...Object.keys(idOrArn), ...namesNoKey]
  const ofKeys = builtOperations.filter((operation) => !operation.includes('CustomKeyStore'))
  expect(ofKeys.filter((operation) => !listed.includes(operation))).toEqual([])
})

describe.each(places)('$operation, $member', ({ operation, member, takesAlias }) => {
  test.each(forms)(`MGT-12 named by %s`, async (_form, isAlias, nameOf) => {
    const { kms } = shared
    const { key, input } = await prepared(operation)
    if (operation === 'CancelKeyDeletion' && isAlias) return expectAliasRefused(operation, input, member)
    const alias = operation === 'CancelKeyDeletion' ? '' : await newAlias(kms, key)
    const destination = member === 'DestinationKeyId'
    const named = { ...input, [member]: nameOf(key, alias) }
    if (isAlias && !takesAlias) return expectAliasRefused(operation, input, member, nameOf(key, alias))
    const answer = await call(kms, operation, named)
    // MGT-14: the answer names the key by its ARN, whatever the request named it by.
    const told = member === 'SourceKeyId' ? answer.SourceKeyId : answer.KeyId
    if (takesAlias && operation !== 'DescribeKey') expect(told).toBe(key.Arn)
    if (destination) expect(answer.KeyId).toBe(key.Arn)
  })
})

/** Where AWS takes no alias it says so; where an alias is to be made, it says it otherwise (aws-facts 10). */
function expectAliasRefused(
  operation: OperationName,
  input: object,
  member: string,
  alias = 'alias/any',
): Promise<void> {
  const answer = call(shared.kms, operation, { ...input, [member]: alias })
  return member === 'TargetKeyId'
    ? expectError(answer, 'ValidationException', 'Aliases must refer to keys. Not aliases')
    : expectError(answer, 'InvalidArnException', 'Key Aliases are not supported for this operation.')
}

describe.each(places)('MGT-15 $operation, $member, naming what is not there', ({ operation, member, takesAlias }) => {
  let input: object
  beforeAll(async () => {
    input = (await prepared(operation)).input
  })
  const answerTo = (identifier: unknown) => call(shared.kms, operation, { ...input, [member]: identifier })

  const id = '1234abcd-12ab-34cd-56ef-1234567890ab'
  const multiRegionId = 'mrk-1234abcd12ab34cd56ef1234567890ab'
  const otherAccount = `arn:aws:kms:browser-local-1:111122223333:key/${id}`
  const otherPartition = `arn:aws-cn:kms:browser-local-1:000000000000:key/${id}`
  const missing: [what: string, identifier: string, error: string, message: string][] = [
    ['an unknown key id', id, 'NotFoundException', `Key '${keyArn(id)}' does not exist`],
    ['an unknown key ARN', keyArn(id), 'NotFoundException', `Key '${keyArn(id)}' does not exist`],
    [
      'an unknown multi-Region key id',
      multiRegionId,
      'NotFoundException',
      `Key '${keyArn(multiRegionId)}' does not exist`,
    ],
    [
      'no key id at all',
      'fake-key-id',
      'NotFoundException',
      "Invalid keyId 'fake-key-id' (The names of aliases begin with alias/: is 'alias/fake-key-id' meant?)",
    ],
    ['almost a multi-Region key id', 'mrk-fake-key-id', 'NotFoundException', "Invalid keyId 'mrk-fake-key-id'"],
    ['an id without dashes', id.replaceAll('-', ''), 'NotFoundException', `Invalid keyId '${id.replaceAll('-', '')}'`],
    [
      'an ARN of another Region',
      keyArn(id).replace('browser-local-1', 'us-east-1'),
      'NotFoundException',
      'Invalid arn us-east-1',
    ],
    ['an ARN of another account', otherAccount, 'NotFoundException', `Key '${otherAccount}' does not exist`],
    ['an ARN of another partition', otherPartition, 'NotFoundException', `Key '${otherPartition}' does not exist`],
    ['a malformed ARN', 'arn:aws:kms', 'InvalidArnException', 'Invalid arn arn:aws:kms'],
    ['an ARN of another service', 'arn:aws:s3:::bucket', 'InvalidArnException', 'Invalid arn arn:aws:s3:::bucket'],
  ]
  test.each(missing)('%s', async (_what, identifier, error, message) => {
    await expectError(answerTo(identifier), error, message)
  })

  test('an unknown alias name or alias ARN', async () => {
    for (const alias of ['alias/none', aliasArn('alias/none')])
      if (takesAlias)
        await expectError(answerTo(alias), 'NotFoundException', `Alias ${aliasArn('alias/none')} is not found.`)
      else await expectAliasRefused(operation, input, member, alias)
  })

  test('an empty or an overlong identifier: ValidationException', async () => {
    await expectError(answerTo(''), 'ValidationException', /have length greater than or equal to 1$/)
    await expectError(answerTo('x'.repeat(2049)), 'ValidationException', /have length less than or equal to 2048$/)
  })
})

test('a key of another Region of the same vault is not here, by id, by ARN and by alias', async () => {
  const { kms, vault } = shared
  const elsewhere = vault.region('browser-local-2')
  const { KeyId, Arn } = (await elsewhere.createKey({})).KeyMetadata
  await elsewhere.createAlias({ AliasName: 'alias/elsewhere', TargetKeyId: KeyId })
  await expectError(kms.describeKey({ KeyId }), 'NotFoundException', `Key '${keyArn(KeyId)}' does not exist`)
  await expectError(kms.describeKey({ KeyId: Arn }), 'NotFoundException', 'Invalid arn browser-local-2')
  await expectError(kms.describeKey({ KeyId: 'alias/elsewhere' }), 'NotFoundException')
})

test('MGT-11 an alias ARN follows the alias, a key ARN stays', async () => {
  const { kms } = shared
  const [first, second] = [(await kms.createKey({})).KeyMetadata, (await kms.createKey({})).KeyMetadata]
  const alias = await newAlias(kms, first)
  await kms.updateAlias({ AliasName: alias, TargetKeyId: second.KeyId })
  expect((await kms.describeKey({ KeyId: aliasArn(alias) })).KeyMetadata.KeyId).toBe(second.KeyId)
  expect((await kms.describeKey({ KeyId: first.Arn })).KeyMetadata.KeyId).toBe(first.KeyId)
})
