/** The language of the key-state truth table (chapter 03): what key-states.ts is written in. */
import type { ErrorName } from '../../src/contract/errors.js'
import type { KeyState } from '../../src/contract/shapes.js'

/** Conditions that a cell can depend on besides the state (STATE-21, footnote 10). */
export type KeyStatePredicate =
  | 'always'
  | 'otherwise'
  | 'originExternal'
  | 'originNotExternal'
  | 'originExternalOrCustomKeyStore'
  | 'keyIsNewAliasTarget'
  | 'keyIsCurrentAliasTarget'

/** One rule of a cell; the first whose condition holds decides. */
export interface KeyStateRule {
  readonly when: KeyStatePredicate
  readonly result: 'ok' | 'fail' | 'unreachable'
  readonly error?: ErrorName
  /** Follows the key ARN; `{origin}` stands for the key's origin. */
  readonly message?: string
  readonly effect?: string
}
export type KeyStateCell = 'ok' | readonly KeyStateRule[]
export type KeyStateRow = { readonly [State in KeyState]: KeyStateCell }
