import type { IDBPDatabase } from 'idb'
import { KMSInvalidStateException, type KmsError } from '../../src/contract/errors.js'
import type { Realm } from '../../src/contract/identifiers.js'
import { Gone, type OpenDatabase, openDatabase } from './database.js'
import type { VaultSchema } from './schema.js'
import { storageFailure } from './storage-failure.js'

export interface ConnectionOptions {
  readonly vaultName: string
  readonly realm: Realm
  readonly now: () => number
  /** Called when the database is gone for good, with what is to be told. */
  readonly onClosed: (reason: KmsError) => void
}

type Database = IDBPDatabase<VaultSchema>

/** Milliseconds after which a connection that the browser has dropped is looked after, if nobody asks for it before. */
const LOOK_AGAIN = 250

/**
 * The connection to the database of a vault's Region. Browsers drop it when the disk is full, a drive is unplugged, or the
 * site's data is cleared; it is opened again then, unless the database is gone.
 */
export class Connection {
  readonly #options: ConnectionOptions
  #database: Database | undefined
  /** Of the database that was opened first. */
  #known: Pick<OpenDatabase['identity'], 'createdAt'> | undefined
  #reopening: Promise<Database> | undefined
  #isClosed = false
  /** Called when the database was opened again: others may have changed it meanwhile. */
  onReopened = () => {}

  static async open(
    options: ConnectionOptions,
  ): Promise<{ readonly connection: Connection } & Omit<OpenDatabase, 'connection'>> {
    const connection = new Connection(options)
    try {
      const { connection: database, ...known } = await connection.#open()
      connection.#database = database
      connection.#known = { createdAt: known.identity.createdAt }
      return { connection, ...known }
    } catch (error) {
      throw storageFailure(error)
    }
  }

  private constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /**
   * Does something with the database.
   *
   * @param work may be called twice, if the browser has dropped the connection before it could begin
   * @throws KMSInternalException with the reason if the storage fails
   */
  async use<Result>(work: (database: Database) => Result | Promise<Result>): Promise<Result> {
    try {
      const database = this.#database ?? (await this.#reopen())
      try {
        return await work(database)
      } catch (error) {
        // The connection is dropped, and nobody has been told yet: the work could not begin.
        if ((error as Partial<DOMException> | undefined)?.name !== 'InvalidStateError' || this.#isClosed) throw error
        if (canBegin(database)) throw error
        this.#drop(database)
        return await work(this.#database ?? (await this.#reopen()))
      }
    } catch (error) {
      throw storageFailure(error)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#database?.close()
    this.#database = undefined
  }

  #open(): Promise<OpenDatabase> {
    const { vaultName, realm, now } = this.#options
    return openDatabase(
      { vaultName, realm, now: now(), known: this.#known },
      {
        onClaimed: (isDeletion) => this.#end(isDeletion ? deleted() : outdated()),
        // The user has cleared the site's data, or the storage has failed.
        onDropped: (database) => {
          this.#drop(database)
          setTimeout(() => {
            if (!this.#database && !this.#isClosed) this.#reopen().catch(() => {})
          }, LOOK_AGAIN)
        },
      },
    )
  }

  #reopen(): Promise<Database> {
    if (this.#isClosed) return Promise.reject(closed())
    this.#reopening ??= this.#open()
      .then(({ connection }) => {
        if (this.#isClosed) {
          connection.close()
          throw closed()
        }
        this.#database = connection
        this.onReopened()
        return connection
      })
      .catch((error: unknown) => {
        if (error instanceof Gone) this.#end(error)
        throw error
      })
      .finally(() => {
        this.#reopening = undefined
      })
    return this.#reopening
  }

  #drop(database: Database): void {
    if (this.#database !== database) return
    database.close()
    this.#database = undefined
  }

  #end(reason: KmsError): void {
    if (this.#isClosed) return
    this.close()
    this.#options.onClosed(reason)
  }
}

function canBegin(database: Database): boolean {
  try {
    database.transaction('vault')
    return true
  } catch {
    return false
  }
}

function deleted(): KMSInvalidStateException {
  return new KMSInvalidStateException('The vault was deleted.')
}

function outdated(): KMSInvalidStateException {
  return new KMSInvalidStateException(
    'Another tab needs a newer version of the storage of this vault. Load the page again to get the version of browser-kms that it has.',
  )
}

function closed(): KMSInvalidStateException {
  return new KMSInvalidStateException('The vault was closed.')
}
