/**
 * The database of what a vault's recovery is made of: one record for all Regions, changed in one transaction. It lives
 * apart from the Regions' databases, because writing it is the moment at which a set-up or a renewal counts; what follows
 * from it in the Regions can be done again.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { recoveryDatabaseName } from '../../src/contract/vault-names.js'
import { Gone } from './database.js'
import { hasRecovery } from './recovery-existence.js'
import { storageFailure } from './storage-failure.js'
import { unlessBlocked } from './unless-blocked.js'

/** What is kept, as far as this file knows it. */
export interface Revised {
  /** Counts the changes of the record. */
  readonly revision: number
}

interface RecoverySchema<Kept extends Revised> extends DBSchema {
  recovery: { key: 'record'; value: Kept }
}

const VERSION = 1

/** The record of a vault's recovery. */
export class RecoveryStore<Kept extends Revised> {
  readonly #vaultName: string
  #database: Promise<IDBPDatabase<RecoverySchema<Kept>>> | undefined
  #isClosed = false
  /** Whether a record was found once: a database that is new since then is another one. */
  #hasFound = false

  /** Opens nothing yet: a vault without recovery has no such database. */
  constructor(vaultName: string) {
    this.#vaultName = vaultName
  }

  /** @returns undefined if there is none */
  async read(): Promise<Kept | undefined> {
    if (!this.#database && !this.#hasFound && !(await hasRecovery(this.#vaultName))) return undefined
    return this.#use(async (database) => this.#found(await database.get('recovery', 'record')))
  }

  /**
   * Changes the record in one transaction, durably.
   *
   * @param work gets the record as it is, and gives what it is to be; undefined leaves it as it is. It may be called twice,
   *   if the browser has dropped the connection before it could begin. What it throws, this throws, and nothing is changed
   */
  change(work: (record: Kept | undefined) => Omit<Kept, 'revision'> | undefined): Promise<Kept | undefined> {
    return this.#use(async (database) => {
      const transaction = database.transaction('recovery', 'readwrite', { durability: 'strict' })
      // A transaction that aborts rejects `done` too; that is told through what is awaited below.
      transaction.done.catch(() => {})
      const record = this.#found(await transaction.store.get('record'))
      let next: Omit<Kept, 'revision'> | undefined
      try {
        next = work(record)
      } catch (error) {
        transaction.abort()
        throw error
      }
      // All that a record has beside its revision, and that.
      const written = next && ({ ...next, revision: (record?.revision ?? 0) + 1 } as Kept)
      if (written) await transaction.store.put(written, 'record')
      await transaction.done
      if (written) this.#hasFound = true
      return written ?? record
    })
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  /** Does something with the database, once more if the browser has dropped the connection before it could begin. */
  async #use<Result>(work: (database: IDBPDatabase<RecoverySchema<Kept>>) => Promise<Result>): Promise<Result> {
    try {
      const opening = this.#open()
      try {
        return await work(await opening)
      } catch (error) {
        if ((error as Partial<DOMException> | undefined)?.name !== 'InvalidStateError' || this.#isClosed) throw error
        if (this.#database === opening) this.#drop()
        return await work(await this.#open())
      }
    } catch (error) {
      throw storageFailure(error)
    }
  }

  #open(): Promise<IDBPDatabase<RecoverySchema<Kept>>> {
    if (this.#isClosed) return Promise.reject(new KMSInvalidStateException('The vault is not open any more.'))
    this.#database ??= this.#connect().catch((error: unknown) => {
      this.#database = undefined
      throw error
    })
    return this.#database
  }

  async #connect(): Promise<IDBPDatabase<RecoverySchema<Kept>>> {
    let isGone = false
    try {
      const opening = openDB<RecoverySchema<Kept>>(recoveryDatabaseName(this.#vaultName), VERSION, {
        upgrade: (database, _oldVersion, _newVersion, transaction) => {
          if (!this.#hasFound) return void database.createObjectStore('recovery')
          isGone = true
          // Told by the opening itself.
          transaction.done.catch(() => {})
          transaction.abort()
        },
        // The vault is deleted, or another tab needs a newer version. The Regions' connections tell the page of it.
        blocking: (_currentVersion, _blockedVersion, event) => {
          ;(event.target as IDBDatabase).close()
          this.#drop()
        },
        terminated: () => this.#drop(),
      })
      return await unlessBlocked(opening, this.#vaultName)
    } catch (error) {
      if ((error as Partial<DOMException>).name === 'VersionError')
        throw new KMSInvalidStateException(
          `The recovery of the vault '${this.#vaultName}' was written by a newer version of browser-kms. Load the page again to get that version.`,
        )
      throw isGone ? new Gone() : error
    }
  }

  #found(record: Kept | undefined): Kept | undefined {
    if (record) this.#hasFound = true
    else if (this.#hasFound) throw new Gone()
    return record
  }

  #drop(): void {
    const dropped = this.#database
    this.#database = undefined
    dropped?.then((database) => database.close()).catch(() => {})
  }
}
