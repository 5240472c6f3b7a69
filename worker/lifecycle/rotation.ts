/** Rotation of a key's material, whoever asks for it (ROT-1 to ROT-6). */
import { type KeyId, keyArn, type Realm } from '../../src/contract/identifiers.js'
import { serviceEvent } from '../audit/audit-record.js'
import { makeMaterial } from '../material/materials.js'
import type { KeyRecord, MaterialId, MaterialRecord, RotationType } from '../storage/schema.js'
import { StaleBirth } from '../storage/stored-material.js'
import type { VaultTransaction } from '../storage/transaction.js'
import type { Births, Born } from './births.js'
import { hasReplicas, newMaterialId } from './key-facts.js'

/** Material that a rotation can take. It takes time to make, so that it has to be there before a transaction begins. */
export interface FreshMaterial extends Born {
  readonly keyId: KeyId
  readonly materialId: MaterialId
}

export async function makeFreshMaterial(births: Births, key: KeyRecord): Promise<FreshMaterial> {
  const { keyId, keySpec, keyUsage } = key
  const newborn = { keyId, keySpec, keyUsage, materialId: newMaterialId(), position: nextPosition(key) }
  const born = await births.bear(newborn, (sealer, options) => makeMaterial(newborn, sealer, options))
  if (!born) throw new TypeError('no material was made')
  return { ...newborn, ...born }
}

/** The place in the rotation that the next material takes. */
export function nextPosition({ rotations }: KeyRecord): number {
  return (rotations?.total ?? 0) + 1
}

/**
 * Rotates to fresh material. If the key has replicas, the rotation only begins: it ends when all of them have the
 * material (ROT-33).
 *
 * @returns the key as it is to be stored
 */
export async function rotateToFresh(
  transaction: VaultTransaction,
  realm: Realm,
  key: KeyRecord,
  { materialId, material: made, copy }: FreshMaterial,
  type: RotationType,
): Promise<KeyRecord> {
  // The copy is bound to its place in the rotation, and the key has rotated since it was made.
  if (copy && copy.position !== nextPosition(key)) throw new StaleBirth()
  const { keyId } = key
  const { now } = transaction.moment
  const material: MaterialRecord = { keyId, materialId, createdAt: now, ...made }
  await transaction.addMaterial(material, copy)
  if (!hasReplicas(key)) return completeRotation(transaction, realm, key, material, type)
  const rotation = { type, startedAt: now }
  return { ...key, nextMaterial: { materialId, everywhere: false, rotation }, unsettledAt: now }
}

/**
 * Makes material the current one, and the one before it non-current.
 *
 * @returns the key as it is to be stored
 */
export async function completeRotation(
  transaction: VaultTransaction,
  realm: Realm,
  { nextMaterial: _, ...key }: KeyRecord,
  material: MaterialRecord | undefined,
  type: RotationType,
): Promise<KeyRecord> {
  if (!material) throw new TypeError('the material to rotate to is not there')
  const { materialId } = material
  const { now } = transaction.moment
  const { total, onDemand } = key.rotations ?? { total: 0, onDemand: 0 }
  await transaction.putMaterial({ ...material, rotation: { ordinal: total + 1, date: now, type } })
  transaction.audit(
    serviceEvent('RotateKey', now, [keyArn(realm, key.keyId)], {
      keyId: key.keyId,
      rotationType: type,
      keyOrigin: key.origin,
      previousKeyMaterialId: key.currentMaterialId,
      currentKeyMaterialId: materialId,
    }),
  )
  return {
    ...key,
    currentMaterialId: materialId,
    currentSince: now,
    rotations: { total: total + 1, onDemand: onDemand + (type === 'ON_DEMAND' ? 1 : 0) },
  }
}
