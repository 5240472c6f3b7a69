/** Key policies, identity policies and what they look at, through the whole vault (chapters 04 and 05). */
import type { KeyMetadata, KmsClient } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { auditRecords } from '../fixtures/stored.js'
import { accountId, errorOf, expectError, freshVault, newKey, sharedVault, utf8 } from '../fixtures/vault.js'
import { allow, connectUser, delegation, deny, otherAccount, policyText, root, userArn } from './fixtures.js'

const shared = sharedVault()
const text = utf8('text')
const encrypt = (client: KmsClient, KeyId: string, more: object = {}) =>
  client.encrypt({ KeyId, Plaintext: text, ...more })

describe('AUTHZ-90 refusals say who, what and why', () => {
  const refused = async (client: KmsClient, KeyId: string) => (await errorOf(encrypt(client, KeyId))).message
  const beginning = (arn: string, principal = userArn('alice')) =>
    `User: ${principal} is not authorized to perform: kms:Encrypt on resource: ${arn} `

  test('no identity policy, no key policy, an explicit deny in either', async () => {
    const { kms, vault } = shared
    const { KeyId, Arn } = await newKey(kms)
    const none = await connectUser(vault, 'alice')
    expect(await refused(none, KeyId)).toBe(
      `${beginning(Arn as string)}because no identity-based policy allows the kms:Encrypt action`,
    )
    const denied = await connectUser(vault, 'alice', allow('kms:*'), deny('kms:Encrypt'))
    expect(await refused(denied, KeyId)).toBe(
      `${beginning(Arn as string)}with an explicit deny in an identity-based policy`,
    )
    const administered = policyText(allow('kms:PutKeyPolicy', { Principal: { AWS: root() } }))
    await kms.putKeyPolicy({ KeyId, Policy: administered })
    // Whom no identity policy allows it is not told what the key's policy says, nor that there is such a key.
    expect(await refused(none, KeyId)).toBe(
      `${beginning(Arn as string)}because no identity-based policy allows the kms:Encrypt action`,
    )
    const permitted = await connectUser(vault, 'alice', allow('kms:*'))
    expect(await refused(permitted, KeyId)).toBe(
      `${beginning(Arn as string)}because no resource-based policy allows the kms:Encrypt action`,
    )
    // The account root is bound as well.
    expect(await refused(kms, KeyId)).toBe(
      `${beginning(Arn as string, root())}because no resource-based policy allows the kms:Encrypt action`,
    )
    await kms.putKeyPolicy({ KeyId, Policy: policyText(delegation(), deny('kms:Encrypt', { Principal: '*' })) })
    expect(await refused(kms, KeyId)).toBe(
      `${beginning(Arn as string, root())}with an explicit deny in a resource-based policy`,
    )
  })

  test('AUTHZ-19 a caller without permission learns neither the state of a key nor whether there is one', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    await kms.disableKey({ KeyId })
    const alice = await connectUser(vault, 'alice')
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
    await expectError(encrypt(alice, crypto.randomUUID()), 'AccessDeniedException')
    await expectError(encrypt(alice, 'alias/none'), 'AccessDeniedException')
  })

  test('a ciphertext does not tell whether its key exists', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const { CiphertextBlob } = await encrypt(kms, KeyId)
    const alice = await connectUser(vault, 'alice')
    const message =
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.'
    await expectError(alice.decrypt({ CiphertextBlob }), 'AccessDeniedException', message)
  })

  test('is recorded, with the caller and the key', async () => {
    const { kms, vault, name } = await freshVault()
    const { KeyId, Arn } = await newKey(kms)
    const alice = await connectUser(vault, 'alice')
    const { $metadata } = await errorOf(encrypt(alice, KeyId))
    await vault.close()
    expect((await auditRecords(name)).find(({ requestId }) => requestId === $metadata.requestId)).toMatchObject({
      eventName: 'Encrypt',
      userArn: userArn('alice'),
      errorCode: 'AccessDeniedException',
      resources: [Arn],
    })
  })
})

