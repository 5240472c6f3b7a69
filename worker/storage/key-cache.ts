import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { GrantIndex } from './grant-index.js'
import type { AliasRecord, KeyRecord, MaterialId, MaterialRecord } from './schema.js'

/** How many keys stay in memory. One costs less than a KiB; a miss costs one read of IndexedDB. */
const CAPACITY = 1024

interface Entry {
  readonly record: KeyRecord
  readonly materials: Map<MaterialId, MaterialRecord>
  /** By grantee. */
  readonly grants: Map<string, GrantIndex>
}

/**
 * Keys in use and the aliases that lead to them. What is in here agrees with the database as of the last moment that
 * the vault store verified it; when in doubt it is emptied, oldest entries go first when it is full.
 */
export class KeyCache {
  readonly #keys = new Map<KeyId, Entry>()
  readonly #aliases = new Map<AliasName, AliasRecord>()

  key(keyId: KeyId): KeyRecord | undefined {
    return this.#keys.get(keyId)?.record
  }

  material(keyId: KeyId, materialId: MaterialId): MaterialRecord | undefined {
    return this.#keys.get(keyId)?.materials.get(materialId)
  }

  alias(aliasName: AliasName): AliasRecord | undefined {
    return this.#aliases.get(aliasName)
  }

  addKey(record: KeyRecord): void {
    makeRoom(this.#keys)
    this.#keys.set(record.keyId, { record, materials: new Map(), grants: new Map() })
  }

  addMaterial(material: MaterialRecord): void {
    this.#keys.get(material.keyId)?.materials.set(material.materialId, material)
  }

  grants(keyId: KeyId, grantee: string): GrantIndex | undefined {
    return this.#keys.get(keyId)?.grants.get(grantee)
  }

  addGrants(keyId: KeyId, grantee: string, grants: GrantIndex): void {
    this.#keys.get(keyId)?.grants.set(grantee, grants)
  }

  addAlias(record: AliasRecord): void {
    makeRoom(this.#aliases)
    this.#aliases.set(record.aliasName, record)
  }

  /** Forgets what has changed. */
  forget(keys: Iterable<KeyId>, aliases: Iterable<AliasName>): void {
    for (const keyId of keys) this.#keys.delete(keyId)
    for (const aliasName of aliases) this.#aliases.delete(aliasName)
  }

  clear(): void {
    this.#keys.clear()
    this.#aliases.clear()
  }
}

function makeRoom<Key>(map: Map<Key, unknown>): void {
  if (map.size < CAPACITY) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}
