/** Custody: script of the page's own origin reaches the stored keys, and still cannot copy what WebCrypto holds. */
import { expect, test } from '@playwright/test'
import { loadPage, newVaultName } from './fixtures/tab.js'

/** What each key's handles may be used for, and nothing beside it. */
const keys = [
  { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', usages: ['encrypt,decrypt'] },
  { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT', usages: ['decrypt'] },
  { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', usages: ['sign'] },
  { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', usages: ['sign'] },
  { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT', usages: ['deriveBits'] },
  { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY', usages: ['sign'] },
  { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', usages: ['sign'] },
] as const

test('no key in any store of the vault can be exported, wrapped, or used for more than its purpose', async ({
  page,
}) => {
  await loadPage(page)
  const { handles, escaped } = await page.evaluate(
    async ({ name, keys }) => {
      const { kms } = await browserKms.openVault({ name })
      const kinds = new Map<string, string>()
      for (const { KeySpec, KeyUsage } of keys) {
        const { KeyMetadata } = await kms.createKey({ KeySpec, KeyUsage })
        kinds.set(KeyMetadata.KeyId, `${KeySpec} ${KeyUsage}`)
      }

      // The attacker is in the page, and reads the database by itself.
      const open = indexedDB.open(`browser-kms/${name}/browser-local-1`)
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        open.onsuccess = () => resolve(open.result)
        open.onerror = () => reject(open.error)
      })
      const handles: { owner: string; key: CryptoKey }[] = []
      const gather = (value: unknown, owner: string): void => {
        if (value instanceof CryptoKey) handles.push({ owner, key: value })
        else if (typeof value === 'object' && value !== null)
          for (const [member, inner] of Object.entries(value))
            gather(inner, inner instanceof CryptoKey && owner === 'vault' ? member : owner)
      }
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll()
        await new Promise((resolve) => {
          all.onsuccess = resolve
        })
        for (const record of all.result as { keyId?: string }[]) gather(record, kinds.get(record.keyId ?? '') ?? store)
      }

      const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['wrapKey', 'encrypt'])
      const escaped: string[] = []
      for (const { owner, key } of handles)
        for (const format of ['raw', 'pkcs8', 'jwk', 'spki'] as const) {
          // Public keys are no secret.
          if (key.type === 'public') continue
          const iv = new Uint8Array(12)
          const attempts = {
            exportKey: () => crypto.subtle.exportKey(format, key),
            wrapKey: () => crypto.subtle.wrapKey(format, key, wrapping, { name: 'AES-GCM', iv }),
            wrappingItself: () => crypto.subtle.wrapKey(format, wrapping, key, { name: 'AES-GCM', iv }),
            clone: async () => {
              const copy = structuredClone(key)
              return crypto.subtle.exportKey(format, copy)
            },
          }
          for (const [way, attempt] of Object.entries(attempts))
            await attempt().then(
              () => escaped.push(`${owner}: ${way} as ${format}`),
              () => {},
            )
        }
      const told = handles
        .filter(({ key }) => key.type !== 'public')
        .map(({ owner, key }) => ({ owner, extractable: key.extractable, usages: key.usages.join() }))
      return { handles: told, escaped }
    },
    { name: newVaultName(), keys },
  )
  expect(escaped).toEqual([])
  expect(handles.filter(({ extractable }) => extractable)).toEqual([])
  const usagesOf = (owner: string) => [
    ...new Set(handles.filter((handle) => handle.owner === owner).map(({ usages }) => usages)),
  ]
  expect(keys.map(({ KeySpec, KeyUsage }) => usagesOf(`${KeySpec} ${KeyUsage}`))).toEqual(
    keys.map(({ usages }) => usages),
  )
  for (const owner of ['markerKey', 'sealingKey']) expect(usagesOf(owner), owner).toEqual(['encrypt,decrypt'])
})
