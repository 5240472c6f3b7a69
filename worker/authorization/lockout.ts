/** The lockout safety check (POL-26 to POL-28): whoever sets a key policy must be able to set it again. */
import { MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import type { Claim, Right } from './claim.js'
import { decideByPolicies } from './decide.js'
import { keyPolicy } from './policy-document.js'

/**
 * Refuses a key policy under which its author could not call PutKeyPolicy.
 *
 * @param text the policy; undefined if the default one is attached, which is not checked
 * @param right on the key that is to have it
 * @throws {@link MalformedPolicyDocumentException}
 */
export function checkLockout(claim: Claim, text: string | undefined, right: Omit<Right, 'action'>): void {
  const { BypassPolicyLockoutSafetyCheck } = claim.input as { readonly BypassPolicyLockoutSafetyCheck?: boolean }
  if (text === undefined || BypassPolicyLockoutSafetyCheck === true) return
  const putKeyPolicy = { ...claim, operation: 'PutKeyPolicy' as const, input: {} }
  const { decision } = decideByPolicies(putKeyPolicy, { ...right, action: 'kms:PutKeyPolicy' }, keyPolicy(text))
  if (decision !== 'allowed')
    throw new MalformedPolicyDocumentException(
      'The new key policy will not allow you to update the key policy in the future.',
    )
}
