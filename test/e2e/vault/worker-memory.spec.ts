/** What is left of secrets in the worker's memory between calls: nothing. */
import { expect, test } from '@playwright/test'
import { loadPage, newVaultName } from './fixtures/tab.js'

test('no buffer of the worker holds a plaintext, a data key or a private half after the answer', async ({ page }) => {
  await loadPage(page)
  const { buffers, found, kept } = await page.evaluate(async (name) => {
    const worker = workbench.startWorker.watched()
    const vault = await browserKms.openVault({ name, worker })
    const { kms } = vault
    const { KeyMetadata } = await kms.createKey({})
    const KeyId = KeyMetadata.KeyId
    const secrets: Uint8Array[] = []
    for (let count = 0; count < 50; count++) {
      const { Plaintext, CiphertextBlob } = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
      const message = crypto.getRandomValues(new Uint8Array(32))
      const encrypted = await kms.encrypt({ KeyId, Plaintext: message })
      await Promise.all([kms.decrypt({ CiphertextBlob }), kms.decrypt({ CiphertextBlob: encrypted.CiphertextBlob })])
      await kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId })
      // A data key that was given as a handle: what it is, the page asks for in the open.
      const sealed = await vault.envelope(KeyId).encrypt(message)
      const [encryptedDataKey] = browserKmsEnvelope.readMessageHeader(sealed)?.encryptedDataKeys ?? []
      const opened = await kms.decrypt({ CiphertextBlob: encryptedDataKey?.encryptedDataKey as Uint8Array })
      secrets.push(Plaintext, message, opened.Plaintext)
    }
    const pair = await kms.generateDataKeyPair({ KeyId, KeyPairSpec: 'ECC_SECG_P256K1' })
    secrets.push(pair.PrivateKeyPlaintext.slice(33, 65))
    const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    const ask = (secrets: string[]) =>
      new Promise<{ buffers: number; found: string[] }>((resolve) => {
        const listen = ({ data }: MessageEvent) => {
          if (!data?.found) return
          worker.removeEventListener('message', listen)
          resolve(data)
        }
        worker.addEventListener('message', listen)
        worker.postMessage({ secrets })
      })
    const { buffers, found } = await ask(secrets.map(hex))
    return { buffers, found, kept: (await ask(['a7'.repeat(32)])).found.length }
  }, newVaultName())
  expect(kept, 'what the worker keeps on purpose is found').toBe(1)
  expect(buffers, 'buffers that were looked at').toBeGreaterThan(10)
  expect(found).toEqual([])
})
