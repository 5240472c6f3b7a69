import type { IDBPObjectStore, IDBPTransaction } from 'idb'
import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { AuditRecord } from '../audit/audit-record.js'
import type { LastUsage } from '../audit/usage-log.js'
import type { SealedCopy } from '../material/copies.js'
import { appendPack } from './audit-store.js'
import { dueAt, isGone } from './deadlines.js'
import { GrantIndex } from './grant-index.js'
import type { VaultReader } from './reader.js'
import type {
  AliasRecord,
  CopyRecord,
  DepartureRecord,
  GrantRecord,
  ImportTokenRecord,
  KeyRecord,
  MaterialId,
  MaterialRecord,
  RegionRecovery,
  StoreName,
  VaultRecords,
  VaultSchema,
} from './schema.js'
import { StaleBirth, storable } from './stored-material.js'
import type { Moment } from './vault-clock.js'

/** What a committed mutation changed: caches, other tabs and listeners are told. */
export interface Changes {
  /** The counter of mutations after this one. */
  readonly count: number
  /** Keys as they are now; `undefined` for those that are gone. */
  readonly keys: ReadonlyMap<KeyId, KeyRecord | undefined>
  readonly aliases: ReadonlySet<AliasName>
  /** Keys of which something beside their record is another than before: grants, material, copies. */
  readonly touched: ReadonlySet<KeyId>
  /** The highest time that any session has written. */
  readonly latest: number
}

/** The clock is remembered to the minute: writing it down each time would cost more than it is worth. */
export const CLOCK_STEP = 60_000

/**
 * The one readwrite transaction of a mutation, over every store. Reads and writes in it are atomic and serialised over
 * all tabs; nothing but IndexedDB may be awaited while it is open.
 */
export class VaultTransaction implements VaultReader {
  /** The moment at which the transaction began: all that it does has one time. */
  readonly moment: Moment
  readonly #transaction: IDBPTransaction<VaultSchema, StoreName[], 'readwrite'>
  readonly #keys = new Map<KeyId, KeyRecord | undefined>()
  readonly #aliases = new Set<AliasName>()
  readonly #touched = new Set<KeyId>()
  readonly #audit: AuditRecord[] = []
  readonly #writtenLatest: number
  #keyCountChange = 0
  #recovery: Promise<RegionRecovery | undefined> | undefined

  /** @param writtenLatest what {@link readLatest} has found in this transaction */
  constructor(
    transaction: IDBPTransaction<VaultSchema, StoreName[], 'readwrite'>,
    moment: Moment,
    writtenLatest: number,
  ) {
    this.#transaction = transaction
    this.moment = moment
    this.#writtenLatest = writtenLatest
  }

  async key(keyId: KeyId): Promise<KeyRecord | undefined> {
    const record = await this.#transaction.objectStore('keys').get(keyId)
    return isGone(record, this.moment) ? undefined : record
  }

  async alias(aliasName: AliasName): Promise<AliasRecord | undefined> {
    return this.#transaction.objectStore('aliases').get(aliasName)
  }

  async aliasNames(keyId: KeyId): Promise<AliasName[]> {
    return this.#transaction.objectStore('aliases').index('target').getAllKeys(rangeOf(keyId))
  }

