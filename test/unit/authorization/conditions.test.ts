/** Conditions (AUTHZ-20 to AUTHZ-30, AUTHZ-45 to AUTHZ-49). */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { networkOf } from '../../../worker/authorization/addresses.js'
import { dateOf } from '../../../worker/authorization/dates.js'
import { type Asked, allow, decision, deny, type Element, identityPolicy, keyArn, policies, user } from './fixtures.js'

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

describe('AUTHZ-23 set operators without a value', () => {
  const absent = 'aws:PrincipalTag/none'
  const rows: [operator: string, expected: boolean][] = [
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringEqualsIfExists', false],
    ['ForAnyValue:StringNotEquals', false],
    ['ForAnyValue:StringNotEqualsIfExists', false],
    ['ForAllValues:StringEquals', true],
    ['ForAllValues:StringEqualsIfExists', true],
    ['ForAllValues:StringNotEquals', true],
    ['StringEqualsIfExists', true],
    ['StringNotEquals', true],
    ['StringEquals', false],
  ]
  test.each(rows)('%s of an absent key', (operator, expected) => {
    expect(holds({ [operator]: { [absent]: 'a' } })).toBe(expected)
    expect(holds({ [operator]: { [absent]: 'a' } }, {}, 'Deny'), 'in a Deny').toBe(expected)
    expect(holds({ [operator]: { 'kms:EncryptionContextKeys': 'a' } }), 'of several values').toBe(expected)
  })

  test('AUTHZ-24 a key with several values and no set operator fits no Allow; a Deny denies', () => {
    const condition = (operator: string) => ({ [operator]: { 'kms:EncryptionContextKeys': ['a', 'b'] } })
    for (const context of [{ a: '1' }, { a: '1', b: '2' }, { a: '1', c: '3' }]) {
      expect(holds(condition('StringEquals'), withContext(context))).toBe(false)
      expect(holds(condition('StringEquals'), withContext(context), 'Deny')).toBe(true)
    }
    expect(holds(condition('StringEquals'), withContext({ c: '3' }), 'Deny')).toBe(false)
    expect(holds(condition('StringNotEquals'), withContext({ c: '3' }))).toBe(false)
    expect(holds(condition('StringNotEquals'), withContext({ c: '3' }), 'Deny')).toBe(true)
  })
})

