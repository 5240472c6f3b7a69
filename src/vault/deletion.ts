/** What deletes a vault: loaded with the first call. */
import { KMSInternalException, KMSInvalidStateException } from '../contract/errors.js'
import { aliveLockPrefix, recoveryDatabaseName } from '../contract/vault-names.js'
import { databasesOf, forgetVault, withExistenceLock } from './existence.js'

/** Milliseconds in which whoever has the vault open lets go of it; a tab that is not frozen takes a few. */
const LET_GO_TIMEOUT = 10_000

export async function deleteAllOf(vault: string): Promise<void> {
  await withExistenceLock(vault, { mode: 'exclusive' }, async () => {
    await forgetVault(vault)
    // First: of what a deletion that is killed leaves behind, no protector opens anything.
    await deleteDatabase(recoveryDatabaseName(vault), vault)
    const databases = await databasesOf(vault)
    await Promise.all(databases.map((database) => deleteDatabase(database, vault)))
  })
}

function deleteDatabase(database: string, vault: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => holders(vault).then((who) => reject(stillOpen(vault, who))), LET_GO_TIMEOUT)
    const request = indexedDB.deleteDatabase(database)
    request.onsuccess = () => {
      clearTimeout(timer)
      resolve()
    }
    request.onerror = () => {
      clearTimeout(timer)
      reject(
        new KMSInternalException(
          `The database of the vault '${vault}' could not be deleted (${request.error?.name}). Try again.`,
        ),
      )
    }
  })
}

function stillOpen(vault: string, who: string): KMSInvalidStateException {
  return new KMSInvalidStateException(
    `The vault '${vault}' is not deleted yet: ${who}, and does not let go of it. Close the other tabs and windows of this site; the browser deletes the vault as soon as nobody has it open.`,
  )
}

/** Who has a vault open, as far as it can be known: its workers hold a lock each while they live. */
async function holders(vault: string): Promise<string> {
  const { held = [] } = await navigator.locks.query().catch((): LockManagerSnapshot => ({}))
  const prefix = aliveLockPrefix(vault)
  const workers = held.filter(({ name }) => name?.startsWith(prefix)).length
  if (workers === 0) return 'code of this site that is none of browser-kms has one of its databases open'
  return workers === 1 ? 'one tab or window has it open' : `${workers} tabs or windows have it open`
}
