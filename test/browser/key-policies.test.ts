/** Key policies: stored, checked for form, given back (SDK-16, POL-7 to POL-10). */
import { describe, expect, test } from 'vitest'
import { call, expectError, keyArn, membersOf, newKey, sharedVault } from './fixtures/vault.js'

const shared = sharedVault()

const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }
const policyOf = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement })

/** A valid policy of exactly so many UTF-8 bytes. */
function policyOfSize(bytes: number, filling = 'x'): string {
  const empty = policyOf({ ...statement, Sid: '' })
  const width = new TextEncoder().encode(filling).byteLength
  const room = bytes - empty.length
  return policyOf({ ...statement, Sid: filling.repeat(Math.floor(room / width)) + 'x'.repeat(room % width) })
}

async function put(Policy: string): Promise<string> {
  const { KeyId } = await newKey(shared.kms)
  await shared.kms.putKeyPolicy({ KeyId, Policy, BypassPolicyLockoutSafetyCheck: true })
  return (await shared.kms.getKeyPolicy({ KeyId })).Policy
}

async function expectMalformed(Policy: string, message?: string | RegExp): Promise<void> {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  const before = (await kms.getKeyPolicy({ KeyId })).Policy
  const given = { Policy, BypassPolicyLockoutSafetyCheck: true }
  await expectError(kms.putKeyPolicy({ KeyId, ...given }), 'MalformedPolicyDocumentException', message)
  expect((await kms.getKeyPolicy({ KeyId })).Policy, 'nothing was changed').toBe(before)
  await expectError(kms.createKey(given), 'MalformedPolicyDocumentException', message)
}

test('SDK-16 PutKeyPolicy replaces the whole policy and answers nothing; GetKeyPolicy gives it back as it was', async () => {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  for (const Policy of [
    policyOf(statement),
    `${JSON.stringify(JSON.parse(policyOf(statement, statement)), null, 4)}\n`,
  ]) {
    expect(await membersOf(kms.putKeyPolicy({ KeyId, Policy }))).toEqual({})
    expect(await membersOf(kms.getKeyPolicy({ KeyId }))).toEqual({ Policy, PolicyName: 'default' })
  }
})

test('SDK-16 what GetKeyPolicy gives, PutKeyPolicy takes: also the default policy', async () => {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  const { Policy } = await kms.getKeyPolicy({ KeyId: keyArn(KeyId), PolicyName: 'default' })
  await kms.putKeyPolicy({ KeyId, PolicyName: 'default', Policy: policyOf(statement) })
  await kms.putKeyPolicy({ KeyId, PolicyName: 'default', Policy })
  expect((await kms.getKeyPolicy({ KeyId })).Policy).toBe(Policy)
})

test('SDK-16 there is no policy but `default`', async () => {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  await expectError(kms.getKeyPolicy({ KeyId, PolicyName: 'other' }), 'NotFoundException', /^No such policy exists/)
  await expectError(
    kms.putKeyPolicy({ KeyId, PolicyName: 'other', Policy: policyOf(statement) }),
    'ValidationException',
    "The only name of a key policy is 'default'.",
  )
  await expectError(kms.getKeyPolicy({ KeyId, PolicyName: 'with space' }), 'ValidationException', /regular expression/)
})

