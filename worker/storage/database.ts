import { type IDBPDatabase, openDB } from 'idb'
import { KMSInvalidStateException, ValidationException } from '../../src/contract/errors.js'
import type { Realm } from '../../src/contract/identifiers.js'
import { databaseName } from '../../src/contract/vault-names.js'
import { generateSymmetric } from '../material/symmetric.js'
import { migrations, schemaVersion } from './migrations.js'
import type { RegionRecovery, VaultRecords, VaultSchema } from './schema.js'
import { unlessBlocked } from './unless-blocked.js'

/** An open database and what it says about itself. */
export interface OpenDatabase {
  readonly connection: IDBPDatabase<VaultSchema>
  readonly identity: VaultRecords['identity']
  readonly recovery: RegionRecovery | undefined
  /** The highest time that earlier sessions have seen. */
  readonly latest: number
  readonly trackingSince: number
}

/** Which database is to be opened. */
export interface DatabaseOptions {
  readonly vaultName: string
  readonly realm: Realm
  /** Milliseconds since 1970. */
  readonly now: number
  /** Of a database that was open before: another one, or a new one, is not taken for it. */
  readonly known?: Pick<VaultRecords['identity'], 'createdAt'> | undefined
}

/** What becomes of a connection without us. */
export interface ConnectionEvents {
  /** Somebody deletes the database, or needs a newer version of it; the connection is closed. */
  readonly onClaimed: (isDeletion: boolean) => void
  /** The browser has closed the connection: the site's data was cleared, or the storage fails. */
  readonly onDropped: (connection: IDBPDatabase<VaultSchema>) => void
}

/**
 * Opens the database of a vault's Region, and makes it if this is the first time.
 *
 * @throws {@link ValidationException} if the vault belongs to another account
 * @throws {@link KMSInvalidStateException} if a newer version of this code has written it, or somebody keeps it from opening
 * @throws {@link Gone} if it is not the one that was open before
 */
export async function openDatabase(options: DatabaseOptions, events: ConnectionEvents): Promise<OpenDatabase> {
  const { vaultName, realm, now, known } = options
  const connection = await openConnection(options, events)
  try {
    const identity = known ? await readIdentity(connection) : await readOrMakeIdentity(connection, realm, now)
    // Another tab may have made a new vault after the site's data was cleared: its sealing key is not the one in use here.
    if (!identity || (known && known.createdAt !== identity.createdAt)) throw new Gone()
    if (identity.accountId !== realm.accountId)
      throw new ValidationException(
        `The vault '${vaultName}' belongs to account ${identity.accountId}, not ${realm.accountId}. Open it with that accountId, or choose another name.`,
      )
    const [clock, tracking, recovery] = await Promise.all([
      connection.get('vault', 'clock'),
      connection.get('vault', 'tracking'),
      connection.get('vault', 'recovery'),
    ])
    return {
      connection,
      identity,
      recovery: recovery as RegionRecovery | undefined,
      latest: (clock as VaultRecords['clock'] | undefined)?.latest ?? 0,
      trackingSince: (tracking as VaultRecords['tracking'] | undefined)?.since ?? identity.createdAt,
    }
  } catch (error) {
    connection.close()
    throw error
  }
}

async function openConnection(
  { vaultName, realm, now, known }: DatabaseOptions,
  { onClaimed, onDropped }: ConnectionEvents,
): Promise<IDBPDatabase<VaultSchema>> {
  let isGone = false
  try {
    const opening = openDB<VaultSchema>(databaseName(vaultName, realm.region), schemaVersion, {
      upgrade(database, oldVersion, _newVersion, transaction) {
        if (known && oldVersion === 0) {
          isGone = true
          // Told by the opening itself.
          transaction.done.catch(() => {})
          transaction.abort()
          return
        }
        for (const migrate of migrations.slice(oldVersion)) migrate({ database, transaction, now })
      },
      blocking(_currentVersion, blockedVersion, event) {
        ;(event.target as IDBDatabase).close()
        onClaimed(blockedVersion === null)
      },
      terminated: () => void opening.then(onDropped),
    })
    return await unlessBlocked(opening, vaultName)
  } catch (error) {
    if (isGone) throw new Gone()
    if ((error as DOMException).name === 'VersionError')
      throw new KMSInvalidStateException(
        `The vault '${vaultName}' was written by a newer version of browser-kms. Load the page again to get that version.`,
      )
    throw error
  }
}

/** A database that was there is not there any more. */
export class Gone extends KMSInvalidStateException {
  constructor() {
    super("The vault's storage is gone: the site's data was cleared, by the user or by the browser.")
  }
}

async function readIdentity(connection: IDBPDatabase<VaultSchema>): Promise<VaultRecords['identity'] | undefined> {
  return (await connection.get('vault', 'identity')) as VaultRecords['identity'] | undefined
}

async function readOrMakeIdentity(
  connection: IDBPDatabase<VaultSchema>,
  { accountId, region }: Realm,
  createdAt: number,
): Promise<VaultRecords['identity']> {
  const existing = await readIdentity(connection)
  if (existing) return existing
  const [markerKey, sealingKey] = await Promise.all([generateSymmetric(), generateSymmetric()])
  // Another tab may have opened the vault for the first time meanwhile: the first identity written stays.
  const transaction = connection.transaction('vault', 'readwrite', { durability: 'strict' })
  const written = await transaction.store.get('identity')
  const identity = (written as VaultRecords['identity'] | undefined) ?? {
    accountId,
    region,
    createdAt,
    markerKey,
    sealingKey,
  }
  if (!written) {
    await transaction.store.put(identity, 'identity')
    await transaction.store.put({ keys: 0, changes: 0 }, 'counters')
  }
  await transaction.done
  return identity
}
