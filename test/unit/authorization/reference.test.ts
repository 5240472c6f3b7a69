/** The evaluator against a second one, over policies and requests made at random (AUTHZ-10 to AUTHZ-33). */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { account, decide, keyArn, other, realm, role, root, user } from './fixtures.js'
import { type ReferenceDocument, type ReferenceRequest, referenceDecision } from './reference-evaluator.js'

/** A policy variable. */
const variable = (inside: string) => `\${${inside}}`

const variables = [
  'aws:username',
  'aws:PrincipalTag/team',
  'AWS:PRINCIPALTAG/empty',
  "aws:PrincipalTag/none, 'red'",
  "aws:PrincipalTag/empty, 'red'",
  'aws:PrincipalTag/none',
  'kms:EncryptionContextKeys',
  'kms:EncryptionContext:who',
  'aws:TagKeys',
  'kms:ResourceAliases',
  'kms:CallerAccount',
  '*',
  '$',
].map(variable)
const [userVariable, teamVariable] = variables as [string, string]
const session = `arn:aws:sts::${account}:assumed-role/app/s1`

/** Values that policies want and requests have: few enough that they meet. */
const words = ['red', 'Red', 'r*d', 'r?', 'alice', 'key', 'a', '']
const wordsWithVariables = [
  ...words,
  ...variables,
  `${userVariable}*`,
  `r${variable('aws:PrincipalTag/empty')}*`,
  `*${teamVariable}`,
  `${'$'}{aws:username`,
]
const arns = [
  user('alice'),
  role('app'),
  role('team/app'),
  role('team/*'),
  `arn:aws:iam::${account}:user/${userVariable}`,
  `arn:aws:iam::${variable('aws:PrincipalAccount')}:user/alice`,
  'arn:aws:iam::*:role/*',
  'arn:aws:iam:x',
  '*',
]
const numbers = ['21', '21.0', '-3', '30', 'many', variable('aws:EpochTime')]
const dates = ['2026-01-01', '2026-01-01T00:00:00', '2025-12-31T23:00:00-01:00', '2026-01-01T00:00:01Z', '1767225600']
const notDates = ['yesterday', '2026-13-01', 'Jan 1 2026', variable('aws:CurrentTime')]
const booleans = [true, 'true', 'FALSE', false, 'yes', variable('aws:SecureTransport')]
const bytes = ['AQID', 'AQI=', 'AQI', variable('aws:PrincipalTag/team')]
const addresses = ['10.0.0.0/8', '10.0.0.1', '10.0.0.300', '::/0x', variable('aws:SourceIp')]

const tagKeys = ['aws:PrincipalTag/team', 'aws:principaltag/TEAM', 'aws:PrincipalTag/empty', 'aws:PrincipalTag/none']
const textKeys = [
  ...tagKeys,
  'aws:username',
  'kms:EncryptionContext:who',
  'kms:encryptioncontext:Who',
  'kms:EncryptionContextKeys',
  'kms:ResourceAliases',
  'aws:ResourceTag/team',
  'kms:KeySpec',
  'kms:KeySpek',
  '\u212Ams:KeySpec',
  'kms:RequestAlias',
  'aws:SourceVpce',
]
/** What an operator is asked with: condition keys, and values that mean something to it or nothing. */
const families: [operators: string[], keys: string[], values: unknown[]][] = [
  [
    ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    textKeys,
    wordsWithVariables,
  ],
  [['StringLike', 'StringNotLike'], textKeys, wordsWithVariables],
  [['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'], ['aws:PrincipalArn', 'aws:PrincipalTag/arn'], arns],
  [['StringEquals', 'StringLike', 'StringNotEquals'], ['aws:PrincipalArn'], arns],
  [
    ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericGreaterThanEquals'],
    ['aws:PrincipalTag/number', 'aws:PrincipalTag/none'],
    numbers,
  ],
  [
    ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
    ['aws:CurrentTime', 'aws:EpochTime', 'aws:PrincipalTag/date'],
    [...dates, ...dates, ...notDates],
  ],
  [['Bool'], ['kms:MultiRegion', 'aws:SecureTransport', 'aws:PrincipalTag/none'], booleans],
  [['BinaryEquals'], ['aws:PrincipalTag/bytes'], bytes],
  [['IpAddress', 'NotIpAddress'], ['aws:SourceIp', 'aws:PrincipalTag/address'], addresses],
]
const condition = fc.constantFrom(...families).chain(([operators, keys, values]) => {
  const operator = fc
    .tuple(
      fc.constantFrom('', '', '', 'ForAnyValue:', 'ForAllValues:'),
      fc.constantFrom(...operators),
      fc.constantFrom('', '', 'IfExists'),
    )
    .map((parts) => parts.join(''))
  const wanted = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...values) },
    { weight: 3, arbitrary: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  )
  return fc
    .tuple(operator, fc.constantFrom(...keys), wanted)
    .filter(([name, key]) => !(name.startsWith('ForAll') && /^kms:encryptioncontext:/i.test(key)))
})
const isNull = fc.tuple(fc.constant('Null'), fc.constantFrom(...textKeys), fc.constantFrom(true, 'false', 'TRUE', 'no'))
const conditions = fc
  .array(fc.oneof({ weight: 8, arbitrary: condition }, { weight: 1, arbitrary: isNull }), { maxLength: 2 })
  .map((list) => {
    const element: Record<string, Record<string, unknown>> = {}
    for (const [operator, key, wanted] of list) element[operator] = { ...element[operator], [key]: wanted }
    return element
  })