describe('POL-7 to POL-9 what is accepted', () => {
  const accepted: [what: string, policy: unknown][] = [
    ['Version 2012-10-17', { Version: '2012-10-17', Statement: [statement] }],
    ['Version 2008-10-17', { Version: '2008-10-17', Statement: [statement] }],
    ['an Id', { Version: '2012-10-17', Id: 'key-consolepolicy-3', Statement: [statement] }],
    ['a single statement in place of a list', { Version: '2012-10-17', Statement: statement }],
    [
      'a statement without Resource',
      { Version: '2012-10-17', Statement: [statement, { ...statement, Resource: undefined }] },
    ],
    [
      'a statement without Action',
      { Version: '2012-10-17', Statement: [statement, { ...statement, Action: undefined }] },
    ],
    [
      'lists of actions, resources and principals',
      {
        Version: '2012-10-17',
        Statement: [
          statement,
          {
            ...statement,
            Action: ['kms:Encrypt', 'kms:Decrypt'],
            Resource: ['*'],
            Principal: { AWS: ['*', '111122223333'] },
          },
        ],
      },
    ],
    [
      'a service as principal',
      {
        Version: '2012-10-17',
        Statement: [
          statement,
          { Effect: 'Deny', Principal: { Service: 's3.amazonaws.com' }, Action: 'kms:*', Resource: '*' },
        ],
      },
    ],
    [
      'conditions',
      {
        Version: '2012-10-17',
        Statement: [
          statement,
          {
            ...statement,
            Condition: { StringEquals: { 'kms:ViaService': ['a', 'b'] }, Bool: { 'kms:MultiRegion': true } },
          },
        ],
      },
    ],
    // What AWS stores, and what never allows.
    [
      'AUTHZ-24 a condition key of several values without a set operator',
      {
        Version: '2012-10-17',
        Statement: [statement, { ...statement, Condition: { StringEquals: { 'aws:TagKeys': 'x' } } }],
      },
    ],
    [
      'a condition key that AWS KMS does not know, a date that is none, an empty list, an ARN with too few parts',
      {
        Version: '2012-10-17',
        Statement: [
          statement,
          { ...statement, Condition: { StringEquals: { 'kms:KeySpek': 'x' } } },
          { ...statement, Condition: { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } } },
          { ...statement, Condition: { StringEquals: { 'kms:KeySpec': [] } } },
          { ...statement, Resource: 'key/*' },
        ],
      },
    ],
    [
      'Sids that repeat',
      {
        Version: '2012-10-17',
        Statement: [
          { ...statement, Sid: 'a' },
          { ...statement, Sid: 'a' },
        ],
      },
    ],
  ]
  test.each(accepted)('%s', async (_what, policy) => {
    const text = JSON.stringify(policy)
    expect(await put(text)).toBe(text)
  })
})

