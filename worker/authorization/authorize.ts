import { AccessDeniedException } from '../../src/contract/errors.js'
import type { Caller } from './caller.js'

/**
 * Decides whether a caller may do something. Until policies and grants are evaluated the account root may do
 * everything and nobody else anything.
 *
 * @param action IAM action, such as `kms:Encrypt`
 * @param resource ARN of the key, or `*`
 * @throws {@link AccessDeniedException}
 */
export function authorize(caller: Caller, action: string, resource: string): void {
  if (caller.isAccountRoot) return
  throw new AccessDeniedException(
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  )
}
