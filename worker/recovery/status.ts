/** How a vault stands (REC-27). */
import type { Protector, WorkerStatus } from '../../src/contract/recovery.js'
import type { Loss } from './missing-copies.js'
import type { ProtectorRecord } from './records.js'
import type { RecoveryRecord } from './recovery-record.js'
import { NOT_SET_UP, reasonsFor } from './safety.js'

/** What is known of the vault beside its record. */
export interface Findings {
  /** Of each Region. */
  readonly losses: readonly Loss[]
  /** Changes that each Region has seen, by their names. */
  readonly changes: ReadonlyMap<string, number>
  /** Milliseconds since 1970. */
  readonly now: number
}

export function statusOf(record: RecoveryRecord | undefined, { losses, changes, now }: Findings): WorkerStatus {
  const keysWithoutCopy = losses.flatMap(({ current }) => current)
  if (!record) return { state: 'none', reasons: [NOT_SET_UP], protectors: [], keysWithoutCopy, keysToReEncrypt: [] }
  const { protectors, previousPair, lastBackup, lastRehearsal, reEncrypted = [], changedAt } = record
  const { atRest, lock = {} } = record
  const keysToReEncrypt = losses.flatMap(({ older }) =>
    [...older].filter(([, ids]) => ids.some((id) => !reEncrypted.includes(id))).map(([arn]) => arn),
  )
  const reasons = reasonsFor({
    now,
    protectors: protectors.map(({ type }) => type),
    isBeingRenewed: previousPair !== undefined,
    keysWithoutCopy: keysWithoutCopy.length,
    keysToReEncrypt: keysToReEncrypt.length,
    lastBackup: lastBackup?.at,
    changedSinceBackup:
      lastBackup !== undefined &&
      (changedAt > lastBackup.at || [...changes].some(([region, count]) => lastBackup.changes[region] !== count)),
    lastRehearsal,
  })
  return {
    state: reasons.length === 0 ? 'safe' : 'at-risk',
    reasons,
    protectors: protectors.map(protectorOf),
    keysWithoutCopy,
    keysToReEncrypt,
    ...(lastBackup && { lastBackup: { at: new Date(lastBackup.at), target: lastBackup.target } }),
    ...(lastRehearsal && { lastRehearsal: { at: new Date(lastRehearsal.at), ok: lastRehearsal.ok } }),
    ...(atRest && { lock }),
  }
}

/** What is told of a protector. */
export function protectorOf({ id, type, label, createdAt }: ProtectorRecord): Protector {
  return { id, type, label, createdAt: new Date(createdAt) }
}
