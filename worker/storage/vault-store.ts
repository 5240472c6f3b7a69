import type { IDBPDatabase, IDBPTransaction } from 'idb'
import type { KmsError } from '../../src/contract/errors.js'
import type { AliasName, KeyId, Realm } from '../../src/contract/identifiers.js'
import { databaseName } from '../../src/contract/vault-names.js'
import type { AuditRecord } from '../audit/audit-record.js'
import type { LastUsage } from '../audit/usage-log.js'
import { appendPack } from './audit-store.js'
import { ChangeFeed, type ChangeNotice, noticeOf } from './change-feed.js'
import { Connection } from './connection.js'
import type { OpenDatabase } from './database.js'
import { isGone } from './deadlines.js'
import { GrantIndex } from './grant-index.js'
import { KeyCache } from './key-cache.js'
import type { VaultReader } from './reader.js'
import {
  type AliasRecord,
  allStores,
  type CopyRecord,
  type DepartureRecord,
  type GrantRecord,
  type ImportTokenRecord,
  type KeyRecord,
  type MaterialId,
  type MaterialRecord,
  type RegionRecovery,
  type StoreName,
  type VaultRecords,
  type VaultSchema,
} from './schema.js'
import { type Changes, CLOCK_STEP, rangeOf, readLatest, rememberClock, VaultTransaction } from './transaction.js'
import { type Moment, VaultClock } from './vault-clock.js'

/**
 * How long, in milliseconds, the cache is believed without asking the database. Other tabs announce their changes at
 * once; this bounds the damage if an announcement is late, so that a key disabled in one tab is refused in all others
 * within 100 ms.
 */
const LEASE = 40

/** One page of a list, and the name after which the next page begins. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}

export interface VaultStoreOptions {
  readonly vaultName: string
  readonly realm: Realm
  readonly now: () => number
  /** Called when the clock is found to have been set back (TIME-1). */
  readonly onClockSetBack: (moment: Moment) => void
  /**
   * Called when the vault is locked at rest now, or not any more: its own keys are others then. It is waited for before the
   * next request.
   */
  readonly onRest: () => Promise<void>
  /** Makes of a material, as it is stored, one that can be used. */
  readonly revive: (material: MaterialRecord) => MaterialRecord | Promise<MaterialRecord>
  /** Called after every change, also of other tabs. */
  readonly onChange: (notice: ChangeNotice, isOurs: boolean) => void
  /** Called when the database has been taken away, with what is to be told. */
  readonly onClosed: (reason: KmsError) => void
  /** Seals marks until there is another key for it; it lasts no longer than this worker. */
  readonly passingKey: CryptoKey
}

/** The stored state of one Region of a vault: reads, the cache in front of them, and mutations. */
export class VaultStore {
  #identity: VaultRecords['identity']
  #isAtRest: boolean
  /** What opens marks; the first one seals them. */
  markerKeys: readonly [CryptoKey, ...CryptoKey[]]
  /** Since when the last use of keys is known. Milliseconds since 1970. */
  readonly trackingSince: number
  readonly #connection: Connection
  readonly #options: VaultStoreOptions
  readonly #cache = new KeyCache()
  readonly #feed: ChangeFeed
  readonly #clock: VaultClock
  /** Mutations that the cache has taken in. */
  #knownChanges = -1
  #verifiedAt = Number.NEGATIVE_INFINITY
  /** Counts losses of cached knowledge: what was read before one must not be cached after it. */
  #epoch = 0
  #nextDue = Number.NEGATIVE_INFINITY
  /** What the database knows of the clock. */
  #writtenLatest = 0

  static async open(options: VaultStoreOptions): Promise<VaultStore> {
    const { vaultName, realm, now, onClosed } = options
    const { connection, ...known } = await Connection.open({ vaultName, realm, now, onClosed })
    return new VaultStore(options, connection, known)
  }

