/** Decides whether the caller of a request may do what it asks, and refuses what it may not. */
import type { VaultReader } from '../storage/reader.js'
import type { Claim, Right } from './claim.js'
import { evaluator } from './lazy-evaluator.js'

export type { Right } from './claim.js'

/**
 * Refuses a request that lacks a right.
 *
 * @returns nothing, at once, where nothing has to be looked up
 * @throws {@link AccessDeniedException}
 */
export function authorize(claim: Claim, right: Right, reader: VaultReader): undefined | Promise<undefined> {
  const { caller, realm } = claim
  // Most requests are the account root's, on keys whose policy lets it do everything. (Evaluation would say the same.)
  if (
    caller.isAccountRoot &&
    caller.accountId === realm.accountId &&
    caller.policies.length === 0 &&
    !right.key?.policy
  )
    return undefined
  const { decide, refusal } = evaluator()
  return decide(claim, right, reader).then((decision) => {
    if (decision.decision !== 'allowed') throw refusal(claim, right, decision)
    return undefined
  })
}
