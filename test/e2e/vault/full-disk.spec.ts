/**
 * A disk that is full: what fails says why, nothing is half written, and the vault goes on by itself when there is room. The
 * disk is a real one of 96 MiB, which only the superuser of a Linux machine can mount; elsewhere the browser's quota alone
 * stands for it.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, expect, type Page, test } from '@playwright/test'
import { chromiumArguments, findChromium } from '../../../scripts/chromium.mjs'
import { loadPage, newVaultName } from './fixtures/tab.js'

const SENTENCE = /storage.*(?:full|disk).*goes on by itself/s

/** What a page sees of a vault: it makes keys, and uses the one that it made first. */
async function openIn(page: Page, name: string): Promise<void> {
  await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({})
    Object.assign(globalThis, { vault, KeyId: KeyMetadata.KeyId, hasClosed: false })
    vault.addEventListener('close', () => Object.assign(globalThis, { hasClosed: true }))
  }, name)
}

interface Held {
  readonly vault: import('browser-kms').Vault
  readonly KeyId: string
  readonly hasClosed: boolean
}

/** Makes a key with a description that takes room. @returns nothing, or why not */
const makeKey = (page: Page) =>
  page.evaluate(async () => {
    const { vault } = globalThis as unknown as Held
    try {
      await vault.kms.createKey({ Description: 'x'.repeat(8192) })
      return undefined
    } catch (error) {
      const { name, reason, message } = error as import('browser-kms').KmsError
      return { name, reason, message }
    }
  })

const encrypts = (page: Page) =>
  page.evaluate(async () => {
    const { vault, KeyId } = globalThis as unknown as Held
    const { CiphertextBlob } = await vault.kms.encrypt({ KeyId, Plaintext: Uint8Array.of(1, 2, 3) })
    return CiphertextBlob.byteLength > 0
  })

const isClosed = (page: Page) => page.evaluate(() => (globalThis as unknown as Held).hasClosed)

const keyCount = (page: Page) =>
  page.evaluate(async () => {
    const { Keys } = await (globalThis as unknown as Held).vault.kms.listKeys({ Limit: 1000 })
    return Keys.length
  })

/** Makes keys until one cannot be made. */
async function fill(page: Page, most: number): Promise<{ made: number; refusal: Awaited<ReturnType<typeof makeKey>> }> {
  for (let made = 0; made < most; made++) {
    const refusal = await makeKey(page)
    if (refusal) return { made, refusal }
  }
  return { made: most, refusal: undefined }
}

test('the quota of the origin is used up: KMSInternalException, storageFull; more room, and it goes on', async ({
  page,
  context,
  baseURL,
}) => {
  await loadPage(page)
  const name = newVaultName()
  const devtools = await context.newCDPSession(page)
  const allow = (quotaSize?: number) =>
    devtools.send('Storage.overrideQuotaForOrigin', { origin: baseURL as string, ...(quotaSize && { quotaSize }) })
  await allow(1_048_576)
  await openIn(page, name)
  const { refusal } = await fill(page, 2000)
  expect(refusal).toMatchObject({ name: 'KMSInternalException', reason: 'storageFull' })
  expect(refusal?.message).toMatch(SENTENCE)
  expect(await encrypts(page)).toBe(true)
  const before = await keyCount(page)
  expect(await isClosed(page)).toBe(false)
  await allow()
  // The browser goes on for a while with the room that it has counted before.
  await expect.poll(() => makeKey(page), { timeout: 60_000 }).toBeUndefined()
  expect(await keyCount(page)).toBe(before + 1)
})

function mountedDisk(): string | undefined {
  const folder = execFileSync('mktemp', ['-d', join(tmpdir(), 'browser-kms-disk-XXXXXX')], { encoding: 'utf8' }).trim()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
}

/** Writes a file until there is no room. @returns gives the room back */
function fillDisk(folder: string): () => void {
  const path = join(folder, 'filling')
  const file = openSync(path, 'w')
  try {
    for (const size of [1_048_576, 4096, 1]) {
      try {
        for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  } finally {
    closeSync(file)
  }
  return () => rmSync(path)
}

test('the disk is full: every failure says so, the vault is not told to be deleted, and goes on when there is room', async ({
  baseURL,
}) => {
  const disk = mountedDisk()
  test.skip(disk === undefined, 'no disk can be mounted here')
  const folder = disk as string
  const profile = await mkdtemp(join(folder, 'profile-'))
  const executablePath = findChromium()
  let browser: BrowserContext | undefined
  try {
    browser = await chromium.launchPersistentContext(profile, {
      headless: true,
      args: chromiumArguments(),
      ...(executablePath && { executablePath }),
    })
    const page = await loadPage(await browser.newPage(), baseURL as string)
    const name = newVaultName()
    await openIn(page, name)
    const giveBack = fillDisk(folder)
    const { refusal } = await fill(page, 2000)
    expect(refusal).toMatchObject({ name: 'KMSInternalException', reason: expect.stringMatching(/^storage/) })
    expect(refusal?.message).toMatch(SENTENCE)
    // Again and again, while there is no room.
    for (let again = 0; again < 5; again++) {
      const next = await makeKey(page)
      if (next) expect(next).toMatchObject({ name: 'KMSInternalException', reason: expect.stringMatching(/^storage/) })
    }
    expect(await isClosed(page)).toBe(false)
    giveBack()
    await expect.poll(() => makeKey(page), { timeout: 30_000 }).toBeUndefined()
    expect(await encrypts(page)).toBe(true)
    const held = await keyCount(page)
    // Another opening sees the same keys.
    const elsewhere = await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      const { Keys } = await vault.kms.listKeys({ Limit: 1000 })
      await vault.close()
      return Keys.length
    }, name)
    expect(elsewhere).toBe(held)
  } finally {
    await browser?.close()
    execFileSync('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  }
})

test('site data that is cleared while the vault is open: it says so, and is not made anew in silence', async ({
  page,
  context,
  baseURL,
}) => {
  await loadPage(page)
  const name = newVaultName()
  await openIn(page, name)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin: baseURL as string, storageTypes: 'indexeddb' })
  await expect.poll(() => isClosed(page)).toBe(true)
  const refusal = await makeKey(page)
  expect(refusal).toMatchObject({ name: 'KMSInvalidStateException' })
  expect(refusal?.message).toMatch(/cleared|deleted/)
  const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(databases.filter((database) => database?.includes(name))).toEqual([])
})
