/** What recovery reads of a Region, and no request of KMS does: loaded with recovery. */
import type { KeyId } from '../../src/contract/identifiers.js'
import type { CopyRecord, KeyRecord, MaterialId, MaterialRecord } from './schema.js'
import type { VaultStore } from './vault-store.js'

type Read = Pick<VaultStore, 'read'>

/** What a material, and its copy, are found by. */
export type MaterialName = readonly [keyId: KeyId, materialId: MaterialId]

/** The names of all copies. */
export function copyNames(store: Read): Promise<readonly MaterialName[]> {
  return store.read((database) => database.getAllKeys('copies'))
}

/** Copies in the order of their names, after the given one. */
export function copiesAfter(store: Read, after: CopyRecord | undefined, limit: number): Promise<CopyRecord[]> {
  const range = after && IDBKeyRange.lowerBound([after.keyId, after.materialId], true)
  return store.read((database) => database.getAll('copies', range, limit))
}

/** Materials with the keys that they belong to, all of one moment. */
export function materialsNamed(
  store: Read,
  names: readonly MaterialName[],
): Promise<readonly (readonly [KeyRecord | undefined, MaterialRecord | undefined])[]> {
  return store.read((database) => {
    const transaction = database.transaction(['keys', 'materials'])
    const [keys, materials] = [transaction.objectStore('keys'), transaction.objectStore('materials')]
    return Promise.all(
      names.map(([keyId, materialId]) => Promise.all([keys.get(keyId), materials.get([keyId, materialId])])),
    )
  })
}