describe('AUTHZ-27 a variable that cannot be resolved: an Allow does not apply, a Deny does', () => {
  const caller = { principal: 'user/alice', tags: { t: 'v', empty: '' } }
  const asked: Asked = { caller, input: { EncryptionContext: { who: 'alice', a: '1' } } }
  const unresolved = [
    ['a key without a value', variable('aws:PrincipalTag/none')],
    ['an empty value', variable('aws:PrincipalTag/empty')],
    ['an empty default', variable("aws:PrincipalTag/none, ''")],
    ['a key of several values', variable('kms:EncryptionContextKeys')],
    ['a key of several values, with a default', variable("aws:TagKeys, 'alice'")],
    ['a key that nobody knows', variable('some:key')],
    ['no key', variable('')],
    ['a key in two spellings', variable('kms:EncryptionContext:twice')],
    ['a variable without an end', '$'.concat('{aws:username')],
    ['one of several values', ['alice', variable('aws:PrincipalTag/none')]],
  ] as const
  const operators = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIfExists']
  const cases = unresolved.flatMap(([what, value]) => operators.map((operator) => [what, operator, value] as const))
  test.each(cases)('%s under %s', (_what, operator, value) => {
    const twice = { EncryptionContext: { who: 'alice', twice: 'alice', Twice: 'alice' } }
    for (const key of ['kms:EncryptionContext:who', 'aws:PrincipalTag/absent'])
      for (const prefix of ['', 'ForAnyValue:', 'ForAllValues:']) {
        if (prefix === 'ForAllValues:' && key.startsWith('kms:')) continue
        const condition = { [`${prefix}${operator}`]: { [key]: value } }
        expect(holds(condition, { ...asked, input: twice })).toBe(false)
        expect(holds(condition, { ...asked, input: twice }, 'Deny')).toBe(true)
      }
  })

  test('one that can be resolved is no such thing', () => {
    const condition = { StringNotEquals: { 'kms:EncryptionContext:who': variable('aws:PrincipalTag/t') } }
    expect(holds(condition, asked)).toBe(true)
    expect(holds({ StringEquals: condition.StringNotEquals }, asked, 'Deny')).toBe(false)
    const withDefault = variable("aws:PrincipalTag/empty, 'alice'")
    expect(holds({ StringEquals: { 'kms:EncryptionContext:who': withDefault } }, asked)).toBe(true)
  })

  test('only if the rest of the Deny holds', () => {
    const element = {
      Condition: {
        StringEquals: { 'kms:EncryptionContext:who': 'bob' },
        StringLike: { 'aws:PrincipalTag/t': variable('aws:PrincipalTag/none') },
      },
    }
    const key = [allow({ Principal: '*' }), deny({ Principal: '*', ...element })]
    expect(decision({ ...asked, key })).toBe('allowed')
    expect(decision({ ...asked, key, input: { EncryptionContext: { who: 'bob' } } })).toBe('explicitDeny')
  })

  const everyKey = keyArn.replace(/key\/.*/, 'key/')
  const resources: [what: string, resource: unknown][] = [
    ['a tag that the caller lacks', `${everyKey}${variable('aws:PrincipalTag/none')}*`],
    ['an empty tag', `${everyKey}${variable('aws:PrincipalTag/empty')}*`],
    ['one of several', ['*', `${everyKey}${variable('aws:PrincipalTag/none')}`]],
    ['the Region', keyArn.replace('browser-local-1', variable('aws:RequestedRegion'))],
    ['the account', keyArn.replace('444455556666', variable('aws:PrincipalAccount'))],
    ['the service', keyArn.replace(':kms:', `:${variable('aws:PrincipalTag/t')}:`)],
    ['a default with colons, before the fifth', `arn:aws:${variable("aws:PrincipalTag/none, 'kms:a:b'")}:c:key/*`],
  ]
  test.each(resources)('in a Resource: %s', (_what, Resource) => {
    const by = (statement: Element) => ({ caller: { ...caller, policies: policies(allow(), statement) } })
    expect(decision({ caller: { ...caller, policies: policies(allow({ Resource })) } })).toBe('implicitDeny')
    expect(decision(by(deny({ Resource })))).toBe('explicitDeny')
    const except = { Resource: undefined, NotResource: Resource }
    expect(decision({ caller: { ...caller, policies: policies(allow(except)) } })).toBe('implicitDeny')
    expect(decision(by(deny(except)))).toBe('explicitDeny')
  })

  test('in an ARN of a condition: not before the fifth colon', () => {
    const condition = (value: string) => ({ ArnLike: { 'aws:PrincipalArn': value } })
    const behind = `arn:aws:iam::*:user/${variable('aws:username')}`
    expect(holds(condition(behind), asked)).toBe(true)
    const before = `arn:aws:iam::${variable('aws:PrincipalAccount')}:user/alice`
    expect(holds(condition(before), asked)).toBe(false)
    expect(holds({ ArnNotLike: { 'aws:PrincipalArn': before } }, asked)).toBe(false)
    expect(holds(condition(before), asked, 'Deny')).toBe(true)
    // To a text it is a text.
    expect(holds({ StringLike: { 'aws:PrincipalArn': before } }, asked)).toBe(true)
  })

  test('what a variable of a Resource asks for is looked up', () => {
    const days = variable('kms:TrailingDaysWithoutKeyUsage')
    const [policy] = policies(allow({ Resource: keyArn.replace(/key\/.*/, `key/${days}`) }))
    expect(identityPolicy(policy).conditionKeys).toContain('kms:trailingdayswithoutkeyusage')
  })
})

