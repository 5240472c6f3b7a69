/**
 * Restore proves itself: a vault with everything that a vault can have is backed up, the browser's profile is deleted, and
 * all that its keys have made before opens and verifies in a browser that has never seen it, where every list says the same.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { keySpecs } from '../../../src/contract/key-specs.js'
import type { FullVault } from '../pages/full-vault.js'
import type { StoredAuditRecord } from '../pages/stored-state.js'
import { browserOn } from './fixtures/browser-on.js'
import { loadPage, newVaultName } from './fixtures/tab.js'

const passphrase = 'seven words that nobody puts together'

type Trail = readonly (readonly StoredAuditRecord[])[]

/** All that is left when the profile is gone. */
interface Left {
  readonly full: FullVault
  readonly recoveryCode: string
  readonly backup: Uint8Array
  readonly withAudit: Uint8Array
  /** The audit trail of each Region. */
  readonly trail: Trail
}

/** Works in a browser whose profile is new, and is deleted afterwards. */
async function inNewProfile<Result>(origin = '', work: (page: Page) => Promise<Result>): Promise<Result> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-kms-profile-'))
  try {
    return await browserOn(profile, async (context) => work(await loadPage(await context.newPage(), origin)))
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** Fills a vault and makes its backups. */
function fillAndLose(origin: string | undefined): Promise<Left> {
  return inNewProfile(origin, (page) =>
    page.evaluate(
      async ({ name, passphrase }) => {
        const vault = await browserKms.openVault({ name })
        const protectors = [{ type: 'passphrase', passphrase } as const, { type: 'recoveryCode' } as const]
        const { recoveryCode = '' } = await vault.recovery.setUp(protectors)
        const full = await workbench.fillVault(vault, name)
        const trail = await workbench.trailOf(name)
        const backupOf = async (includeAudit: boolean) =>
          new Uint8Array(await new Response(vault.backups.create({ includeAudit })).arrayBuffer())
        return { full, recoveryCode, backup: await backupOf(false), withAudit: await backupOf(true), trail }
      },
      { name: newVaultName(), passphrase },
    ),
  )
}

type Gesture = { readonly passphrase: string } | { readonly recoveryCode: string }

/** What is there after a restore, before and after it is used. */
function restore(origin: string | undefined, left: Left, backup: Uint8Array, gesture: Gesture) {
  return inNewProfile(origin, async (page) => {
    const name = newVaultName()
    const { report, progress, answers } = await page.evaluate(
      async ({ name, backup, gesture }) => {
        const progress: { keysDone: number; keys: number }[] = []
        const onProgress = (done: { keysDone: number; keys: number }) => progress.push(done)
        const source = new Blob([new Uint8Array(backup)]).stream()
        const report = await browserKmsRecovery.restoreVault(source, gesture, { name, onProgress })
        return { report, progress, answers: await workbench.answersOfVault(name) }
      },
      { name, backup, gesture },
    )
    const inherited = await page.evaluate((name) => workbench.trailOf(name), name)
    const failures = await page.evaluate(({ name, full }) => workbench.failuresIn(name, full), {
      name,
      full: left.full,
    })
    const trail = await page.evaluate((name) => workbench.trailOf(name), name)
    return { report, progress, answers, inherited, failures, trail }
  })
}

interface Described {
  readonly KeyMetadata: { readonly KeySpec: string; readonly KeyState: string }
}

const ids = (records: readonly StoredAuditRecord[]) => records.map(({ requestId }) => requestId)

test('REC-20, REC-23 a vault with everything in it comes back in a browser that has never seen it', async ({
  baseURL,
}) => {
  const left = await test.step('filled, backed up, and lost with its browser', () => fillAndLose(baseURL))
  const { full, recoveryCode } = left
  const described = Object.values(full.answers).flatMap(({ about }) => Object.values(about))
  const specs = new Set(described.map(({ DescribeKey }) => (DescribeKey as Described).KeyMetadata.KeySpec))
  expect([...specs].sort()).toEqual(Object.keys(keySpecs).sort())
  const states = described.map(({ DescribeKey }) => (DescribeKey as Described).KeyMetadata.KeyState)
  const byState: Record<string, number> = {}
  for (const state of states) byState[state] = (byState[state] ?? 0) + 1
  expect(Object.keys(byState).sort()).toEqual(
    ['Disabled', 'Enabled', 'PendingDeletion', 'PendingImport', 'PendingReplicaDeletion'].sort(),
  )

  const ways: [how: string, gesture: Gesture, backup: Uint8Array, hasAudit: boolean][] = [
    ['with its recovery code', { recoveryCode }, left.backup, false],
    ['with its passphrase, and its audit trail', { passphrase }, left.withAudit, true],
  ]
  for (const [how, gesture, backup, hasAudit] of ways)
    await test.step(how, async () => {
      const restored = await restore(baseURL, left, backup, gesture)
      const keys = states.length
      expect(restored.report).toEqual({ ok: true, keys, byState, problems: [], backupCreatedAt: expect.any(Date) })
      expect(restored.progress.at(-1)).toEqual({ keysDone: keys, keys })
      expect(restored.answers).toEqual(full.answers)
      expect(restored.failures).toEqual([])
      for (const [index, before] of left.trail.entries()) {
        const [inherited, trail] = [restored.inherited[index] ?? [], restored.trail[index] ?? []]
        expect(before.length).toBeGreaterThan(0)
        if (hasAudit) expect(inherited.slice(0, before.length)).toEqual(before)
        else expect(ids(inherited).filter((id) => ids(before).includes(id))).toEqual([])
        expect(trail.slice(0, inherited.length)).toEqual(inherited)
        expect(trail.slice(inherited.length).map(({ eventName }) => eventName)).toContain('Decrypt')
        const times = trail.map(({ eventTime }) => eventTime)
        expect(Math.min(...times.slice(inherited.length))).toBeGreaterThanOrEqual(
          Math.max(...before.map(({ eventTime }) => eventTime)),
        )
      }
    })
})
