/**
 * A vault that is being restored is none yet. Its databases have their names from the start, because IndexedDB renames none;
 * so an empty database beside them says that they do not count. It is there before the first of them, and deleting it, which
 * IndexedDB does as a whole or not at all, is the moment at which the vault exists. Whoever finds it while nobody restores
 * throws away what a killed page has left behind.
 */
import { KMSInternalException } from '../contract/errors.js'
import { restoringNoteName } from '../contract/vault-names.js'
import { databasesOf, isHalfRestored, withExistenceLock } from './existence.js'

/** Says that the databases of a vault do not count. To be called with the existence lock, exclusively. */
export async function beginRestoring(vaultName: string): Promise<void> {
  const request = indexedDB.open(restoringNoteName(vaultName))
  await settled(request)
  request.result.close()
}

/** From here on they do. */
export async function endRestoring(vaultName: string): Promise<void> {
  await settled(indexedDB.deleteDatabase(restoringNoteName(vaultName)))
}

/** Throws away what there is of a restore that did not come to its end. To be called with the lock, exclusively. */
export async function discardRestored(vaultName: string): Promise<void> {
  for (const name of await databasesOf(vaultName)) await settled(indexedDB.deleteDatabase(name))
  await endRestoring(vaultName)
}

/** The same for whoever has not the lock: waits for a restore that goes on. */
export async function discardHalfRestored(vaultName: string, signal: AbortSignal | undefined): Promise<void> {
  await withExistenceLock(vaultName, { mode: 'exclusive', signal }, async () => {
    if (await isHalfRestored(vaultName)) await discardRestored(vaultName)
  })
}

function settled(request: IDBOpenDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve()
    request.onerror = () =>
      reject(
        new KMSInternalException(`The browser gives no access to its databases (${request.error?.name}). Try again.`),
      )
  })
}