describe('a condition that means nothing: an Allow does not apply, a Deny does', () => {
  const caller = { principal: 'user/alice', tags: { t: '21', date: '2026-01-01', yes: 'true', bytes: 'AQID' } }
  const rows: [what: string, operators: string, key: string, value: unknown][] = [
    ['a number that is none', 'Numeric', 'aws:PrincipalTag/t', 'twenty'],
    ['one number that is none', 'Numeric', 'aws:PrincipalTag/t', [21, 'twenty']],
    ['a variable for a number', 'Numeric', 'aws:PrincipalTag/t', variable('aws:PrincipalTag/t')],
    ['a date that is none', 'Date', 'aws:CurrentTime', 'tomorrow'],
    ['a date as people write it', 'Date', 'aws:CurrentTime', 'Jan 1 2026'],
    ['a month too many', 'Date', 'aws:CurrentTime', '2026-13-01'],
    ['the 30th of February', 'Date', 'aws:CurrentTime', '2026-02-30'],
    ['hour 24', 'Date', 'aws:CurrentTime', '2026-01-01T24:00:00Z'],
    ['a zone that is none', 'Date', 'aws:CurrentTime', '2026-01-01T00:00:00+99:00'],
    ['a time without a day', 'Date', 'aws:CurrentTime', '2026-01T00:00Z'],
    ['a variable for a date', 'Date', 'aws:PrincipalTag/date', variable('aws:CurrentTime')],
    ['a Bool that is none', 'Bool', 'aws:PrincipalTag/yes', 'yes'],
    ['a variable for a Bool', 'Bool', 'aws:PrincipalTag/yes', variable('aws:PrincipalTag/yes')],
    ['a Bool by the name of a method', 'Bool', 'aws:PrincipalTag/yes', 'constructor'],
    ['bytes that are none', 'Binary', 'aws:PrincipalTag/bytes', 'AQI'],
    ['a variable for bytes', 'Binary', 'aws:PrincipalTag/bytes', variable('aws:PrincipalTag/bytes')],
    ['an address that is none', 'Ip', 'aws:PrincipalTag/t', '10.0.0.300'],
    ['a network that is too long', 'Ip', 'aws:PrincipalTag/t', '10.0.0.0/33'],
    ['a variable for an address', 'Ip', 'aws:PrincipalTag/t', variable('aws:SourceIp')],
    ['an ARN with too few parts', 'Arn', 'aws:PrincipalArn', 'arn:aws:iam:*'],
    ['no ARN', 'Arn', 'aws:PrincipalArn', '*'],
    ['an empty list', 'String', 'aws:username', []],
    ['an empty list of numbers', 'Numeric', 'aws:PrincipalTag/t', []],
    ['a key that AWS KMS does not know', 'String', 'kms:EncryptionContxt:a', 'b'],
    ['a context key without a name', 'String', 'kms:EncryptionContext:', 'b'],
    ['a register without a number', 'String', 'kms:RecipientAttestation:PCR', 'b'],
    ['a key that a Kelvin sign begins', 'String', '\u212Ams:KeySpec', 'SYMMETRIC_DEFAULT'],
    ['Null that is neither', 'Null', 'kms:EncryptionContextKeys', 'yes'],
    ['Null of an empty list', 'Null', 'kms:EncryptionContextKeys', []],
    ['Null of a key that AWS KMS does not know', 'Null', 'kms:KeySpek', true],
    ['Null: false of such a key', 'Null', 'kms:KeySpek', false],
  ]
  const names: Readonly<Record<string, string[]>> = {
    String: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringNotEqualsIgnoreCase'],
    Numeric: ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericGreaterThanEquals'],
    Date: ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateGreaterThan'],
    Arn: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    Ip: ['IpAddress', 'NotIpAddress'],
    Bool: ['Bool'],
    Binary: ['BinaryEquals'],
    Null: ['Null'],
  }
  const cases = rows.flatMap(([what, kind, key, value]) =>
    (names[kind] as string[]).flatMap((operator) =>
      (kind === 'Null' ? [operator] : [operator, `${operator}IfExists`, `ForAnyValue:${operator}`]).map(
        (name) => [what, name, key, value] as const,
      ),
    ),
  )
  test.each(cases)('%s under %s', (_what, operator, key, value) => {
    const condition = { [operator]: { [key]: value } }
    expect(holds(condition, { caller })).toBe(false)
    expect(holds(condition, { caller }, 'Deny')).toBe(true)
  })

  test('a key of somebody else, which only this vault has no value for, is absent', () => {
    for (const key of ['aws:SourceVpce', 'aws:SomethingNew', 's3:prefix', 'cognito-identity.amazonaws.com:sub']) {
      expect(holds({ StringEquals: { [key]: 'a' } }, {}, 'Deny')).toBe(false)
      expect(holds({ StringNotEquals: { [key]: 'a' } })).toBe(true)
    }
  })
})

