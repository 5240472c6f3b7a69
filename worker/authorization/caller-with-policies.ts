/** Callers as they connect: with the identity policies that are attached to them. */
import type { Realm } from '../../src/contract/identifiers.js'
import { json, listOf, optional, read } from '../../src/contract/reader.js'
import { type Caller, callerWithoutPolicies, type PrincipalDescription } from './caller.js'
import { loadEvaluator } from './lazy-evaluator.js'

/** As long as key policies can be, which is more than AWS lets identity policies be. What came by message may be anything. */
const documents = optional(listOf(json({ longest: 32_768 }), { most: 50 }))

/**
 * The caller that a description names.
 *
 * @throws {@link ValidationException} if it names none
 * @throws MalformedPolicyDocumentException for an identity policy that is none
 */
export async function callerFor(realm: Realm, description: PrincipalDescription): Promise<Caller> {
  const policies = read(documents, description.policies, 'policies') ?? []
  const caller = callerWithoutPolicies(realm, description)
  // Everybody but the root is judged by policies.
  if (caller.isAccountRoot && policies.length === 0) return caller
  const { identityPolicy } = await loadEvaluator()
  return { ...caller, policies: policies.map(identityPolicy) }
}
