/** What someone finds who reads the vault's databases by themselves. */
import { openVault, type Vault } from 'browser-kms'
import { openDB } from 'idb'
import { afterEach, beforeEach, expect, test } from 'vitest'

let vault: Vault
beforeEach(async () => {
  vault = await openVault({ name: `custody-${crypto.randomUUID()}` })
})
afterEach(() => vault.close())

test('key material is in native custody: WebCrypto handles, none of which can be exported', async () => {
  const { KeyMetadata } = await vault.kms.createKey({})
  expect(await vault.custodyOf(KeyMetadata.KeyId)).toBe('native')

  const handles = (await everythingStored()).filter((value) => value instanceof CryptoKey)
  expect(handles.length).toBeGreaterThan(0)
  for (const handle of handles) {
    expect(handle.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', handle)).rejects.toThrow()
    await expect(crypto.subtle.exportKey('jwk', handle)).rejects.toThrow()
  }
})

/** Every value in every record of every database of the origin, down to the leaves. */
async function everythingStored(): Promise<unknown[]> {
  const leaves: unknown[] = []
  const visit = (value: unknown): void => {
    if (typeof value === 'object' && value !== null && !(value instanceof CryptoKey))
      Object.values(value).forEach(visit)
    else leaves.push(value)
  }
  for (const { name } of await indexedDB.databases()) {
    const database = await openDB(name as string)
    for (const store of database.objectStoreNames) visit(await database.getAll(store))
    database.close()
  }
  return leaves
}
