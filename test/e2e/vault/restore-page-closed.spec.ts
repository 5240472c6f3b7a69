/** REC-23 A page that is closed in the middle of a restore leaves no vault behind. (Killed browsers are in nothing-lost.spec.ts.) */
import { expect, test } from '@playwright/test'
import { loadPage, newVaultName } from './fixtures/tab.js'

const KEYS = 200

test('REC-23 a page that is closed while it restores: no vault is there, and restoring again works', async ({
  context,
  baseURL,
}) => {
  const page = await loadPage(await context.newPage(), baseURL)
  const { backup, recoveryCode } = await page.evaluate(
    async ({ name, count }) => {
      const vault = await browserKms.openVault({ name })
      const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
      await Promise.all(Array.from({ length: count }, () => vault.kms.createKey({})))
      const backup = new Uint8Array(await new Response(vault.backups.create()).arrayBuffer())
      await vault.close()
      return { backup, recoveryCode }
    },
    { name: newVaultName(), count: KEYS },
  )
  // What was restored last is opened as a new vault, or restored again.
  for (const next of ['open', 'restore'] as const) {
    const name = newVaultName()
    const closing = await loadPage(await context.newPage(), baseURL)
    const isUnderWay = new Promise<void>((resolve) => {
      closing.on('console', (message) => message.text() === 'under way' && resolve())
    })
    void closing
      .evaluate(
        ({ name, backup, recoveryCode }) => {
          const onProgress = () => console.log('under way')
          return browserKmsRecovery.restoreVault(new Uint8Array(backup), { recoveryCode }, { name, onProgress })
        },
        { name, backup, recoveryCode },
      )
      .catch(() => {})
    await isUnderWay
    await closing.close()
    const found = await page.evaluate(
      async ({ name, next, backup, recoveryCode }) => {
        const listed = async () => {
          const vault = await browserKms.openVault({ name })
          const { Keys } = await vault.kms.listKeys({ Limit: 1000 })
          await vault.close()
          return Keys.length
        }
        const left = (await indexedDB.databases()).filter(({ name: each }) => each?.includes(`/${name}`)).length
        if (next === 'open') return { left, keys: await listed() }
        const { ok } = await browserKmsRecovery.restoreVault(new Uint8Array(backup), { recoveryCode }, { name })
        return { left, ok, keys: await listed() }
      },
      { name, next, backup, recoveryCode },
    )
    // It was really ended in the middle.
    expect(found.left).toBeGreaterThan(1)
    expect(found).toMatchObject(next === 'open' ? { keys: 0 } : { ok: true, keys: KEYS })
  }
})
