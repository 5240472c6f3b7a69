/**
 * A Region's database while a restore fills it. What is written here first is as harmless as the backup: sealed copies, and
 * no handle. It is checked from here, page by page, and only then gets its handles. Until the page says that the restore is
 * done, nobody takes it for a vault: see `src/vault/half-restored.ts`.
 */
import { type IDBPDatabase, openDB } from 'idb'
import type { KeyId, Realm } from '../../../src/contract/identifiers.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { databaseName } from '../../../src/contract/vault-names.js'
import { migrations, schemaVersion } from '../../storage/migrations.js'
import { allStores, type MaterialRecord, type VaultRecords, type VaultSchema } from '../../storage/schema.js'
import { rangeOf } from '../../storage/transaction.js'
import type { BackupRecord, RegionEnd, RegionFacts } from './records.js'

/** Records that one transaction writes. */
const BATCH = 500

export class StagedRegion {
  readonly facts: RegionFacts
  readonly realm: Realm
  readonly database: IDBPDatabase<VaultSchema>
  /** Known when all of its records have come. */
  #end: RegionEnd | undefined
  /** What the backup says of keys that are not in it, or not as a whole. */
  readonly leftOut = new Map<KeyId, string>()
  readonly #keys = new Set<KeyId>()
  #batch: BackupRecord[] = []
  /** The batch before, which is written while the next one is read. */
  #writing: Promise<void> = Promise.resolve()

  static async make(vaultName: string, accountId: string, facts: RegionFacts, now: number): Promise<StagedRegion> {
    const database = await openDB<VaultSchema>(databaseName(vaultName, facts.region), schemaVersion, {
      upgrade(created, oldVersion, _newVersion, transaction) {
        for (const migrate of migrations.slice(oldVersion)) migrate({ database: created, transaction, now })
      },
    })
    return new StagedRegion({ accountId, region: facts.region }, facts, database)
  }

  private constructor(realm: Realm, facts: RegionFacts, database: IDBPDatabase<VaultSchema>) {
    this.realm = realm
    this.facts = facts
    this.database = database
  }

