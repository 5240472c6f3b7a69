/**
 * The decision (AUTHZ-10): pure, so that requests, dry runs and the simulator share it. Key policy, identity policies
 * and grants are weighed together; a Deny beats everything.
 */
import type { Caller } from './caller.js'
import { withoutCase } from './letter-case.js'
import type { ConditionValues, Policy, Statement } from './policy.js'

/** What is to be decided. */
export interface Question {
  readonly caller: Caller
  /** Such as `kms:Encrypt`. */
  readonly action: string
  /** ARN of a key or an alias, or `*`. */
  readonly resource: string
  /** The account of the resource. */
  readonly account: string
  /** Of the key; undefined for other resources, which only identity policies govern. */
  readonly keyPolicy: Policy | undefined
  /** Condition values as a key policy sees them, and as identity policies do (AUTHZ-40). */
  readonly values: { readonly inKeyPolicy: ConditionValues; readonly inIdentityPolicy: ConditionValues }
  /** The grant that allows it, if any does: looked for only if nothing else has decided. */
  readonly grant?: () => GrantMatch | undefined
}

/** A grant that allows what is asked. */
export interface GrantMatch {
  readonly grantId: string
  /** It names the caller's account and not the caller: an identity policy is needed too (AUTHZ-14). */
  readonly isForAccount: boolean
}

/** A statement or a grant that had a part in the decision. */
export interface Matched {
  readonly source: 'keyPolicy' | 'identityPolicy' | 'grant'
  readonly effect: 'Allow' | 'Deny'
  readonly sid?: string
  readonly grantId?: string
}

export interface Decision {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  readonly matched: readonly Matched[]
  /** Of an implicit deny: what would have had to allow it. */
  readonly missing?: 'keyPolicy' | 'identityPolicy'
}

export function evaluate(question: Question): Decision {
  const { caller, keyPolicy, account, grant } = question
  const { inKeyPolicy, inIdentityPolicy } = question.values
  const action = withoutCase(question.action)
  const applies = ({ includesAction, resources, conditions }: Statement, values: ConditionValues): boolean =>
    includesAction(action) &&
    resources.include(question.resource, values) &&
    conditions.every(({ holds }) => holds(values))
  const matched: Matched[] = []
  let direct = false
  let delegated = false
  let denied = false
  for (const statement of keyPolicy?.statements ?? []) {
    const match = statement.principals?.(caller)
    if (match === undefined || !applies(statement, inKeyPolicy)) continue
    matched.push(entry('keyPolicy', statement))
    if (statement.effect === 'Deny') denied = true
    else if (match === 'direct') direct = true
    else delegated = true
  }
  // The account root needs no identity policy, but can have one that denies (AUTHZ-13).
  let identity = caller.isAccountRoot
  for (const policy of caller.policies)
    for (const statement of policy.statements) {
      if (!applies(statement, inIdentityPolicy)) continue
      matched.push(entry('identityPolicy', statement))
      if (statement.effect === 'Deny') denied = true
      else identity = true
    }
  if (denied) return { decision: 'explicitDeny', matched }
  const isOwn = caller.accountId === account
  if (keyPolicy === undefined)
    return isOwn && identity ? { decision: 'allowed', matched } : refused(matched, 'identityPolicy')
  if (isOwn ? direct || (delegated && identity) : (direct || delegated) && identity)
    return { decision: 'allowed', matched }
  const found = grant?.()
  if (found && (!found.isForAccount || identity))
    return { decision: 'allowed', matched: [...matched, { source: 'grant', effect: 'Allow', grantId: found.grantId }] }
  // Whom no identity policy allows it hears of those alone, whatever the key's policy says, and whether there is a key.
  return refused(matched, identity ? 'keyPolicy' : 'identityPolicy')
}

function refused(matched: readonly Matched[], missing: 'keyPolicy' | 'identityPolicy'): Decision {
  return { decision: 'implicitDeny', matched, missing }
}

function entry(source: 'keyPolicy' | 'identityPolicy', { effect, sid }: Statement): Matched {
  return { source, effect, ...(sid !== undefined && { sid }) }
}
