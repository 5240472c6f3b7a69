/** aws-facts section 10: aliases, tags, policies, grants, lists. */
import { describe, expect, test } from 'vitest'
import { aliasArn } from '../../fixtures/vault.js'
import { answerOf, expectRefusal, newAwsKey, noMessage, sharedAws } from '../fixtures.js'

const shared = sharedAws()

describe('10 CreateAlias', () => {
  test.each([
    [
      'without the prefix',
      'notes',
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    [
      'other characters',
      'alias/ä',
      'ValidationException',
      "1 validation error detected: Value 'alias/ä' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    [
      'a colon after the prefix',
      'alias/my:alias',
      'ValidationException',
      'alias/my:alias contains invalid characters for an alias',
    ],
    ['alias/aws/…', 'alias/aws/notes', 'NotAuthorizedException', noMessage],
  ])('%s', async (_title, AliasName, name, message) => {
    const { KeyId } = await newAwsKey(shared.aws)
    await expectRefusal(shared.aws.createAlias({ AliasName, TargetKeyId: KeyId }), name, message)
  })

  test('the target is an alias', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws)
    await aws.createAlias({ AliasName: 'alias/target', TargetKeyId: KeyId })
    const created = aws.createAlias({ AliasName: 'alias/other', TargetKeyId: 'alias/target' })
    await expectRefusal(created, 'ValidationException', 'Aliases must refer to keys. Not aliases')
  })

  test('the name is taken', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws)
    const alias = { AliasName: 'alias/taken', TargetKeyId: KeyId }
    await aws.createAlias(alias)
    const message = `An alias with the name ${aliasArn('alias/taken')} already exists`
    await expectRefusal(aws.createAlias(alias), 'AlreadyExistsException', message)
  })

  test('the entry of ListAliases', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws)
    await aws.createAlias({ AliasName: 'alias/listed', TargetKeyId: KeyId })
    expect((await aws.listAliases({ KeyId })).Aliases).toEqual([
      {
        AliasName: 'alias/listed',
        AliasArn: aliasArn('alias/listed'),
        TargetKeyId: KeyId,
        CreationDate: expect.any(Date),
        LastUpdatedDate: expect.any(Date),
      },
    ])
  })
})

describe('10 TagResource', () => {
  const tag = (TagKey: string, TagValue = '') => ({ TagKey, TagValue })
  const tooLong = (value: string, member: string, limit: number) =>
    `1 validation error detected: Value '${value}' at 'tags.1.member.${member}' failed to satisfy constraint: Member must have length less than or equal to ${limit}`
  test.each([
    ['one key twice', [tag('a'), tag('a')], 'TagException', 'Duplicate tag keys'],
    ['51 tags', Array.from({ length: 51 }, (_, index) => tag(`key ${index}`)), 'TagException', 'Too many tags'],
    ['aws:', [tag('aws:x')], 'TagException', 'Tags beginning with aws: are reserved'],
    ['AwS:', [tag('AwS:x')], 'TagException', 'Tags beginning with aws: are reserved'],
    ['key of 129', [tag('k'.repeat(129))], 'ValidationException', tooLong('k'.repeat(129), 'tagKey', 128)],
    ['value of 257', [tag('k', 'v'.repeat(257))], 'ValidationException', tooLong('v'.repeat(257), 'tagValue', 256)],
  ])('%s', async (_title, Tags, name, message) => {
    const { KeyId } = await newAwsKey(shared.aws)
    await expectRefusal(shared.aws.tagResource({ KeyId, Tags }), name, message)
  })

  test('ListResourceTags is ordered by key, also after changes', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, { Tags: [tag('b', '1'), tag('a', '2')] })
    await aws.tagResource({ KeyId, Tags: [tag('c', '3'), tag('b', '4')] })
    await aws.untagResource({ KeyId, TagKeys: ['c'] })
    expect((await aws.listResourceTags({ KeyId })).Tags).toEqual([tag('a', '2'), tag('b', '4')])
  })
})

describe('10 policies', () => {
  test('the names are always ["default"]', async () => {
    const { KeyId } = await newAwsKey(shared.aws)
    const answer = await answerOf(shared.aws.listKeyPolicies({ KeyId }))
    expect(answer).toEqual({ PolicyNames: ['default'], Truncated: false })
  })

  test('GetKeyPolicy gives what PutKeyPolicy put, but for white space', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws)
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' },
      ],
    }
    await aws.putKeyPolicy({ KeyId, Policy: JSON.stringify(policy, undefined, 4) })
    const { Policy, PolicyName } = await aws.getKeyPolicy({ KeyId })
    expect([JSON.parse(Policy as string), PolicyName]).toEqual([policy, 'default'])
  })
})

describe('10 grants', () => {
  const grant = { GranteePrincipal: 'arn:aws:iam::000000000000:user/x', Operations: ['Encrypt' as const] }

  test('the same Name on two keys is fine', async () => {
    const { aws } = shared
    const [one, other] = [await newAwsKey(aws), await newAwsKey(aws)]
    const first = await aws.createGrant({ KeyId: one.KeyId, Name: 'name', ...grant })
    const second = await aws.createGrant({ KeyId: other.KeyId, Name: 'name', ...grant })
    expect(first.GrantId).not.toBe(second.GrantId)
  })

  test('RetireGrant by token, or by id and key; RevokeGrant', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws)
    const { GrantToken } = await aws.createGrant({ KeyId, ...grant, Name: '1' })
    await aws.retireGrant({ GrantToken })
    const { GrantId } = await aws.createGrant({ KeyId, ...grant, Name: '2' })
    await aws.retireGrant({ KeyId: Arn, GrantId })
    const revoked = await aws.createGrant({ KeyId, ...grant, Name: '3' })
    await aws.revokeGrant({ KeyId, GrantId: revoked.GrantId })
    expect((await aws.listGrants({ KeyId })).Grants).toEqual([])
  })

  test('an invalid key id is NotFoundException before anything else', async () => {
    const { aws } = shared
    const created = aws.createGrant({ KeyId: 'invalid', ...grant, GranteePrincipal: 'nobody' })
    await expectRefusal(created, 'NotFoundException', "Invalid keyId 'invalid'")
    await expectRefusal(aws.listGrants({ KeyId: 'invalid', Marker: 'forged' }), 'NotFoundException')
  })
})

test('11 the ARN of another account', async () => {
  const Arn = `arn:aws:kms:browser-local-1:111122223333:key/${crypto.randomUUID()}`
  await expectRefusal(shared.aws.describeKey({ KeyId: Arn }), 'NotFoundException')
})

test('11 enum value sets hold at least what was recorded in 2023, and what came since', async () => {
  await expectRefusal(
    shared.aws.createKey({ KeySpec: 'X' as 'RSA_2048' }),
    'ValidationException',
    /(?=.*RSA_2048)(?=.*ECC_NIST_P521)(?=.*HMAC_512)(?=.*SM2)(?=.*ML_DSA_65)(?=.*ECC_NIST_EDWARDS25519)/,
  )
})
