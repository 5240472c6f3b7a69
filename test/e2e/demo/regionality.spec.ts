/** Keys of several Regions. */
import type { Locator } from '@playwright/test'
import { confirm, createKey, expect, fact, openTab, test } from './fixtures/console.js'
import { decrypted, encrypted, patterned } from './fixtures/files.js'

test('MRK-20 a replica is created in another Region, becomes the primary, and both are shown', async ({ page }) => {
  const content = patterned(1000)
  await createKey(page, 'everywhere', { advanced: ['Multi-Region key'] })
  await openTab(page, 'everywhere', 'Regionality')
  await expect(fact(page, 'This key')).toHaveText('Multi-Region primary')
  await expect(page.getByRole('button', { name: 'Change primary Region' })).toBeDisabled()
  await page.getByRole('button', { name: 'Create replica key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create replica key' })
  const region = dialog.getByLabel('Region', { exact: true })
  await expect(region).toHaveValue('browser-local-2')
  await region.fill('nowhere')
  await expect(dialog.getByText('Use two or three words and a number')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Create replica key' })).toBeDisabled()
  await region.fill('browser-local-1')
  await expect(dialog.getByText('This Region has a key of the set already.').first()).toBeVisible()
  await region.fill('browser-local-2')
  await expect(dialog.getByText('no geographic isolation')).toBeVisible()
  await confirm(page, 'Create replica key', 'Create replica key')

  const keys = page.getByRole('grid', { name: 'Related multi-Region keys' })
  const [home, away] = [1, 2].map((number) => keys.getByRole('row', { name: `browser-local-${number}` })) as [
    Locator,
    Locator,
  ]
  for (const member of [home, away]) await expect(member).toContainText('Enabled')
  await expect(home).toContainText('Primary')
  await expect(away).toContainText(/arn:aws:kms:browser-local-2:\d{12}:key\/mrk-/)
  const sealed = await encrypted(page, 'diary.txt', content)

  await openTab(page, 'everywhere', 'Regionality')
  await page.getByRole('button', { name: 'Change primary Region' }).click()
  await confirm(page, 'Change primary Region', 'Change primary Region')
  await expect(fact(page, 'This key')).toHaveText('Multi-Region replica')
  await expect(fact(page, 'Primary Region')).toHaveText('browser-local-2')
  await expect(away).toContainText('Primary')
  for (const member of [home, away]) await expect(member).toContainText('Enabled')
  await page.getByRole('tab', { name: 'Key material and rotations' }).click()
  await expect(
    page.getByText('its rotation is set on the primary key, in browser-local-2').filter({ visible: true }),
  ).toHaveCount(1)
  await expect(page.getByRole('button', { name: 'Rotate now' })).toBeDisabled()
  expect(Buffer.compare(await decrypted(page, 'diary.txt.bkms', sealed), content)).toBe(0)
})

test('STATE-30 a primary key waits for its replicas to be deleted, and the page says so', async ({ page }) => {
  await createKey(page, 'everywhere', { advanced: ['Multi-Region key'] })
  await openTab(page, 'everywhere', 'Regionality')
  await page.getByRole('button', { name: 'Create replica key' }).click()
  await confirm(page, 'Create replica key', 'Create replica key')
  const away = page.getByRole('row', { name: 'browser-local-2' })
  await expect(away).toContainText('Enabled')
  const schedule = async (menu: string) => {
    await page.getByRole('button', { name: menu }).click()
    await page.getByRole('menuitem', { name: 'Schedule key deletion' }).click()
    await page.getByRole('dialog').getByRole('checkbox').check()
    await confirm(page, 'Schedule key deletion', 'Schedule deletion')
  }
  await schedule('Key actions')
  await expect(fact(page, 'Status')).toHaveText('Pending replica deletion')
  await expect(page.getByText('begins when the last replica key is deleted; until then')).toBeVisible()
  await expect(page.getByText('Scheduled deletion date')).toBeHidden()
  await schedule('Actions for the key in browser-local-2')
  await expect(away).toContainText('Pending deletion')
  await expect(fact(page, 'Status')).toHaveText('Pending replica deletion')
  await page.getByRole('button', { name: 'Cancel deletion' }).click()
  await expect(fact(page, 'Status')).toHaveText('Disabled')
})
