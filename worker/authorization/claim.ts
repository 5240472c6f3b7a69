/** What is weighed: the part of a request that decides what its caller may do, and a right that it needs. */
import type { Realm } from '../../src/contract/identifiers.js'
import type { OperationName } from '../../src/contract/shapes.js'
import type { KeyRecord } from '../storage/schema.js'
import type { Caller } from './caller.js'
import type { ContextSource } from './request-context.js'

/** Something that a request needs to be allowed. */
export interface Right {
  /** Such as `kms:ReEncryptFrom`. */
  readonly action: string
  /** ARN of a key or an alias, or `*`. */
  readonly resource: string
  /** What the request named, where that is not the resource itself: the alias of a key. A refusal tells nothing else. */
  readonly named?: string | undefined
  /** The key, if the resource is one. */
  readonly key?: KeyRecord | undefined
  /** The request names a key that does not exist: whether its sender may learn that is asked as of a key of its account. */
  readonly isUnfound?: boolean
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
