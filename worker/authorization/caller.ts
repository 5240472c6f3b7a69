import { UnsupportedOperationException, ValidationException } from '../../src/contract/errors.js'
import { type Realm, rootArn } from '../../src/contract/identifiers.js'

/** On whose behalf a port makes requests: a property of the port, set by the worker when it makes the port. */
export interface Caller {
  readonly arn: string
  readonly isAccountRoot: boolean
}

/**
 * The caller that a principal names.
 *
 * @param principal `root`, or the ARN of the account root
 * @throws {@link UnsupportedOperationException} for users and roles: they come with the evaluation of policies, and a
 *   client that could do everything must not pass for one that is limited
 */
export function callerFor(realm: Realm, principal: unknown): Caller {
  if (typeof principal !== 'string' || principal === '')
    throw new ValidationException("A client needs a principal, for example { principal: 'root' }.")
  const root = rootArn(realm)
  if (principal === 'root' || principal === root) return { arn: root, isAccountRoot: true }
  throw new UnsupportedOperationException(
    `Clients for '${principal}' are not built yet: only the account root ('root') can be connected, because key policies are stored but not evaluated so far.`,
  )
}
