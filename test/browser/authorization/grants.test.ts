/** Grants, through the whole vault (GRANT-1 to GRANT-33). */
import type { KmsClient, OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { clockedVault, DAY, start } from '../fixtures/clock.js'
import { auditRecords, storedIn } from '../fixtures/stored.js'
import {
  accountId,
  errorOf,
  expectError,
  freshVault,
  keyArn,
  newKey,
  openAgain,
  sharedVault,
  utf8,
} from '../fixtures/vault.js'
import { allow, connectUser, delegation, deny, otherAccount, policyText, root, userArn } from './fixtures.js'

const shared = sharedVault()
const text = utf8('text')
const grantee = userArn('widget')
const widget = () => connectUser(shared.vault, 'widget')
type GrantInput = OperationInput<'CreateGrant'>
const grantFor = (KeyId: string, Operations: GrantInput['Operations'], more: Partial<GrantInput> = {}): GrantInput => ({
  KeyId,
  GranteePrincipal: grantee,
  Operations,
  ...more,
})

describe('CreateGrant', () => {
  test('GRANT-6 the grantee uses it without naming it, at once; only what it allows', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const client = await widget()
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    await expectError(client.decrypt({ CiphertextBlob, KeyId }), 'AccessDeniedException')
    const { GrantId, GrantToken, $metadata: _, ...rest } = await kms.createGrant(grantFor(KeyId, ['Decrypt']))
    expect(rest).toEqual({})
    expect(GrantId).toMatch(/^[0-9a-f]{64}$/)
    expect((await client.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    await client.decrypt({ CiphertextBlob, GrantTokens: [GrantToken as string] })
    await expectError(client.encrypt({ KeyId, Plaintext: text }), 'AccessDeniedException')
    await expectError(client.describeKey({ KeyId }), 'AccessDeniedException')
    await expectError(
      (await connectUser(shared.vault, 'else')).decrypt({ CiphertextBlob, KeyId }),
      'AccessDeniedException',
    )
  })

  test('GRANT-16 constraints are checked on every use, also each side of ReEncrypt', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const client = await widget()
    await kms.createGrant(
      grantFor(KeyId, ['Encrypt', 'ReEncryptFrom', 'ReEncryptTo', 'DescribeKey'], {
        Constraints: { EncryptionContextEquals: { Department: 'IT' } },
      }),
    )
    const EncryptionContext = { Department: 'IT' }
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: text, EncryptionContext })
    for (const other of [undefined, {}, { Department: 'it' }, { Department: 'IT', Purpose: 'Test' }])
      await expectError(
        client.encrypt({ KeyId, Plaintext: text, ...(other && { EncryptionContext: other }) }),
        'AccessDeniedException',
      )
    await client.describeKey({ KeyId })
    const reEncrypt = (DestinationEncryptionContext: Record<string, string>) =>
      client.reEncrypt({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: KeyId,
        DestinationEncryptionContext,
      })
    await reEncrypt(EncryptionContext)
    await expectError(reEncrypt({ Department: 'HR' }), 'AccessDeniedException')
  })

  const specs: [name: string, kind: OperationInput<'CreateKey'>, possible: string[]][] = [
    [
      'symmetric',
      {},
      'Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext'.split(
        ' ',
      ),
    ],
    [
      'RSA to encrypt',
      { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
      'Encrypt Decrypt ReEncryptFrom ReEncryptTo GetPublicKey'.split(' '),
    ],
    ['ECC to sign', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, ['Sign', 'Verify', 'GetPublicKey']],
    ['ECC to agree', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' }, ['DeriveSharedSecret', 'GetPublicKey']],
    ['HMAC', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }, ['GenerateMac', 'VerifyMac']],
    [
      'ML-KEM',
      { KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' },
      ['Encapsulate', 'Decapsulate', 'GetPublicKey'],
    ],
  ]
  test.each(specs)('GRANT-4 what a grant on a key can allow: %s', async (_name, kind, possible) => {
    const { kms } = shared
    const { KeyId } = (await kms.createKey(kind)).KeyMetadata
    const every = [...new Set([...specs.flatMap(([, , operations]) => operations), 'DescribeKey', 'RetireGrant'])]
    for (const operation of every) {
      const answer = kms.createGrant(grantFor(KeyId, [operation] as GrantInput['Operations']))
      if (possible.includes(operation) || ['DescribeKey', 'RetireGrant'].includes(operation)) await answer
      else await expectError(answer, 'ValidationException')
    }
    const Constraints = { EncryptionContextSubset: { a: 'b' } }
    const constrained = kms.createGrant(grantFor(KeyId, ['DescribeKey'], { Constraints }))
    if (kind.KeySpec === undefined) await constrained
    else await expectError(constrained, 'ValidationException')
  })

  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
  const refused: [name: string, more: object, error: string, message?: string][] = [
    ['no operation', { Operations: [] }, 'ValidationException'],
    [
      'only CreateGrant',
      { Operations: ['CreateGrant'] },
      'ValidationException',
      'Grants must not contain only the CreateGrant operation.',
    ],
    [
      'two constraints',
      { Constraints: { EncryptionContextEquals: { a: 'b' }, EncryptionContextSubset: { a: 'b' } } },
      'ValidationException',
      'More than one constraint supplied',
    ],
    ['GRANT-14 nine pairs', { Constraints: { EncryptionContextSubset: pairs(9) } }, 'ValidationException'],
    [
      'GRANT-14 385 characters',
      { Constraints: { EncryptionContextEquals: { a: 'x'.repeat(385) } } },
      'ValidationException',
    ],
    ['a service', { GranteePrincipal: 's3.amazonaws.com' }, 'InvalidArnException'],
    ['a group', { GranteePrincipal: `arn:aws:iam::${accountId}:group/g` }, 'InvalidArnException'],
    ['a retiring principal that is nobody', { RetiringPrincipal: 'nobody' }, 'InvalidArnException'],
    ['a token that nobody issued', { GrantTokens: ['x'] }, 'InvalidGrantTokenException'],
  ]
  test.each(refused)('%s is refused', async (_name, more, error, message) => {
    const { KeyId } = await newKey(shared.kms)
    await expectError(shared.kms.createGrant(grantFor(KeyId, ['Encrypt'], more)), error, message)
    expect((await shared.kms.listGrants({ KeyId })).Grants).toEqual([])
  })

  test('GRANT-14 eight pairs and 384 characters are allowed', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    await kms.createGrant(grantFor(KeyId, ['Encrypt'], { Constraints: { EncryptionContextSubset: pairs(8) } }))
    await kms.createGrant(
      grantFor(KeyId, ['Encrypt'], { Constraints: { EncryptionContextEquals: { a: 'x'.repeat(384) } } }),
    )
  })

  const SourceArn = 'arn:aws:s3:::bucket-of-notes'
  const forService = {
    GranteePrincipal: undefined,
    GranteeServicePrincipal: 's3.amazonaws.com',
    RetiringServicePrincipal: 's3.amazonaws.com',
    Constraints: { SourceArn },
  }
  const refusedServices: [name: string, more: object, error: string, message: RegExp][] = [
    [
      'no grantee',
      { GranteePrincipal: undefined },
      'ValidationException',
      /^You must specify either GranteePrincipal or/,
    ],
    ['two grantees', { ...forService, GranteePrincipal: grantee }, 'ValidationException', /but not both\.$/],
    [
      'two that may retire it',
      { RetiringPrincipal: grantee, RetiringServicePrincipal: 's3.amazonaws.com' },
      'ValidationException',
      /^You can specify either RetiringPrincipal or RetiringServicePrincipal, but not both\.$/,
    ],
    [
      'a service without SourceArn',
      { ...forService, Constraints: undefined },
      'ValidationException',
      /needs .* SourceArn/,
    ],
    [
      'a service with another constraint only',
      { ...forService, Constraints: { EncryptionContextSubset: { a: 'b' } } },
      'ValidationException',
      /needs the constraint SourceArn/,
    ],
    [
      'a service that nobody may retire',
      { ...forService, RetiringServicePrincipal: undefined },
      'ValidationException',
      /needs a RetiringPrincipal or a RetiringServicePrincipal/,
    ],
    [
      'a service that is none',
      { ...forService, GranteeServicePrincipal: grantee },
      'ValidationException',
      /no service/,
    ],
    ['a retiring one that is none', { RetiringServicePrincipal: 'x' }, 'ValidationException', /no service principal/],
    [
      'a SourceArn that is none',
      { ...forService, Constraints: { SourceArn: 'the bucket of mine, all of it' } },
      'InvalidArnException',
      /is not the ARN of a resource/,
    ],
    [
      'a SourceArn with too few parts',
      { ...forService, Constraints: { SourceArn: 'arn:aws:s3:eu-west-1:1' } },
      'InvalidArnException',
      /six parts/,
    ],
  ]
  test.each(refusedServices)('GRANT-5 to services: %s is refused', async (_name, more, error, message) => {
    const { KeyId } = await newKey(shared.kms)
    const input = { ...grantFor(KeyId, ['Encrypt']), ...more } as GrantInput
    await expectError(shared.kms.createGrant(input), error, message)
    expect((await shared.kms.listGrants({ KeyId })).Grants).toEqual([])
  })

  test('GRANT-5 a grant to a service is stored, listed and ended, and meets nobody', async () => {
    const { kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const input = { ...grantFor(KeyId, ['Encrypt', 'DescribeKey']), ...forService, Name: 'n' } as GrantInput
    const { GrantId } = await kms.createGrant(input)
    expect((await kms.createGrant(input)).GrantId, 'the same').toBe(GrantId)
    const other = { ...input, Constraints: { SourceArn: `${SourceArn}2` } }
    expect((await kms.createGrant(other)).GrantId, 'for another resource').not.toBe(GrantId)
    const mine = await kms.createGrant(grantFor(KeyId, ['Encrypt'], { RetiringServicePrincipal: 'ec2.amazonaws.com' }))
    const entry = {
      GrantId,
      GranteeServicePrincipal: 's3.amazonaws.com',
      RetiringServicePrincipal: 's3.amazonaws.com',
      Constraints: { SourceArn },
    }
    const { Grants = [] } = await kms.listGrants({ KeyId })
    expect(Grants).toHaveLength(3)
    expect(Grants.find((grant) => grant.GrantId === GrantId)).toMatchObject(entry)
    for (const grant of Grants) {
      expect('GranteePrincipal' in grant).toBe(grant.GrantId === mine.GrantId)
      expect('RetiringPrincipal' in grant).toBe(false)
    }
    const ids = (grants: typeof Grants = []) => grants.map((grant) => grant.GrantId)
    const toS3 = await kms.listGrants({ KeyId, GranteeServicePrincipal: 's3.amazonaws.com' })
    expect(ids(toS3.Grants)).toHaveLength(2)
    expect(ids(toS3.Grants)).not.toContain(mine.GrantId)
    expect(ids((await kms.listRetirableGrants({ RetiringServicePrincipal: 'ec2.amazonaws.com' })).Grants)).toEqual([
      mine.GrantId,
    ])
    await kms.revokeGrant({ KeyId, GrantId: GrantId as string })
    expect(ids((await kms.listGrants({ KeyId })).Grants)).not.toContain(GrantId)
    const both = { GranteePrincipal: grantee, GranteeServicePrincipal: 's3.amazonaws.com' }
    await expectError(kms.listGrants({ KeyId, ...both }), 'ValidationException', /not both/)
    await expectError(kms.listRetirableGrants(), 'ValidationException', /^You must specify either RetiringPrincipal or/)
    const created = (await auditRecords(name)).find(({ eventName }) => eventName === 'CreateGrant')
    expect(created?.requestParameters).toMatchObject({
      GranteeServicePrincipal: 's3.amazonaws.com',
      RetiringServicePrincipal: 's3.amazonaws.com',
    })
  })

  test('GRANT-5 SourceArn is for keys of all types, and meets no request, whoever the grantee is', async () => {
    const { kms, vault } = shared
    const { KeyId } = (await kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })).KeyMetadata
    const client = await connectUser(vault, 'widget')
    const Operations = ['DescribeKey', 'GetPublicKey', 'RetireGrant'] as const
    const { GrantId } = await kms.createGrant(grantFor(KeyId, [...Operations], { Constraints: { SourceArn } }))
    await expectError(client.describeKey({ KeyId }), 'AccessDeniedException')
    await expectError(client.getPublicKey({ KeyId }), 'AccessDeniedException')
    // The constraint does not apply to its end.
    await client.retireGrant({ KeyId, GrantId: GrantId as string })
    await kms.createGrant(grantFor(KeyId, [...Operations]))
    await client.describeKey({ KeyId })
  })

  test('GRANT-9 the same name and all else the same: the same grant, another token', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const input = grantFor(KeyId, ['Encrypt', 'Decrypt'], {
      Name: 'mine',
      RetiringPrincipal: userArn('r'),
      Constraints: { EncryptionContextSubset: { a: 'b', c: 'd' } },
    })
    const first = await kms.createGrant(input)
    const again = await kms.createGrant({
      ...input,
      Operations: ['Decrypt', 'Encrypt', 'Decrypt'],
      Constraints: { EncryptionContextSubset: { c: 'd', a: 'b' } },
    })
    expect(again.GrantId).toBe(first.GrantId)
    expect(again.GrantToken).not.toBe(first.GrantToken)
    const changes: Partial<GrantInput>[] = [
      { Name: 'other' },
      { Operations: ['Encrypt'] },
      { RetiringPrincipal: userArn('s') },
      { GranteePrincipal: userArn('else') },
      { Constraints: { EncryptionContextEquals: { a: 'b', c: 'd' } } },
      { KeyId: (await newKey(kms)).KeyId },
    ]
    const ids = await Promise.all(
      changes.map(async (change) => (await kms.createGrant({ ...input, ...change })).GrantId),
    )
    expect(new Set([first.GrantId, ...ids]).size).toBe(changes.length + 1)
    const { Name: _, ...nameless } = input
    expect((await kms.createGrant(nameless)).GrantId).not.toBe((await kms.createGrant(nameless)).GrantId)
  })

  test('GRANT-11 the quota', async () => {
    const { kms } = await freshVault({ quotas: { grantsPerKey: 2 } })
    const { KeyId } = await newKey(kms)
    const { GrantId } = await kms.createGrant(grantFor(KeyId, ['Encrypt']))
    await kms.createGrant(grantFor(KeyId, ['Encrypt']))
    await expectError(kms.createGrant(grantFor(KeyId, ['Encrypt'])), 'LimitExceededException')
    await kms.revokeGrant({ KeyId, GrantId: GrantId as string })
    await kms.createGrant(grantFor(KeyId, ['Encrypt']))
  })

  test('GRANT-20 by the right of a grant: never more than that, over three generations', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    const IT = { Department: 'IT' }
    await kms.createGrant(
      grantFor(KeyId, ['GenerateDataKey', 'Decrypt', 'CreateGrant'], { Constraints: { EncryptionContextSubset: IT } }),
    )
    const client = await widget()
    const child = (Operations: GrantInput['Operations'], Constraints?: GrantInput['Constraints']): GrantInput => ({
      KeyId,
      GranteePrincipal: userArn('child'),
      Operations,
      ...(Constraints && { Constraints }),
    })
    await expectError(client.createGrant(child(['Decrypt'])), 'AccessDeniedException')
    await expectError(client.createGrant(child(['Encrypt'], { EncryptionContextEquals: IT })), 'AccessDeniedException')
    await client.createGrant(child(['CreateGrant', 'Decrypt'], { EncryptionContextEquals: IT }))
    const grandchild = await connectUser(vault, 'child')
    const further = (Constraints: GrantInput['Constraints']) =>
      grandchild.createGrant({
        KeyId,
        GranteePrincipal: userArn('grandchild'),
        Operations: ['Decrypt'],
        ...(Constraints && { Constraints }),
      })
    await expectError(further({ EncryptionContextSubset: IT }), 'AccessDeniedException')
    await further({ EncryptionContextEquals: IT })
    const EncryptionContext = IT
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text, EncryptionContext })
    const last = await connectUser(vault, 'grandchild')
    expect((await last.decrypt({ CiphertextBlob, EncryptionContext })).Plaintext).toEqual(text)
  })

  test('AUTHZ-14 a grant to the account is for its users by their policies', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    await kms.putKeyPolicy({
      KeyId,
      Policy: policyText(allow(['kms:PutKeyPolicy', 'kms:CreateGrant'], { Principal: { AWS: root() } })),
    })
    await kms.createGrant(grantFor(KeyId, ['Encrypt'], { GranteePrincipal: root() }))
    await expectError((await widget()).encrypt({ KeyId, Plaintext: text }), 'AccessDeniedException')
    const allowed = await connectUser(vault, 'widget', allow('kms:Encrypt'))
    await allowed.encrypt({ KeyId, Plaintext: text })
    await kms.encrypt({ KeyId, Plaintext: text })
  })

  test('AUTHZ-11 a Deny beats it', async () => {
    const { kms, vault } = shared
    const { KeyId } = await newKey(kms)
    await kms.createGrant(grantFor(KeyId, ['Encrypt']))
    const denied = await connectUser(vault, 'widget', deny('kms:Encrypt'))
    await expectError(denied.encrypt({ KeyId, Plaintext: text }), 'AccessDeniedException', /explicit deny/)
    await kms.putKeyPolicy({ KeyId, Policy: policyText(delegation(), deny('kms:Encrypt', { Principal: '*' })) })
    await expectError((await widget()).encrypt({ KeyId, Plaintext: text }), 'AccessDeniedException', /explicit deny/)
  })
})

