/** What is left of keys in the worker's memory: nothing. */
import { createHash } from 'node:crypto'
import { type CDPSession, expect, type Page, test } from '@playwright/test'
import { loadPage, newVaultName } from './fixtures/tab.js'

test('the worker holds no bytes of symmetric keys, data keys or plaintexts between calls', async ({ page }) => {
  await loadPage(page)
  const name = newVaultName()
  const secrets = await page.evaluate(async (name) => {
    const { kms } = await browserKms.openVault({ name, worker: workbench.startWorker.knownKeys() })
    const { KeyMetadata } = await kms.createKey({})
    const KeyId = KeyMetadata.KeyId
    const secrets: number[][] = []
    for (let count = 0; count < 50; count++) {
      const { Plaintext, CiphertextBlob } = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
      secrets.push([...Plaintext])
      await kms.decrypt({ CiphertextBlob })
      const message = crypto.getRandomValues(new Uint8Array(32))
      secrets.push([...message])
      await kms.encrypt({ KeyId, Plaintext: message })
    }
    // Later calls reuse what earlier ones left, and the last answers are on their way out no more.
    for (let count = 0; count < 5; count++) await kms.listKeys()
    return secrets
  }, name)
  // The worker made its AES keys from a count (workers/known-keys.ts): two for the vault itself, and the KMS key.
  for (let count = 0; count < 3; count++) secrets.push([...createHash('sha256').update(`known key ${count}`).digest()])

  const buffers = await buffersOfWorker(page)
  expect(buffers.length, 'buffers that were read').toBeGreaterThan(0)
  const found = secrets.filter((secret) => buffers.some((buffer) => buffer.includes(Buffer.from(secret))))
  expect(found).toEqual([])

  // The method finds what is there.
  const kept = createHash('sha256').update('kept').digest()
  const again = await buffersOfWorker(page, [...kept])
  expect(again.some((buffer) => buffer.includes(kept))).toBe(true)
})

/** The contents of all buffers that are alive in the page's worker, and before that one of ours to be found. */
async function buffersOfWorker(page: Page, keep?: readonly number[]): Promise<Buffer[]> {
  const session = await page.context().newCDPSession(page)
  const worker = await workerSession(session)
  await worker('Runtime.enable')
  if (keep)
    await worker('Runtime.evaluate', { expression: `globalThis.kept = Uint8Array.from(${JSON.stringify(keep)}); 0` })
  await worker('HeapProfiler.enable')
  await worker('HeapProfiler.collectGarbage')
  const { result } = await worker('Runtime.evaluate', { expression: 'Uint8Array.prototype' })
  const { objects } = await worker('Runtime.queryObjects', { prototypeObjectId: result.objectId })
  const read = await worker('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    returnByValue: true,
    functionDeclaration: `function () {
      return this.filter((array) => array !== Uint8Array.prototype).map(({ buffer }) => {
        let text = ''
        for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte)
        return btoa(text)
      })
    }`,
  })
  await session.detach()
  return (read.result.value as string[]).map((text) => Buffer.from(text, 'base64'))
}

// The protocol's answers are read as they come; their shape is CDP's.
// biome-ignore lint/suspicious/noExplicitAny: a boundary
type Send = (method: string, params?: object) => Promise<any>

/** Speaks to the page's one worker through the page's session. */
async function workerSession(session: CDPSession): Promise<Send> {
  const attached = new Promise<string>((resolve) =>
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId)
    }),
  )
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  const sessionId = await attached
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result, error } = JSON.parse(message)
    const waiting = pending.get(id)
    pending.delete(id)
    if (error) waiting?.reject(new Error(error.message))
    else waiting?.resolve(result)
  })
  let id = 0
  return (method, params = {}) =>
    new Promise((resolve, reject) => {
      pending.set(++id, { resolve, reject })
      session
        .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) })
        .catch(reject)
    })
}
