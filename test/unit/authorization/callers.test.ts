/** What the worker is told about callers and of simulated requests: it came by message, and may be anything. */
import { describe, expect, test } from 'vitest'
import { callerFor } from '../../../worker/authorization/caller-with-policies.js'
import { GrantIndex } from '../../../worker/storage/grant-index.js'
import type { GrantRecord, KeyRecord } from '../../../worker/storage/schema.js'
import { type SimulatedQuestion, type SimulatedRegion, simulate } from '../../../worker/vault/simulate.js'
import { allow, documentOf, type Element, keyArn, keyId, realm, user } from './fixtures.js'

const long = (length: number) => 'x'.repeat(length)
const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))

describe('a caller', () => {
  const accepted: [what: string, description: object][] = [
    ['50 tags of 128 and 256 characters', { tags: { ...entries(49), [long(128)]: long(256) } }],
    ['a tag without a value', { tags: { a: '' } }],
    ['no tags, no policies', { tags: undefined, policies: undefined }],
    ['tags without a prototype', { tags: Object.assign(Object.create(null), { a: 'b' }) }],
    ['50 policies', { policies: Array(50).fill(documentOf(allow())) }],
    ['a policy as text', { policies: [JSON.stringify(documentOf(allow()))] }],
  ]
  test.each(accepted)('can have %s', async (_what, description) => {
    expect(await callerFor(realm, { principal: 'user/a', ...description })).toMatchObject({ arn: user('a') })
  })

  const refused: [what: string, description: object, message: RegExp][] = [
    ['51 tags', { tags: entries(51) }, /^tags can have at most 50/],
    ['a tag name of 129 characters', { tags: { [long(129)]: 'v' } }, /^tags has a name of more than 128 characters/],
    ['a tag of 257 characters', { tags: { a: long(257) } }, /^tags\['a'\] can have at most 256 characters/],
    ['a tag that is a number', { tags: { a: 1 } }, /^tags\['a'\] must be a text/],
    ['a tag that is a list', { tags: { a: ['b'] } }, /^tags\['a'\] must be a text/],
    ['tags in a Map', { tags: new Map([['a', 'b']]) }, /^tags must be a plain object, not a Map: Object\.fromEntries/],
    ['tags in a list', { tags: [['a', 'b']] }, /^tags must be a plain object/],
    ['tags that are null', { tags: null }, /^tags must be a plain object; it is null/],
    ['tags that are a text', { tags: 'a=b' }, /^tags must be a plain object/],
    ['policies that are a text', { policies: 'kms:*' }, /^policies must be a list/],
    ['policies in a Set', { policies: new Set([documentOf(allow())]) }, /^policies must be a list/],
    ['51 policies', { policies: Array(51).fill(documentOf(allow())) }, /^policies can have at most 50/],
    [
      'a policy in a Map',
      { policies: [new Map(Object.entries(documentOf(allow())))] },
      /^policies\[0\] must be a plain object/,
    ],
    [
      'a condition in a Map',
      { policies: [documentOf(allow({ Condition: new Map() }))] },
      /^policies\[0\]\.Statement\[0\]\.Condition must be a plain object, not a Map/,
    ],
    ['a policy of 32,769 characters', { policies: [long(32_769)] }, /^policies\[0\] can have at most 32768 characters/],
    ['a principal that is a number', { principal: 7 }, /^A client needs a principal/],
    ['an empty principal', { principal: '' }, /^A client needs a principal/],
    ['a principal without end', { principal: `user/${long(3000)}` }, /^principal can have at most 2048 characters/],
    ['a long principal that is none', { principal: long(2000) }, /^'x{100}…' is no principal/],
  ]
  test.each(refused)('cannot have %s', async (_what, description, message) => {
    await expect(callerFor(realm, { principal: 'user/a', ...description })).rejects.toThrow(message)
    await expect(callerFor(realm, { principal: 'user/a', ...description })).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })

  test('owns its tags and policies', async () => {
    const tags: Record<string, string> = { a: 'b' }
    const caller = await callerFor(realm, { principal: 'user/a', tags })
    tags.a = 'c'
    expect({ ...caller.tags }).toEqual({ a: 'b' })
  })
})