describe('AUTHZ-21 dates', () => {
  const equal: [date: string, utc: string][] = [
    ['2026-01-01', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00.250', '2026-01-01T00:00:00.250Z'],
    ['2026-01-01T00:00:00.2509', '2026-01-01T00:00:00.250Z'],
    ['2026-01', '2026-01-01T00:00:00Z'],
    ['2026-01-01t00:00:00z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T01:30:00+01:30', '2026-01-01T00:00:00Z'],
    ['2025-12-31T19:00:00-05:00', '2026-01-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['1767225600', '2026-01-01T00:00:00Z'],
    ['1767225600.5', '2026-01-01T00:00:00.500Z'],
    // Digits alone are seconds since 1970, as everywhere at AWS, and no year.
    ['2026', '1970-01-01T00:33:46Z'],
  ]
  afterEach(() => void vi.unstubAllEnvs())
  test.each([
    ['UTC', 0],
    ['Asia/Kolkata', -330],
    ['America/New_York', 300],
  ])('without a zone are in UTC, also in %s', (zone, offset) => {
    vi.stubEnv('TZ', zone)
    expect(new Date('2026-01-01T00:00').getTimezoneOffset(), 'this is where we are').toBe(offset)
    for (const [date, utc] of equal) expect(dateOf(date), date).toBe(Date.parse(utc))
  })
})

describe('AUTHZ-21 addresses', () => {
  const rows: [network: string, inside: string[], outside: string[]][] = [
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['11.0.0.0', '9.255.255.255', '::a00:0', 'x', '']],
    ['203.0.113.7', ['203.0.113.7'], ['203.0.113.8', '203.0.113.7/32']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::', '256.0.0.1', '1.2.3', '01.2.3.4']],
    ['192.168.1.128/25', ['192.168.1.128', '192.168.1.255'], ['192.168.1.127']],
    ['2001:db8::/32', ['2001:db8::1', '2001:0DB8:ffff::'], ['2001:db9::', '1.2.3.4', '2001:db8::1::', '2001:db8']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::', '::2', ':::1', '0:0:0:0:0:0:0:0:1']],
    ['::/0', ['::', 'ffff::ffff'], ['0.0.0.0', '::10000', '1:2:3:4:5:6:7::8:9']],
  ]
  test.each(rows)('%s', (network, inside, outside) => {
    const contains = networkOf(network)
    for (const address of inside) expect(contains?.(address), address).toBe(true)
    for (const address of outside) expect(contains?.(address), address).toBe(false)
  })

  test.each(['', '10.0.0.0/', '10.0.0/8', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', ':', '10.0.0.0/-1', 'a.b.c.d'])(
    "'%s' is no network",
    (network) => expect(networkOf(network)).toBeUndefined(),
  )
})

describe('AUTHZ-26 names ignore case, of the letters A to Z', () => {
  const KELVIN = '\u212A'
  test.each([
    ['kms:KEYSPEC', true],
    ['KMS:keyspec', true],
    [`${KELVIN}ms:KeySpec`, false],
    [`kms:${KELVIN}eySpec`, false],
  ])('%s', (key, expected) => {
    expect(holds({ StringEquals: { [key]: 'SYMMETRIC_DEFAULT' } })).toBe(expected)
  })

  test('of context pairs and tags', () => {
    const condition = { StringEquals: { 'kms:EncryptionContext:KEY': 'v' } }
    expect(holds(condition, withContext({ key: 'v' }))).toBe(true)
    expect(holds(condition, withContext({ [`${KELVIN}ey`]: 'v' }))).toBe(false)
    expect(holds({ StringEquals: { [`kms:EncryptionContext:${KELVIN}ey`]: 'v' } }, withContext({ key: 'v' }))).toBe(
      false,
    )
    const tags = { [`${KELVIN}ind`]: 'v' }
    const tagged: Asked = { caller: { principal: 'user/alice', tags } }
    expect(holds({ StringEquals: { 'aws:PrincipalTag/Kind': 'v' } }, tagged)).toBe(false)
    expect(holds({ StringEquals: { [`aws:PrincipalTag/${KELVIN}IND`]: 'v' } }, tagged)).toBe(true)
  })

  test('of operators, variables, actions and Bool', () => {
    expect(holds({ stringequals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } })).toBe(true)
    expect(holds({ 'foranyvalue:STRINGEQUALSifexists': { 'kms:KeySpec': 'x' } })).toBe(false)
    expect(() => holds({ [`StringLi${KELVIN}e`]: { 'kms:KeySpec': 'x' } })).toThrow(/has no condition operator/)
    expect(holds({ Bool: { 'kms:MultiRegion': 'FALSE' } })).toBe(true)
    const who = (value: string) => ({ StringEquals: { 'kms:EncryptionContext:who': value } })
    expect(holds(who(variable('AWS:UserName')), withContext({ who: 'alice' }))).toBe(true)
    for (const [Action, expected] of [
      ['KMS:eNCRYPT', 'allowed'],
      [`${KELVIN}ms:Encrypt`, 'implicitDeny'],
    ])
      expect(decision({ caller: { principal: 'user/alice' }, key: [allow({ Principal: '*', Action })] })).toBe(expected)
  })
})
