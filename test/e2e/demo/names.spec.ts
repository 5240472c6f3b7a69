/** The names of keys: typed with and without their prefix, taken by another tab, very long. */
import type { Page } from '@playwright/test'
import { readAlias } from '../../../demo/keys/alias-name.js'
import { confirm, createKey, expect, openTab, row, test } from './fixtures/console.js'
import { countOf, hold, release, watchRequests, whenHeld } from './fixtures/requests.js'
import { packagePage } from './fixtures/seeded.js'

test.use({ serviceWorkers: 'block' })

/** What is typed as a name, and the alias that is asked for, or what is said about it. */
const typedNames: readonly (readonly [typed: string, expected: string])[] = [
  ['notes', 'alias/notes'],
  ['alias/notes', 'alias/notes'],
  [' alias/notes ', 'alias/notes'],
  ['team/notes', 'alias/team/notes'],
  ['alias/team/notes', 'alias/team/notes'],
  ['aliases/notes', 'alias/aliases/notes'],
  ['alias', 'alias/alias'],
  ['a'.repeat(250), `alias/${'a'.repeat(250)}`],
  [`alias/${'a'.repeat(251)}`, 'Use at most 250 characters.'],
  ['', 'Give the key a name.'],
  ['alias/', 'Give the key a name.'],
  ['alias/taken', 'Another key has this alias.'],
  ['taken', 'Another key has this alias.'],
  ['alias/aws/notes', 'Names that begin with "aws/" are reserved.'],
  ['arn:aws:kms:x:1:alias/notes', 'Use letters, digits, slashes, underscores and hyphens.'],
]

test('an alias name is read with its prefix and without it', () => {
  for (const [typed, expected] of typedNames) {
    const alias = readAlias(typed, new Set(['taken']))
    expect.soft(alias.problem ?? alias.aliasName, typed).toBe(expected)
  }
})

