import { read } from '../contract/reader.js'
import { vaultName } from '../contract/vault-names.js'
import { checkSurroundings } from './surroundings.js'

/**
 * Deletes a vault with all its keys, in all Regions, at once and for good: whatever was encrypted under them cannot be
 * decrypted any more. Vaults that other tabs have open are closed.
 *
 * @param name the vault's name; default `default`
 * @throws `ValidationException` for a name that no vault can have
 * @throws `KMSInvalidStateException` if somebody who has it open does not let go of it within ten seconds, such as a tab
 *   that is frozen; the browser deletes it as soon as they do
 *
 * @example
 * ```ts
 * await vault.close()
 * await deleteVault('default')
 * ```
 */
export async function deleteVault(name = 'default'): Promise<void> {
  const vault = read(vaultName, name, 'the name of the vault')
  checkSurroundings('deleteVault')
  const { deleteAllOf } = await import('./deletion.js')
  await deleteAllOf(vault)
}