describe('AUTHZ-87 a simulated request', () => {
  const key = (...statements: Element[]): KeyRecord =>
    ({
      keyId,
      keySpec: 'SYMMETRIC_DEFAULT',
      keyUsage: 'ENCRYPT_DECRYPT',
      origin: 'AWS_KMS',
      tags: {},
      createdAt: 0,
      policy: JSON.stringify(documentOf(...statements)),
    }) as unknown as KeyRecord
  const region = (record: KeyRecord, grants: readonly GrantRecord[] = []): SimulatedRegion => ({
    realm,
    quotas: { aliasesPerKey: 50 },
    store: {
      stored: {
        key: () => record,
        alias: () => undefined,
        aliasNames: async () => [],
        grants: (_keyId, grantee) => new GrantIndex(grants.filter((grant) => grant.grantee === grantee)),
        grant: async () => undefined,
        lastUsage: async () => undefined,
      },
    },
  })
  const ask = async (
    question: Partial<SimulatedQuestion>,
    of = region(key(allow({ Principal: { AWS: user('a') } }))),
  ) =>
    simulate(
      of,
      await callerFor(realm, { principal: 'user/a' }),
      { action: 'kms:Encrypt', resource: keyArn, context: undefined, ...question },
      0,
    )
  const when = (Condition: Element, Effect = 'Allow') =>
    region(
      key(...(Effect === 'Allow' ? [] : [allow({ Principal: '*' })]), {
        ...allow({ Principal: '*', Condition }),
        Effect,
      }),
    )

  const refused: [what: string, context: unknown, message: RegExp][] = [
    ['a Map', new Map([['kms:EncryptionContext:a', 'b']]), /^context must be a plain object, not a Map: Object\.from/],
    ['a list', ['kms:EncryptionContext:a', 'b'], /^context must be a plain object/],
    ['a text', 'kms:EncryptionContext:a=b', /^context must be a plain object/],
    ['null', null, /^context must be a plain object/],
    ['a value in a Map', { 'aws:TagKeys': new Map() }, /^context\.aws:TagKeys must be a plain object, not a Map/],
    ['a value in a Set', { 'aws:TagKeys': new Set(['a']) }, /^context\.aws:TagKeys must be a plain object, not a Set/],
    [
      'an object as value',
      { 'aws:TagKeys': { a: 'b' } },
      /^context\['aws:TagKeys'\] must be a text, a number, true or/,
    ],
    ['null as value', { 'aws:TagKeys': [null] }, /^context\['aws:TagKeys'\]/],
    ['a Date', { 'aws:CurrentTime': new Date(0) }, /^context\.aws:CurrentTime must be a plain object, not a Date/],
    ['a number that is none', { 'kms:ValidTo': Number.NaN }, /^context\.kms:ValidTo must be a JSON value/],
    ['a value of 70,000 characters', { 'aws:SourceVpce': long(70_000) }, /^context can have at most 65536 characters/],
    ['3,000 keys', entries(3_000), /^context can have at most 2000/],
    [
      'two values of a pair',
      { 'kms:EncryptionContext:a': ['b', 'c'] },
      /^context\['kms:EncryptionContext:a'\] is a pair, which has one value/,
    ],
  ]
  test.each(refused)('is refused with %s as context', async (_what, context, message) => {
    await expect(ask({ context })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    })
  })

  test.each([
    ['an action', { action: 7 }, /^simulate needs an action/],
    ['a resource', { resource: {} }, /^simulate needs an action/],
    ['an action that is short', { action: long(3_000) }, /^action can have at most 2048/],
    ['a resource that is short', { resource: long(3_000) }, /^resource can have at most 2048/],
    ['an action of AWS KMS', { action: long(2_000) }, /^'x{100}…' is no action/],
  ])('needs %s', async (_what, question, message) => {
    await expect(ask(question)).rejects.toThrow(message)
  })

  const rows: [what: string, condition: Element, context: unknown, action: string, expected: string][] = [
    ['a text', { StringEquals: { 'aws:SourceVpce': 'v' } }, { 'AWS:sourcevpce': 'v' }, 'kms:Encrypt', 'allowed'],
    ['a number', { NumericLessThan: { 'kms:ValidTo': 5 } }, { 'kms:ValidTo': 4 }, 'kms:Encrypt', 'allowed'],
    ['a boolean', { Bool: { 'aws:ViaAWSService': true } }, { 'aws:ViaAWSService': true }, 'kms:Encrypt', 'allowed'],
    [
      'an address',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { 'aws:SourceIp': '10.1.2.3' },
      'kms:Encrypt',
      'allowed',
    ],
    [
      'an address outside',
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { 'aws:SourceIp': '10.1.2.3' },
      'kms:Encrypt',
      'implicitDeny',
    ],
    [
      'a list',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
      { 'aws:TagKeys': ['a', 'c'] },
      'kms:TagResource',
      'implicitDeny',
    ],
    [
      'an empty list, which is none',
      { Null: { 'aws:TagKeys': true } },
      { 'aws:TagKeys': [] },
      'kms:TagResource',
      'allowed',
    ],
    [
      'an empty list of a pair, which is none',
      { Null: { 'kms:EncryptionContextKeys': true } },
      { 'kms:EncryptionContext:a': [] },
      'kms:Encrypt',
      'allowed',
    ],
    [
      'a pair in two spellings, of which one does not fit',
      { StringEquals: { 'kms:EncryptionContext:a': 'b' } },
      { 'kms:EncryptionContext:a': 'b', 'kms:EncryptionContext:A': 'c' },
      'kms:Encrypt',
      'implicitDeny',
    ],
    ...['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'].map(
      (action): [string, Element, unknown, string, string] => [
        `a pair, whose name is a key of the context of ${action}`,
        { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'a' } },
        { 'kms:EncryptionContext:a': 'b' },
        action,
        'allowed',
      ],
    ),
  ]
  test.each(rows)('says %s', async (_what, condition, context, action, expected) => {
    expect((await ask({ context, action }, when(condition))).decision).toBe(expected)
  })

  test('is decided as a request is, where something means nothing', async () => {
    const mistyped = { StringEquals: { 'kms:KeySpek': 'SYMMETRIC_DEFAULT' } }
    expect((await ask({}, when(mistyped, 'Deny'))).decision).toBe('explicitDeny')
    expect((await ask({}, when({ StringNotEquals: mistyped.StringEquals }))).decision).toBe('implicitDeny')
  })

  const grant = {
    keyId,
    grantId: 'g',
    createdAt: 0,
    grantee: user('a'),
    issuingAccount: user('a'),
    operations: ['Decrypt', 'ReEncryptFrom', 'CreateGrant'],
    constraints: { EncryptionContextSubset: { a: 'b' } },
  } as unknown as GrantRecord
  test.each([
    ['kms:Decrypt', { 'kms:EncryptionContext:a': 'b' }, 'allowed'],
    ['kms:Decrypt', { 'kms:EncryptionContext:a': 'c' }, 'implicitDeny'],
    ['kms:ReEncryptFrom', { 'kms:EncryptionContext:a': 'b' }, 'allowed'],
    ['kms:ReEncryptFrom', {}, 'implicitDeny'],
    [
      'kms:CreateGrant',
      {
        'kms:GrantOperations': ['Decrypt'],
        'kms:GrantConstraintType': 'EncryptionContextEquals',
        'kms:EncryptionContext:a': 'b',
      },
      'allowed',
    ],
    ['kms:CreateGrant', { 'kms:GrantOperations': ['Decrypt'] }, 'implicitDeny'],
    [
      'kms:CreateGrant',
      {
        'kms:GrantOperations': ['Encrypt'],
        'kms:GrantConstraintType': 'EncryptionContextEquals',
        'kms:EncryptionContext:a': 'b',
      },
      'implicitDeny',
    ],
  ])('by a grant: %s with %o', async (action, context, expected) => {
    const of = region(key(allow({ Principal: { AWS: user('b') } })), [grant])
    expect((await ask({ action, context }, of)).decision).toBe(expected)
  })
})
