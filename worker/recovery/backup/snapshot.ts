/**
 * One state of a Region, read while it is in use, with a page of it in memory at a time (REC-21).
 *
 * A transaction of IndexedDB ends when nothing is asked of it for a moment, so that none can wait for who reads a stream
 * slowly. So there are many, and what they give is made one state in this way:
 *
 * - Every mutation has a number: it counts up `counters.changes` in its own transaction. And every mutation is told to all
 *   tabs, with its number and the names of the keys and aliases that it has changed.
 * - Pages of keys, each with all that belongs to it, and of aliases are read in one transaction each, together with the
 *   number `n` of that moment: each key is given as it was at some `n`. What a notice with a higher number names is given
 *   again later, and replaces what was given before (`key`, `gone`, `alias`, `goneAlias` in records.ts).
 * - The last transaction, of number `N`, reads all that is known to have changed, and what stands beside keys and aliases.
 *   Then all notices up to `N` are waited for. If they name nothing that this transaction has not read, every key and every
 *   alias was given as it was after its last change up to `N`: the Region as it was at `N`, whole. If they do, there is
 *   another such transaction.
 *
 * A notice that never comes, because its tab was ended in between, fails the backup; so does a number of keys that is not
 * the one that the Region counts. What has no number is no mutation: the last use of keys, each a fact by itself, and audit
 * records, which are only added.
 */
import type { IDBPDatabase } from 'idb'
import { KMSInternalException, KMSInvalidStateException } from '../../../src/contract/errors.js'
import type { AliasName, KeyId, Realm } from '../../../src/contract/identifiers.js'
import { databaseName } from '../../../src/contract/vault-names.js'
import { ChangeFeed } from '../../storage/change-feed.js'
import type { MaterialRecord, VaultSchema } from '../../storage/schema.js'
import { HeardChanges } from './heard-changes.js'
import type { BackupRecord, Counts } from './records.js'
import { again, countsOf, type Facts, type KeyUnit, pageOfAliases, pageOfAudit, pageOfKeys } from './region-pages.js'

/** Keys of a page: with their handles, which take the longest to read, a few milliseconds. */
const KEYS = 64
const ALIASES = 500
const AUDIT_PACKS = 20
/** What has changed is read again so often before it is given up: others change the vault faster than it can be read. */
const MOST_ROUNDS = 10_000

/** A Region to be read. */
export interface SnapshotSource {
  readonly vaultName: string
  readonly realm: Realm
  readonly store: {
    /** Reads from the database; may be called twice, if the connection was dropped. */
    read<Result>(work: (database: IDBPDatabase<VaultSchema>) => Promise<Result>): Promise<Result>
  }
}

export interface SnapshotOptions {
  /** The recovery pair that all copies have to be sealed to. */
  readonly pairId: string
  readonly includeAudit: boolean
}

/** Reads one Region. To be closed. */
export class Snapshot {
  readonly region: string
  readonly counts: Counts
  readonly #source: SnapshotSource
  readonly #options: SnapshotOptions
  readonly #feed: ChangeFeed
  readonly #changes: HeardChanges
  /** Keys that were given and not taken back. */
  readonly #given = new Set<KeyId>()
  readonly #aliases = new Set<AliasName>()
  /** Why keys are not in it, or not with all of their material; {@link #missing} are those that are not in it at all. */
  readonly #problems = new Map<KeyId, string>()
  readonly #missing = new Set<KeyId>()

  /** Counts what there is, and listens from then on. */
  static async begin(source: SnapshotSource, options: SnapshotOptions): Promise<Snapshot> {
    const early: Parameters<HeardChanges['add']>[0][] = []
    let hear: HeardChanges['add'] = (notice) => void early.push(notice)
    const name = databaseName(source.vaultName, source.realm.region)
    // A channel of its own, which hears what this worker changes too.
    const feed = new ChangeFeed(name, (notice) => hear(notice))
    try {
      const { changes, found } = await source.store.read(countsOf)
      const heard = new HeardChanges(changes)
      for (const notice of early) heard.add(notice)
      hear = (notice) => heard.add(notice)
      return new Snapshot(source, options, feed, heard, found)
    } catch (error) {
      feed.close()
      throw error
    }
  }

  private constructor(
    source: SnapshotSource,
    options: SnapshotOptions,
    feed: ChangeFeed,
    changes: HeardChanges,
    counts: Counts,
  ) {
    this.region = source.realm.region
    this.counts = counts
    this.#source = source
    this.#options = options
    this.#feed = feed
    this.#changes = changes
  }

  /** Keys that are not in it, or not with all of their material. Known at the end. */
  get problems(): ReadonlyMap<KeyId, string> {
    return this.#problems
  }

  close(): void {
    this.#feed.close()
  }

