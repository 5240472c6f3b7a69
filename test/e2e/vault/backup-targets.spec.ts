/**
 * Automatic backups (REC-26) against real servers: a WebDAV one (Nephele), and one of S3's kind (S3rver), which compares no
 * versions and is refused; and into files.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type JSHandle, type Page, test } from '@playwright/test'
import type { KeptPage } from '../pages/backups.js'
import { startS3, WebDavServer } from './fixtures/backup-servers.js'
import { loadPage, newVaultName, twoTabs } from './fixtures/tab.js'

type Wanted = Parameters<typeof workbench.keepBackups>[0]
type Kept = JSHandle<KeptPage>

const FILE = 'notes.bkms-backup'

function keep(page: Page, wanted: Wanted): Promise<Kept> {
  return page.evaluateHandle((wanted) => workbench.keepBackups(wanted), wanted)
}

const states = (kept: Kept) => kept.evaluate(({ news }) => news.map(({ state }) => state))
const lastMessage = (kept: Kept) => kept.evaluate(({ news }) => news.at(-1)?.message)

async function expectStates(kept: Kept, ...expected: readonly string[]): Promise<void> {
  await expect.poll(() => states(kept)).toEqual(expected)
}

/** The last of what was told; how often something was tried before is a matter of time. */
async function expectLast(kept: Kept, expected: string): Promise<void> {
  await expect.poll(async () => (await states(kept)).at(-1)).toBe(expected)
}

/** What stands at the server, in the words of {@link told}. */
async function stored(server: WebDavServer): Promise<string> {
  return told(await readFile(join(server.folder, FILE), 'latin1'))
}

/** How many keys a backup says that it has, in its header, and all of it after that; of what is no backup, that. */
function told(text: string): string {
  // A pair of the encryption context, each part of which has a length of two bytes in front.
  const name = '\0\u0004keys\0'
  const at = text.indexOf(name)
  const keys = at < 0 ? undefined : /^\d+/.exec(text.slice(at + name.length + 1))?.[0]
  return keys === undefined ? text : `${keys} keys; ${text}`
}

/** Nothing has been told for a while: what was changed has been written. */
async function expectQuiet(kept: Kept): Promise<void> {
  let before = -1
  await expect
    .poll(
      async () => {
        const told = (await states(kept)).length
        const isQuiet = told === before
        before = told
        return isQuiet
      },
      { intervals: [1_000] },
    )
    .toBe(true)
}