  get end(): RegionEnd {
    if (!this.#end) throw new TypeError('the Region has not come to its end')
    return this.#end
  }

  async add(record: BackupRecord): Promise<void> {
    if (record.kind === 'leftOut') this.leftOut.set(record.value.keyId, record.value.problem)
    else this.#batch.push(record)
    if (this.#batch.length >= BATCH) await this.#beginToWrite()
  }

  /**
   * Ends the Region.
   *
   * @throws BackupFormatException if its keys are not as many as there were
   */
  async complete(end: RegionEnd): Promise<void> {
    await this.#beginToWrite()
    await this.#writing
    if (this.#keys.size + end.leftOut !== end.keys || end.region !== this.realm.region)
      throw new BackupFormatException('This backup is not complete: keys of a Region are missing. Use another backup.')
    // Pages are read with them.
    await this.establish({ counters: { keys: this.#keys.size, changes: end.changes } })
    this.#end = end
  }

  /** Takes away a key that cannot be brought back, and all that belongs to it. */
  async remove(keyId: KeyId): Promise<void> {
    const transaction = this.database.transaction([...allStores], 'readwrite', { durability: 'relaxed' })
    const aliases = transaction.objectStore('aliases')
    const names = await aliases.index('target').getAllKeys(rangeOf(keyId))
    await Promise.all([
      transaction.objectStore('keys').delete(keyId),
      transaction.objectStore('usage').delete(keyId),
      ...(['materials', 'copies', 'grants'] as const).map((name) =>
        transaction.objectStore(name).delete(rangeOf(keyId)),
      ),
      ...names.map((name) => aliases.delete(name)),
      transaction.done,
    ])
  }

  /** Writes material with its handles, and takes away what cannot be brought back. */
  async putMaterials(materials: readonly MaterialRecord[], lost: readonly (readonly [KeyId, string])[]): Promise<void> {
    if (materials.length + lost.length === 0) return
    const transaction = this.database.transaction(['materials', 'copies'], 'readwrite', { durability: 'relaxed' })
    await Promise.all([
      ...materials.map((material) => transaction.objectStore('materials').put(material)),
      ...lost.flatMap((name) => [
        transaction.objectStore('materials').delete([...name]),
        transaction.objectStore('copies').delete([...name]),
      ]),
      transaction.done,
    ])
  }

  /** Takes away the aliases of keys that were not in the backup. */
  async dropDanglingAliases(): Promise<void> {
    for (const keyId of this.leftOut.keys()) {
      if (await this.database.getKey('keys', keyId)) continue
      await this.remove(keyId)
    }
  }

  /** Writes what makes it the Region of a vault, durably, and with it all that was written before. */
  async establish(entries: { readonly [Name in keyof VaultRecords]?: VaultRecords[Name] }): Promise<void> {
    const transaction = this.database.transaction('vault', 'readwrite', { durability: 'strict' })
    for (const [name, value] of Object.entries(entries))
      await transaction.store.put(value as VaultRecords[keyof VaultRecords], name as keyof VaultRecords)
    await transaction.done
  }

  close(): void {
    this.database.close()
  }

  /** Waits for the batch before, so that two at most are in memory. */
  async #beginToWrite(): Promise<void> {
    await this.#writing
    const batch = this.#batch
    this.#batch = []
    this.#writing = this.#write(batch)
    // Whoever waits for it hears of it; nobody does if something else ends the restore first.
    this.#writing.catch(() => undefined)
  }

  async #write(batch: readonly BackupRecord[]): Promise<void> {
    if (batch.length === 0) return
    const transaction = this.database.transaction([...allStores], 'readwrite', { durability: 'relaxed' })
    // One request after the other is begun, in the order of the records, and the last of them is waited for.
    const requests: Promise<unknown>[] = []
    const put: Writers = {
      key: (key) => {
        const { keyId } = key
        if (this.#keys.has(keyId)) this.#forget(transaction, keyId, requests)
        this.#keys.add(keyId)
        requests.push(transaction.objectStore('keys').put(key))
      },
      gone: ({ keyId }) => {
        this.#keys.delete(keyId)
        this.#forget(transaction, keyId, requests)
      },
      material: (material) => requests.push(transaction.objectStore('materials').put({ ...material, handles: {} })),
      copy: (copy) => requests.push(transaction.objectStore('copies').put(copy)),
      grant: (grant) => requests.push(transaction.objectStore('grants').put(grant)),
      usage: ({ keyId, ...usage }) => requests.push(transaction.objectStore('usage').put(usage, keyId)),
      alias: (alias) => requests.push(transaction.objectStore('aliases').put(alias)),
      goneAlias: ({ aliasName }) => requests.push(transaction.objectStore('aliases').delete(aliasName)),
      departure: (departure) => requests.push(transaction.objectStore('departures').put(departure)),
      audit: ({ number, records }) => requests.push(transaction.objectStore('audit').put({ records }, number)),
    }
    for (const { kind, value } of batch) {
      const write = put[kind as keyof Writers] as ((given: unknown) => void) | undefined
      if (!write) throw new BackupFormatException(`This backup cannot be read: a ${kind} stands among the keys.`)
      write(value)
    }
    await Promise.all([...requests, transaction.done])
  }

  /** What belongs to a key goes; it may come again. */
  #forget(
    transaction: { objectStore(name: 'keys' | 'materials' | 'copies' | 'grants' | 'usage'): Deleting },
    keyId: KeyId,
    requests: Promise<unknown>[],
  ): void {
    for (const name of ['materials', 'copies', 'grants'] as const)
      requests.push(transaction.objectStore(name).delete(rangeOf(keyId)))
    for (const name of ['keys', 'usage'] as const) requests.push(transaction.objectStore(name).delete(keyId))
  }
}

interface Deleting {
  delete(key: IDBKeyRange | KeyId): Promise<void>
}

/** What is written for each kind of record that stands between the beginning and the end of a Region. */
type Writers = {
  readonly [Kind in
    | 'key'
    | 'gone'
    | 'material'
    | 'copy'
    | 'grant'
    | 'usage'
    | 'alias'
    | 'goneAlias'
    | 'departure'
    | 'audit']: (value: Extract<BackupRecord, { readonly kind: Kind }>['value']) => void
}