describe('a policy counts from the moment that it is set', () => {
  test('in this tab and for keys in use', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const alice = await connectUser(vault, 'alice')
    const forAlice = allow(['kms:Encrypt', 'kms:Decrypt'], { Principal: { AWS: userArn('alice') } })
    await kms.putKeyPolicy({ KeyId, Policy: policyText(delegation(), forAlice) })
    const { CiphertextBlob } = await encrypt(alice, KeyId)
    expect((await alice.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    await kms.putKeyPolicy({ KeyId, Policy: policyText(delegation()) })
    await expectError(alice.decrypt({ CiphertextBlob, KeyId }), 'AccessDeniedException')
  })

  test('conditions on the encryption context', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const Condition = { StringEquals: { 'kms:EncryptionContext:Department': 'IT' } }
    const alice = await connectUser(vault, 'alice', allow('kms:Encrypt', { Condition }))
    await encrypt(alice, KeyId, { EncryptionContext: { Department: 'IT' } })
    await expectError(encrypt(alice, KeyId, { EncryptionContext: { Department: 'HR' } }), 'AccessDeniedException')
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
  })

  test('AUTHZ-45 DryRun tells whether it would be allowed', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const may = await connectUser(vault, 'alice', allow('kms:Encrypt'))
    const mayNot = await connectUser(vault, 'bob')
    await expectError(encrypt(may, KeyId, { DryRun: true }), 'DryRunOperationException')
    await expectError(encrypt(mayNot, KeyId, { DryRun: true }), 'AccessDeniedException')
  })
})

describe('POL-26 POL-28 the lockout safety check', () => {
  const message = 'The new key policy will not allow you to update the key policy in the future.'
  const rows: [name: string, policy: string, identity: object[], passes: boolean][] = [
    ['the default document, a user with everything', policyText(delegation()), [allow('kms:*')], true],
    [
      'the default document, a user who may not put policies',
      policyText(delegation()),
      [allow(['kms:CreateKey', 'kms:Encrypt'])],
      false,
    ],
    [
      'only Encrypt',
      policyText(allow('kms:Encrypt', { Principal: { AWS: userArn('carol') } })),
      [allow('kms:*')],
      false,
    ],
    [
      'PutKeyPolicy directly',
      policyText(allow('kms:PutKeyPolicy', { Principal: { AWS: userArn('carol') } })),
      [allow('kms:CreateKey')],
      true,
    ],
    [
      'the same, and a Deny',
      policyText(
        allow('kms:PutKeyPolicy', { Principal: { AWS: userArn('carol') } }),
        deny('kms:Put*', { Principal: '*' }),
      ),
      [allow('kms:CreateKey')],
      false,
    ],
    [
      'a statement without Resource',
      policyText({ ...allow('kms:*', { Principal: '*' }), Resource: undefined }),
      [allow('kms:*')],
      false,
    ],
  ]
  test.each(rows)('%s', async (_name, Policy, identity, passes) => {
    const carol = await connectUser(shared.vault, 'carol', ...(identity as Record<string, unknown>[]))
    if (passes) await carol.createKey({ Policy })
    else await expectError(carol.createKey({ Policy }), 'MalformedPolicyDocumentException', message)
    await carol.createKey({ Policy, BypassPolicyLockoutSafetyCheck: true })
  })

  test('PutKeyPolicy and ReplicateKey check too, and none is checked that nobody gave', async () => {
    const { kms, vault } = shared
    const Policy = policyText(allow('kms:Encrypt', { Principal: '*' }))
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await expectError(kms.putKeyPolicy({ KeyId, Policy }), 'MalformedPolicyDocumentException', message)
    const ReplicaRegion = 'browser-local-7'
    await expectError(kms.replicateKey({ KeyId, ReplicaRegion, Policy }), 'MalformedPolicyDocumentException', message)
    const creator = await connectUser(vault, 'creator', allow('kms:CreateKey'))
    await creator.createKey()
  })
})

