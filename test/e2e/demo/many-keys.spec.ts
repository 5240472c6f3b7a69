/** A vault with many keys: only those that somebody looks at are described, and only those that changed again. */
import { expect, test } from './fixtures/console.js'
import { asFile, chooseFile } from './fixtures/files.js'
import { countOf, watchRequests } from './fixtures/requests.js'
import { seedKeys } from './fixtures/seeded.js'

const KEYS = 400
const PAGE_OF_TABLE = 20
/** As many as are described at a time. */
const ONE_GO = 100

/** Every fourth key is none that encrypts files. */
const seeds = Array.from({ length: KEYS }, (_, index) => ({
  alias: `key-${String(index).padStart(3, '0')}`,
  description: `number ${index} of many`,
  isHmac: index % 4 === 0,
}))

test.use({ serviceWorkers: 'block' })

test.beforeEach(async ({ page, context }) => {
  await seedKeys(context, page.url(), seeds)
  await watchRequests(page)
  await expect(page.getByRole('heading', { name: `Keys (${KEYS})` })).toBeVisible()
  await expect(page.getByRole('row').nth(PAGE_OF_TABLE)).toContainText('Enabled')
})

test('the table describes the keys of the page that is shown', async ({ page }) => {
  expect(await countOf(page, 'DescribeKey')).toBe(PAGE_OF_TABLE)
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page.getByRole('rowheader').first()).toHaveText('key-020')
  await expect(page.getByRole('row').nth(PAGE_OF_TABLE)).toContainText('Enabled')
  expect(await countOf(page, 'DescribeKey')).toBe(2 * PAGE_OF_TABLE)
})

test('after a change, the key that changed is described again, and no other', async ({ page }) => {
  await page.getByRole('link', { name: 'key-001', exact: true }).click()
  await expect(page.getByText('number 1 of many')).toBeVisible()
  const [described, listed] = [await countOf(page, 'DescribeKey'), await countOf(page, 'ListKeys')]
  await page.getByRole('button', { name: 'Edit description' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit description' })
  await dialog.getByLabel('Description').fill('another text')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('another text')).toBeVisible()
  // By the notice of the vault, and of no other.
  expect((await countOf(page, 'DescribeKey')) - described).toBeLessThanOrEqual(2)
  expect(await countOf(page, 'ListKeys')).toBe(listed)
})

test('MGT-101 MGT-102 to filter by description and to sort by type, every key is described, once', async ({ page }) => {
  await page.getByLabel('Find keys').fill('NUMBER 387 OF')
  await expect(page.getByRole('rowheader')).toHaveText(['key-387'])
  await expect(page.getByText('1 match', { exact: true }).first()).toBeVisible()
  expect(await countOf(page, 'DescribeKey')).toBe(KEYS)
  await page.getByLabel('Find keys').fill('')
  await page.getByRole('columnheader', { name: 'Key type' }).getByRole('button').click()
  await expect(page.getByRole('rowheader').first()).toHaveText('key-000')
  await expect(page.getByRole('rowheader').nth(1)).toHaveText('key-004')
  expect(await countOf(page, 'DescribeKey')).toBe(KEYS)
})

test('the list of keys to encrypt with shows a part, finds any, and goes on at its end', async ({ page }) => {
  await chooseFile(page, asFile('diary.txt', Buffer.from('hello')))
  const trigger = page.getByRole('button', { name: /^Key/ })
  await trigger.click()
  const options = page.getByRole('option')
  await expect(options.first()).toContainText('key-001')
  await expect(page.getByRole('option').filter({ hasText: 'key-004' })).toHaveCount(0)
  expect(await countOf(page, 'DescribeKey')).toBeLessThanOrEqual(2 * ONE_GO)

  // Only what is in sight is in the document.
  expect(await options.count()).toBeLessThan(50)
  for (const expected of ['key-069', 'key-139', 'key-399']) {
    await expect(async () => {
      await options.last().scrollIntoViewIfNeeded({ timeout: 1000 })
      await expect(options.filter({ hasText: expected })).toBeVisible({ timeout: 500 })
    }).toPass()
  }
  await page.keyboard.press('Escape')

  await trigger.click()
  await page.keyboard.type('y-387')
  await expect(options).toHaveText([/^key-387/])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(trigger).toContainText('key-387')
  await expect(page.getByRole('button', { name: 'Encrypt', exact: true })).toBeEnabled()
})
