/** Documents: what is read from them, what is refused, and what becomes of what was stored before it was refused. */
import { describe, expect, test } from 'vitest'
import { checkKeyPolicy, keyPolicy } from '../../../worker/authorization/policy-document.js'
import {
  type Asked,
  account,
  allow,
  decision,
  deny,
  documentOf,
  type Element,
  identityPolicy,
  keyArn,
  other,
  role,
  user,
} from './fixtures.js'

const without = (element: Element, ...names: string[]): Element =>
  Object.fromEntries(Object.entries(element).filter(([name]) => !names.includes(name)))
const alice = (...attached: unknown[]): Asked => ({ caller: { principal: 'user/alice', policies: attached } })

describe('POL-40 identity policies', () => {
  const except = (name: 'Action' | 'Resource', value: unknown, element = allow()): Element => ({
    ...without(element, name),
    [`Not${name}`]: value,
  })
  const rows: [what: string, policy: unknown, action: string, expected: string][] = [
    ['NotAction: all but these', documentOf(except('Action', 'kms:Decrypt')), 'kms:Encrypt', 'allowed'],
    ['NotAction: not these', documentOf(except('Action', ['kms:De*', 's3:*'])), 'kms:Decrypt', 'implicitDeny'],
    ['NotAction of another service', documentOf(except('Action', 's3:*')), 'kms:Decrypt', 'allowed'],
    [
      'NotAction in a Deny',
      documentOf(allow(), except('Action', 'kms:Decrypt', deny())),
      'kms:Encrypt',
      'explicitDeny',
    ],
    [
      'NotAction in a Deny, what it excepts',
      documentOf(allow(), except('Action', 'kms:Decrypt', deny())),
      'kms:Decrypt',
      'allowed',
    ],
    ['NotResource: all but these', documentOf(except('Resource', `${keyArn}x`)), 'kms:Encrypt', 'allowed'],
    [
      'NotResource: not these',
      documentOf(except('Resource', [keyArn, 'arn:aws:s3:::b'])),
      'kms:Encrypt',
      'implicitDeny',
    ],
    ['NotResource: *', documentOf(except('Resource', '*')), 'kms:Encrypt', 'implicitDeny'],
    [
      'NotResource in a Deny',
      documentOf(allow(), except('Resource', keyArn, deny({ Action: 'kms:Encrypt' }))),
      'kms:Encrypt',
      'allowed',
    ],
    ['no Version', { Statement: [allow()] }, 'kms:Encrypt', 'allowed'],
    ['a single statement', { Version: '2012-10-17', Statement: allow() }, 'kms:Encrypt', 'allowed'],
  ]
  test.each(rows)('%s', (_what, policy, action, expected) => {
    expect(decision({ ...alice(policy), action })).toBe(expected)
  })

  test('without a Version variables are text, as in version 2008-10-17', () => {
    const Condition = { StringEquals: { 'kms:EncryptionContext:who': '$'.concat('{aws:username}') } }
    const by = (Version: string | undefined) => ({
      ...alice({ ...(Version && { Version }), Statement: [allow({ Condition })] }),
      input: { EncryptionContext: { who: 'alice' } },
    })
    expect(decision(by('2012-10-17'))).toBe('allowed')
    expect(decision(by('2008-10-17'))).toBe('implicitDeny')
    expect(decision(by(undefined))).toBe('implicitDeny')
  })

  const malformed: [what: string, policy: unknown, message: RegExp][] = [
    [
      'both Action and NotAction',
      documentOf(allow({ NotAction: 'kms:*' })),
      /Statement\[0\] has both Action and NotAction/,
    ],
    ['both Resource and NotResource', documentOf(allow({ NotResource: '*' })), /has both Resource and NotResource/],
    ['neither Action nor NotAction', documentOf(without(allow(), 'Action')), /must have Action or NotAction/],
    ['neither Resource nor NotResource', documentOf(without(deny(), 'Resource')), /must have Resource or NotResource/],
    ['an empty NotAction', documentOf(except('Action', [])), /Statement\[0\]\.NotAction must be/],
    ['a NotResource that is a number', documentOf(except('Resource', 1)), /Statement\[0\]\.NotResource must be/],
    ['a NotPrincipal', documentOf(allow({ NotPrincipal: '*' })), /NotPrincipal is not an element/],
    ['a Principal', documentOf(allow({ Principal: '*' })), /Principal has no place in an identity policy/],
    ['a Version that is none', { Version: '2012-10-18', Statement: [allow()] }, /Version must be one of/],
    ['a Version that is null', { Version: null, Statement: [allow()] }, /Version must be one of/],
    [
      'an action without its service',
      documentOf(allow({ Action: 'Encrypt' })),
      /Statement\[0\]\.Action must name actions/,
    ],
    ['the same in NotAction', documentOf(except('Action', ['kms:*', 'En*'])), /Statement\[0\]\.NotAction must name/],
    [
      'a condition key without its service',
      documentOf(allow({ Condition: { StringEquals: { KeySpec: 'a' } } })),
      /Condition\.StringEquals\.KeySpec is no condition key/,
    ],
  ]
  test.each(malformed)('refused: %s', (_what, policy, message) => {
    expect(() => identityPolicy(policy)).toThrow(message)
  })
})

