/** Locked at rest (LOCK-1 to LOCK-5): asked for, unlocked and locked, and given up again. */
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { keyArn } from '../../src/contract/identifiers.js'
import type { GestureMessage, NewProtectorMessage } from '../../src/contract/protectors.js'
import type { RecoverySetUp } from '../../src/contract/recovery.js'
import { Keyring } from './keyring.js'
import { lossOf, withoutCopy } from './missing-copies.js'
import type { RecoveredRegion } from './recovered-region.js'
import type { Recovery } from './recovery.js'
import type { LockSettings } from './recovery-record.js'
import type { RecoverySecrets } from './secrets.js'
import { wakeAll } from './waking.js'

/** The lock of this worker's vault. */
export interface Lock {
  readonly isAtRest: boolean
  readonly isLocked: boolean
  unlock(keyring: Keyring, afterIdle?: number): void
  lock(): void
}

export interface LockScope {
  readonly recovery: Recovery
  readonly lock: Lock
  readonly allRegions: () => Promise<readonly RecoveredRegion[]>
}

/** Keys that an error names. */
const MOST_NAMED = 10

/**
 * Locks the vault at rest, or changes after which time it locks itself. The vault stays unlocked here, by the gesture; other
 * tabs have to be unlocked from now on.
 *
 * @throws {@link KMSInvalidStateException} if material has no copy, with the ARNs of its keys
 */
export async function enable(scope: LockScope, gesture: GestureMessage, settings: LockSettings): Promise<void> {
  const { recovery, lock, allRegions } = scope
  await recovery.audited('EnableLock', (details) =>
    recovery.alone(() =>
      recovery.withGesture(gesture, async ({ secrets, protectorId, record }) => {
        details.openedBy = protectorId
        if (!record.atRest) {
          await recovery.settleAll(record)
          mustHaveCopies(
            (await Promise.all((await allRegions()).map(lossOf))).flatMap(({ current, older }) => [
              ...current,
              ...older.keys(),
            ]),
          )
        }
        await unlockWith(scope, secrets, settings)
        const isNew = !record.atRest
        try {
          const changed = await recovery.change((current) => ({
            ...current,
            atRest: true,
            lock: settings,
            generation: current.generation + (isNew ? 1 : 0),
          }))
          await recovery.settleAll(changed)
        } catch (error) {
          if (!lock.isAtRest) lock.lock()
          throw error
        }
      }),
    ),
  )
}

/** Sets recovery up and locks the vault at rest in one; see {@link enable}. */
export async function setUpLocked(
  scope: LockScope,
  protectors: readonly NewProtectorMessage[],
  settings: LockSettings,
): Promise<RecoverySetUp> {
  const native: string[] = []
  for (const region of await scope.allRegions())
    for await (const { key, material } of withoutCopy(region))
      if (!material.sealed) native.push(keyArn(region.realm, key.keyId))
  mustHaveCopies(native)
  return scope.recovery.setUp(protectors, { settings, begin: (secrets) => unlockWith(scope, secrets, settings) })
}

export async function unlock(scope: LockScope, gesture: GestureMessage): Promise<void> {
  const { recovery, lock } = scope
  if (!lock.isAtRest) throw notAtRest()
  await recovery.audited('UnlockVault', (details) =>
    recovery.withGesture(gesture, async ({ secrets, protectorId, record }) => {
      details.openedBy = protectorId
      await unlockWith(scope, secrets, record.lock ?? {})
    }),
  )
}

/** @throws {@link KMSInvalidStateException} if the vault is not locked at rest */
export async function lockNow({ recovery, lock }: Pick<LockScope, 'recovery' | 'lock'>): Promise<void> {
  if (!lock.isAtRest) throw notAtRest()
  if (lock.isLocked) return
  lock.lock()
  await recovery.noteLocked('asked')
}

/** Stores all material as handles again. Until the last has come back, the vault is as it was. */
export async function disable({ recovery, allRegions }: LockScope, gesture: GestureMessage): Promise<void> {
  await recovery.audited('DisableLock', (details) =>
    recovery.alone(() =>
      recovery.withGesture(gesture, async ({ secrets, protectorId, record }) => {
        details.openedBy = protectorId
        if (!record.atRest) throw notAtRest()
        const { vaultId } = record
        const keyring = await Keyring.of(secrets, () => {})
        const waking = {
          vaultId,
          openingOf: (pairId: string) => keyring.openingKey(pairId),
          markerKeyOf: (region: RecoveredRegion) => keyring.markerKey(region),
        }
        try {
          await wakeAll(allRegions, waking)
          const changed = await recovery.change(({ lock: _, ...current }) => ({
            ...current,
            atRest: false,
            generation: current.generation + 1,
          }))
          await recovery.settleAll(changed)
          // What was brought along from a Region that slept while another was awake already.
          await wakeAll(allRegions, waking)
        } catch (error) {
          await recovery.backToRest().catch(() => {})
          throw error
        } finally {
          keyring.wipe()
        }
      }),
    ),
  )
}

async function unlockWith(
  { recovery, lock, allRegions }: LockScope,
  secrets: RecoverySecrets,
  { afterIdle }: LockSettings,
): Promise<void> {
  const keyring = await Keyring.of(secrets, () => {
    if (lock.isLocked) return
    lock.lock()
    recovery.noteLocked('pairRenewed').catch(() => {})
  })
  // So that marks which were given out before can be opened from the first request on.
  await Promise.all((await allRegions()).map((region) => keyring.markerKey(region)))
  lock.unlock(keyring, afterIdle)
}

function mustHaveCopies(arns: readonly string[]): void {
  if (arns.length === 0) return
  const named = arns.slice(0, MOST_NAMED).join(', ')
  const others = arns.length > MOST_NAMED ? ` and ${arns.length - MOST_NAMED} more` : ''
  throw new KMSInvalidStateException(
    `Locked at rest, material without a sealed copy would be lost: ${named}${others}. vault.recovery.renewKey gives a symmetric key new material, which has one; what its older material encrypted has to be encrypted anew first.`,
  )
}

function notAtRest(): KMSInvalidStateException {
  return new KMSInvalidStateException('The vault is not locked at rest. vault.lock.enable makes it so.')
}
