/** `openVault({ lock })`: a vault that is locked at rest from the beginning. Loaded where it is asked for. */
import { ValidationException } from '../contract/errors.js'
import { handleOf, optional, read, structure } from '../contract/reader.js'
import { afterIdle, protectorInputs } from '../contract/recovery.js'
import type { Lock } from './lock.js'
import type { LockAtCreation } from './options.js'

const lockAtCreation = structure({
  protectors: protectorInputs,
  afterIdle,
  onRecoveryCode: optional(handleOf<NonNullable<LockAtCreation['onRecoveryCode']>>('a function', isCallback)),
})

function isCallback(value: unknown): boolean {
  return typeof value === 'function'
}

/** @throws `ValidationException` */
export function readLockAtCreation(given: unknown): LockAtCreation {
  const asked = read(lockAtCreation, given, "openVault's options.lock")
  if (asked.protectors.some(({ type }) => type === 'recoveryCode') && !asked.onRecoveryCode)
    throw new ValidationException(
      "openVault's options.lock.onRecoveryCode is missing: it gets the recovery code, which nobody can show again.",
    )
  return asked
}

/** Sets recovery up and locks the vault at rest, unless that was done before. */
export async function lockAtRest(lock: Lock, { protectors, afterIdle, onRecoveryCode }: LockAtCreation): Promise<void> {
  const recoveryCode = await lock.begin(protectors, { ...(afterIdle !== undefined && { afterIdle }) })
  if (recoveryCode !== undefined) await onRecoveryCode?.(recoveryCode)
}