describe('an ARN with too few parts: an Allow is for no resource, a Deny for each', () => {
  test.each(['key/*', 'arn:aws:kms:*', 'arn:*', 'arn:aws:kms:*:*', keyArn.split('/')[1], '**', ''])(
    '%s',
    (Resource) => {
      expect(decision(alice(documentOf(allow({ Resource }))))).toBe('implicitDeny')
      expect(decision(alice(documentOf(allow({ Resource: ['*', Resource] }))))).toBe('implicitDeny')
      expect(decision(alice(documentOf(allow(), deny({ Resource }))))).toBe('explicitDeny')
      const key = (statement: Element) => [allow({ Principal: { AWS: user('alice') } }), statement]
      expect(decision({ ...alice(), key: key(deny({ Principal: '*', Resource })) })).toBe('explicitDeny')
      expect(decision({ ...alice(), key: [allow({ Principal: '*', Resource })] })).toBe('implicitDeny')
    },
  )
})

describe('what is refused today may be stored since yesterday', () => {
  const rows: [what: string, element: Element, message: RegExp][] = [
    [
      'an action without its service',
      { Action: 'Encrypt' },
      /Statement\[0\]\.Action must name actions with their service/,
    ],
    ['one among others', { Action: ['s3:*', 'en*'] }, /Action must name actions with their service, .* 'en\*'/],
    [
      'a condition key without its service',
      { Condition: { StringEquals: { KeySpec: 'a' } } },
      /StringEquals\.KeySpec is no condition key: they begin with their service/,
    ],
  ]
  test.each(rows)('%s: refused when it is set; where it is stored, it never allows', (_what, element, message) => {
    for (const Effect of ['Allow', 'Deny']) {
      const text = JSON.stringify(documentOf({ ...allow({ Principal: '*' }), ...element, Effect }))
      expect(() => checkKeyPolicy(text, { keyPolicyBytes: 32_768 })).toThrow(message)
      expect(() => keyPolicy(text)).not.toThrow()
    }
    expect(decision({ ...alice(), key: [allow({ Principal: '*', ...element })] })).toBe('implicitDeny')
    const key = [allow({ Principal: '*' }), deny({ Principal: '*', ...element })]
    expect(decision({ ...alice(), key })).toBe('explicitDeny')
  })

  test('a Deny without its service denies what it names, so that its key can be mended', () => {
    const key = [allow({ Principal: '*' }), deny({ Principal: '*', Action: ['Encrypt', 'decrypt'] })]
    expect(decision({ ...alice(), key, action: 'kms:PutKeyPolicy' })).toBe('allowed')
  })
})

