/** Enforces the key-state truth table (chapter 03) for every operation at once. */
import { KMSInvalidStateException, kmsError } from '../../src/contract/errors.js'
import type { KeyState, OperationName, Origin } from '../../src/contract/shapes.js'
import type { KeyStatePredicate } from './key-state-rules.js'
import { keyStates } from './key-states.js'

/** What the table has to know of a key. */
export interface GuardedKey {
  readonly arn: string
  readonly state: KeyState
  readonly origin: Origin
  /** UpdateAlias touches two keys: the one the alias is to name, and the one it names now. */
  readonly isCurrentAliasTarget: boolean
}

/**
 * Lets a request pass if the operation may use a key in its present state.
 *
 * @throws the error and message that the truth table prescribes
 */
export function guardKeyState(operation: OperationName, key: GuardedKey): void {
  const row = keyStates[operation]
  if (!row) return
  // Whatever has written the record: a state that nobody knows lets nothing pass.
  const cell = Object.hasOwn(row, key.state) ? row[key.state] : undefined
  if (cell === undefined) throw new KMSInvalidStateException(`${key.arn} is in a state that is not known.`)
  if (cell === 'ok') return
  const rule = cell.find(({ when }) => holds(when, key))
  if (rule?.error === undefined) return
  throw kmsError(rule.error, `${key.arn} ${rule.message?.replace('{origin}', key.origin)}`)
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
