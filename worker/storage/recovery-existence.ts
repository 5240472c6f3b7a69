import { recoveryDatabaseName } from '../../src/contract/vault-names.js'

/** Whether the vault has a database for its recovery. It may be empty, if whoever made it was killed. */
export async function hasRecovery(vaultName: string): Promise<boolean> {
  const wanted = recoveryDatabaseName(vaultName)
  return (await indexedDB.databases()).some(({ name }) => name === wanted)
}