test('wherever an alias is typed, both forms name the same', async ({ page }) => {
  await page.getByRole('button', { name: 'Create a key' }).click()
  const create = page.getByRole('dialog', { name: 'Create key' })
  await create.getByLabel('Alias').fill('alias/notes')
  await create.getByRole('button', { name: 'Advanced options' }).click()
  await create.getByRole('radio', { name: 'Multi-Region key', exact: true }).check()
  await confirm(page, 'Create key', 'Create key')
  await expect(row(page, 'notes')).toBeVisible()

  await page.getByLabel('Find keys').fill('alias/not')
  await expect(page.getByRole('rowheader')).toHaveText(['notes'])
  await page.getByLabel('Find keys').fill('alias/otes')
  await expect(page.getByText('No keys match')).toBeVisible()
  await page.getByLabel('Find keys').fill('')

  await openTab(page, 'notes', 'Aliases (1)')
  await page.getByLabel('New alias').fill('alias/notes')
  await page.getByRole('button', { name: 'Add alias' }).click()
  await expect(page.getByText('Another key has this alias.').first()).toBeVisible()
  await page.getByLabel('New alias').fill('alias/diary')
  await page.getByRole('button', { name: 'Add alias' }).click()
  await expect(page.getByText('alias/diary', { exact: true })).toBeVisible()

  await page.getByRole('tab', { name: 'Regionality' }).click()
  await page.getByRole('button', { name: 'Create replica key' }).click()
  await page.getByRole('dialog').getByLabel('Alias').fill('alias/away')
  await confirm(page, 'Create replica key', 'Create replica key')
  await page.getByRole('button', { name: 'Actions for the key in browser-local-2' }).click()
  await page.getByRole('menuitem', { name: 'Schedule key deletion' }).click()
  await expect(page.getByRole('dialog').getByText(/^away \(mrk-/)).toBeVisible()
})

test('MGT-106 a name that another tab has taken meanwhile is told before a key is made for it', async ({
  page,
  context,
}) => {
  const other = await context.newPage()
  await other.goto('')
  await other.getByRole('button', { name: 'Create a key' }).click()
  const dialog = other.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Alias').fill('notes')
  // The tab in the background hears of the other's key, but not yet of its alias.
  await createKey(page, 'notes')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByText('Another key has this alias.').first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(other.getByRole('heading', { name: 'Keys (1)' })).toBeVisible()
})

/** Makes a key whose alias another tab takes in between, which leaves the key without one. */
async function loseTheName(page: Page): Promise<string> {
  await watchRequests(page)
  const other = await page.context().newPage()
  await other.goto('')
  await expect(other.getByRole('button', { name: 'Create a key' })).toBeVisible()
  await page.getByRole('button', { name: 'Create a key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Alias').fill('notes')
  await hold(page, 'CreateAlias')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await whenHeld(page)
  await other.getByRole('button', { name: /^Create (a )?key$/ }).click()
  await other.getByRole('dialog').getByLabel('Alias').fill('notes')
  await confirm(other, 'Create key', 'Create key')
  await other.close()
  await release(page)
  const next = page.getByRole('dialog', { name: 'The key has no alias yet' })
  await expect(next.getByText('The key was created, but not its alias alias/notes')).toBeVisible()
  await expect(next.getByLabel('Alias')).toBeFocused()
  return (await next.getByText(/^[0-9a-f-]{36}$/).textContent()) ?? ''
}

test('MGT-106 a key that was made without its alias gets another, and none is made a second time', async ({ page }) => {
  const keyId = await loseTheName(page)
  const dialog = page.getByRole('dialog', { name: 'The key has no alias yet' })
  // The same name once more fails, as often as it is tried.
  for (let attempt = 0; attempt < 2; attempt++) {
    await dialog.getByRole('button', { name: 'Add the alias' }).click()
    await expect(dialog.getByText('This alias is taken.', { exact: true })).toBeVisible()
  }
  await dialog.getByLabel('Alias').fill('alias/diary')
  await confirm(page, 'The key has no alias yet', 'Add the alias')
  await expect(row(page, 'diary')).toContainText(keyId)
  await expect(page.getByRole('heading', { name: 'Keys (2)' })).toBeVisible()
})

/** How the making of a key is given up, and what becomes of the key. */
const waysOut: readonly (readonly [way: string, leave: (page: Page) => Promise<void>, status: string])[] = [
  ['kept', (page) => page.getByRole('button', { name: 'Keep it without an alias' }).click(), 'Enabled'],
  ['left by Escape', (page) => page.keyboard.press('Escape'), 'Enabled'],
  ['deleted', (page) => page.getByRole('button', { name: 'Delete the key' }).click(), 'Pending deletion'],
]

for (const [way, leave, status] of waysOut)
  test(`MGT-106 a key that was made without its alias is named when it is ${way}`, async ({ page }) => {
    const keyId = await loseTheName(page)
    await leave(page)
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(page.getByRole('status').filter({ hasText: keyId })).toBeVisible()
    const orphan = page.getByRole('row').filter({ has: page.getByRole('link', { name: keyId }) })
    await expect(orphan).toContainText(status)
    await expect(page.getByRole('heading', { name: 'Keys (2)' })).toBeVisible()
  })

test('MRK-20 a replica whose alias is taken in its Region is not made a second time', async ({ page, context }) => {
  await watchRequests(page)
  const [first, second] = ['everywhere', 'elsewhere']
  for (const name of [first, second]) await createKey(page, name, { advanced: ['Multi-Region key'] })
  const replicate = async (name: string) => {
    await openTab(page, name, 'Regionality')
    await page.getByRole('button', { name: 'Create replica key' }).click()
    await page.getByRole('dialog').getByLabel('Alias').fill('shared')
  }
  await replicate(first)
  await confirm(page, 'Create replica key', 'Create replica key')
  await replicate(second)
  const dialog = page.getByRole('dialog', { name: 'Create replica key' })
  await dialog.getByRole('button', { name: 'Create replica key' }).click()
  await expect(dialog.getByText('Another key has this alias.').first()).toBeVisible()
  await dialog.getByLabel('Alias').fill('own')

  // In between, the first replica gets that alias too.
  const beside = await packagePage(context, page.url())
  await hold(page, 'CreateAlias')
  await dialog.getByRole('button', { name: 'Create replica key' }).click()
  await whenHeld(page)
  await beside.evaluate(async () => {
    const vault = await globalThis.browserKms.openVault({ accountId: '000000000000', region: 'browser-local-1' })
    const kms = vault.region('browser-local-2')
    const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/shared' })
    await kms.createAlias({ AliasName: 'alias/own', TargetKeyId: KeyMetadata.KeyId })
    await vault.close()
  })
  await release(page)
  const next = page.getByRole('dialog', { name: 'The replica key has no alias yet' })
  await next.getByLabel('Alias').fill('free')
  await confirm(page, 'The replica key has no alias yet', 'Add the alias')
  await expect(page.getByRole('grid', { name: 'Related multi-Region keys' }).getByRole('row')).toHaveCount(3)
  // One for each of the two keys.
  expect(await countOf(page, 'ReplicateKey')).toBe(2)
})

test('MGT-103 a name of 200 characters keeps to its column, and shows whole with the focus and on its page', async ({
  page,
}) => {
  const name = 'n'.repeat(200)
  await createKey(page, 'short')
  await createKey(page, name, { description: 'd'.repeat(2000) })
  const link = page.getByRole('link', { name, exact: true })
  const sizeOf = async () => (await link.getByTitle(name).boundingBox()) ?? { width: 0, height: 0 }
  const short = (await page.getByRole('link', { name: 'short' }).getByTitle('short').boundingBox()) ?? { height: 0 }
  const before = await sizeOf()
  expect(before.width).toBeLessThan(400)
  expect(before.height).toBeLessThan(short.height * 1.5)
  expect((await row(page, name).boundingBox())?.height).toBeLessThan(150)

  await page.getByRole('checkbox', { name: `Choose key ${name}` }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(link).toBeFocused()
  const focused = await sizeOf()
  expect(focused.width).toBeLessThan(400)
  expect(focused.height).toBeGreaterThan(short.height * 4)

  await link.click()
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
  for (const width of [1280, 380, 320]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  }
})
