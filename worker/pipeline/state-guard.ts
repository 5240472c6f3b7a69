/** Enforces the key-state truth table (chapter 03) for every operation at once. */
import { type ErrorName, KMSInvalidStateException, type KmsError, kmsError } from '../../src/contract/errors.js'
import type { KeyState, OperationName, Origin } from '../../src/contract/shapes.js'
import type { KeyStatePredicate, KeyStateRow, KeyStateRule } from './key-state-rules.js'
import { keyStates } from './key-states.js'
import { lockedError, shownState, usesPrivateHalf } from './locked-keys.js'

/** What the table has to know of a key. */
export interface GuardedKey {
  readonly arn: string
  /** As it is stored. */
  readonly state: KeyState
  readonly origin: Origin
  /** UpdateAlias touches two keys: the one the alias is to name, and the one it names now. */
  readonly isCurrentAliasTarget: boolean
  /** Whether the vault is locked at rest. */
  readonly isLocked: boolean
}

/**
 * Lets a request pass if the operation may use a key in its present state.
 *
 * @throws the error and message that the truth table prescribes
 */
export function guardKeyState(operation: OperationName, key: GuardedKey): void {
  const row = keyStates[operation]
  if (!row) return
  const { state, isLocked } = key
  if (shownState(state, isLocked) !== state && !isLeftToRealState(operation, row, key)) return
  const rule = ruleOf(row, state, key)
  if (rule?.error !== undefined) throw refusal(rule, key.arn, key.origin)
}

/**
 * The answer of the column `Unavailable`, about a key that is locked away. Where that column says only which keys custom key
 * stores hold (no asymmetric, HMAC or multi-Region ones), or which origins the operation takes, the real state decides about
 * what needs no private material; and nothing overtakes a move of the primary Region that goes on.
 *
 * @returns whether the real state decides
 */
function isLeftToRealState(operation: OperationName, row: KeyStateRow, key: GuardedKey): boolean {
  const rule = ruleOf(row, 'Unavailable', key)
  if (rule?.message === 'is unavailable.' || usesPrivateHalf(operation)) throw lockedError(key.arn)
  if (rule?.result === 'unreachable' || rule?.error === 'UnsupportedOperationException') return true
  if (rule?.error !== undefined) throw refusal(rule, key.arn, key.origin)
  return key.state === 'Updating'
}

/** @returns undefined if the operation just succeeds */
function ruleOf(row: KeyStateRow, state: KeyState, key: GuardedKey): KeyStateRule | undefined {
  // Whatever has written the record: a state that nobody knows lets nothing pass.
  const cell = Object.hasOwn(row, state) ? row[state] : undefined
  if (cell === undefined) throw new KMSInvalidStateException(`${key.arn} is in a state that is not known.`)
  return cell === 'ok' ? undefined : cell.find(({ when }) => holds(when, key))
}

function refusal({ error, message }: KeyStateRule, arn: string, origin: Origin): KmsError {
  return kmsError(error as ErrorName, `${arn} ${message?.replace('{origin}', origin)}`)
}

function holds(predicate: KeyStatePredicate, { origin, isCurrentAliasTarget }: GuardedKey): boolean {
  switch (predicate) {
    case 'always':
    case 'otherwise':
      return true
    case 'originExternal':
      return origin === 'EXTERNAL'
    case 'originNotExternal':
      return origin !== 'EXTERNAL'
    case 'originExternalOrCustomKeyStore':
      return origin !== 'AWS_KMS'
    case 'keyIsNewAliasTarget':
      return !isCurrentAliasTarget
    case 'keyIsCurrentAliasTarget':
      return isCurrentAliasTarget
  }
}
