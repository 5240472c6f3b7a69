/** Policies ready to be asked: what documents are compiled to. */
import type { Principal } from './principals.js'

export type Effect = 'Allow' | 'Deny'

/** What a request says under a condition key (whole name, lower case); undefined if it says nothing. */
export type ConditionValues = (name: string) => readonly string[] | undefined

/** One condition of a statement: an operator, a key, and what the policy wants of it. */
export interface Condition {
  /** Lower case. */
  readonly key: string
  readonly holds: (values: ConditionValues, effect: Effect) => boolean
  /** Condition keys that its policy variables name, lower case. */
  readonly variables: readonly string[]
}

/**
 * How a statement names a caller: by itself (`direct`), by its account (`account`), which lets the account's identity
 * policies decide, or not at all.
 */
export type PrincipalMatch = 'direct' | 'account' | undefined
export type PrincipalMatcher = (principal: Principal) => PrincipalMatch

/** A statement ready to be asked. */
export interface Statement {
  readonly sid: string | undefined
  readonly effect: Effect
  /** Absent in identity policies, which hold for whom they are attached to. */
  readonly principals?: PrincipalMatcher
  /** Whether an action, in lower case, is meant. */
  readonly matchesAction: (action: string) => boolean
  readonly matchesResource: (arn: string, values: ConditionValues) => boolean
  readonly conditions: readonly Condition[]
}

/** A policy ready to be asked. */
export interface Policy {
  readonly statements: readonly Statement[]
  /** All condition keys that it looks at, lower case: some cost a look into the database. */
  readonly conditionKeys: ReadonlySet<string>
}
