/** Policies ready to be asked: what documents are compiled to. */
import type { Principal } from './principals.js'

export type Effect = 'Allow' | 'Deny'

/** What a request says under a condition key (whole name, lower case); undefined if it says nothing. */
export type ConditionValues = (name: string) => readonly string[] | undefined

/** One condition of a statement: an operator, a key, and what the policy wants of it. */
export interface Condition {
  readonly holds: (values: ConditionValues) => boolean
  /** Condition keys that it looks at, lower case: its own, and those of its policy variables. */
  readonly keys: readonly string[]
}

/** The resources of a statement. */
export interface Resources {
  /** Whether an ARN, or `*`, is meant. */
  readonly include: (arn: string, values: ConditionValues) => boolean
  /** Condition keys that their policy variables name, lower case. */
  readonly keys: readonly string[]
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
  readonly includesAction: (action: string) => boolean
  readonly resources: Resources
  readonly conditions: readonly Condition[]
}

/** A policy ready to be asked. */
export interface Policy {
  readonly statements: readonly Statement[]
  /** All condition keys that it looks at, lower case: some cost a look into the database. */
  readonly conditionKeys: ReadonlySet<string>
}
