/** Key policies: stored, checked for form and against lockout, given back. `authorization/` evaluates them. */
import { NotFoundException, ValidationException } from '../../src/contract/errors.js'
import { policyOf, storedPolicy } from '../authorization/default-policy.js'
import { evaluator } from '../authorization/lazy-evaluator.js'
import type { OperationRows, Target } from '../pipeline/row.js'
import { byKeyIdOrArn, onlyKey } from '../pipeline/targets.js'
import { listPage } from './paging.js'

/** The only name of a key policy there is (SDK-16). */
const DEFAULT = 'default'

export const keyPolicyRows = {
  GetKeyPolicy: {
    kind: 'read',
    audited: ['KeyId', 'PolicyName'],
    targets: byKeyIdOrArn,
    execute: async ({ input, realm }, targets) => {
      const { PolicyName = DEFAULT } = input
      if (PolicyName !== DEFAULT) throw new NotFoundException(`No such policy exists: the only name is '${DEFAULT}'.`)
      return { Policy: policyOf(realm, onlyKey(targets)), PolicyName }
    },
  },

  PutKeyPolicy: {
    kind: 'mutation',
    audited: ['KeyId', 'PolicyName', 'Policy', 'BypassPolicyLockoutSafetyCheck'],
    check: ({ PolicyName = DEFAULT }) => {
      if (PolicyName !== DEFAULT) throw new ValidationException(`The only name of a key policy is '${DEFAULT}'.`)
    },
    targets: byKeyIdOrArn,
    rules: (request, [target]) => {
      const { key, arn } = target as Target
      evaluator().checkKeyPolicy(request.input.Policy, request.quotas)
      evaluator().checkLockout(request, request.input.Policy, { resource: arn, key })
    },
    execute: async ({ input, realm }, targets, transaction) => {
      const { policy: _, ...key } = onlyKey(targets)
      await transaction.putKey({ ...key, ...storedPolicy(realm, input.Policy) })
      return {}
    },
  },

  ListKeyPolicies: {
    kind: 'read',
    audited: ['KeyId', 'Limit'],
    targets: byKeyIdOrArn,
    execute: async ({ input }, targets, { store }) => {
      const scope = `ListKeyPolicies ${onlyKey(targets).keyId}`
      const { items, ...page } = await listPage(store, scope, input, 100, () => ({ items: [DEFAULT] }))
      return { PolicyNames: [...items], ...page }
    },
  },
} satisfies OperationRows
