/** The decision: worked examples of chapters 04 and 05 (POL-32, POL-39, AUTHZ-10 to AUTHZ-15). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operations } from '../../../src/contract/model.js'
import {
  type Asked,
  account,
  allow,
  decide,
  decision,
  delegation,
  deny,
  documentOf,
  type Element,
  keyArn,
  other,
  policies,
  role,
  root,
  user,
} from './fixtures.js'

const alice = (...statements: Element[]): NonNullable<Asked['caller']> => ({
  principal: 'user/alice',
  ...(statements.length > 0 && { policies: policies(...statements) }),
})
const seven = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:DescribeKey',
]
const shared = [delegation, allow({ Principal: { AWS: root(other) }, Action: seven })]
const engineering = (Action: unknown): NonNullable<Asked['caller']> => ({
  principal: role('Engineering', other),
  policies: policies(allow({ Action, Resource: keyArn })),
})

const cases: [name: string, asked: Asked, expected: string][] = [
  ['E1 default policy, a user with nothing', { caller: alice() }, 'implicitDeny'],
  ['A default policy, a user with an identity policy', { caller: alice(allow()) }, 'allowed'],
  ['AUTHZ-13 default policy, the account root', {}, 'allowed'],
  ['E2 B both halves across accounts', { caller: engineering(seven), key: shared, action: 'kms:Decrypt' }, 'allowed'],
  [
    'E3 B without the identity policy',
    { caller: { principal: role('Engineering', other) }, key: shared, action: 'kms:Decrypt' },
    'implicitDeny',
  ],
  ['E3 without the second statement', { caller: engineering(seven), action: 'kms:Decrypt' }, 'implicitDeny'],
  [
    'B kms:Sign added to the identity policy only',
    { caller: engineering([...seven, 'kms:Sign']), key: shared, action: 'kms:Sign' },
    'implicitDeny',
  ],
  [
    'E5 an identity policy that denies what the key policy allows',
    {
      caller: alice(deny({ Action: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'] })),
      key: [allow({ Principal: { AWS: user('alice') } })],
      action: 'kms:DisableKey',
    },
    'explicitDeny',
  ],
  [
    'E6 AUTHZ-12 a key policy that does not delegate',
    { caller: alice(allow()), key: [allow({ Principal: { AWS: role('R') } })] },
    'implicitDeny',
  ],
  [
    'E7 a statement without Resource',
    { caller: alice(), key: [delegation, { ...allow({ Principal: { AWS: user('alice') } }), Resource: undefined }] },
    'implicitDeny',
  ],
  [
    'E8 one of two conditions met',
    {
      caller: alice(),
      key: [
        allow({
          Principal: '*',
          Condition: {
            ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::bucket' },
            StringLike: { 'kms:EncryptionContext:a': '*' },
          },
        }),
      ],
      input: { EncryptionContext: { a: 'b' } },
    },
    'implicitDeny',
  ],
  [
    'E9 a condition on the key spec that holds',
    {
      caller: alice(),
      key: [
        allow({
          Principal: { AWS: user('alice') },
          Condition: { StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } },
        }),
      ],
    },
    'allowed',
  ],
  [
    'E9 a condition on the key spec that does not hold',
    {
      caller: alice(),
      key: [
        allow({
          Principal: { AWS: user('alice') },
          Condition: { StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } },
        }),
      ],
      keyFacts: { keySpec: 'RSA_2048' },
    },
    'implicitDeny',
  ],
  [
    'direct: the key policy names the user',
    { caller: alice(), key: [allow({ Principal: { AWS: user('alice') } })] },
    'allowed',
  ],
  [
    'direct: the key policy names the role of the session',
    {
      caller: { principal: `arn:aws:sts::${account}:assumed-role/R/bob` },
      key: [allow({ Principal: { AWS: role('R') } })],
    },
    'allowed',
  ],
  [
    'a session named by itself, another session',
    {
      caller: { principal: `arn:aws:sts::${account}:assumed-role/R/bob` },
      key: [allow({ Principal: { AWS: `arn:aws:sts::${account}:assumed-role/R/alice` } })],
    },
    'implicitDeny',
  ],
  ['AUTHZ-15 anyone, of the account', { caller: alice(), key: [allow({ Principal: '*' })] }, 'allowed'],
  [
    'AUTHZ-15 anyone, of another account',
    { caller: { principal: user('eve', other) }, key: [allow({ Principal: '*' })] },
    'implicitDeny',
  ],
  [
    'AUTHZ-6 the account by its digits',
    { caller: alice(allow()), key: [allow({ Principal: { AWS: account } })] },
    'allowed',
  ],
  ['a grant', { caller: alice(), grant: { grantId: 'g', isForAccount: false } }, 'allowed'],
  [
    'AUTHZ-14 a grant to the account, without an identity policy',
    { caller: alice(), grant: { grantId: 'g', isForAccount: true } },
    'implicitDeny',
  ],
  [
    'AUTHZ-11 a Deny beats a grant',
    { caller: alice(deny()), grant: { grantId: 'g', isForAccount: false } },
    'explicitDeny',
  ],
  [
    'a Deny for the account binds its users',
    { caller: alice(allow()), key: [delegation, deny({ Principal: { AWS: root() }, Action: 'kms:Encrypt' })] },
    'explicitDeny',
  ],
  [
    'a grant across accounts',
    { caller: { principal: user('eve', other) }, grant: { grantId: 'g', isForAccount: false } },
    'allowed',
  ],
  [
    'a root of another account that the key policy names',
    { caller: { principal: root(other) }, key: shared },
    'allowed',
  ],
  [
    'what is no key: an identity policy decides',
    { caller: alice(allow({ Action: 'kms:CreateKey' })), key: null, resource: '*', action: 'kms:CreateKey' },
    'allowed',
  ],
  [
    'what is no key: nothing allows',
    { caller: alice(), key: null, resource: '*', action: 'kms:CreateKey' },
    'implicitDeny',
  ],
  [
    'what is no key: of another account',
    { caller: { principal: root(other) }, key: null, resource: '*', action: 'kms:CreateKey' },
    'implicitDeny',
  ],
  ['POL-41 an identity policy for this key', { caller: alice(allow({ Resource: keyArn })) }, 'allowed'],
  [
    'POL-41 for all keys of all Regions',
    { caller: alice(allow({ Resource: `arn:aws:kms:*:${account}:key/*` })) },
    'allowed',
  ],
  [
    'POL-41 for another Region',
    { caller: alice(allow({ Resource: `arn:aws:kms:eu-west-1:${account}:key/*` })) },
    'implicitDeny',
  ],
  [
    'AUTHZ-4 an alias ARN is not the key',
    { caller: alice(allow({ Resource: `arn:aws:kms:browser-local-1:${account}:alias/*` })) },
    'implicitDeny',
  ],
  [
    'AUTHZ-40 tags of the key, in an identity policy',
    {
      caller: alice(allow({ Condition: { StringEquals: { 'aws:ResourceTag/Purpose': 'Test' } } })),
      keyFacts: { tags: { Purpose: 'Test' } },
    },
    'allowed',
  ],
  [
    'AUTHZ-40 tags of the key, in a key policy',
    {
      caller: alice(),
      key: [allow({ Principal: '*', Condition: { StringEquals: { 'aws:ResourceTag/Purpose': 'Test' } } })],
      keyFacts: { tags: { Purpose: 'Test' } },
    },
    'implicitDeny',
  ],
]

test.each(cases)('%s', (_name, asked, expected) => {
  expect(decision(asked)).toBe(expected)
})

test('AUTHZ-18 what had a part in the decision is named', () => {
  const caller = alice(allow({ Sid: 'mine' }))
  expect(decide({ caller, key: [{ ...delegation, Sid: 'the account' }] })).toEqual({
    decision: 'allowed',
    matched: [
      { source: 'keyPolicy', effect: 'Allow', sid: 'the account' },
      { source: 'identityPolicy', effect: 'Allow', sid: 'mine' },
    ],
  })
})

describe('POL-14 wildcards of administrator statements', () => {
  const rows: [pattern: string, names: string[]][] = [
    ['kms:Create*', ['CreateAlias', 'CreateGrant', 'CreateKey', 'CreateCustomKeyStore']],
    ['kms:Enable*', ['EnableKey', 'EnableKeyRotation']],
    ['kms:Disable*', ['DisableKey', 'DisableKeyRotation']],
    ['kms:Put*', ['PutKeyPolicy']],
    ['kms:Revoke*', ['RevokeGrant']],
    [
      'kms:GenerateDataKey*',
      [
        'GenerateDataKey',
        'GenerateDataKeyPair',
        'GenerateDataKeyPairWithoutPlaintext',
        'GenerateDataKeyWithoutPlaintext',
      ],
    ],
    ['KMS:delete*', ['DeleteAlias', 'DeleteCustomKeyStore', 'DeleteImportedKeyMaterial']],
    ['kms:?ncrypt', ['Encrypt']],
  ]
  test.each(rows)('%s', (Action, names) => {
    const meant = Object.keys(operations).filter(
      (name) => decision({ caller: alice(allow({ Action })), action: `kms:${name}` }) === 'allowed',
    )
    expect(meant.sort()).toEqual([...names].sort())
  })
})

describe('what holds for any policies', () => {
  const principals = fc.constantFrom<unknown>(
    '*',
    { AWS: root() },
    { AWS: user('alice') },
    { AWS: role('R') },
    { AWS: root(other) },
  )
  const conditions = fc.constantFrom<Element | undefined>(
    undefined,
    { StringEquals: { 'kms:EncryptionContext:a': 'b' } },
    { StringNotEquals: { 'kms:KeySpec': 'RSA_2048' } },
    { Null: { 'kms:EncryptionContextKeys': true } },
    { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['a', 'c'] } },
    { StringLike: { 'aws:PrincipalArn': '*alice' } },
  )
  const actions = fc.constantFrom('kms:*', 'kms:Encrypt', 'kms:En*', 'kms:Decrypt', 'kms:?ncrypt')
  const statement = (isForKey: boolean) =>
    fc
      .record({
        Effect: fc.constantFrom('Allow', 'Deny'),
        Action: actions,
        Principal: principals,
        Condition: conditions,
      })
      .map(
        ({ Principal, Condition, ...rest }): Element => ({
          ...rest,
          Resource: '*',
          ...(isForKey && { Principal }),
          ...(Condition && { Condition }),
        }),
      )
  const situation = fc.record({
    key: fc.array(statement(true), { minLength: 1, maxLength: 6 }),
    identity: fc.array(statement(false), { maxLength: 4 }),
    principal: fc.constantFrom(
      'root',
      'user/alice',
      'role/R',
      `arn:aws:sts::${account}:assumed-role/R/s`,
      user('eve', other),
    ),
    EncryptionContext: fc.constantFrom({}, { a: 'b' }, { a: 'c' }, { c: 'd' }, { A: 'b' }),
    grant: fc.constantFrom(undefined, { grantId: 'g', isForAccount: false }, { grantId: 'g', isForAccount: true }),
  })
  type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never
  const isAllowed = ({ key, identity, principal, EncryptionContext, grant }: Situation): boolean =>
    decision({
      caller: { principal, ...(identity.length > 0 && { policies: [documentOf(...identity)] }) },
      key,
      input: { EncryptionContext },
      ...(grant && { grant }),
    }) === 'allowed'

  test('a Deny that is added never allows more', () => {
    fc.assert(
      fc.property(situation, statement(true), fc.nat(), (given, added, at) => {
        const key = [...given.key]
        key.splice(at % (key.length + 1), 0, { ...added, Effect: 'Deny' })
        expect(isAllowed({ ...given, key }) && !isAllowed(given)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  test('an Allow that is removed never allows more', () => {
    fc.assert(
      fc.property(situation, (given) => {
        for (const [index, { Effect }] of given.key.entries()) {
          if (Effect !== 'Allow' || given.key.length === 1) continue
          const key = given.key.filter((_, other) => other !== index)
          expect(isAllowed({ ...given, key }) && !isAllowed(given)).toBe(false)
        }
        for (const [index, { Effect }] of given.identity.entries()) {
          if (Effect !== 'Allow') continue
          const identity = given.identity.filter((_, other) => other !== index)
          expect(isAllowed({ ...given, identity }) && !isAllowed(given)).toBe(false)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('the order of statements never matters', () => {
    fc.assert(
      fc.property(situation, fc.infiniteStream(fc.nat()), (given, random) => {
        const shuffled = <Item>(items: readonly Item[]): Item[] =>
          items
            .map((item) => [random.next().value as number, item] as const)
            .sort(([a], [b]) => a - b)
            .map(([, item]) => item)
        expect(isAllowed({ ...given, key: shuffled(given.key), identity: shuffled(given.identity) })).toBe(
          isAllowed(given),
        )
      }),
      { numRuns: 1000 },
    )
  })
})
