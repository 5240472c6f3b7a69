/** Decides whether the caller of a request may do what it asks, and refuses what it may not. */
import type { Realm } from '../../src/contract/identifiers.js'
import type { OperationName } from '../../src/contract/shapes.js'
import type { VaultReader } from '../storage/reader.js'
import type { KeyRecord } from '../storage/schema.js'
import type { Caller } from './caller.js'
import { evaluator } from './lazy-evaluator.js'
import type { ContextSource } from './request-context.js'

/** Something that a request needs to be allowed. */
export interface Right {
  /** Such as `kms:ReEncryptFrom`. */
  readonly action: string
  /** ARN of a key or an alias, or `*`. */
  readonly resource: string
  /** The key, if the resource is one. */
  readonly key?: KeyRecord | undefined
  /** What CreateKey asks for: there is no key yet that condition keys could tell of. */
  readonly asked?: ContextSource['key']
}

/** The part of a request that decides what its caller may do. */
export interface Claim {
  readonly operation: OperationName
  readonly input: object
  readonly caller: Caller
  readonly realm: Realm
  readonly now: number
  readonly quotas: { readonly aliasesPerKey: number }
  readonly isSameKey?: boolean | undefined
  /** Condition values that the simulator was given. */
  readonly given?: ReadonlyMap<string, readonly string[]>
}

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