describe('AUTHZ-70 AUTHZ-72 other accounts', () => {
  const eve = (...statements: Record<string, unknown>[]) =>
    connectUser(shared.vault, userArn('eve', otherAccount), ...statements)

  test('both halves are needed, and an ARN', async () => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    const shares = allow(['kms:Encrypt', 'kms:DescribeKey', 'kms:TagResource'], {
      Principal: { AWS: root(otherAccount) },
    })
    const without = await eve()
    const withHalf = await eve(allow('kms:*', { Resource: Arn }))
    await expectError(encrypt(withHalf, Arn as string), 'AccessDeniedException')
    await kms.putKeyPolicy({ KeyId, Policy: policyText(delegation(), shares) })
    await expectError(encrypt(without, Arn as string), 'AccessDeniedException')
    await encrypt(withHalf, Arn as string)
    expect((await withHalf.describeKey({ KeyId: Arn as string })).KeyMetadata.AWSAccountId).toBe(accountId)
    // A bare id is looked up in the caller's own account.
    await expectError(
      encrypt(withHalf, KeyId),
      'NotFoundException',
      `Key 'arn:aws:kms:browser-local-1:${otherAccount}:key/${KeyId}' does not exist`,
    )
    // What does not work across accounts stays void.
    const Tags = [{ TagKey: 'a', TagValue: 'b' }]
    await expectError(withHalf.tagResource({ KeyId: Arn as string, Tags }), 'AccessDeniedException')
    const { CiphertextBlob } = await encrypt(kms, KeyId)
    await expectError(withHalf.decrypt({ KeyId: Arn as string, CiphertextBlob }), 'AccessDeniedException')
  })

  test('an unknown key is as forbidden as one that exists; nothing of this account is listed', async () => {
    const client = await eve(allow('kms:*'))
    const unknown = `arn:aws:kms:browser-local-1:${accountId}:key/${crypto.randomUUID()}`
    await expectError(encrypt(client, unknown), 'AccessDeniedException')
    await expectError(client.listKeys(), 'AccessDeniedException')
    await expectError(client.listAliases(), 'AccessDeniedException')
    await expectError(client.createKey(), 'AccessDeniedException')
  })

  test('a grant is enough', async () => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    await kms.createGrant({ KeyId, GranteePrincipal: userArn('eve', otherAccount), Operations: ['Encrypt'] })
    await encrypt(await eve(), Arn as string)
  })
})

describe('ABAC', () => {
  test('AUTHZ-64 tags of the key move it in and out at once', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const Condition = { StringEquals: { 'aws:ResourceTag/Purpose': 'Test' } }
    const alice = await connectUser(vault, 'alice', allow('kms:Encrypt', { Condition }))
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'Purpose', TagValue: 'Test' }] })
    await encrypt(alice, KeyId)
    await kms.untagResource({ KeyId, TagKeys: ['Purpose'] })
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
  })

  test('AUTHZ-62 aliases of the key, however it is named', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const AliasName = `alias/abac-${KeyId}`
    const Condition = { 'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/abac-*' } }
    const alice = await connectUser(vault, 'alice', allow(['kms:Encrypt', 'kms:DisableKey'], { Condition }))
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
    await kms.createAlias({ AliasName, TargetKeyId: KeyId })
    await encrypt(alice, KeyId)
    await alice.disableKey({ KeyId })
    await kms.enableKey({ KeyId })
    await kms.deleteAlias({ AliasName })
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
  })

  test('AUTHZ-61 the alias of the request; tags of the principal', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const AliasName = `alias/request-${KeyId}`
    await kms.createAlias({ AliasName, TargetKeyId: KeyId })
    const byAlias = allow('kms:Encrypt', { Condition: { StringEquals: { 'kms:RequestAlias': AliasName } } })
    const alice = await connectUser(vault, 'alice', byAlias)
    await encrypt(alice, AliasName)
    await expectError(encrypt(alice, KeyId), 'AccessDeniedException')
    const Condition = { StringEquals: { 'kms:EncryptionContext:team': '$' + '{aws:PrincipalTag/team}' } }
    const policies = [{ Version: '2012-10-17', Statement: [allow('kms:Encrypt', { Condition })] }]
    const bob = await vault.connect({ principal: 'user/bob', policies, tags: { team: 'red' } })
    await encrypt(bob, KeyId, { EncryptionContext: { team: 'red' } })
    await expectError(encrypt(bob, KeyId, { EncryptionContext: { team: 'blue' } }), 'AccessDeniedException')
  })

  test('kms:TrailingDaysWithoutKeyUsage protects what is used', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    await encrypt(kms, KeyId)
    await kms.getKeyLastUsage({ KeyId })
    const Condition = { NumericGreaterThanEquals: { 'kms:TrailingDaysWithoutKeyUsage': 30 } }
    const alice = await connectUser(vault, 'alice', allow('kms:DisableKey', { Condition }))
    await expectError(alice.disableKey({ KeyId }), 'AccessDeniedException')
  })
})

