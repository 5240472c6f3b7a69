/**
 * What a vault that is locked at rest tells of its keys (LOCK-2). A key that could be used, or would be but for a switch, is
 * shown as `Unavailable`; its record keeps the real state, so that what is done to it meanwhile is remembered (T10). A key
 * that waits for something else shows that, locked or not, so that its deletion can be cancelled and its material imported.
 */
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import type { KeyState, OperationName } from '../../src/contract/shapes.js'

const hidden: readonly KeyState[] = ['Enabled', 'Disabled', 'Updating']

/**
 * Operations that use private material, of those for which the column `Unavailable` has no answer: it was written for keys
 * of custom key stores, which are symmetric encryption keys. The others of these do with the public half.
 */
const privateUses: readonly OperationName[] = ['GenerateMac', 'VerifyMac', 'Sign', 'DeriveSharedSecret', 'Decapsulate']

/** The state that is told of a key. */
export function shownState(state: KeyState, isLocked: boolean): KeyState {
  return isLocked && hidden.includes(state) ? 'Unavailable' : state
}

export function usesPrivateHalf(operation: OperationName): boolean {
  return privateUses.includes(operation)
}

/** @param what cannot be used, such as a key's ARN */
export function lockedError(what: string): KMSInvalidStateException {
  return new KMSInvalidStateException(`${what} is unavailable because the vault is locked.`, undefined, 'locked')
}
