/** Gathers what a decision needs, from the request and the database, and has it made. */
import { AccessDeniedException } from '../../src/contract/errors.js'
import { type GrantIndex, isWithin } from '../storage/grant-index.js'
import type { VaultReader } from '../storage/reader.js'
import type { GrantConstraints, GrantOperation, KeyRecord } from '../storage/schema.js'
import type { Claim, Right } from './claim.js'
import { defaultKeyPolicy, policyOf } from './default-policy.js'
import { type Decision, evaluate, type GrantMatch, type Question } from './evaluate.js'
import { crossAccountOperations } from './permissions.js'
import type { Policy } from './policy.js'
import { keyPolicy } from './policy-document.js'
import {
  type ContextSource,
  contextOf,
  contextValues,
  type LookedUp,
  lookedUpConditionKeys,
} from './request-context.js'

/** The decision about one right, with the grants of the caller and all that its policies ask for. */
export async function decide(claim: Claim, right: Right, reader: VaultReader): Promise<Decision> {
  const { caller, operation, realm } = claim
  const isForeign = caller.accountId !== realm.accountId
  if (isForeign && !crossAccountOperations.has(operation))
    return { decision: 'implicitDeny', matched: [], missing: 'keyPolicy' }
  const policy = policyFor(claim, right)
  const looked = right.key && (await lookUp(claim, right.key, policy, reader))
  const question = questionOf(claim, right, policy, looked)
  const decision = evaluate(question)
  if (decision.decision !== 'implicitDeny' || !right.key) return decision
  const match = await grantFor(claim, right, right.key, reader)
  return match ? evaluate({ ...question, grant: () => match }) : decision
}

/** The policy of a key; of one that does not exist the default, which lets identity policies decide. */
function policyFor({ realm }: Claim, { key, isUnfound = false }: Right): Policy | undefined {
  if (key) return keyPolicy(policyOf(realm, key))
  return isUnfound ? keyPolicy(defaultKeyPolicy(realm)) : undefined
}

/** What a key policy would decide, by itself and with the caller's identity policies; grants do not count (POL-28). */
export function decideByPolicies(claim: Claim, right: Right, policy: Policy | undefined, looked?: LookedUp): Decision {
  return evaluate(questionOf(claim, right, policy, looked))
}

function questionOf(
  { caller, input, realm, now, isSameKey, given }: Claim,
  { action, resource, key, asked }: Right,
  policy: Policy | undefined,
  looked: LookedUp | undefined,
): Question {
  const source: ContextSource = {
    caller,
    action,
    input: input as Readonly<Record<string, unknown>>,
    key: key ?? asked,
    account: realm.accountId,
    region: realm.region,
    now,
    isSameKey,
    looked,
    given,
  }
  return {
    caller,
    action,
    resource,
    account: realm.accountId,
    keyPolicy: policy,
    values: contextValues(source),
  }
}

/** Looks up what policies ask for and a key's record does not tell. */
async function lookUp(
  { caller, quotas }: Claim,
  { keyId, createdAt }: KeyRecord,
  policy: Policy | undefined,
  reader: VaultReader,
): Promise<LookedUp | undefined> {
  const policies = policy ? [policy, ...caller.policies] : caller.policies
  if (!policies.some(({ conditionKeys }) => lookedUpConditionKeys.some((key) => conditionKeys.has(key))))
    return undefined
  const aliases = await reader.aliasNames(keyId)
  const usage = await reader.lastUsage(keyId)
  return { aliases, aliasQuota: quotas.aliasesPerKey, lastUsedAt: usage?.at ?? createdAt }
}

/** A grant that allows the right, to the caller itself or to its account. */
async function grantFor(
  { caller, input }: Claim,
  { action }: Right,
  { keyId }: KeyRecord,
  reader: VaultReader,
): Promise<GrantMatch | undefined> {
  const operation = action.slice('kms:'.length)
  const account = `arn:aws:iam::${caller.accountId}:root`
  for (const grantee of new Set([...caller.names, account])) {
    const index = await reader.grants(keyId, grantee)
    const grant =
      operation === 'CreateGrant'
        ? parentOf(index, input)
        : index.find(operation, contextOf({ action, input: input as Readonly<Record<string, unknown>> }))
    if (grant) return { grantId: grant.grantId, isForAccount: grantee === account && !caller.isAccountRoot }
  }
  return undefined
}

/** A grant by whose right another may be made (GRANT-20). */
function parentOf(index: GrantIndex, input: object) {
  const { Operations = [], Constraints } = input as {
    readonly Operations?: readonly GrantOperation[]
    readonly Constraints?: GrantConstraints
  }
  return index.creating().find((parent) => isWithin({ operations: Operations, constraints: Constraints }, parent))
}

const UNKNOWN_CIPHERTEXT =
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.'

/**
 * The refusal in the service's words (AUTHZ-90). It must not tell whether there is a key by the name that was asked for to
 * whom no policy allows anything: the same text is sent where there is none.
 */
export function refusal(
  { caller, operation, input, realm }: Claim,
  { action, resource: found, named: resource = found }: Right,
  { decision, matched, missing }: Decision,
): AccessDeniedException {
  const { KeyId, SourceKeyId } = input as { readonly KeyId?: string; readonly SourceKeyId?: string }
  // Whoever holds a ciphertext must not learn from it which keys exist.
  const isUnnamed =
    (operation === 'Decrypt' && KeyId === undefined) || (action === 'kms:ReEncryptFrom' && SourceKeyId === undefined)
  if (isUnnamed && decision === 'implicitDeny') return new AccessDeniedException(UNKNOWN_CIPHERTEXT)
  const beginning = `User: ${caller.arn} is not authorized to perform: ${action}`
  const isForeign = caller.accountId !== realm.accountId
  const denial = matched.find(({ effect }) => effect === 'Deny')
  // Callers of another account are not told that there is a key whose policy denies them.
  if (decision === 'explicitDeny' && !(isForeign && denial?.source !== 'identityPolicy')) {
    const kind = denial?.source === 'identityPolicy' ? 'an identity-based' : 'a resource-based'
    return new AccessDeniedException(`${beginning} on resource: ${resource} with an explicit deny in ${kind} policy`)
  }
  if (isForeign)
    return new AccessDeniedException(
      `${beginning} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
    )
  const kind = missing === 'identityPolicy' ? 'identity-based' : 'resource-based'
  return new AccessDeniedException(
    `${beginning} on resource: ${resource} because no ${kind} policy allows the ${action} action`,
  )
}