  private constructor(
    options: VaultStoreOptions,
    connection: Connection,
    { identity, recovery, latest, trackingSince }: Omit<OpenDatabase, 'connection'>,
  ) {
    this.#options = options
    this.#connection = connection
    this.markerKeys = [options.passingKey]
    connection.onReopened = () => this.#loseCache()
    this.#identity = identity
    this.#isAtRest = recovery?.atRest ?? false
    this.trackingSince = trackingSince
    this.#writtenLatest = latest
    this.#clock = new VaultClock(options.now, latest, options.onClockSetBack)
    this.#feed = new ChangeFeed(databaseName(options.vaultName, options.realm.region), (notice) => this.#hear(notice))
  }

  /** As it was when it was last looked at. */
  get identity(): VaultRecords['identity'] {
    return this.#identity
  }

  /** Whether the storage holds nothing that can be used (LOCK-1), as far as this worker knows. */
  get isAtRest(): boolean {
    return this.#isAtRest
  }

  /**
   * Makes sure that the cache is not older than the lease, nor what is known of the clock. Called once for each batch of requests, not for each
   * request.
   */
  async verify(): Promise<void> {
    const started = performance.now()
    if (started - this.#verifiedAt < LEASE) return
    const [counters, latest, recovery] = await this.#connection.use((database) => {
      const { store } = database.transaction('vault')
      return Promise.all([store.get('counters'), readLatest(store), store.get('recovery')])
    })
    this.#clock.learn(latest)
    const { atRest = false } = (recovery as RegionRecovery | undefined) ?? {}
    if (atRest !== this.#isAtRest) await this.learnKeys()
    const { changes } = counters as VaultRecords['counters']
    if (changes !== this.#knownChanges) {
      this.#loseCache()
      this.#knownChanges = changes
      this.#nextDue = Number.NEGATIVE_INFINITY
    }
    this.#verifiedAt = started
  }

  /** What time it is. */
  readClock(): Moment {
    return this.#clock.read()
  }

  /** Whether the sweeper has work, as far as this worker knows. */
  isSweepDue(now: number): boolean {
    return now >= this.#nextDue
  }

  /** When the sweeper has work next, as far as this worker knows: milliseconds since 1970, or infinity. */
  get nextDue(): number {
    return this.#nextDue
  }