describe('lists', () => {
  test('GRANT-2 GRANT-22 ListGrants tells all but the token, oldest first, in pages, by grantee and by id', async () => {
    const { kms, setClock } = await clockedVault(start)
    const { KeyId } = await newKey(kms)
    const ids: string[] = []
    for (let index = 0; index < 7; index++) {
      setClock(start + index)
      const GranteePrincipal = userArn(index % 2 === 0 ? 'even' : 'odd')
      ids.push((await kms.createGrant(grantFor(KeyId, ['Encrypt'], { GranteePrincipal }))).GrantId as string)
    }
    const listed: string[] = []
    let Marker: string | undefined
    do {
      const page = await kms.listGrants({ KeyId, Limit: 3, ...(Marker && { Marker }) })
      listed.push(...(page.Grants ?? []).map(({ GrantId }) => GrantId as string))
      expect(page.Truncated).toBe(page.NextMarker !== undefined)
      Marker = page.NextMarker
    } while (Marker)
    expect(listed).toEqual(ids)
    const even = await kms.listGrants({ KeyId, GranteePrincipal: userArn('even'), Limit: 2 })
    expect(even.Grants?.map(({ GrantId }) => GrantId)).toEqual([ids[0], ids[2]])
    const rest = await kms.listGrants({ KeyId, GranteePrincipal: userArn('even'), Marker: even.NextMarker as string })
    expect(rest.Grants?.map(({ GrantId }) => GrantId)).toEqual([ids[4], ids[6]])
    await expectError(kms.listGrants({ KeyId, Marker: even.NextMarker as string }), 'InvalidMarkerException')
    expect((await kms.listGrants({ KeyId, GrantId: ids[3] as string })).Grants).toEqual([
      {
        KeyId: keyArn(KeyId),
        GrantId: ids[3],
        Name: '',
        CreationDate: new Date(start + 3),
        GranteePrincipal: userArn('odd'),
        IssuingAccount: root(),
        Operations: ['Encrypt'],
      },
    ])
  })

  test('GRANT-23 ListRetirableGrants: those that name the principal, on all keys', async () => {
    const { kms, vault } = await freshVault()
    const RetiringPrincipal = userArn('retirer')
    const expected: string[] = []
    for (let index = 0; index < 3; index++) {
      const { KeyId } = await newKey(kms)
      await kms.createGrant(grantFor(KeyId, ['Encrypt']))
      expected.push((await kms.createGrant(grantFor(KeyId, ['Decrypt'], { RetiringPrincipal }))).GrantId as string)
    }
    const client = await connectUser(vault, 'retirer', allow('kms:ListRetirableGrants'))
    const first = await client.listRetirableGrants({ RetiringPrincipal, Limit: 2 })
    const second = await client.listRetirableGrants({ RetiringPrincipal, Marker: first.NextMarker as string })
    expect([...(first.Grants ?? []), ...(second.Grants ?? [])].map(({ GrantId }) => GrantId).sort()).toEqual(
      expected.sort(),
    )
    await expectError(
      client.listRetirableGrants({ RetiringPrincipal: userArn('x', otherAccount) }),
      'ValidationException',
    )
  })
})

