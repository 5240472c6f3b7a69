/** Conditions (AUTHZ-20 to AUTHZ-30, AUTHZ-45 to AUTHZ-49). */
import { describe, expect, test } from 'vitest'
import { type Asked, allow, decision, deny, type Element, keyArn, policies, user } from './fixtures.js'

/** Whether a statement for alice with this condition allows her request. */
function holds(Condition: Element, asked: Asked = {}, Effect = 'Allow'): boolean {
  const key =
    Effect === 'Allow'
      ? [allow({ Principal: { AWS: user('alice') }, Condition })]
      : [allow({ Principal: '*' }), deny({ Principal: '*', Condition })]
  const decided = decision({ caller: { principal: 'user/alice' }, key, ...asked })
  return Effect === 'Allow' ? decided === 'allowed' : decided === 'explicitDeny'
}
/** A policy variable. */
const variable = (inside: string) => `\${${inside}}`
const withContext = (EncryptionContext?: Record<string, string>): Asked => ({ input: { EncryptionContext } })

describe('AUTHZ-49 encryption context', () => {
  const appName = { StringEquals: { 'kms:EncryptionContext:AppName': 'ExampleApp' } }
  const onlyAppName = { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['AppName'] } }
  const anyAppName = { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'AppName' } }
  const present = { Null: { 'kms:EncryptionContextKeys': false } }
  const two = { StringEquals: { 'kms:EncryptionContext:Department': 'IT', 'kms:EncryptionContext:Project': 'Alpha' } }
  const forUser = { StringEquals: { 'kms:EncryptionContext:user': variable('aws:username') } }
  const vectors: [
    number: string,
    condition: Element,
    context: Record<string, string> | undefined,
    expected: boolean,
  ][] = [
    ['1', appName, { AppName: 'ExampleApp' }, true],
    ['2', appName, { AppName: 'ExampleApp', Project: 'Alpha' }, true],
    ['3', appName, { appname: 'ExampleApp' }, true],
    ['4', appName, { AppName: 'exampleapp' }, false],
    ['5', appName, undefined, false],
    ['6', { ...appName, ...onlyAppName }, { AppName: 'ExampleApp' }, true],
    ['7', { ...appName, ...onlyAppName }, { AppName: 'ExampleApp', Project: 'Alpha' }, false],
    ['8', { ...appName, ...onlyAppName }, { appname: 'ExampleApp' }, false],
    ['9', { ...appName, ...onlyAppName }, undefined, false],
    ['10', onlyAppName, undefined, true],
    ['11', anyAppName, { AppName: 'Helper', Project: 'Alpha' }, true],
    ['12', anyAppName, { Project: 'Alpha' }, false],
    ['12 none', anyAppName, undefined, false],
    ['13', present, { a: 'b' }, true],
    ['13 none', present, undefined, false],
    ['13 empty', present, {}, false],
    ['14', two, { Department: 'IT' }, false],
    ['14 both', two, { Department: 'IT', Project: 'Alpha' }, true],
    ['16', forUser, { user: 'alice' }, true],
    ['16 another', forUser, { user: 'bob' }, false],
    ['AUTHZ-47 two spellings, one of them another value', appName, { AppName: 'ExampleApp', appname: 'other' }, false],
  ]
  test.each(vectors)('%s', (_number, condition, context, expected) => {
    expect(holds(condition, withContext(context))).toBe(expected)
  })

  test('15 a Deny', () => {
    const condition = { StringEquals: { 'kms:EncryptionContext:Stage': ['Restricted', 'Production'] } }
    expect(holds(condition, withContext({ Stage: 'Production' }), 'Deny')).toBe(true)
    expect(holds(condition, withContext({ Stage: 'Test' }), 'Deny')).toBe(false)
    expect(holds(condition, withContext({ Stage: 'Test', stage: 'Production' }), 'Deny')).toBe(true)
  })

  test('AUTHZ-48 each side of ReEncrypt has its own', () => {
    const condition = { StringEquals: { 'kms:EncryptionContext:a': 'from' } }
    const input = { SourceEncryptionContext: { a: 'from' }, DestinationEncryptionContext: { a: 'to' } }
    expect(holds(condition, { action: 'kms:ReEncryptFrom', input })).toBe(true)
    expect(holds(condition, { action: 'kms:ReEncryptTo', input })).toBe(false)
  })
})