describe('POL-15 AUTHZ-6 a role that is named with its path is its sessions', () => {
  const session = (name: string, of = account): Asked => ({
    caller: { principal: `arn:aws:sts::${of}:assumed-role/${name}/s1` },
  })
  const rows: [named: string, asked: Asked, isMeant: boolean][] = [
    [role('team/app'), session('app'), true],
    [role('a/b/c/app'), session('app'), true],
    [role('app'), session('app'), true],
    [role('team/app'), session('team'), false],
    [role('team/app'), session('ap'), false],
    [role('team/app'), session('App'), false],
    [role('team/app', other), session('app'), false],
    [user('team/app'), session('app'), false],
    [role('app/team'), session('app'), false],
    [role('team/app'), { caller: { principal: role('team/app') } }, true],
    // Who comes as a role tells its path.
    [role('team/app'), { caller: { principal: role('app') } }, false],
    [role('team/app'), { caller: { principal: role('other/app') } }, false],
  ]
  test.each(rows)('%s and %o: %s', (named, asked, isMeant) => {
    expect(decision({ ...asked, key: [allow({ Principal: { AWS: named } })] }) === 'allowed').toBe(isMeant)
    const key = [allow({ Principal: '*' }), deny({ Principal: { AWS: [named, user('bob')] } })]
    expect(decision({ ...asked, key }) === 'explicitDeny').toBe(isMeant)
    for (const operator of ['ArnEquals', 'ArnLike', 'StringEquals', 'StringLike']) {
      const condition = (negated: boolean): Element => ({
        Condition: { [negated ? operator.replace(/(Equals|Like)/, 'Not$1') : operator]: { 'aws:PrincipalArn': named } },
      })
      const allowed = (element: Element) => decision({ ...asked, key: [allow({ Principal: '*', ...element })] })
      const denied = (element: Element) =>
        decision({ ...asked, key: [allow({ Principal: '*' }), deny({ Principal: '*', ...element })] })
      expect(allowed(condition(false)) === 'allowed', operator).toBe(isMeant)
      expect(denied(condition(false)) === 'explicitDeny', operator).toBe(isMeant)
      expect(allowed(condition(true)) === 'allowed', `not ${operator}`).toBe(!isMeant)
      expect(denied(condition(true)) === 'explicitDeny', `not ${operator}`).toBe(!isMeant)
    }
  })

  test('a pattern of paths is compared with what is known of them', () => {
    const Condition = { ArnLike: { 'aws:PrincipalArn': role('team/*') } }
    expect(decision({ ...session('app'), key: [allow({ Principal: '*', Condition })] })).toBe('implicitDeny')
  })
})

test('AUTHZ-24 a set operator can be left out, as at AWS', () => {
  const Condition = { StringEquals: { 'aws:TagKeys': 'x' } }
  const key = [allow({ Principal: '*' }), deny({ Principal: '*', Condition })]
  expect(() => checkKeyPolicy(JSON.stringify(documentOf(...key)), { keyPolicyBytes: 32_768 })).not.toThrow()
  const asked = { ...alice(), key, action: 'kms:UntagResource' }
  expect(decision({ ...asked, input: { TagKeys: ['a', 'x'] } })).toBe('explicitDeny')
  expect(decision({ ...asked, input: { TagKeys: ['a'] } })).toBe('allowed')
})

describe('an error repeats no more of a policy than tells where it is wrong', () => {
  const long = 'x'.repeat(20_000)
  const rows: [what: string, policy: unknown][] = [
    ['an element', { ...documentOf(allow()), [long]: 1 }],
    ['an element of a statement', documentOf(allow({ [long]: 1 }))],
    ['an operator', documentOf(allow({ Condition: { [long]: { 'kms:KeySpec': 'x' } } }))],
    ['an operator without keys', documentOf(allow({ Condition: { [long]: 1 } }))],
    ['a condition key', documentOf(allow({ Condition: { StringEquals: { [long]: 'x' } } }))],
    ['an action', documentOf(allow({ Action: long }))],
    ['a kind of principal', documentOf(allow({ Principal: { [long]: 'x' } }))],
  ]
  test.each(rows)('%s', (_what, policy) => {
    const isForKey = JSON.stringify(policy).includes('Principal')
    const refuse = () =>
      isForKey ? checkKeyPolicy(JSON.stringify(policy), { keyPolicyBytes: 32_768 }) : identityPolicy(policy)
    expect(refuse).toThrow(/^The policy is malformed: .{1,300}$/s)
  })
})