describe('GRANT-29 ending a grant', () => {
  async function made(more: Partial<GrantInput> = {}) {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const input = grantFor(KeyId, ['Encrypt', 'DescribeKey'], more)
    const { GrantId, GrantToken } = await kms.createGrant(input)
    const client = await connectUser(shared.vault, input.GranteePrincipal as string)
    return { KeyId, GrantId: GrantId as string, GrantToken: GrantToken as string, client }
  }
  const works = (client: KmsClient, KeyId: string) => client.encrypt({ KeyId, Plaintext: text })

  test('RevokeGrant: gone at once, also for the holder of its token', async () => {
    const { kms } = shared
    const { KeyId, GrantId, GrantToken, client } = await made()
    await works(client, KeyId)
    await kms.revokeGrant({ KeyId, GrantId })
    await expectError(client.encrypt({ KeyId, Plaintext: text, GrantTokens: [GrantToken] }), 'AccessDeniedException')
    await expectError(kms.revokeGrant({ KeyId, GrantId }), 'NotFoundException')
    await expectError(kms.revokeGrant({ KeyId, GrantId: 'x' }), 'InvalidGrantIdException')
    await expectError(kms.retireGrant({ GrantToken }), 'NotFoundException')
  })

  type Row = [name: string, more: Partial<GrantInput>, who: () => Promise<KmsClient>, may: boolean]
  const rows: Row[] = [
    ['the retiring principal', { RetiringPrincipal: userArn('r') }, () => connectUser(shared.vault, 'r'), true],
    ['the grantee', {}, widget, false],
    ['the grantee, with RetireGrant among the operations', { Operations: ['Encrypt', 'RetireGrant'] }, widget, true],
    ['the account root', {}, async () => shared.kms, true],
    [
      'a user of the account, with an identity policy',
      {},
      () => connectUser(shared.vault, 'admin', allow('kms:RetireGrant')),
      true,
    ],
    ['a user of the account, without', {}, () => connectUser(shared.vault, 'admin'), false],
    [
      'a user of another account with an identity policy',
      {},
      () => connectUser(shared.vault, userArn('eve', otherAccount), allow('kms:RetireGrant')),
      false,
    ],
    [
      'a user of the account that is the retiring principal, with an identity policy',
      { RetiringPrincipal: root(otherAccount) },
      () => connectUser(shared.vault, userArn('eve', otherAccount), allow('kms:RetireGrant')),
      true,
    ],
    [
      'a user of the account that is the retiring principal, without',
      { RetiringPrincipal: root(otherAccount) },
      () => connectUser(shared.vault, userArn('eve', otherAccount)),
      false,
    ],
    [
      'the retiring principal, denied',
      { RetiringPrincipal: userArn('r') },
      () => connectUser(shared.vault, 'r', deny('kms:RetireGrant')),
      false,
    ],
  ]
  test.each(rows)('GRANT-30 RetireGrant by %s', async (_name, more, who, may) => {
    const { KeyId, GrantId, GrantToken, client } = await made(more)
    const caller = await who()
    if (may) {
      await caller.retireGrant({ GrantToken })
      await expectError(works(client, KeyId), 'AccessDeniedException')
    } else {
      await expectError(caller.retireGrant({ GrantToken }), 'AccessDeniedException')
      await expectError(caller.retireGrant({ KeyId: keyArn(KeyId), GrantId }), 'AccessDeniedException')
      await works(client, KeyId)
    }
  })

  test('GRANT-30 an Allow in the key policy is void', async () => {
    const { kms, vault } = shared
    const { KeyId, GrantToken } = await made()
    const named = allow('kms:RetireGrant', { Principal: { AWS: userArn('named') } })
    await kms.putKeyPolicy({ KeyId, Policy: policyText(delegation(), named) })
    await expectError((await connectUser(vault, 'named')).retireGrant({ GrantToken }), 'AccessDeniedException')
  })

  test('RetireGrant names the grant in exactly one way', async () => {
    const { kms } = shared
    const { KeyId, GrantId, GrantToken } = await made()
    for (const input of [{}, { KeyId }, { GrantId }, { GrantToken, KeyId, GrantId }])
      await expectError(kms.retireGrant(input), 'ValidationException')
    await expectError(kms.retireGrant({ GrantToken: 'forged' }), 'InvalidGrantTokenException')
    await kms.retireGrant({ KeyId, GrantId })
  })

  test('GRANT-33 disabling a key keeps its grants, deleting it does not', async () => {
    const { vault, kms, name, setClock } = await clockedVault(start)
    const { KeyId } = await newKey(kms)
    await kms.createGrant(grantFor(KeyId, ['Encrypt']))
    const client = await connectUser(vault, 'widget')
    await kms.disableKey({ KeyId })
    await expectError(works(client, KeyId), 'DisabledException')
    await kms.enableKey({ KeyId })
    await works(client, KeyId)
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    setClock(start + 7 * DAY)
    await kms.listKeys()
    expect(await storedIn(name, 'grants')).toEqual([])
  })

  test('a grant that ends in one tab ends in all', async () => {
    const { kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const { GrantId } = await kms.createGrant(grantFor(KeyId, ['Encrypt']))
    const { vault: other } = await openAgain(name)
    const client = await connectUser(other, 'widget')
    await works(client, KeyId)
    await kms.revokeGrant({ KeyId, GrantId: GrantId as string })
    await expect
      .poll(() =>
        works(client, KeyId).then(
          () => 'works',
          ({ name }: Error) => name,
        ),
      )
      .toBe('AccessDeniedException')
  })
})

test('GRANT-32 DryRun changes nothing and always throws', async () => {
  const { kms, vault } = shared
  const { KeyId } = await newKey(kms)
  const DryRun = true
  await expectError(kms.createGrant(grantFor(KeyId, ['Encrypt'], { DryRun })), 'DryRunOperationException')
  await expectError(kms.createGrant(grantFor(KeyId, ['Sign'], { DryRun })), 'ValidationException')
  await expectError(
    (await connectUser(vault, 'x')).createGrant(grantFor(KeyId, ['Encrypt'], { DryRun })),
    'AccessDeniedException',
  )
  expect((await kms.listGrants({ KeyId })).Grants).toEqual([])
  const { GrantId, GrantToken } = await kms.createGrant(grantFor(KeyId, ['Encrypt']))
  await expectError(kms.revokeGrant({ KeyId, GrantId: GrantId as string, DryRun }), 'DryRunOperationException')
  await expectError(kms.revokeGrant({ KeyId, GrantId: '0'.repeat(64), DryRun }), 'NotFoundException')
  await expectError(kms.retireGrant({ GrantToken: GrantToken as string, DryRun }), 'DryRunOperationException')
  expect((await kms.listGrants({ KeyId })).Grants).toHaveLength(1)
})

test('AUD-10 no token is in an audit record', async () => {
  const { vault, kms, name } = await freshVault()
  const { KeyId } = await newKey(kms)
  const { GrantToken } = await kms.createGrant(grantFor(KeyId, ['Encrypt']))
  await kms.encrypt({ KeyId, Plaintext: text, GrantTokens: [GrantToken as string] })
  await kms.retireGrant({ GrantToken: GrantToken as string })
  await errorOf(kms.retireGrant({ GrantToken: GrantToken as string }))
  await vault.close()
  expect(JSON.stringify(await auditRecords(name))).not.toContain(GrantToken)
})
