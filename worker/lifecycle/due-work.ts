/** Does to one key what has fallen due, inside a transaction. */
import { keyArn, type Realm } from '../../src/contract/identifiers.js'
import { serviceEvent } from '../audit/audit-record.js'
import { hasExpired, isExpired, isGone, isRotationDue } from '../storage/deadlines.js'
import type { KeyRecord, MaterialRecord } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'
import { isBound, stateAfterLoss, withMaterials } from './imported-material.js'
import { DAY } from './key-facts.js'
import { type FreshMaterial, rotateToFresh } from './rotation.js'

/**
 * Brings a key up to date, in the order of TIME-1: expiry of imported material, deletion, rotation.
 *
 * @param takeFresh material for a rotation; if there is none left, the rotation stays due
 * @returns whether anything was due and is done
 */
export async function bringUpToDate(
  transaction: VaultTransaction,
  realm: Realm,
  key: KeyRecord,
  takeFresh: (key: KeyRecord) => FreshMaterial | undefined,
): Promise<boolean> {
  const { moment } = transaction
  if (isGone(key, moment)) {
    await remove(transaction, realm, key)
    return true
  }
  const fresh = isRotationDue(key, moment) ? takeFresh(key) : undefined
  let updated = key
  if (hasExpired(key, moment)) updated = await expire(transaction, realm, updated)
  if (fresh) updated = await rotate(transaction, realm, updated, fresh)
  if (updated === key) return false
  await transaction.putKey(updated)
  return true
}

async function remove(transaction: VaultTransaction, realm: Realm, { keyId, set }: KeyRecord): Promise<void> {
  await transaction.deleteKey(keyId)
  if (set?.role === 'REPLICA') await transaction.addDeparture({ keyId, primaryRegion: set.primaryRegion })
  transaction.audit(serviceEvent('DeleteKey', transaction.moment.now, [keyArn(realm, keyId)], { keyId }))
}

async function expire(transaction: VaultTransaction, realm: Realm, key: KeyRecord): Promise<KeyRecord> {
  const { moment } = transaction
  const materials = await transaction.materials(key.keyId)
  let updated = key
  let left = materials
  for (const material of materials) {
    if (!isExpired(material, moment)) continue
    ;({ key: updated, materials: left } = await removeImported(transaction, updated, left, material))
    const details = { keyId: key.keyId, keyMaterialId: material.materialId }
    transaction.audit(serviceEvent('DeleteExpiredKeyMaterial', moment.now, [keyArn(realm, key.keyId)], details))
  }
  return withMaterials(updated, left)
}

/**
 * Removes imported material. What the key is bound to leaves a record behind, so that only the same can be imported
 * again (IMP-11); what waits for a rotation goes without a trace.
 */
export async function removeImported(
  transaction: VaultTransaction,
  key: KeyRecord,
  materials: readonly MaterialRecord[],
  material: MaterialRecord,
): Promise<{ key: KeyRecord; materials: MaterialRecord[] }> {
  const others = materials.filter(({ materialId }) => materialId !== material.materialId)
  if (!isBound(key, material) && key.set?.role !== 'REPLICA') {
    const { nextMaterial: _, ...rest } = key
    await transaction.deleteMaterial(material.keyId, material.materialId)
    return { key: withSetTold(rest, transaction.moment.now), materials: others }
  }
  const { keyId, materialId, createdAt, rotation } = material
  const { description } = material.imported ?? {}
  const trace: MaterialRecord = {
    keyId,
    materialId,
    createdAt,
    handles: {},
    ...(rotation && { rotation }),
    imported: { isHere: false, ...(description !== undefined && { description }) },
  }
  await transaction.putMaterial(trace)
  await transaction.deleteCopy(keyId, materialId)
  const state = isBound(key, material) ? stateAfterLoss(key.state) : key.state
  return { key: { ...key, state }, materials: [...others, trace] }
}

/** Marks that other Regions have to hear of a change, if there are any. */
export function withSetTold(key: KeyRecord, now: number): KeyRecord {
  return key.set ? { ...key, unsettledAt: now } : key
}

async function rotate(
  transaction: VaultTransaction,
  realm: Realm,
  key: KeyRecord,
  fresh: FreshMaterial,
): Promise<KeyRecord> {
  const { rotation } = key
  if (!rotation) return key
  const { now } = transaction.moment
  const period = rotation.periodInDays * DAY
  // Late by whole periods: once is enough, and the schedule begins anew (ROT-13).
  const nextDate = now - rotation.nextDate >= period ? now + period : rotation.nextDate + period
  return rotateToFresh(transaction, realm, { ...key, rotation: { ...rotation, nextDate } }, fresh, 'AUTOMATIC')
}