const actions = ['kms:*', '*', 'KMS:encrypt', 'kms:En*', 'kms:?ncrypt', 'kms:Decrypt', 's3:*', '\u212Ams:Encrypt']
const resources = [
  '*',
  keyArn,
  keyArn.replace(/key\/.*/, 'key/*'),
  keyArn.replace(/key\/.*/, `key/${variable('aws:PrincipalTag/empty')}*`),
  keyArn.replace('key/', `${variable('aws:PrincipalTag/kind')}/`),
  keyArn.replace(realm.region, variable('aws:RequestedRegion')),
  keyArn.replace(/key\/.*/, `${variable("aws:PrincipalTag/none, 'key/'")}*`),
  'arn:aws:kms:*',
  'arn:aws:kms:*:*:*',
  'key/*',
]
const some = (values: readonly string[]) =>
  fc.oneof(fc.constantFrom(...values), fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }))
const effect = fc.constantFrom('Allow', 'Allow', 'Deny')
const principals = fc.constantFrom<unknown>(
  '*',
  { AWS: '*' },
  { AWS: root() },
  { AWS: account },
  { AWS: [user('alice'), role('team/app')] },
  { AWS: role('app') },
  { AWS: role('other/path/app') },
  { AWS: session },
  { AWS: root(other) },
)
const keyStatement = fc.record({
  Effect: effect,
  Principal: principals,
  Action: fc.oneof(
    { weight: 4, arbitrary: some(actions) },
    { weight: 1, arbitrary: fc.constantFrom('Encrypt', 'en*') },
  ),
  Resource: fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: some(resources) }),
  Condition: conditions,
})
const identityStatement = fc
  .record({
    Effect: effect,
    action: fc.tuple(fc.constantFrom('Action', 'Action', 'NotAction'), some(actions)),
    resource: fc.tuple(fc.constantFrom('Resource', 'Resource', 'NotResource'), some(resources)),
    Condition: conditions,
  })
  .map(({ Effect, action, resource, Condition }) => ({
    Effect,
    [action[0]]: action[1],
    [resource[0]]: resource[1],
    Condition,
  }))
