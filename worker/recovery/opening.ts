/** A gesture is tried: what it opens, and what it costs to try again (PROT-6). */
import { equalInConstantTime } from '../../src/contract/bytes.js'
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import type { GestureMessage } from '../../src/contract/protectors.js'
import { IncorrectProtectorException } from '../../src/contract/recovery-errors.js'
import { gestureLockName } from '../../src/contract/recovery-names.js'
import type { RecoveryStore } from '../storage/recovery-store.js'
import { failedAgain, waitAfter } from './failures.js'
import { openProtectors, wipeGiven } from './protectors/protectors.js'
import { pairIdsOf, type RecoveryRecord } from './recovery-record.js'
import { rootPublicKeyOf } from './root.js'
import { RecoverySecret, type RecoverySecrets } from './secrets.js'

/** What a gesture has opened; whoever gets it wipes it. */
export interface Opened {
  /** As it is now. */
  readonly record: RecoveryRecord
  /** The protector that has opened. */
  readonly protectorId: string
  /** Of the pair that there is, in any case; while it is renewed, of the one before it too where the gesture opens that. */
  readonly secrets: RecoverySecrets
  /** The secret of the pair that there is. */
  readonly secret: RecoverySecret
}

export interface Opener {
  readonly vaultName: string
  readonly store: RecoveryStore<RecoveryRecord>
  readonly now: () => number
}

/**
 * Opens the recovery secret. One gesture of a vault is tried at a time, over all tabs, so that several have no more tries
 * than one; what follows a failure is written before the failure is told.
 *
 * @throws {@link IncorrectProtectorException} if it opens nothing, whatever it is that is wrong
 * @throws {@link KMSInvalidStateException} if recovery is not set up
 * @throws ValidationException for a mistyped code, which is no failure
 */
export function openWithGesture(opener: Opener, gesture: GestureMessage): Promise<Opened> {
  return navigator.locks.request(gestureLockName(opener.vaultName), async () => {
    const { store, now } = opener
    try {
      const failed = mustBeSetUp(await store.read()).failures
      if (failed) await wait(waitAfter(failed, now()))
      // The protectors may have changed while we waited for the lock, or for the time to pass.
      const record = mustBeSetUp(await store.read())
      const opened = await tryOn(record, gesture)
      if (opened) {
        await forget(opener, opened.protectorId, 'escrow' in gesture)
        return opened
      }
      await store.change((current) => current && { ...current, failures: failedAgain(current.failures, now()) })
      throw new IncorrectProtectorException(
        'It opens nothing here. Check what was given; after five failures in a row the vault waits before it tries again.',
      )
    } finally {
      wipeGiven(gesture)
    }
  })
}

/** @throws {@link KMSInvalidStateException} if there is none */
export function mustBeSetUp(record: RecoveryRecord | undefined): RecoveryRecord {
  if (!record) throw new KMSInvalidStateException('Recovery is not set up. Call vault.recovery.setUp first.')
  return record
}

export function wipe({ secrets }: Pick<Opened, 'secrets'>): void {
  for (const secret of secrets.values()) secret.wipe()
}

async function tryOn(record: RecoveryRecord, gesture: GestureMessage): Promise<Opened | undefined> {
  const { vaultId, rootPublicKey, protectors, pendingAnswers: pending = [], pair } = record
  const secrets = new Map<string, RecoverySecret>()
  let protectorId: string | undefined
  try {
    for (const pairId of pairIdsOf(record)) {
      const tried = protectors.filter(({ id }) => protectorId === undefined || id === protectorId)
      const opened = await openProtectors({ vaultId, pairId, rootPublicKey, protectors: tried, pending }, gesture)
      if (!opened) continue
      protectorId = opened.protectorId
      secrets.set(pairId, new RecoverySecret(opened.secret))
    }
    if (protectorId === undefined) return undefined
    const secret = secrets.get(pair.pairId)
    if (!secret)
      throw new KMSInvalidStateException(
        'The recovery pair was renewed since the holder of the escrow key was asked. Ask again, with vault.recovery.request.',
      )
    await checkIsOwn(record, secret)
    return { record, protectorId, secrets, secret }
  } catch (error) {
    wipe({ secrets })
    throw error
  }
}

/** Who could write into the vault's storage could have put a public key of their own there, for copies to be sealed to. */
async function checkIsOwn({ pair, rootPublicKey }: RecoveryRecord, secret: RecoverySecret): Promise<void> {
  const [publicKey, root] = await Promise.all([secret.publicKey(), rootPublicKeyOf(secret.rootSeed)])
  if (equalInConstantTime(publicKey, pair.publicKey) && equalInConstantTime(root, rootPublicKey)) return
  throw new KMSInvalidStateException(
    'The recovery key in the storage of this vault is not the one that your protectors open: somebody has changed it. Copies and backups that were made since can be opened by whoever did.',
  )
}

/** A gesture that opens ends the row of failures; an answer is used once. */
async function forget({ store }: Opener, protectorId: string, isAnswer: boolean): Promise<void> {
  await store.change((current) => {
    if (!current || !(current.failures || isAnswer)) return undefined
    const { failures: _, pendingAnswers = [], ...rest } = current
    return { ...rest, pendingAnswers: pendingAnswers.filter((each) => !isAnswer || each.protectorId !== protectorId) }
  })
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