describe('POL-7 to POL-9 what is malformed, with the place of the mistake', () => {
  const of = (changes: object) => policyOf({ ...statement, ...changes })
  const malformed: [what: string, policy: string, message: string | RegExp][] = [
    ['no JSON', 'no JSON', /^The policy is not JSON: /],
    ['JSON that is cut off', policyOf(statement).slice(0, -1), /^The policy is not JSON: /],
    ['a list', '[]', 'The policy must be a JSON object.'],
    ['a text', '"text"', 'The policy must be a JSON object.'],
    ['null', 'null', 'The policy must be a JSON object.'],
    ['no Version', JSON.stringify({ Statement: [statement] }), /: Version must be one of 2012-10-17, 2008-10-17\.$/],
    ['another Version', JSON.stringify({ Version: '2020-01-01', Statement: [statement] }), /: Version must be/],
    ['no Statement', JSON.stringify({ Version: '2012-10-17' }), /: Statement\[0\] must be an object\.$/],
    ['no statement in the list', policyOf(), /: Statement must hold at least one statement\.$/],
    [
      'an unknown element',
      JSON.stringify({ Version: '2012-10-17', Statement: [statement], Foo: 1 }),
      /: Foo is not an element of a policy\.$/,
    ],
    ['a statement that is a text', policyOf('Allow'), /: Statement\[0\] must be an object\.$/],
    [
      'an unknown element of the second statement',
      policyOf(statement, { ...statement, Actions: 'kms:*' }),
      /: Statement\[1\]\.Actions is not/,
    ],
    ['no Effect', of({ Effect: undefined }), /: Statement\[0\]\.Effect must be Allow or Deny\.$/],
    ['an Effect in lower case', of({ Effect: 'allow' }), /: Statement\[0\]\.Effect must be Allow or Deny\.$/],
    ['no Principal', of({ Principal: undefined }), /: Statement\[0\]\.Principal must be given/],
    ['NotPrincipal', of({ NotPrincipal: '*' }), /: Statement\[0\]\.NotPrincipal is not supported/],
    ['NotAction', of({ NotAction: '*' }), /: Statement\[0\]\.NotAction is not supported/],
    ['NotResource', of({ NotResource: '*' }), /: Statement\[0\]\.NotResource is not supported/],
    [
      'a principal that is nobody',
      of({ Principal: { AWS: 'arn:aws:iam::111122223333:group/readers' } }),
      'Policy contains a statement with one or more invalid principals.',
    ],
    [
      'an unknown operator',
      of({ Condition: { StringMatches: { 'kms:KeySpec': 'x' } } }),
      /StringMatches\.kms:KeySpec has no condition operator StringMatches\.$/,
    ],
    [
      'an action without its service',
      of({ Action: ['kms:*', 'Encrypt'] }),
      /: Statement\[0\]\.Action must name actions with/,
    ],
    [
      'a condition key without its service',
      of({ Condition: { StringEquals: { KeySpec: 'x' } } }),
      /StringEquals\.KeySpec is no condition key: they begin with their service/,
    ],
    [
      'AUTHZ-25 ForAllValues on an encryption context',
      of({ Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:a': 'x' } } }),
      'OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified encryption context or with an unspecified encryption context. To fix, remove ForAllValues.',
    ],
    [
      'AUTHZ-25 ForAllValues on a tag of the request',
      of({ Condition: { 'ForAllValues:StringLike': { 'aws:RequestTag/a': 'x' } } }),
      /^OverlyPermissiveCondition: .* without the specified tag or with an unspecified tag\. /,
    ],
    ['an empty Principal', of({ Principal: {} }), /: Statement\[0\]\.Principal must be/],
    [
      'a Principal of an unknown kind',
      of({ Principal: { User: 'x' } }),
      /: Statement\[0\]\.Principal\.User is not a kind/,
    ],
    [
      'a Principal that is a number',
      of({ Principal: { AWS: 111122223333 } }),
      /: Statement\[0\]\.Principal\.AWS must be/,
    ],
    ['an Action that is a number', of({ Action: 1 }), /: Statement\[0\]\.Action must be/],
    ['an empty list of actions', of({ Action: [] }), /: Statement\[0\]\.Action must be/],
    ['a Resource that is an object', of({ Resource: {} }), /: Statement\[0\]\.Resource must be/],
    ['a Sid that is a number', of({ Sid: 1 }), /: Statement\[0\]\.Sid must be a string\.$/],
    ['a Condition that is a list', of({ Condition: [] }), /: Statement\[0\]\.Condition must be an object\.$/],
    [
      'a condition without keys',
      of({ Condition: { StringEquals: 'x' } }),
      /: Statement\[0\]\.Condition\.StringEquals must be/,
    ],
    [
      'a condition with an object as value',
      of({ Condition: { StringEquals: { a: {} } } }),
      /: Statement\[0\]\.Condition\.StringEquals\.a must be/,
    ],
  ]
  test.each(malformed)('%s', async (_what, policy, message) => {
    await expectMalformed(policy, message)
  })

  test('a policy that nests a thousand deep is refused or stored, and harms nothing', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const Policy = `${'['.repeat(1000)}${']'.repeat(1000)}`
    await expectError(kms.putKeyPolicy({ KeyId, Policy }), 'MalformedPolicyDocumentException')
  })
})

describe('POL-10 size', () => {
  test.each(['x', 'ü'])('32,768 bytes of %s are allowed, 32,769 are not: UTF-8 bytes count', async (filling) => {
    const largest = policyOfSize(32_768, filling)
    expect(new TextEncoder().encode(largest).byteLength).toBe(32_768)
    expect(await put(largest)).toBe(largest)
    const { KeyId } = await newKey(shared.kms)
    const message = 'The key policy has 32769 bytes; it can have 32768.'
    const Policy = policyOfSize(32_769, filling)
    await expectError(shared.kms.putKeyPolicy({ KeyId, Policy }), 'LimitExceededException', message)
    await expectError(shared.kms.createKey({ Policy }), 'LimitExceededException', message)
  })

  test('no character, and 131,073, are against the shape of the request', async () => {
    const { KeyId } = await newKey(shared.kms)
    for (const Policy of ['', 'x'.repeat(131_073)])
      await expectError(shared.kms.putKeyPolicy({ KeyId, Policy }), 'ValidationException', /Member must have length/)
    await expectError(
      call(shared.kms, 'PutKeyPolicy', { KeyId }),
      'ValidationException',
      "1 validation error detected: Value null at 'policy' failed to satisfy constraint: Member must not be null",
    )
  })
})