  /** Finds out when the sweeper has work next: milliseconds since 1970, or infinity. */
  async readNextDue(): Promise<number> {
    const next = await this.#connection.use(
      async (database) => (await database.transaction('keys').store.index('due').openKeyCursor())?.key,
    )
    this.#nextDue = next !== undefined ? next : Number.POSITIVE_INFINITY
    return this.#nextDue
  }

  /** Resolves when every mutation that has begun has come to its end: IndexedDB lets a read wait for those. */
  async settled(): Promise<void> {
    try {
      await this.keyCount()
    } catch {
      // Where nothing can be read, no mutation is under way either: what had begun has failed.
    }
  }

  /** How many KMS keys there are, in any state. */
  async keyCount(): Promise<number> {
    return (await this.#counters()).keys
  }

  async #counters(): Promise<VaultRecords['counters']> {
    return (await this.#connection.use((database) => database.get('vault', 'counters'))) as VaultRecords['counters']
  }

  /** Keys whose time has come, at most `limit` of them. */
  async dueKeys(now: number, limit: number): Promise<KeyRecord[]> {
    return this.#connection.use((database) =>
      database.getAllFromIndex('keys', 'due', IDBKeyRange.upperBound(now), limit),
    )
  }

  /** Keys of which other Regions have to hear something. */
  async unsettledKeys(): Promise<KeyRecord[]> {
    return this.#connection.use((database) => database.getAllFromIndex('keys', 'unsettled'))
  }

  /** Replicas that were deleted and whose primaries do not know yet. */
  async departures(): Promise<DepartureRecord[]> {
    return this.#connection.use((database) => database.getAll('departures'))
  }

  /** A key as it is in the database, also one whose deletion is due. */
  async rawKey(keyId: KeyId): Promise<KeyRecord | undefined> {
    return this.#connection.use((database) => database.get('keys', keyId))
  }

  /** All materials of a key, in no order. */
  async materials(keyId: KeyId): Promise<MaterialRecord[]> {
    return this.#connection.use((database) => database.getAll('materials', rangeOf(keyId)))
  }

  /** All sealed copies of a key's materials, in no order. */
  async copies(keyId: KeyId): Promise<CopyRecord[]> {
    return this.#connection.use((database) => database.getAll('copies', rangeOf(keyId)))
  }

  async copy(keyId: KeyId, materialId: MaterialId): Promise<CopyRecord | undefined> {
    return this.#connection.use((database) => database.get('copies', [keyId, materialId]))
  }

  /** The names of all materials of all keys; their copies have the same. */
  async materialNames(): Promise<[KeyId, MaterialId][]> {
    return this.#connection.use((database) => database.getAllKeys('materials'))
  }

  /** One backing key as it is in the database; for whoever uses it, {@link material}. */
  async storedMaterial(keyId: KeyId, materialId: MaterialId): Promise<MaterialRecord | undefined> {
    return this.#connection.use((database) => database.get('materials', [keyId, materialId]))
  }

  /** How many mutations there were so far, of all tabs. */
  async changeCount(): Promise<number> {
    return (await this.#counters()).changes
  }

  /** The public half of the vault's recovery, if it was set up. */
  async recovery(): Promise<RegionRecovery | undefined> {
    const found = await this.#connection.use((database) => database.get('vault', 'recovery'))
    return found as RegionRecovery | undefined
  }

  async importToken(keyId: KeyId, tokenId: string): Promise<ImportTokenRecord | undefined> {
    return this.#connection.use((database) => database.get('importTokens', [keyId, tokenId]))
  }

  async aliasNames(keyId: KeyId): Promise<AliasName[]> {
    return this.#connection.use((database) => database.getAllKeysFromIndex('aliases', 'target', rangeOf(keyId)))
  }

  async grant(keyId: KeyId, grantId: string): Promise<GrantRecord | undefined> {
    return this.#connection.use((database) => database.get('grants', [keyId, grantId]))
  }

  async lastUsage(keyId: KeyId): Promise<LastUsage | undefined> {
    return this.#connection.use((database) => database.get('usage', keyId))
  }

  /** Reads through the cache: for the operations that use keys. */
  readonly cached: VaultReader = {
    key: (keyId) => {
      const record = this.#cache.key(keyId)
      return record ? this.#present(record) : this.#loadKey(keyId)
    },
    alias: (aliasName) => this.#cache.alias(aliasName) ?? this.#loadAlias(aliasName),
    aliasNames: (keyId) => this.aliasNames(keyId),
    grants: (keyId, grantee) => this.#cache.grants(keyId, grantee) ?? this.#loadGrants(keyId, grantee),
    grant: (keyId, grantId) => this.grant(keyId, grantId),
    lastUsage: (keyId) => this.lastUsage(keyId),
  }

  /** Reads the database itself: for the operations that tell about keys. */
  readonly stored: VaultReader = {
    key: async (keyId) => this.#present(await this.rawKey(keyId)),
    alias: (aliasName) => this.#connection.use((database) => database.get('aliases', aliasName)),
    aliasNames: (keyId) => this.aliasNames(keyId),
    grants: (keyId, grantee) => this.#grants(keyId, grantee),
    grant: (keyId, grantId) => this.grant(keyId, grantId),
    lastUsage: (keyId) => this.lastUsage(keyId),
  }

  /** One backing key, or undefined if the key has none by that name. */
  material(keyId: KeyId, materialId: MaterialId): MaterialRecord | undefined | Promise<MaterialRecord | undefined> {
    return this.#cache.material(keyId, materialId) ?? this.#loadMaterial(keyId, materialId)
  }

  /** Key ids in order, after the given one. */
  async listKeys(limit: number, after = ''): Promise<Page<KeyId>> {
    const range = IDBKeyRange.lowerBound(after as KeyId, true)
    const keyIds = await this.#connection.use((database) => database.getAllKeys('keys', range, limit + 1))
    return page(keyIds, limit, (keyId) => keyId)
  }

  /** Aliases in order of their names, after the given one; all, or those of one key. */
  async listAliases(limit: number, after = '', keyId?: KeyId): Promise<Page<AliasRecord>> {
    const records = await this.#connection.use((database) => {
      const { store } = database.transaction('aliases')
      return keyId
        ? store.index('target').getAll(afterAliasOf(keyId, after), limit + 1)
        : store.getAll(IDBKeyRange.lowerBound(after as AliasName, true), limit + 1)
    })
    return page(records, limit, ({ aliasName }) => aliasName)
  }

  /**
   * Reads the database itself, for what is loaded later than this.
   *
   * @param work may be called twice, if the browser has dropped the connection before it could begin
   */
  read<Result>(work: (database: IDBPDatabase<VaultSchema>) => Promise<Result>): Promise<Result> {
    return this.#connection.use(work)
  }

  /**
   * Runs a mutation in one readwrite transaction. `work` may await nothing but the transaction's own methods. If it
   * throws, nothing is written; if this resolves, everything is, durably.
   */
  async mutate<Result>(work: (transaction: VaultTransaction) => Promise<Result>): Promise<Result> {
    const { result, changes } = await this.#connection.use((database) => this.#mutateIn(database, work))
    this.#writtenLatest = changes.latest
    const notice = noticeOf(changes)
    this.#feed.post(notice)
    this.#takeIn(notice)
    return result
  }

  async #mutateIn<Result>(
    database: IDBPDatabase<VaultSchema>,
    work: (transaction: VaultTransaction) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly changes: Changes }> {
    const idb = database.transaction([...allStores], 'readwrite', { durability: 'strict' })
    // A transaction that aborts rejects `done` too; that rejection is told through `work` or `commit`.
    idb.done.catch(() => {})
    let transaction: VaultTransaction
    let result: Result
    try {
      const writtenLatest = await readLatest(idb.objectStore('vault'))
      this.#clock.learn(writtenLatest)
      transaction = new VaultTransaction(idb, this.readClock(), writtenLatest)
      result = await work(transaction)
    } catch (error) {
      abortQuietly(idb)
      // What has aborted the transaction says more than what its requests were told then.
      throw (error as Partial<DOMException>).name === 'AbortError' ? (idb.error ?? error) : error
    }
    return { result, changes: await transaction.commit() }
  }

  /** Appends what the requests that change nothing leave behind: audit records, and the last use of keys. */
  async appendAudit(records: readonly AuditRecord[], usage: ReadonlyMap<KeyId, LastUsage>): Promise<void> {
    const { latest } = this.readClock()
    const remembersClock = latest >= this.#writtenLatest + CLOCK_STEP
    await this.#connection.use(async (database) => {
      const stores: StoreName[] = ['audit']
      if (usage.size > 0) stores.push('keys', 'usage')
      if (remembersClock) stores.push('vault')
      const transaction = database.transaction(stores, 'readwrite', { durability: 'relaxed' })
      await appendPack(transaction.objectStore('audit'), records)
      for (const [keyId, last] of usage) await noteUsage(transaction, keyId, last)
      if (remembersClock) {
        const vault = transaction.objectStore('vault')
        await rememberClock(vault, latest, await readLatest(vault))
      }
      await transaction.done
    })
    if (remembersClock) this.#writtenLatest = latest
  }

  /** Looks whether the vault is locked at rest, and which keys of its own it has. */
  async learnKeys(): Promise<void> {
    const [identity, recovery] = await this.#connection.use((database) => {
      const { store } = database.transaction('vault')
      return Promise.all([store.get('identity'), store.get('recovery')])
    })
    this.#identity = identity as VaultRecords['identity']
    this.#isAtRest = (recovery as RegionRecovery | undefined)?.atRest ?? false
    this.#loseCache()
    await this.#options.onRest()
  }

  /** Forgets what was read: it can be used no more, or can be used now. */
  forget(): void {
    this.#loseCache()
  }

  close(): void {
    this.#feed.close()
    this.#cache.clear()
    this.#connection.close()
  }

  /** Takes in a change of this worker: it knows for certain what it has changed. */
  #takeIn(notice: ChangeNotice): void {
    if (notice.count === this.#knownChanges + 1) {
      this.#epoch += 1
      this.#knownChanges = notice.count
      this.#forget(notice)
    } else this.#loseCache()
    this.#tell(notice, true)
  }

  /** Hears of a change in another tab. It is a hint to ask the database, which alone is believed. */
  #hear(notice: ChangeNotice): void {
    this.#epoch += 1
    this.#forget(notice)
    this.#verifiedAt = Number.NEGATIVE_INFINITY
    this.#tell(notice, false)
  }

  #forget({ keys, aliases, touched }: ChangeNotice): void {
    this.#cache.forget([...keys.map(({ keyId }) => keyId), ...touched], aliases)
  }

  #tell(notice: ChangeNotice, isOurs: boolean): void {
    for (const { dueAt } of notice.keys) if (dueAt !== undefined && dueAt < this.#nextDue) this.#nextDue = dueAt
    this.#options.onChange(notice, isOurs)
  }

  /** Others have changed things in between: nothing in the cache can be trusted until the database is asked. */
  #loseCache(): void {
    this.#epoch += 1
    this.#verifiedAt = Number.NEGATIVE_INFINITY
    this.#cache.clear()
  }

  #present(record: KeyRecord | undefined): KeyRecord | undefined {
    return record && isGone(record, this.readClock()) ? undefined : record
  }

  async #loadKey(keyId: KeyId): Promise<KeyRecord | undefined> {
    const epoch = this.#epoch
    const record = await this.rawKey(keyId)
    if (record && epoch === this.#epoch) this.#cache.addKey(record)
    return this.#present(record)
  }

  async #loadAlias(aliasName: AliasName): Promise<AliasRecord | undefined> {
    const epoch = this.#epoch
    const record = await this.stored.alias(aliasName)
    if (record && epoch === this.#epoch) this.#cache.addAlias(record)
    return record
  }

  async #loadGrants(keyId: KeyId, grantee: string): Promise<GrantIndex> {
    const epoch = this.#epoch
    const grants = await this.#grants(keyId, grantee)
    if (epoch === this.#epoch) this.#cache.addGrants(keyId, grantee, grants)
    return grants
  }

  async #grants(keyId: KeyId, grantee: string): Promise<GrantIndex> {
    return new GrantIndex(
      await this.#connection.use((database) => database.getAllFromIndex('grants', 'grantee', [keyId, grantee])),
    )
  }

  async #loadMaterial(keyId: KeyId, materialId: MaterialId): Promise<MaterialRecord | undefined> {
    const epoch = this.#epoch
    const stored = await this.storedMaterial(keyId, materialId)
    const record = stored && (await this.#options.revive(stored))
    if (record && epoch === this.#epoch) this.#cache.addMaterial(record)
    return record
  }
}

/** Another tab may have noted a later use, and a deleted key has none. */
async function noteUsage(
  transaction: IDBPTransaction<VaultSchema, StoreName[], 'readwrite'>,
  keyId: KeyId,
  last: LastUsage,
): Promise<void> {
  const usage = transaction.objectStore('usage')
  const [key, noted] = await Promise.all([transaction.objectStore('keys').getKey(keyId), usage.get(keyId)])
  if (key !== undefined && (noted === undefined || noted.at <= last.at)) await usage.put(last, keyId)
}

/** The page that was found, with one item more where there are more. */
export function page<Item>(found: readonly Item[], limit: number, name: (item: Item) => string): Page<Item> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return found.length > limit && last !== undefined ? { items, next: name(last) } : { items }
}

function afterAliasOf(keyId: KeyId, after: string): IDBKeyRange {
  return after === '' ? rangeOf(keyId) : IDBKeyRange.bound([keyId, after], [keyId, []], true)
}

function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort()
  } catch {
    // It has ended by itself already: the failure of one of its requests aborts a transaction.
  }
}