test.describe('on a WebDAV server', () => {
  let server: WebDavServer
  let name: string
  test.beforeEach(async () => {
    server = await WebDavServer.start()
    name = newVaultName()
  })
  test.afterEach(() => server.stop())

  test('REC-26 the first at once, and one after changes of any kind, in any tab', async ({ context }) => {
    const [page, other] = await twoTabs(context)
    const kept = await keep(page, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    expect(await stored(server)).toMatch(/^0 keys;/)
    await other.evaluate(async (name) => {
      const { kms } = await browserKms.openVault({ name })
      const { KeyMetadata } = await kms.createKey({})
      await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyMetadata.KeyId })
    }, name)
    await expect.poll(() => stored(server)).toMatch(/^1 keys;/)
    await expectQuiet(kept)
    const before = await stored(server)
    await other.evaluate(async (name) => {
      const { kms } = await browserKms.openVault({ name })
      await kms.deleteAlias({ AliasName: 'alias/notes' })
    }, name)
    await expect.poll(async () => (await stored(server)) !== before).toBe(true)
  })

  test('REC-26 a Region that another tab makes is found', async ({ context }) => {
    const [page, other] = await twoTabs(context)
    const kept = await keep(page, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    await other.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      await vault.region('browser-local-2').createKey({})
      // The other tab has not heard of that Region; the next change that it hears of makes it look.
      await vault.kms.createKey({})
    }, name)
    await expect.poll(async () => (await states(kept)).length).toBeGreaterThan(1)
    const counted = await kept.evaluate(() =>
      Object.keys(localStorage)
        .filter((key) => key.endsWith('/backups'))
        .map((key) => localStorage.getItem(key)),
    )
    expect(counted.join()).toContain('browser-local-2 ')
  })

  test('REC-26 a lost network: pending, and written when it is back', async ({ page }) => {
    await loadPage(page)
    const kept = await keep(page, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    await server.suspend()
    await kept.evaluate(({ vault }) => vault.kms.createKey({}))
    await expectLast(kept, 'pending')
    expect(await lastMessage(kept)).toContain('could not be reached, or does not let this page in')
    await server.resume()
    await expectLast(kept, 'done')
    expect(await stored(server)).toMatch(/^1 keys;/)
  })

  test('REC-26 what another device wrote is told, and not overwritten until somebody says so', async ({ page }) => {
    await loadPage(page)
    const kept = await keep(page, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    await writeFile(join(server.folder, FILE), 'of another device')
    await kept.evaluate(({ vault }) => vault.kms.createKey({}))
    await expectStates(kept, 'done', 'conflict')
    await kept.evaluate(({ vault }) => vault.kms.createKey({}))
    await kept.evaluate(({ kept }) => kept.resume())
    await expectStates(kept, 'done', 'conflict', 'conflict')
    expect(await stored(server)).toBe('of another device')
    await kept.evaluate(({ kept }) => kept.resume({ replace: true }))
    await expectStates(kept, 'done', 'conflict', 'conflict', 'done')
    expect(await stored(server)).toMatch(/^2 keys;/)
  })

  test('REC-26 a new start goes on: nothing where nothing changed, and what nobody was there for', async ({ page }) => {
    await loadPage(page)
    await expectStates(await keep(page, { name, url: server.url(FILE) }), 'done')
    const first = await stored(server)

    await loadPage(page)
    const again = await keep(page, { name, url: server.url(FILE) })
    await again.evaluate(({ vault }) => vault.kms.listKeys({}))
    expect(await states(again)).toEqual([])
    expect(await stored(server)).toBe(first)

    await loadPage(page)
    await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      await vault.kms.createKey({})
      await vault.close()
    }, name)
    expect(await stored(server)).toBe(first)
    await expectStates(await keep(page, { name, url: server.url(FILE) }), 'done')
    expect(await stored(server)).toMatch(/^1 keys;/)
  })

  test('REC-26 one tab does it, and the next follows when it is gone', async ({ context }) => {
    const [first, second] = await twoTabs(context)
    const kept = await keep(first, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    const next = await keep(second, { name, url: server.url(FILE) })
    await next.evaluate(({ vault }) => vault.kms.createKey({}))
    await expectStates(kept, 'done', 'done')
    expect(await states(next)).toEqual([])
    await first.close()
    await next.evaluate(({ vault }) => vault.kms.createKey({}))
    await expectStates(next, 'done')
    expect(await stored(server)).toMatch(/^2 keys;/)
  })

  test('REC-28 a vault that was lost and made anew does not overwrite the last backup of the old one', async ({
    page,
  }) => {
    await loadPage(page)
    const kept = await keep(page, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    await kept.evaluate(({ vault }) => vault.kms.createKey({}))
    await expectStates(kept, 'done', 'done')
    const last = await stored(server)
    await kept.evaluate(async ({ vault }) => {
      await vault.close()
      for (const { name } of await indexedDB.databases())
        await new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name as string)
          Object.assign(request, { onsuccess: resolve, onerror: reject })
        })
    })
    const anew = await keep(page, { name, url: server.url(FILE), create: true })
    await expectStates(anew, 'conflict')
    expect(await stored(server)).toBe(last)
  })

  test('REC-26 it settles with the vault, whatever is under way', async ({ page }) => {
    await loadPage(page)
    const kept = await keep(page, { name, url: server.url(FILE) })
    await expectStates(kept, 'done')
    await kept.evaluate(async ({ vault, kept }) => {
      await vault.close()
      await kept.stop()
    })
    expect(await states(kept)).toEqual(['done'])
    const locks = await page.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name))
    expect(locks?.filter((lock) => lock?.includes('/backups/'))).toEqual([])
    const refused = await kept.evaluate(({ vault }) =>
      vault.backups.keepAt(browserKmsRecovery.httpTarget('/backup')).catch(({ name }: Error) => name),
    )
    expect(refused).toBe('KMSInvalidStateException')
  })
})