const identityPolicies = fc.array(
  fc.record({
    Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', undefined),
    Statement: fc.array(identityStatement, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 2 },
)

const tags = fc.record(
  {
    team: fc.constantFrom(...words.filter((word) => word !== '')),
    empty: fc.constant(''),
    kind: fc.constantFrom('key', '*', ''),
    arn: fc.constantFrom(user('alice'), 'no ARN'),
    number: fc.constantFrom('21', '30', 'x'),
    date: fc.constantFrom(...dates, 'x'),
    bytes: fc.constantFrom('AQID', 'AQI='),
    address: fc.constantFrom('10.0.0.1', '11.0.0.1', 'x'),
  },
  { requiredKeys: [] },
)
const request = fc.record({
  principal: fc.constantFrom(root(), user('alice'), role('team/app'), session, user('alice', other)),
  tags,
  keyTags: fc.record({ team: fc.constantFrom('red', 'a') }, { requiredKeys: [] }),
  action: fc.constantFrom('kms:Encrypt', 'kms:Encrypt', 'kms:Decrypt', 'kms:DisableKey'),
  context: fc.constantFrom<Record<string, string>>(
    {},
    { who: 'alice' },
    { Who: 'red', a: 'x' },
    { who: 'a', WHO: 'b' },
  ),
  aliases: fc.constantFrom<string[]>([], ['alias/red'], ['alias/a', 'alias/red']),
  multiRegion: fc.boolean(),
})
type Situation = typeof request extends fc.Arbitrary<infer Value> ? Value : never

const lower = (name: string) => name.toLowerCase()
const NOW = '2026-01-01T00:00:00.000Z'

/** What section 4 and 5 say that the request's context is. */
function contextOf({ principal, tags, keyTags, action, context, aliases, multiRegion }: Situation) {
  const principalAccount = principal.split(':')[4] as string
  const [kind, name = '', sessionName = ''] = (principal.split(':')[5] as string).split('/')
  const all: Record<string, string[]> = {
    'aws:principalarn': [kind === 'assumed-role' ? `arn:aws:iam::${principalAccount}:role/${name}` : principal],
    'aws:principalaccount': [principalAccount],
    'aws:currenttime': [NOW],
    'aws:epochtime': [String(Date.parse(NOW) / 1000)],
    'aws:requestedregion': [realm.region],
    'aws:securetransport': ['true'],
    'kms:calleraccount': [principalAccount],
    'kms:keyspec': ['SYMMETRIC_DEFAULT'],
    'kms:multiregion': [String(multiRegion)],
    'kms:resourcealiases': aliases,
  }
  if (kind === 'user') all['aws:username'] = [sessionName || name]
  for (const [tag, value] of Object.entries(tags)) all[`aws:principaltag/${tag}`] = [value]
  for (const [tag, value] of Object.entries(keyTags)) all[`aws:resourcetag/${tag}`] = [value]
  if (action === 'kms:DisableKey') return all
  all['kms:encryptioncontextkeys'] = Object.keys(context)
  for (const [pair, value] of Object.entries(context)) {
    const key = `kms:encryptioncontext:${lower(pair)}`
    all[key] = [...(all[key] ?? []), value]
  }
  return all
}

/** Sets of policies, each asked about four requests. */
const RUNS = 5_000

test('AUTHZ-10 to AUTHZ-33 it decides as the reference does', () => {
  const decisions: Record<string, number> = {}
  fc.assert(
    fc.property(
      fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
      fc.array(keyStatement, { minLength: 1, maxLength: 4 }),
      identityPolicies,
      fc.array(request, { minLength: 4, maxLength: 4 }),
      (version, key, policies, requests) => {
        for (const asked of requests) {
          const { principal, tags, keyTags, action, context, aliases, multiRegion } = asked
          const expected: ReferenceRequest = {
            arn: principal,
            action,
            resource: keyArn,
            keyAccount: account,
            keyPolicy: { Version: version, Statement: key },
            identityPolicies: policies as ReferenceDocument[],
            context: contextOf(asked),
            forIdentityPolicies: ['aws:resourcetag/', 'kms:resourcealiases'],
          }
          const { decision } = decide({
            caller: { principal, tags, policies },
            key,
            version,
            action,
            input: { EncryptionContext: context },
            keyFacts: {
              tags: keyTags,
              ...(multiRegion && { set: { role: 'PRIMARY', primaryRegion: realm.region, replicaRegions: [] } }),
            },
            looked: { aliases, aliasQuota: 50, lastUsedAt: 0 },
          })
          decisions[decision] = (decisions[decision] ?? 0) + 1
          if (decision !== referenceDecision(expected)) expect(decision).toBe(referenceDecision(expected))
        }
      },
    ),
    { numRuns: RUNS, seed: 20_121_017 },
  )
  // Each of the decisions is common, so that agreeing means something.
  for (const decision of ['allowed', 'explicitDeny', 'implicitDeny'])
    expect(decisions[decision], decision).toBeGreaterThan(RUNS / 10)
})
