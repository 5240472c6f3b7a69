import { KMSInternalException } from '../contract/errors.js'
import { read } from '../contract/reader.js'
import { databasePrefix, vaultName } from '../contract/vault-names.js'

/**
 * Deletes a vault with all its keys, in all Regions, at once and for good: whatever was encrypted under them cannot be
 * decrypted any more. Vaults that other tabs have open are closed.
 *
 * @param name the vault's name; default `default`
 *
 * @example
 * ```ts
 * await vault.close()
 * await deleteVault('default')
 * ```
 */
export async function deleteVault(name = 'default'): Promise<void> {
  const prefix = databasePrefix(read(vaultName, name, 'the name of the vault'))
  const databases = await indexedDB.databases()
  const own = databases.flatMap((database) => (database.name?.startsWith(prefix) ? [database.name] : []))
  await Promise.all(own.map(deleteDatabase))
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(new KMSInternalException(`The vault's database could not be deleted.`))
  })
}