  async grants(keyId: KeyId, grantee: string): Promise<GrantIndex> {
    return new GrantIndex(await this.#transaction.objectStore('grants').index('grantee').getAll([keyId, grantee]))
  }

  async grant(keyId: KeyId, grantId: string): Promise<GrantRecord | undefined> {
    return this.#transaction.objectStore('grants').get([keyId, grantId])
  }

  async lastUsage(keyId: KeyId): Promise<LastUsage | undefined> {
    return this.#transaction.objectStore('usage').get(keyId)
  }

  /** How many grants a key has. */
  async grantCount(keyId: KeyId): Promise<number> {
    return this.#transaction.objectStore('grants').count(rangeOf(keyId))
  }

  async putGrant(grant: GrantRecord): Promise<void> {
    this.#touched.add(grant.keyId)
    await this.#transaction.objectStore('grants').put(grant)
  }

  async deleteGrant({ keyId, grantId }: GrantRecord): Promise<void> {
    this.#touched.add(keyId)
    await this.#transaction.objectStore('grants').delete([keyId, grantId])
  }

  /** How many aliases point to a key. */
  async aliasCount(keyId: KeyId): Promise<number> {
    return this.#transaction.objectStore('aliases').index('target').count(rangeOf(keyId))
  }

  /** How many KMS keys there are, in any state. */
  async keyCount(): Promise<number> {
    return (await this.#counters()).keys
  }

  /** Adds a new key. Its first material follows by {@link addMaterial}, if it has any yet. */
  async addKey(record: KeyRecord): Promise<void> {
    const added = withDueAt(record)
    this.#keys.set(record.keyId, added)
    this.#keyCountChange += 1
    await this.#transaction.objectStore('keys').add(added)
  }

  /** Replaces a key's metadata. The revision counts up by itself, and the sweeper's deadline follows from the rest. */
  async putKey(record: KeyRecord): Promise<void> {
    const next = withDueAt({ ...record, revision: record.revision + 1 })
    this.#keys.set(record.keyId, next)
    await this.#transaction.objectStore('keys').put(next)
  }

  /** Removes a key and everything that belongs to it: all materials, all aliases and grants, its last use (DEL-35). */
  async deleteKey(keyId: KeyId): Promise<void> {
    const aliases = this.#transaction.objectStore('aliases')
    const names = await aliases.index('target').getAllKeys(rangeOf(keyId))
    for (const name of names) this.#aliases.add(name)
    this.#keys.set(keyId, undefined)
    this.#keyCountChange -= 1
    await Promise.all([
      this.#transaction.objectStore('keys').delete(keyId),
      this.#transaction.objectStore('materials').delete(rangeOf(keyId)),
      this.#transaction.objectStore('copies').delete(rangeOf(keyId)),
      this.#transaction.objectStore('grants').delete(rangeOf(keyId)),
      this.#transaction.objectStore('importTokens').delete(rangeOf(keyId)),
      this.#transaction.objectStore('usage').delete(keyId),
      ...names.map((name) => aliases.delete(name)),
    ])
  }

  /** All materials of a key, in no order. */
  async materials(keyId: KeyId): Promise<MaterialRecord[]> {
    return this.#transaction.objectStore('materials').getAll(rangeOf(keyId))
  }

  async material(keyId: KeyId, materialId: MaterialId): Promise<MaterialRecord | undefined> {
    return this.#transaction.objectStore('materials').get([keyId, materialId])
  }

  /** The public half of the vault's recovery, if it was set up. */
  async recovery(): Promise<RegionRecovery | undefined> {
    // Of many materials each asks for it.
    this.#recovery ??= this.#transaction.objectStore('vault').get('recovery') as Promise<RegionRecovery | undefined>
    return this.#recovery
  }

  /** Facts about the Region, with its own keys as far as they are stored. */
  async identity(): Promise<VaultRecords['identity']> {
    return (await this.#transaction.objectStore('vault').get('identity')) as VaultRecords['identity']
  }

  async putIdentity(identity: VaultRecords['identity']): Promise<void> {
    await this.#transaction.objectStore('vault').put(identity, 'identity')
  }

  async putRecovery(recovery: RegionRecovery): Promise<void> {
    this.#recovery = Promise.resolve(recovery)
    await this.#transaction.objectStore('vault').put(recovery, 'recovery')
  }

  /**
   * Adds material that has just been born, or come from outside, with its sealed copy (REC-2): no copy, no key.
   *
   * @throws {@link StaleBirth} if the copy is not one for the recovery pair that there is now
   */
  async addMaterial(material: MaterialRecord, copy: SealedCopy | undefined): Promise<void> {
    if (copy?.pairId !== (await this.recovery())?.pairId) throw new StaleBirth()
    await this.bringMaterial(material, copy)
  }

  /** Adds material that another Region has, with its copy if there is one. */
  async bringMaterial(material: MaterialRecord, copy: SealedCopy | undefined): Promise<void> {
    const { keyId, materialId } = material
    await Promise.all([
      this.putMaterial(material),
      copy && this.#transaction.objectStore('copies').put({ ...copy, keyId, materialId }),
    ])
  }

  /** Writes material that is there already. */
  async putMaterial(material: MaterialRecord): Promise<void> {
    this.#touched.add(material.keyId)
    await this.#transaction.objectStore('materials').put(storable(material, await this.recovery()))
  }

  async deleteMaterial(keyId: KeyId, materialId: MaterialId): Promise<void> {
    await Promise.all([
      this.#transaction.objectStore('materials').delete([keyId, materialId]),
      this.deleteCopy(keyId, materialId),
    ])
  }

  async copy(keyId: KeyId, materialId: MaterialId): Promise<CopyRecord | undefined> {
    return this.#transaction.objectStore('copies').get([keyId, materialId])
  }

  /** Adds a copy of material that is there, or puts another in its place. */
  async putCopy(copy: CopyRecord): Promise<void> {
    this.#touched.add(copy.keyId)
    await this.#transaction.objectStore('copies').put(copy)
  }

  async deleteAllCopies(): Promise<void> {
    await this.#transaction.objectStore('copies').clear()
  }

  async deleteCopy(keyId: KeyId, materialId: MaterialId): Promise<void> {
    this.#touched.add(keyId)
    await this.#transaction.objectStore('copies').delete([keyId, materialId])
  }

  /** Adds an import token, and removes those that have expired. */
  async addImportToken(token: ImportTokenRecord): Promise<void> {
    const store = this.#transaction.objectStore('importTokens')
    const expired = await store.index('validTo').getAllKeys(IDBKeyRange.upperBound(this.moment.now))
    await Promise.all([store.put(token), ...expired.map((key) => store.delete(key))])
  }

  /** @returns whether the token was there */
  async takeImportToken(keyId: KeyId, tokenId: string): Promise<boolean> {
    const store = this.#transaction.objectStore('importTokens')
    const found = await store.getKey([keyId, tokenId])
    if (found) await store.delete(found)
    return found !== undefined
  }

  async deleteAllImportTokens(): Promise<void> {
    await this.#transaction.objectStore('importTokens').clear()
  }

  /** Leaves word of a deleted replica for its primary. */
  async addDeparture(departure: DepartureRecord): Promise<void> {
    await this.#transaction.objectStore('departures').put(departure)
  }

  async deleteDeparture(keyId: KeyId): Promise<void> {
    await this.#transaction.objectStore('departures').delete(keyId)
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
    return this.#transaction.objectStore('keys').index('due').getAll(IDBKeyRange.upperBound(this.moment.now), limit)
  }

  /** The record is written with the mutation or not at all. */
  audit(record: AuditRecord): void {
    this.#audit.push(record)
  }

  /** Writes what goes with every mutation and commits. */
  async commit(): Promise<Changes> {
    const vault = this.#transaction.objectStore('vault')
    const { keys, changes } = await this.#counters()
    const count = changes + 1
    const [latest] = await Promise.all([
      rememberClock(vault, this.moment.latest, this.#writtenLatest),
      vault.put({ keys: keys + this.#keyCountChange, changes: count }, 'counters'),
      appendPack(this.#transaction.objectStore('audit'), this.#audit),
    ])
    await this.#transaction.done
    return { count, keys: this.#keys, aliases: this.#aliases, touched: this.#touched, latest }
  }

  async #counters(): Promise<VaultRecords['counters']> {
    return (await this.#transaction.objectStore('vault').get('counters')) as VaultRecords['counters']
  }
}

/** The highest time that any session has written down. */
export async function readLatest(
  vault: IDBPObjectStore<VaultSchema, StoreName[], 'vault', 'readonly' | 'readwrite'>,
): Promise<number> {
  return ((await vault.get('clock')) as VaultRecords['clock'] | undefined)?.latest ?? 0
}

/**
 * Writes down the highest time that was seen, if it has become notably higher.
 *
 * @param written what {@link readLatest} has found in the same transaction
 * @returns what is written there now
 */
export async function rememberClock(
  vault: IDBPObjectStore<VaultSchema, StoreName[], 'vault', 'readwrite'>,
  latest: number,
  written: number,
): Promise<number> {
  if (latest < written + CLOCK_STEP) return written
  await vault.put({ latest }, 'clock')
  return latest
}

function withDueAt({ dueAt: _, ...record }: KeyRecord): KeyRecord {
  const due = dueAt(record)
  return due === undefined ? record : { ...record, dueAt: due }
}

/** What the keys of aliases' target index and of materials have in common: they begin with a key id. */
export function rangeOf(keyId: KeyId): IDBKeyRange {
  return IDBKeyRange.bound([keyId], [keyId, []])
}
