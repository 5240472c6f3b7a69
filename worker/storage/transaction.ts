import type { IDBPTransaction } from 'idb'
import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { AuditRecord } from '../audit/audit-record.js'
import { appendPack } from './audit-store.js'
import type { VaultReader } from './reader.js'
import type { AliasRecord, KeyRecord, MaterialRecord, StoreName, VaultRecords, VaultSchema } from './schema.js'

/** What a committed mutation changed: caches, other tabs and listeners are told. */
export interface Changes {
  /** The counter of mutations after this one. */
  readonly count: number
  /** Keys as they are now; `undefined` for those that are gone. */
  readonly keys: ReadonlyMap<KeyId, KeyRecord | undefined>
  readonly aliases: ReadonlySet<AliasName>
}

/**
 * The one readwrite transaction of a mutation, over every store. Reads and writes in it are atomic and serialised over
 * all tabs; nothing but IndexedDB may be awaited while it is open.
 */
export class VaultTransaction implements VaultReader {
  readonly #transaction: IDBPTransaction<VaultSchema, StoreName[], 'readwrite'>
  readonly #now: number
  readonly #keys = new Map<KeyId, KeyRecord | undefined>()
  readonly #aliases = new Set<AliasName>()
  readonly #audit: AuditRecord[] = []
  #keyCountChange = 0

  constructor(transaction: IDBPTransaction<VaultSchema, StoreName[], 'readwrite'>, now: number) {
    this.#transaction = transaction
    this.#now = now
  }

  async key(keyId: KeyId): Promise<KeyRecord | undefined> {
    const record = await this.#transaction.objectStore('keys').get(keyId)
    return isGone(record, this.#now) ? undefined : record
  }

  async alias(aliasName: AliasName): Promise<AliasRecord | undefined> {
    return this.#transaction.objectStore('aliases').get(aliasName)
  }

  /** How many aliases point to a key. */
  async aliasCount(keyId: KeyId): Promise<number> {
    return this.#transaction.objectStore('aliases').index('target').count(rangeOf(keyId))
  }

  /** How many KMS keys there are, in any state. */
  async keyCount(): Promise<number> {
    return (await this.#counters()).keys
  }

  /** Adds a new key and its first material. */
  async addKey(record: KeyRecord, material: MaterialRecord): Promise<void> {
    this.#keys.set(record.keyId, record)
    this.#keyCountChange += 1
    await Promise.all([
      this.#transaction.objectStore('keys').add(record),
      this.#transaction.objectStore('materials').add(material),
    ])
  }

  /** Replaces a key's metadata. The revision counts up by itself. */
  async putKey(record: KeyRecord): Promise<void> {
    const next = { ...record, revision: record.revision + 1 }
    this.#keys.set(record.keyId, next)
    await this.#transaction.objectStore('keys').put(next)
  }

  /** Removes a key and everything that belongs to it: all materials, all aliases (DEL-35). */
  async deleteKey(keyId: KeyId): Promise<void> {
    const aliases = this.#transaction.objectStore('aliases')
    const names = await aliases.index('target').getAllKeys(rangeOf(keyId))
    for (const name of names) this.#aliases.add(name)
    this.#keys.set(keyId, undefined)
    this.#keyCountChange -= 1
    await Promise.all([
      this.#transaction.objectStore('keys').delete(keyId),
      this.#transaction.objectStore('materials').delete(rangeOf(keyId)),
      ...names.map((name) => aliases.delete(name)),
    ])
  }

  async putAlias(record: AliasRecord): Promise<void> {
    this.#aliases.add(record.aliasName)
    await this.#transaction.objectStore('aliases').put(record)
  }

  async deleteAlias(aliasName: AliasName): Promise<void> {
    this.#aliases.add(aliasName)
    await this.#transaction.objectStore('aliases').delete(aliasName)
  }

  /** Keys whose time has come, at most `limit` of them. */
  async dueKeys(limit: number): Promise<KeyRecord[]> {
    return this.#transaction.objectStore('keys').index('due').getAll(IDBKeyRange.upperBound(this.#now), limit)
  }

  /** The record is written with the mutation or not at all. */
  audit(record: AuditRecord): void {
    this.#audit.push(record)
  }

  /** Writes what goes with every mutation and commits. */
  async commit(): Promise<Changes> {
    const { keys, changes } = await this.#counters()
    const count = changes + 1
    await Promise.all([
      this.#transaction.objectStore('vault').put({ keys: keys + this.#keyCountChange, changes: count }, 'counters'),
      appendPack(this.#transaction.objectStore('audit'), this.#audit),
    ])
    await this.#transaction.done
    return { count, keys: this.#keys, aliases: this.#aliases }
  }

  async #counters(): Promise<VaultRecords['counters']> {
    return (await this.#transaction.objectStore('vault').get('counters')) as VaultRecords['counters']
  }
}

/** A key whose deletion is due is gone, whether or not the sweeper has removed it yet (STATE-25). */
export function isGone(record: KeyRecord | undefined, now: number): boolean {
  return record?.deletionDate !== undefined && record.deletionDate <= now
}

/** What the keys of aliases' target index and of materials have in common: they begin with a key id. */
export function rangeOf(keyId: KeyId): IDBKeyRange {
  return IDBKeyRange.bound([keyId], [keyId, []])
}
