/** Material that has no sealed copy: it is older than the vault's recovery pair (REC-7). */
import { keyArn } from '../../src/contract/identifiers.js'
import { copyNames, type MaterialName, materialsNamed } from '../storage/copy-reads.js'
import type { KeyRecord, MaterialRecord } from '../storage/schema.js'
import type { RecoveredRegion } from './recovered-region.js'

/** A material, with the key that it belongs to. */
export interface KeyMaterial {
  readonly key: KeyRecord
  readonly material: MaterialRecord
}

/** Materials that are read at a time. */
const BATCH = 200

/** All material of a Region that is here and has no copy, one by one: it may be a lot. */
export async function* withoutCopy({ store }: Pick<RecoveredRegion, 'store'>): AsyncGenerator<KeyMaterial> {
  const textOf = (name: MaterialName) => name.join(' ')
  const [materials, copies] = await Promise.all([store.materialNames(), copyNames(store)])
  const copied = new Set(copies.map(textOf))
  const missing = materials.filter((name) => !copied.has(textOf(name)))
  for (let start = 0; start < missing.length; start += BATCH)
    // Deleted meanwhile, or a trace of imported material that is not here.
    for (const [key, material] of await materialsNamed(store, missing.slice(start, start + BATCH)))
      if (key && material && material.imported?.isHere !== false) yield { key, material }
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
