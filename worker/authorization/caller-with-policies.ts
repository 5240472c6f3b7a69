/** Callers as they connect: with the identity policies that are attached to them. */
import { ValidationException } from '../../src/contract/errors.js'
import type { Realm } from '../../src/contract/identifiers.js'
import { type Caller, callerWithoutPolicies, type PrincipalDescription } from './caller.js'
import { loadEvaluator } from './lazy-evaluator.js'

const MOST_POLICIES = 50

/**
 * The caller that a description names.
 *
 * @throws {@link ValidationException} if it names none
 * @throws MalformedPolicyDocumentException for an identity policy that is none
 */
export async function callerFor(realm: Realm, description: PrincipalDescription): Promise<Caller> {
  const { policies = [] } = description
  if (!Array.isArray(policies) || policies.length > MOST_POLICIES)
    throw new ValidationException(`policies must be a list of at most ${MOST_POLICIES} identity policy documents.`)
  const caller = callerWithoutPolicies(realm, description)
  // Everybody but the root is judged by policies.
  if (caller.isAccountRoot && policies.length === 0) return caller
  const { identityPolicy } = await loadEvaluator()
  return { ...caller, policies: policies.map(identityPolicy) }
}