describe('connect', () => {
  test('refuses policies and tags that are none, with the place', async () => {
    const { vault } = shared
    const connect = (more: object) => errorOf(vault.connect({ principal: 'user/a', ...more } as never))
    expect(
      (await connect({ policies: [{ Version: '2012-10-17', Statement: [{ ...allow('kms:*'), Effect: 'Maybe' }] }] }))
        .message,
    ).toBe('The policy is malformed: Statement[0].Effect must be Allow or Deny.')
    expect((await connect({ policies: [{ Version: '2012-10-17', Statement: [delegation()] }] })).message).toMatch(
      /Principal has no place in an identity policy\.$/,
    )
    expect((await connect({ policies: 'kms:*' })).name).toBe('ValidationException')
    expect((await connect({ tags: { a: 1 } })).name).toBe('ValidationException')
  })

  test('a revoked principal is told so, on all its connections', async () => {
    const { kms, vault } = await freshVault()
    const { KeyId } = await newKey(kms)
    const clients = [
      await connectUser(vault, 'alice', allow('kms:*')),
      await connectUser(vault, 'alice', allow('kms:*')),
    ]
    const bob = await connectUser(vault, 'bob', allow('kms:*'))
    expect(await vault.revoke(userArn('alice'))).toBe(2)
    for (const client of clients)
      await expectError(
        encrypt(client, KeyId),
        'AccessDeniedException',
        `The connection of ${userArn('alice')} was revoked.`,
      )
    await encrypt(bob, KeyId)
  })
})

describe('vault.simulate', () => {
  test('AUTHZ-87 three verdicts, and what decided', async () => {
    const { kms, vault } = shared
    const { KeyId, Arn } = await newKey(kms)
    const ask = (more: object) =>
      vault.simulate({ principal: 'user/sim', action: 'kms:Encrypt', resource: KeyId, ...more })
    expect(await ask({})).toEqual({
      decision: 'implicitDeny',
      matched: [{ source: 'keyPolicy', effect: 'Allow', sid: 'Enable IAM User Permissions' }],
    })
    const Statement = [
      { ...allow('kms:*'), Sid: 'all' },
      { ...deny('kms:Encrypt'), Sid: 'none' },
    ]
    expect(await ask({ policies: [{ Version: '2012-10-17', Statement }] })).toMatchObject({ decision: 'explicitDeny' })
    const { GrantId } = await kms.createGrant({
      KeyId,
      GranteePrincipal: userArn('sim'),
      Operations: ['Encrypt'],
      Constraints: { EncryptionContextSubset: { a: 'b' } },
    })
    expect(await ask({ resource: Arn })).toMatchObject({ decision: 'implicitDeny' })
    const context = { 'kms:EncryptionContext:a': 'b' }
    expect(await ask({ context })).toMatchObject({
      decision: 'allowed',
      matched: [expect.anything(), { source: 'grant', effect: 'Allow', grantId: GrantId }],
    })
    expect(await ask({ action: 'kms:CreateKey', resource: '*', principal: 'root' })).toMatchObject({
      decision: 'allowed',
    })
    expect((await errorOf(ask({ action: 'kms:Nothing' }))).name).toBe('ValidationException')
    expect((await errorOf(ask({ resource: 'alias/none' }))).name).toBe('NotFoundException')
  })

  test('agrees with real requests, with the policies that the principal is connected with', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const Condition = { StringLike: { 'kms:EncryptionContext:k': 'v*' } }
    const client = await connectUser(
      vault,
      'twin',
      allow('kms:Encrypt', { Condition }),
      deny('kms:Encrypt', { Condition: { StringEquals: { 'kms:EncryptionContext:k': 'vx' } } }),
    )
    for (const k of ['v', 'vx', 'x', 'v1']) {
      const { decision } = await vault.simulate({
        principal: 'user/twin',
        action: 'kms:Encrypt',
        resource: KeyId,
        context: { 'kms:EncryptionContext:k': k },
      })
      const real = await encrypt(client, KeyId, { EncryptionContext: { k } }).then(
        () => 'allowed',
        ({ message }: Error) => (message.includes('explicit deny') ? 'explicitDeny' : 'implicitDeny'),
      )
      expect(decision, k).toBe(real)
    }
  })
})

test('UpdatePrimaryRegion needs the right on both keys', async () => {
  const { kms, vault } = await freshVault()
  const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata as KeyMetadata
  const PrimaryRegion = 'browser-local-2'
  await kms.replicateKey({ KeyId, ReplicaRegion: PrimaryRegion })
  const half = await connectUser(
    vault,
    'half',
    allow('kms:UpdatePrimaryRegion', { Resource: `arn:aws:kms:browser-local-1:${accountId}:key/*` }),
  )
  const error = await errorOf(half.updatePrimaryRegion({ KeyId, PrimaryRegion }))
  expect(error.message).toContain(`arn:aws:kms:${PrimaryRegion}:${accountId}:key/${KeyId}`)
  const whole = await connectUser(vault, 'whole', allow('kms:UpdatePrimaryRegion'))
  await whole.updatePrimaryRegion({ KeyId, PrimaryRegion })
})
