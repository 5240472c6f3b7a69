/**
 * The whole browser is killed (SIGKILL) at random moments of what recovery does, again and again, on one profile. Afterwards
 * there is the old state or the new one: every key has its copy, which opens; and what was being restored is no vault.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Prepared, RecoveryWork } from '../pages/recovery-work.js'
import { endBrowsers, type KillableBrowser, startBrowser } from './fixtures/killable-browser.js'
import { printedSeed } from './fixtures/seed.js'
import { newVaultName } from './fixtures/tab.js'

test.afterEach(endBrowsers)

/** What the browser is killed in; the lock at rest is put on and taken off in turn. */
const rounds = ['restore', 'renewPair', 'lock', 'restore', 'backup', 'renewPair', 'lock', 'restore'] as const

/** Work that the browser was killed in, and whether it had come to its end. */
interface Cut {
  readonly work: RecoveryWork
  readonly end: 'done' | 'killed'
}

test('REC-2, REC-23, LOCK-1 the browser is killed in backup, restore, renewPair and lock', async ({ baseURL }) => {
  test.setTimeout(480_000)
  const seed = printedSeed()
  const profile = await mkdtemp(join(tmpdir(), 'browser-kms-profile-'))
  const name = newVaultName()
  let isLockedAtRest = false
  let cut: Cut | undefined
  try {
    const prepared = await inBrowser((page) => page.evaluate((name) => workbench.prepareWork(name), name))
    for (const [index, round] of [...rounds, 'end' as const].entries())
      await inBrowser(async (page, browser) => {
        if (cut) await lookAfterwards(page, prepared, cut, (seed + index) % 2 === 0)
        if (round === 'end') return
        // In the part of the work that is this round's, where the seed says.
        const part = (((index * 5) % rounds.length) + Math.abs(Math.sin(seed + index))) / rounds.length
        const work = round !== 'lock' ? round : isLockedAtRest ? 'disable' : 'enable'
        const end = await killedIn(work, page, browser, prepared, 1.1 * part * prepared.took[work])
        console.log(`killed at ${Math.round(110 * part)} % of ${work}: ${end}`)
        cut = { work, end }
      })
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  async function inBrowser<Result>(work: (page: Page, browser: KillableBrowser) => Promise<Result>): Promise<Result> {
    await using browser = await startBrowser(profile)
    return await work(await browser.openPage(baseURL as string), browser)
  }

  async function killedIn(
    work: RecoveryWork,
    page: Page,
    browser: KillableBrowser,
    prepared: Prepared,
    moment: number,
  ): Promise<Cut['end']> {
    await page.exposeFunction('tellBeginning', () => void setTimeout(() => browser.kill(), moment))
    const end = await page
      .evaluate(
        ({ name, work, prepared }) => {
          const { tellBeginning } = globalThis as unknown as { tellBeginning: () => Promise<unknown> }
          return workbench.beginWork(name, work, prepared, () => void tellBeginning())
        },
        { name, work, prepared },
      )
      .then(
        () => 'done' as const,
        (error: Error) => {
          if (!browser.isKilled) throw error
          return 'killed' as const
        },
      )
    await browser.ended
    return end
  }

  async function lookAfterwards(page: Page, prepared: Prepared, { work, end }: Cut, isOpened: boolean): Promise<void> {
    if (work === 'restore') {
      const look = isOpened ? 'lookAtRestored' : 'restoreAgain'
      const restored = await page.evaluate(({ look, name, prepared }) => workbench[look](name, prepared), {
        look,
        name,
        prepared,
      } as const)
      expect(isOpened && end === 'killed' ? ['nothing', 'all'] : ['all']).toContain(restored)
    }
    const found = await page.evaluate(({ name, prepared }) => workbench.lookAfterwards(name, prepared), {
      name,
      prepared,
    })
    expect(found).toMatchObject({ isSettled: true, keysWithoutCopy: [], opened: prepared.ciphertexts.length })
    expect(found.rehearsal).toEqual({ ok: true, keys: prepared.keys, problems: [] })
    const wanted = work === 'enable' || (work === 'disable' ? false : isLockedAtRest)
    expect(end === 'done' ? [wanted] : [isLockedAtRest, wanted]).toContain(found.isLockedAtRest)
    isLockedAtRest = found.isLockedAtRest
  }
})
