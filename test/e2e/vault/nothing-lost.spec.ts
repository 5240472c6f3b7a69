/**
 * Nothing lost: whatever ends the vault's worker in the middle of its work, what it has acknowledged is there
 * afterwards, and what it has not acknowledged is there as a whole or not at all.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Acknowledged } from '../pages/mutations.js'
import { expectAcknowledgedIn, expectWhole, keysInState } from './fixtures/consistency.js'
import { endBrowsers, startBrowser } from './fixtures/killable-browser.js'
import { printedSeed } from './fixtures/seed.js'
import { loadPage, newVaultName } from './fixtures/tab.js'

/** How often the browser is killed. */
const KILLS = 2

/** Opens the vault again, uses every enabled key, and reads the database. */
async function reopen(page: Page, name: string) {
  return page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const state = await workbench.storedState(name)
    const Plaintext = new TextEncoder().encode('meet me at noon')
    const enabled = state.keys.filter((key) => key.state === 'Enabled').map(({ keyId }) => keyId)
    const used = await Promise.all(
      enabled.map(async (KeyId) => {
        const { CiphertextBlob } = await vault.kms.encrypt({ KeyId, Plaintext })
        const decrypted = await vault.kms.decrypt({ CiphertextBlob })
        return decrypted.KeyId.endsWith(KeyId) && new TextDecoder().decode(decrypted.Plaintext) === 'meet me at noon'
      }),
    )
    await vault.close()
    return { state, used: used.filter(Boolean).length }
  }, name)
}

test.afterEach(endBrowsers)

test.describe('when the worker is killed in the middle of thousands of mutations', () => {
  for (const round of [1, 2, 3, 4, 5])
    test(`every acknowledged mutation is there, and none is half there (kill ${round})`, async ({ page }) => {
      const seed = printedSeed() + round
      // From the first hundreds of mutations to the thousands, at no particular moment.
      const killAfter = Math.round(200 * 10 ** (((round - 1) * 0.3 + (seed % 1000) * 0.0003) % 1))
      const delay = seed % 23
      await loadPage(page)
      const name = newVaultName()
      const crowd = await page.evaluate(
        async ({ name, seed, killAfter, delay }) => {
          const worker = workbench.startWorker.plain()
          const vault = await browserKms.openVault({ name, worker })
          const acknowledged: Acknowledged[] = []
          const crowd = await workbench.mutateAtRandom(vault.kms, seed, 'r', (mutation) => {
            acknowledged.push(mutation)
            if (acknowledged.length === killAfter) setTimeout(() => worker.terminate(), delay)
          })
          return { ...crowd, acknowledged }
        },
        { name, seed, killAfter, delay },
      )
      expect(crowd.surprises).toEqual([])
      expect(crowd.mostInFlight).toBeGreaterThanOrEqual(100)
      expect(crowd.unanswered).toBeGreaterThan(0)
      expect(crowd.acknowledged.length).toBeGreaterThanOrEqual(killAfter)

      const { state, used } = await reopen(page, name)
      expectAcknowledgedIn(state, crowd.acknowledged)
      expectWhole(state)
      expect(used).toBe(keysInState(state, 'Enabled').length)
    })
})

test('when the whole browser is killed again and again, the same is true, and of all mutations together', async ({
  baseURL,
}) => {
  const seed = printedSeed()
  const profile = await mkdtemp(join(tmpdir(), 'browser-kms-profile-'))
  const name = newVaultName()
  const acknowledged: Acknowledged[] = []
  try {
    for (const round of [0, 1, KILLS]) {
      await using browser = await startBrowser(profile)
      const page = await browser.openPage(baseURL as string)
      const { state, used } = await reopen(page, name)
      expectAcknowledgedIn(state, acknowledged)
      expectWhole(state)
      expect(used).toBe(keysInState(state, 'Enabled').length)
      if (round === KILLS) return

      const killAfter = acknowledged.length + 100 + ((seed + round * 7919) % 400)
      await page.exposeFunction('tell', (mutation: Acknowledged) => {
        if (browser.isKilled) return
        acknowledged.push(mutation)
        if (acknowledged.length === killAfter) browser.kill()
      })
      const crowd = page.evaluate(
        async ({ name, seed, mark }) => {
          const { tell } = globalThis as unknown as { tell: (mutation: Acknowledged) => void }
          const vault = await browserKms.openVault({ name })
          return workbench.mutateAtRandom(vault.kms, seed, mark, tell)
        },
        { name, seed: seed + round, mark: `r${round}` },
      )
      await expect(crowd, 'the page has no time to end its work').rejects.toThrow('closed')
      expect(browser.isKilled).toBe(true)
      await browser.ended
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
})