  /** All records of the Region, once. */
  async *records(): AsyncGenerator<BackupRecord, void> {
    const { store } = this.#source
    const { createdAt, trackingSince } = (await store.read((database) => again(database, NOTHING))).found.facts
    yield { kind: 'region', value: { region: this.region, createdAt, trackingSince } }
    yield* this.#allKeys()
    yield* this.#allAliases()
    const { changes, facts } = yield* this.#whatHasChanged()
    for (const departure of facts.departures) yield { kind: 'departure', value: departure }
    if (this.#options.includeAudit) yield* this.#audit(facts.audit)
    for (const [keyId, problem] of this.#problems) yield { kind: 'leftOut', value: { keyId, problem } }
    const { keys, latest } = facts
    const leftOut = this.#missing.size
    if (this.#given.size + leftOut !== keys)
      throw new KMSInternalException('The keys of the backup are not those of the vault. Begin the backup again.')
    yield { kind: 'regionEnd', value: { region: this.region, changes, latest, keys, leftOut } }
  }

  async *#allKeys(): AsyncGenerator<BackupRecord, void> {
    for (let after = ''; ; ) {
      const { changes, found } = await this.#source.store.read((database) => pageOfKeys(database, after, KEYS))
      const keyIds = found.map(({ key }) => key.keyId)
      this.#changes.settleKeys(keyIds, changes)
      for (const unit of found) yield* this.#unit(unit)
      if (found.length < KEYS) return
      after = keyIds.at(-1) as string
    }
  }

  async *#allAliases(): AsyncGenerator<BackupRecord, void> {
    for (let after = ''; ; ) {
      const { changes, found } = await this.#source.store.read((database) => pageOfAliases(database, after, ALIASES))
      const names = found.map(({ aliasName }) => aliasName)
      this.#changes.settleAliases(names, changes)
      for (const alias of found) {
        this.#aliases.add(alias.aliasName)
        yield { kind: 'alias', value: alias }
      }
      if (found.length < ALIASES) return
      after = names.at(-1) as string
    }
  }

  /** @returns the state that all of it is of then */
  async *#whatHasChanged(): AsyncGenerator<BackupRecord, { readonly changes: number; readonly facts: Facts }> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const names = this.#changes.some(KEYS)
      const { changes, found } = await this.#source.store.read((database) => again(database, names))
      this.#checkPair(found.facts.recovery?.pairId)
      const units = new Map(found.units.map((unit) => [unit.key.keyId, unit]))
      for (const keyId of names.keys) {
        const unit = units.get(keyId)
        if (unit) yield* this.#unit(unit)
        else yield* this.#gone(keyId)
      }
      const aliases = new Map(found.aliases.map((alias) => [alias.aliasName, alias]))
      for (const aliasName of names.aliases) {
        const alias = aliases.get(aliasName)
        if (alias) {
          this.#aliases.add(aliasName)
          yield { kind: 'alias', value: alias }
        } else if (this.#aliases.delete(aliasName)) yield { kind: 'goneAlias', value: { aliasName } }
      }
      await this.#changes.heardUpTo(changes)
      this.#changes.settleKeys(names.keys, changes)
      this.#changes.settleAliases(names.aliases, changes)
      if (this.#changes.isSettledUpTo(changes)) return { changes, facts: found.facts }
    }
    throw new KMSInternalException('The vault is changed faster than it can be read. Begin the backup again.')
  }

  async *#unit({ key, materials, copies, grants, usage }: KeyUnit): AsyncGenerator<BackupRecord, void> {
    const { keyId, currentMaterialId } = key
    const copied = new Set(copies.map(({ materialId }) => materialId))
    const lacking = new Set(materials.filter(needsCopy).flatMap(({ materialId: id }) => (copied.has(id) ? [] : [id])))
    for (const { pairId } of copies) this.#checkPair(pairId)
    this.#problems.delete(keyId)
    this.#missing.delete(keyId)
    if (lacking.size > 0) this.#problems.set(keyId, OLDER)
    if (currentMaterialId !== undefined && lacking.has(currentMaterialId)) {
      yield* this.#gone(keyId)
      this.#problems.set(keyId, LEFT_OUT)
      this.#missing.add(keyId)
      return
    }
    this.#given.add(keyId)
    yield { kind: 'key', value: key }
    for (const material of materials) if (!lacking.has(material.materialId)) yield { kind: 'material', value: material }
    for (const copy of copies) yield { kind: 'copy', value: copy }
    for (const grant of grants) yield { kind: 'grant', value: grant }
    if (usage) yield { kind: 'usage', value: { keyId, ...usage } }
  }

  *#gone(keyId: KeyId): Generator<BackupRecord, void> {
    this.#problems.delete(keyId)
    this.#missing.delete(keyId)
    if (this.#given.delete(keyId)) yield { kind: 'gone', value: { keyId } }
  }

  async *#audit(last: number): AsyncGenerator<BackupRecord, void> {
    for (let after = 0; ; ) {
      const from = after
      const packs = await this.#source.store.read((database) => pageOfAudit(database, from, last, AUDIT_PACKS))
      for (const pack of packs) yield { kind: 'audit', value: pack }
      if (packs.length < AUDIT_PACKS) return
      after = packs.at(-1)?.number ?? last
    }
  }

  #checkPair(pairId: string | undefined): void {
    if (pairId === this.#options.pairId) return
    throw new KMSInvalidStateException(
      'The recovery pair was renewed, or is being renewed, while the backup was made. Begin it again when that is done.',
    )
  }
}

const NOTHING = { keys: [], aliases: [] } as const

const LEFT_OUT =
  'Its material has no copy, because it was made before recovery was set up: the key is not in the backup.'
const OLDER =
  'Older material of it has no copy, because it was made before recovery was set up: what was encrypted before the key was rotated cannot be decrypted after a restore.'

/** All material but that of which only a trace is left. */
function needsCopy({ imported }: MaterialRecord): boolean {
  return imported?.isHere !== false
}