describe('AUTHZ-21 AUTHZ-22 operators', () => {
  const tag = (value: string): Asked => ({
    caller: { principal: 'user/alice', tags: { t: value } },
  })
  const rows: [operator: string, wanted: unknown, fitting: string[], unfitting: string[]][] = [
    ['StringEquals', 'a*', ['a*'], ['a', 'A*', 'ab']],
    ['StringEqualsIgnoreCase', 'aB', ['Ab', 'AB'], ['b']],
    ['StringLike', 'a?c*', ['abc', 'axcde'], ['ac', 'Abc']],
    ['NumericEquals', 21, ['21', '21.0'], ['22', 'x', '']],
    ['NumericLessThan', '21', ['20.5'], ['21', '22']],
    ['NumericLessThanEquals', '21', ['21', '-3'], ['21.1']],
    ['NumericGreaterThan', '21', ['22'], ['21']],
    ['NumericGreaterThanEquals', '21', ['21'], ['20']],
    ['DateLessThan', '2026-01-01T00:00:00Z', ['2025-12-31T23:59:59Z', '1700000000'], ['2026-01-01T00:00:00Z']],
    ['DateGreaterThanEquals', '1767225600', ['2026-01-01T00:00:00Z'], ['2025-12-31']],
    ['Bool', true, ['true', 'True'], ['false']],
    [
      'ArnLike',
      'arn:aws:iam::*:user/*',
      ['arn:aws:iam::111122223333:user/a:b'],
      ['arn:aws:iam:x', 'arn:aws:iam::1:role/a'],
    ],
    ['ArnEquals', 'arn:aws:iam::1:user/a', ['arn:aws:iam::1:user/a'], ['arn:aws:iam::1:user/b']],
    ['BinaryEquals', 'AQID', ['AQID'], ['AQIE']],
  ]
  test.each(rows)('%s %o', (operator, wanted, fitting, unfitting) => {
    const condition = { [operator]: { 'aws:PrincipalTag/t': wanted } }
    for (const value of fitting) expect(holds(condition, tag(value)), value).toBe(true)
    for (const value of unfitting) expect(holds(condition, tag(value)), value).toBe(false)
    expect(holds(condition), 'absent').toBe(false)
    expect(holds({ [`${operator}IfExists`]: { 'aws:PrincipalTag/t': wanted } }), 'absent, IfExists').toBe(true)
  })

  const negated: [operator: string, wanted: unknown, value: string][] = [
    ['StringNotEquals', ['a', 'b'], 'b'],
    ['StringNotEqualsIgnoreCase', 'A', 'a'],
    ['StringNotLike', 'a*', 'ab'],
    ['NumericNotEquals', 1, '1'],
    ['DateNotEquals', '1767225600', '2026-01-01T00:00:00Z'],
    ['ArnNotLike', 'arn:aws:iam::*:user/*', 'arn:aws:iam::1:user/a'],
  ]
  test.each(negated)('%s: none of the values, and true where there is none', (operator, wanted, value) => {
    const condition = { [operator]: { 'aws:PrincipalTag/t': wanted } }
    expect(holds(condition, tag(value))).toBe(false)
    expect(holds(condition, tag('else'))).toBe(true)
    expect(holds(condition), 'absent').toBe(true)
  })

  test('AUTHZ-33 a page has no address', () => {
    expect(holds({ IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } })).toBe(false)
    expect(holds({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })).toBe(true)
    expect(holds({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, {}, 'Deny')).toBe(true)
  })
})

