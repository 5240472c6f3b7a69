/** The console without a network, without a mouse, and on a small screen. */
import { readFile } from 'node:fs/promises'
import { createKey, expect, row, test } from './fixtures/console.js'
import { asFile, chooseFile, downloadBy, encrypted, patterned } from './fixtures/files.js'

test('the page works without a network after the first visit', async ({ page, context }) => {
  await createKey(page, 'notes')
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await context.setOffline(true)
  await page.reload()
  await expect(row(page, 'notes')).toContainText('Enabled')
  const content = patterned(100_000)
  const sealed = await encrypted(page, 'offline.txt', content)
  await chooseFile(page, asFile('offline.txt.bkms', sealed))
  const opened = await downloadBy(page, 'Decrypt')
  expect(Buffer.compare(await readFile(await opened.path()), content)).toBe(0)
})

test('everything can be done with the keyboard', async ({ page }) => {
  const { keyboard } = page
  const focusOn = async (name: string | RegExp, role: 'button' | 'link' | 'checkbox' | 'menuitem' = 'button') => {
    const target = page.getByRole(role, { name, exact: true })
    await expect(target).toBeVisible()
    for (let presses = 0; presses < 60; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab does not reach ${name}`)
  }
  await focusOn('Create a key')
  await keyboard.press('Enter')
  await expect(page.getByLabel('Alias')).toBeFocused()
  await keyboard.type('notes')
  await keyboard.press('Enter')
  await expect(row(page, 'notes')).toContainText('Enabled')

  await focusOn('Create key')
  await keyboard.press('Enter')
  await expect(page.getByLabel('Alias')).toBeFocused()
  await keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Create key' })).toBeFocused()

  await page.getByRole('link', { name: 'notes', exact: true }).press('Enter')
  await expect(page.getByRole('heading', { name: 'notes', level: 1 })).toBeVisible()
  await focusOn('Key actions')
  await keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Disable' })).toBeVisible()
  await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  await expect(page.getByText('Disabled', { exact: true })).toBeVisible()
})

test('screens of 360 and 320 pixels show every page without scrolling sideways', async ({ page }) => {
  const expectToFit = async () => {
    for (const width of [360, 320]) {
      await page.setViewportSize({ width, height: 740 })
      // The components hear of the new width a moment later.
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
  }
  await expect(page.getByRole('button', { name: 'Create a key' })).toBeVisible()
  await expectToFit()
  await createKey(page, 'a-rather-long-alias/for-the-photographs-of-2026')
  await expectToFit()
  await page.getByRole('link', { name: /^a-rather-long-alias/ }).click()
  await expect(page.getByText('Native', { exact: true })).toBeVisible()
  await expectToFit()
  await page.getByRole('tab', { name: 'Key material and rotations' }).click()
  await expect(page.getByText('Not rotated yet')).toBeVisible()
  await expectToFit()
  await chooseFile(page, asFile(`${'a-long-name-'.repeat(8)}.txt`, patterned(10)))
  await expect(page.getByRole('button', { name: 'Encrypt', exact: true })).toBeVisible()
  await expectToFit()
})
