/** Rotation of a key's material, whoever asks for it (ROT-1 to ROT-6). */
import { bytesToHex } from '../../src/contract/bytes.js'
import { keyArn, type Realm } from '../../src/contract/identifiers.js'
import { serviceEvent } from '../audit/audit-record.js'
import { generateSymmetric } from '../material/symmetric.js'
import type { KeyRecord, MaterialId, MaterialRecord, RotationType } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'

export const DAY = 86_400_000

/** Material that a rotation can take. It takes time to make, so that it has to be there before a transaction begins. */
export interface FreshMaterial {
  readonly materialId: MaterialId
  readonly aead: CryptoKey
}

export async function makeFreshMaterial(): Promise<FreshMaterial> {
  return { materialId: newMaterialId(), aead: await generateSymmetric() }
}

/** Names of generated material are random: the bytes they stand for are known to nobody. */
export function newMaterialId(): MaterialId {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
}

/** Whether keys of other Regions share this key's material. */
export function hasReplicas({ set }: KeyRecord): boolean {
  return set !== undefined && set.replicaRegions.length > 0
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
  { materialId, aead }: FreshMaterial,
  type: RotationType,
): Promise<KeyRecord> {
  const { keyId } = key
  const { now } = transaction.moment
  const material: MaterialRecord = { keyId, materialId, createdAt: now, handles: { aead } }
  if (!hasReplicas(key)) return completeRotation(transaction, realm, key, material, type)
  await transaction.putMaterial(material)
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
