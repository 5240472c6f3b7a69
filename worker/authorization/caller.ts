import { principalTags } from '../../src/contract/control.js'
import { ValidationException } from '../../src/contract/errors.js'
import { type Realm, rootArn } from '../../src/contract/identifiers.js'
import { read, shown, text } from '../../src/contract/reader.js'
import type { Policy } from './policy.js'
import { accountOf, isIdentity, type Principal } from './principals.js'

/** On whose behalf a port makes requests: a property of the port, set by the worker when it makes the port. */
export interface Caller extends Principal {
  readonly arn: string
  /** What `aws:PrincipalArn` and its kin say (AUTHZ-32). */
  readonly identity: CallerIdentity
  readonly tags: Readonly<Record<string, string>>
  /** The identity policies attached to it. */
  readonly policies: readonly Policy[]
}

export interface CallerIdentity {
  /** The ARN; of a session that of its role. */
  readonly principalArn: string
  readonly principalType: 'Account' | 'User' | 'AssumedRole' | 'FederatedUser'
  readonly userId: string
  /** Of users only. */
  readonly userName?: string
}

/** How a principal is described to the vault. As it came: any of it may be anything. */
export interface PrincipalDescription {
  readonly principal: unknown
  /** Identity policy documents, as objects. */
  readonly policies?: unknown
  /** A plain map of principal tags. */
  readonly tags?: unknown
}

const LONGEST_PRINCIPAL = 2_048

/** The account root, as the page that opened the vault is. */
export function rootCaller(realm: Realm): Caller {
  return callerWithoutPolicies(realm, { principal: 'root' })
}

/**
 * The caller that a description names, before its policies are attached.
 *
 * @throws {@link ValidationException} if it names none
 */
export function callerWithoutPolicies(realm: Realm, { principal, tags }: PrincipalDescription): Caller {
  if (typeof principal !== 'string' || principal === '')
    throw new ValidationException("A client needs a principal, for example { principal: 'user/editor' }.")
  const arn = principalArn(realm, read(text({ longest: LONGEST_PRINCIPAL }), principal, 'principal'))
  const accountId = arn.split(':')[4] as string
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1]
  const roleArn = role === undefined ? undefined : `arn:aws:iam::${accountId}:role/${role}`
  return {
    arn,
    accountId,
    isAccountRoot: arn.endsWith(':root'),
    names: roleArn === undefined ? [arn] : [arn, roleArn],
    ...(roleArn !== undefined && { sessionOf: roleArn }),
    identity: identityOf(arn, accountId, roleArn),
    tags: read(principalTags, tags, 'tags') ?? {},
    policies: [],
  }
}

/**
 * The ARN that a principal's name stands for: `root`, `user/NAME`, `role/NAME`, or an ARN.
 *
 * @throws {@link ValidationException} if it names none
 */
export function principalArn(realm: Realm, principal: string): string {
  if (principal === 'root') return rootArn(realm)
  const account = accountOf(principal)
  if (account !== undefined) return rootArn({ ...realm, accountId: account })
  const arn = principal.startsWith('arn:') ? principal : `arn:aws:iam::${realm.accountId}:${principal}`
  if (isIdentity(arn)) return arn
  throw new ValidationException(
    `'${shown(principal)}' is no principal: root, user/NAME, role/NAME, or the ARN of an account, a user, a role or a session.`,
  )
}

function identityOf(arn: string, accountId: string, roleArn: string | undefined): CallerIdentity {
  const resource = arn.split(':')[5] as string
  const name = resource.slice(resource.lastIndexOf('/') + 1)
  if (resource === 'root') return { principalArn: arn, principalType: 'Account', userId: accountId }
  if (resource.startsWith('user/'))
    return { principalArn: arn, principalType: 'User', userId: `user:${name}`, userName: name }
  if (resource.startsWith('federated-user/'))
    return { principalArn: arn, principalType: 'FederatedUser', userId: `${accountId}:${name}` }
  const session = roleArn === undefined ? '' : `:${name}`
  const roleName = (roleArn ?? arn).slice((roleArn ?? arn).lastIndexOf('/') + 1)
  return { principalArn: roleArn ?? arn, principalType: 'AssumedRole', userId: `role:${roleName}${session}` }
}