describe('AUTHZ-27 policy variables', () => {
  const context = { input: { EncryptionContext: { who: 'alice' } } }
  const condition = (value: string) => ({ StringLike: { 'kms:EncryptionContext:who': value } })
  test.each([
    [variable('aws:username'), true],
    [`${variable('aws:username')}*`, true],
    [variable('aws:PrincipalTag/none'), false],
    [variable("aws:PrincipalTag/none, 'alice'"), true],
    [variable('*'), false],
    [`${variable('unknown:key')}*`, false],
  ])('%s', (value, expected) => {
    expect(holds(condition(value), context)).toBe(expected)
  })

  test('what a variable stands for is literal', () => {
    const caller = { principal: 'user/alice', tags: { t: 'a*' } }
    expect(holds(condition(variable('aws:PrincipalTag/t')), { caller, ...context })).toBe(false)
    const literally = { input: { EncryptionContext: { who: 'a*' } } }
    expect(holds(condition(variable('aws:PrincipalTag/t')), { caller, ...literally })).toBe(true)
  })

  test('documents of version 2008-10-17 have none', () => {
    expect(holds(condition(variable('aws:username')), { ...context, version: '2008-10-17' })).toBe(false)
  })

  test('in the Resource of an identity policy', () => {
    const Resource = keyArn.replace('key/', () => `${variable('aws:PrincipalTag/kind')}/`)
    const asked = (kind: string) => ({
      caller: { principal: 'user/alice', tags: { kind }, policies: policies(allow({ Resource })) },
    })
    expect(decision(asked('key'))).toBe('allowed')
    expect(decision(asked('*'))).toBe('implicitDeny')
  })
})

