/** When time changes a key: pure rules, used to find due keys and to deal with them. */
import type { KeyRecord, MaterialRecord } from './schema.js'
import type { Moment } from './vault-clock.js'

/** A key whose deletion is due is gone, whether or not the sweeper has removed it yet (STATE-25). */
export function isGone(key: KeyRecord | undefined, { now }: Pick<Moment, 'now'>): boolean {
  return key?.deletionDate !== undefined && key.deletionDate <= now
}

/** When the sweeper has to look at a key next; undefined if never. */
export function dueAt(key: KeyRecord): number | undefined {
  const deadlines = [key.deletionDate, key.importedMaterial?.validTo, nextRotation(key)]
  const known = deadlines.filter((deadline) => deadline !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** Whether time has changed a key in a way that its record does not show yet. */
export function isOverdue(key: KeyRecord, moment: Moment): boolean {
  return hasExpired(key, moment) || isRotationDue(key, moment)
}

/** Whether a new replica or a new primary is ready by now, and only its record does not say so yet. */
export function isTransitOver({ state, unsettledAt }: KeyRecord, { now }: Moment): boolean {
  return (state === 'Creating' || state === 'Updating') && (unsettledAt ?? 0) <= now
}

/** Whether any of a key's materials has expired. */
export function hasExpired({ importedMaterial }: KeyRecord, { now, latest }: Moment): boolean {
  if (importedMaterial === undefined) return false
  const { validTo = Number.POSITIVE_INFINITY, validToAtLatest = Number.POSITIVE_INFINITY } = importedMaterial
  return validTo <= now || validToAtLatest <= latest
}

/** Whether one material has expired: it is never shown again, whatever the clock says later (TIME-1). */
export function isExpired({ imported }: MaterialRecord, { now, latest }: Moment): boolean {
  if (!imported?.isHere || imported.validTo === undefined) return false
  return imported.validTo <= (imported.ignoresLatest ? now : latest)
}

export function isRotationDue(key: KeyRecord, { now }: Moment): boolean {
  const date = nextRotation(key)
  return date !== undefined && date <= now
}

/**
 * When automatic rotation has to act. Only usable keys rotate (ROT-21, ROT-23), replicas follow their primary (ROT-33),
 * and one rotation ends before the next begins.
 */
function nextRotation({ state, rotation, nextMaterial, set }: KeyRecord): number | undefined {
  const canRotate = (state === 'Enabled' || state === 'Updating') && set?.role !== 'REPLICA'
  return canRotate && nextMaterial?.rotation === undefined ? rotation?.nextDate : undefined
}
