/** Material that has no sealed copy: it is older than the vault's recovery pair (REC-7). */
import { keyArn } from '../../src/contract/identifiers.js'
import type { KeyRecord, MaterialRecord } from '../storage/schema.js'
import type { RecoveredRegion } from './recovered-region.js'

/** A material, with the key that it belongs to. */
export interface KeyMaterial {
  readonly key: KeyRecord
  readonly material: MaterialRecord
}

/** All material of a Region that is here and has no copy, one by one: it may be a lot. */
export async function* withoutCopy({ store }: Pick<RecoveredRegion, 'store'>): AsyncGenerator<KeyMaterial> {
  const nameOf = ([keyId, materialId]: readonly [string, string]) => `${keyId} ${materialId}`
  const [materials, copies] = await Promise.all([store.materialNames(), store.copyNames()])
  const copied = new Set(copies.map(nameOf))
  for (const name of materials) {
    if (copied.has(nameOf(name))) continue
    const [keyId, materialId] = name
    const [key, material] = await Promise.all([store.rawKey(keyId), store.storedMaterial(keyId, materialId)])
    // Deleted meanwhile, or a trace of imported material that is not here.
    if (key && material && material.imported?.isHere !== false) yield { key, material }
  }
}

/** Keys that would be lost, wholly or in part. */
export interface Loss {
  /** ARNs of keys whose current material has no copy. */
  readonly current: readonly string[]
  /** Materials without a copy, by the ARNs of keys whose current material has one. */
  readonly older: ReadonlyMap<string, readonly string[]>
}

/** What a Region would lose. */
export async function lossOf(region: Pick<RecoveredRegion, 'realm' | 'store'>): Promise<Loss> {
  const current = new Set<string>()
  const older = new Map<string, string[]>()
  for await (const { key, material } of withoutCopy(region)) {
    const arn = keyArn(region.realm, key.keyId)
    if (material.materialId === key.currentMaterialId) current.add(arn)
    else older.set(arn, [...(older.get(arn) ?? []), material.materialId])
  }
  for (const arn of current) older.delete(arn)
  return { current: [...current], older }
}