describe('condition keys of single requests', () => {
  const rows: [name: string, condition: Element, asked: Asked, expected: boolean][] = [
    [
      'AUTHZ-30 the default window counts',
      { NumericLessThanEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '21' } },
      { action: 'kms:ScheduleKeyDeletion' },
      false,
    ],
    [
      'a window of 21 days',
      { NumericLessThanEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '21' } },
      { action: 'kms:ScheduleKeyDeletion', input: { PendingWindowInDays: 21 } },
      true,
    ],
    [
      'AUTHZ-30 the bypass is absent unless given',
      { Null: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } },
      { action: 'kms:PutKeyPolicy' },
      true,
    ],
    [
      'the bypass',
      { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': true } },
      { action: 'kms:PutKeyPolicy', input: { BypassPolicyLockoutSafetyCheck: true } },
      true,
    ],
    [
      'AUTHZ-30 the expiration model is absent unless given',
      { Null: { 'kms:ExpirationModel': true } },
      { action: 'kms:ImportKeyMaterial' },
      true,
    ],
    [
      'kms:ValidTo as a number',
      { NumericLessThanEquals: { 'kms:ValidTo': '1546257599.0' } },
      { action: 'kms:ImportKeyMaterial', input: { ValidTo: new Date(1546257599000) } },
      true,
    ],
    [
      'kms:ValidTo as a date',
      { DateGreaterThan: { 'kms:ValidTo': '2018-12-31T11:59:59Z' } },
      { action: 'kms:ImportKeyMaterial', input: { ValidTo: new Date(1546257600000) } },
      true,
    ],
    ['kms:MessageType by default', { StringEquals: { 'kms:MessageType': 'RAW' } }, { action: 'kms:Sign' }, true],
    [
      'kms:EncryptionAlgorithm by default',
      { StringNotEquals: { 'kms:EncryptionAlgorithm': 'RSAES_OAEP_SHA_256' } },
      {},
      true,
    ],
    ['kms:MultiRegion of a plain key', { Bool: { 'kms:MultiRegion': false } }, {}, true],
    [
      'kms:MultiRegionKeyType',
      { StringEquals: { 'kms:MultiRegionKeyType': 'REPLICA' } },
      { keyFacts: { set: { role: 'REPLICA', primaryRegion: 'a-b-1', replicaRegions: [] } } },
      true,
    ],
    [
      'the deprecated name of the spec',
      { StringEquals: { 'kms:CustomerMasterKeySpec': 'SYMMETRIC_DEFAULT' } },
      {},
      true,
    ],
    [
      'AUTHZ-61 kms:RequestAlias by alias name',
      { StringEquals: { 'kms:RequestAlias': 'alias/finance-key' } },
      { input: { KeyId: 'alias/finance-key' } },
      true,
    ],
    [
      'AUTHZ-61 by alias ARN',
      { StringEquals: { 'kms:RequestAlias': 'alias/finance-key' } },
      { input: { KeyId: 'arn:aws:kms:a-b-1:444455556666:alias/finance-key' } },
      true,
    ],
    [
      'AUTHZ-61 by key ARN',
      { StringEquals: { 'kms:RequestAlias': 'alias/finance-key' } },
      { input: { KeyId: keyArn } },
      false,
    ],
    [
      'AUTHZ-29 a key that says nothing about the action',
      { StringEquals: { 'kms:RequestAlias': 'alias/a' } },
      { action: 'kms:DisableKey', input: { KeyId: 'alias/a' } },
      false,
    ],
    [
      'kms:GrantOperations for all',
      { 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Encrypt', 'ReEncryptTo'] } },
      { action: 'kms:CreateGrant', input: { Operations: ['Encrypt', 'Decrypt'] } },
      false,
    ],
    [
      'kms:GrantOperations for any',
      { 'ForAnyValue:StringEquals': { 'kms:GrantOperations': ['Encrypt', 'ReEncryptTo'] } },
      { action: 'kms:CreateGrant', input: { Operations: ['Encrypt', 'Decrypt'] } },
      true,
    ],
    [
      'AUTHZ-52 no service calls',
      { Bool: { 'kms:GrantIsForAWSResource': true } },
      { action: 'kms:CreateGrant' },
      false,
    ],
    [
      'aws:RequestTag',
      { StringEquals: { 'aws:RequestTag/Project': 'Alpha' } },
      { action: 'kms:TagResource', input: { Tags: [{ TagKey: 'project', TagValue: 'Alpha' }] } },
      true,
    ],
    [
      'AUTHZ-65 UntagResource has keys only',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['Restricted'] } },
      { action: 'kms:UntagResource', input: { TagKeys: ['Restricted'] } },
      true,
    ],
    [
      'aws:PrincipalArn of a session is its role',
      { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/R' } },
      {
        caller: { principal: 'arn:aws:sts::444455556666:assumed-role/R/s' },
        key: [
          allow({
            Principal: '*',
            Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/R' } },
          }),
        ],
      },
      true,
    ],
  ]
  test.each(rows)('%s', (_name, condition, asked, expected) => {
    expect(holds(condition, asked)).toBe(expected)
  })

  test('AUTHZ-62 AUTHZ-63 kms:ResourceAliases', () => {
    const condition = (operator: string) => ({ [`${operator}:StringLike`]: { 'kms:ResourceAliases': 'alias/*Test*' } })
    const may = (operator: string, ...aliases: string[]) =>
      decision({
        caller: { principal: 'user/alice', policies: policies(allow({ Condition: condition(operator) })) },
        looked: { aliases, aliasQuota: 3, lastUsedAt: 0 },
      }) === 'allowed'
    expect(may('ForAnyValue', 'alias/MyTest', 'alias/b')).toBe(true)
    expect(may('ForAnyValue')).toBe(false)
    expect(may('ForAllValues', 'alias/MyTest', 'alias/b')).toBe(false)
    expect(may('ForAllValues')).toBe(true)
    expect(may('ForAnyValue', 'alias/Test1', 'alias/Test2', 'alias/Test3', 'alias/Test4')).toBe(false)
  })
})
