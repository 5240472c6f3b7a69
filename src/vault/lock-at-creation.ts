/** `openVault({ lock })`: a vault that is locked at rest from the beginning. Loaded where it is asked for. */
import { ValidationException } from '../contract/errors.js'
import { handleOf, optional, read, structure } from '../contract/reader.js'
import { afterIdle, protectorInputs } from '../contract/recovery.js'
import type { Lock } from './lock.js'
import type { LockAtCreation } from './options.js'

const options = structure({
  protectors: protectorInputs,
  afterIdle,
  onRecoveryCode: optional(
    handleOf<NonNullable<LockAtCreation['onRecoveryCode']>>('a function', (value) => typeof value === 'function'),
  ),
})

/**
 * Reads the option.
 *
 * @returns sets recovery up and locks the vault at rest, unless that was done before
 * @throws `ValidationException`
 */
export function lockAtCreation(given: unknown): (lock: Lock) => Promise<void> {
  const { protectors, onRecoveryCode, ...asked } = read(options, given, "openVault's options.lock")
  if (protectors.some(({ type }) => type === 'recoveryCode') && !onRecoveryCode)
    throw new ValidationException(
      "openVault's options.lock.onRecoveryCode is missing: it gets the recovery code, which nobody can show again.",
    )
  return async (lock) => {
    const recoveryCode = await lock.begin(protectors, asked)
    if (recoveryCode !== undefined) await onRecoveryCode?.(recoveryCode)
  }
}