const refusals: [what: string, cors: 'withoutEtag' | 'none', path: string, state: string, message: string][] = [
  ['does not show its ETag', 'withoutEtag', FILE, 'failed', 'Access-Control-Expose-Headers: ETag'],
  ['does not let the page in', 'none', FILE, 'pending', 'it has to allow this origin (CORS)'],
]
for (const [what, cors, path, state, message] of refusals)
  test(`REC-26 a server that ${what}: it is said what to do`, async ({ page }) => {
    const server = await WebDavServer.start(cors)
    await loadPage(page)
    const kept = await keep(page, { name: newVaultName(), url: server.url(path) })
    await expectLast(kept, state)
    expect(await lastMessage(kept)).toContain(message)
    await server.stop()
  })

test('REC-26 a folder that is missing on a WebDAV server: it is said what to do', async ({ page }) => {
  const server = await WebDavServer.start()
  await loadPage(page)
  const kept = await keep(page, { name: newVaultName(), url: server.url(`missing/${FILE}`) })
  await expectStates(kept, 'failed')
  expect(await lastMessage(kept)).toContain('answered 409')
  await server.stop()
})

test('REC-26 an object store that compares no versions is found out, and overwrites nothing of others', async ({
  page,
}) => {
  const store = await startS3()
  await loadPage(page)
  const kept = await keep(page, { name: newVaultName(), url: store.url })
  await expectStates(kept, 'failed')
  expect(await lastMessage(kept)).toContain('does not compare versions: it answered 200, and not 412')
  await fetch(store.url, { method: 'PUT', body: 'of another device' })
  const other = await keep(page, { name: newVaultName(), url: store.url })
  await expectStates(other, 'conflict')
  expect(await (await fetch(store.url)).text()).toBe('of another device')
  await store.stop()
})

test('REC-26 into a file, which whoever else writes it keeps', async ({ page }) => {
  const name = newVaultName()
  await loadPage(page)
  const kept = await keep(page, { name, file: 'backup' })
  await expectStates(kept, 'done')
  const content = async () =>
    told(await page.evaluate(async () => (await (await workbench.privateFile('backup')).getFile()).text()))
  expect(await content()).toMatch(/^0 keys;/)
  await kept.evaluate(({ vault }) => vault.kms.createKey({}))
  await expectStates(kept, 'done', 'done')
  expect(await content()).toMatch(/^1 keys;/)

  await loadPage(page)
  const again = await keep(page, { name, file: 'backup' })
  await again.evaluate(({ vault }) => vault.kms.createKey({}))
  await expectStates(again, 'done')
  expect(await content()).toMatch(/^2 keys;/)

  await page.evaluate(async () => {
    const writable = await (await workbench.privateFile('backup')).createWritable()
    await writable.write('of another')
    await writable.close()
  })
  await again.evaluate(({ vault }) => vault.kms.createKey({}))
  await expectStates(again, 'done', 'conflict')
  expect(await content()).toBe('of another')
  await again.evaluate(({ kept }) => kept.resume({ replace: true }))
  await expectStates(again, 'done', 'conflict', 'done')
  expect(await content()).toMatch(/^3 keys/)
})

test('REC-26 a file that may not be written any more: it is said what to do', async ({ page }) => {
  await loadPage(page)
  const answers = await page.evaluate(async () => {
    const handle = await workbench.privateFile('kept')
    // Headless, nobody can give a permission and take it back: the handle says that somebody has.
    Object.assign(handle, { queryPermission: async () => 'prompt' })
    const target = browserKmsRecovery.fileTarget(handle)
    return [
      target.name,
      await target.write(new Uint8Array(1), undefined).catch(({ name, message }: Error) => `${name}: ${message}`),
      await target.read().catch(({ name }: Error) => name),
    ]
  })
  expect(answers).toEqual([
    'kept',
    "BackupTargetException: The file 'kept' may not be written any more. Ask for it from a click, by handle.requestPermission({ mode: 'readwrite' }), and call resume().",
    'BackupTargetException',
  ])
})
