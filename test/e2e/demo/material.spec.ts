/** Key material: rotated, imported, deleted. */
import { generateKeyPairSync } from 'node:crypto'
import type { Page } from '@playwright/test'
import { confirm, createKey, expect, fact, openTab, test } from './fixtures/console.js'
import { asFile, decrypted, encrypted, patterned } from './fixtures/files.js'

test('ROT-39 automatic rotation is turned on, the key is rotated now, and earlier files still decrypt', async ({
  page,
}) => {
  const content = patterned(1000)
  await createKey(page, 'notes')
  await openTab(page, 'notes', 'Key material and rotations')
  await expect(fact(page, 'Automatic rotation')).toHaveText('Off')
  await expect(fact(page, 'Last use')).toContainText('Never used since')
  const before = await encrypted(page, 'diary.txt', content)

  await openTab(page, 'notes', 'Key material and rotations')
  await expect(fact(page, 'Last use')).toContainText('GenerateDataKey')
  await page.getByRole('button', { name: 'Edit automatic rotation' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit automatic rotation' })
  const period = dialog.getByLabel('Rotation period (in days)')
  await dialog.getByRole('checkbox', { name: 'Rotate automatically' }).check()
  await expect(period).toHaveValue('365')
  await period.fill('89')
  await expect(dialog.getByText('Enter a whole number from 90 to 2560.').first()).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
  await period.fill('90')
  await confirm(page, 'Edit automatic rotation', 'Save')
  await expect(fact(page, 'Automatic rotation')).toHaveText('On')
  await expect(fact(page, 'Rotation period')).toHaveText('90 days')
  const due = await page.evaluate(() =>
    new Date(Date.now() + 90 * 86_400_000).toLocaleDateString(undefined, { dateStyle: 'medium' }),
  )
  await expect(fact(page, 'Next automatic rotation')).toContainText(due)

  const materials = page.getByRole('grid', { name: 'Key materials' }).getByRole('row')
  await expect(materials).toHaveCount(2)
  await page.getByRole('button', { name: 'Rotate now' }).click()
  await confirm(page, 'Rotate now', 'Rotate key')
  await expect(materials).toHaveCount(3)
  await expect(materials.nth(1)).toContainText('Current')
  await expect(materials.nth(1)).toContainText('On demand')
  await expect(materials.nth(2)).toContainText('Non-current')
  await expect(fact(page, 'On-demand rotations left')).toHaveText('24 of 25')
  await materials.nth(1).getByRole('button').click()
  await expect(page.getByText(/^[0-9a-f]{64}$/)).toBeVisible()
  await page.keyboard.press('Escape')

  const after = await encrypted(page, 'diary.txt', content)
  for (const sealed of [before, after])
    expect(Buffer.compare(await decrypted(page, 'diary.txt.bkms', sealed), content)).toBe(0)
})

test('ROT-39 the rotation of a disabled key is shown and cannot be changed, and comes back', async ({ page }) => {
  await createKey(page, 'notes')
  await openTab(page, 'notes', 'Key material and rotations')
  await page.getByRole('button', { name: 'Edit automatic rotation' }).click()
  await page.getByRole('checkbox', { name: 'Rotate automatically' }).check()
  await confirm(page, 'Edit automatic rotation', 'Save')
  const next = await fact(page, 'Next automatic rotation').textContent()
  const perform = async (action: string) => {
    await page.getByRole('button', { name: 'Key actions' }).click()
    await page.getByRole('menuitem', { name: action, exact: true }).click()
  }
  await perform('Disable')
  await expect(fact(page, 'Automatic rotation')).toContainText('On, but paused')
  await expect(
    page.getByText('its rotation cannot be changed until you enable it').filter({ visible: true }),
  ).toHaveCount(1)
  await expect(page.getByRole('button', { name: 'Edit automatic rotation' })).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Rotate now' })).toBeDisabled()

  await perform('Schedule key deletion')
  await page.getByRole('dialog').getByRole('checkbox').check()
  await confirm(page, 'Schedule key deletion', 'Schedule deletion')
  await expect(fact(page, 'Automatic rotation')).toHaveText('Off')
  await page.getByRole('button', { name: 'Cancel deletion' }).click()
  await perform('Enable')
  await expect(fact(page, 'Automatic rotation')).toHaveText('On')
  await expect(fact(page, 'Next automatic rotation')).toHaveText(next ?? '')
})

test('IMP-21 IMP-22 a key for imported material is made only by who has understood what that means', async ({
  page,
}) => {
  await page.getByRole('button', { name: 'Create a key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Alias').fill('own')
  await dialog.getByRole('button', { name: 'Advanced options' }).click()
  await dialog.getByRole('radio', { name: 'Imported' }).check()
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByText('Confirm it to create a key for imported key material.').first()).toBeVisible()
  await expect(dialog.getByText('this browser can lose the key material')).toBeVisible()

  await dialog.getByRole('radio', { name: 'Asymmetric', exact: true }).check()
  await dialog.getByRole('radio', { name: 'Key encapsulation' }).check()
  await expect(dialog.getByRole('radio', { name: 'Imported' })).toBeDisabled()
  await expect(dialog.getByText('Not possible for key spec ML_KEM_768.').first()).toBeVisible()
})

interface Import {
  readonly hex: string
  readonly isNew?: boolean
  readonly expires?: string
}

/** Fills in the dialog for an import, and imports. */
async function importMaterial(page: Page, { hex, isNew, expires }: Import): Promise<void> {
  await page.getByRole('button', { name: 'Import key material' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Import key material' })
  if (isNew) await dialog.getByRole('radio', { name: 'New, for a rotation' }).check()
  await dialog.getByLabel('Key material', { exact: true }).fill(hex)
  if (expires) {
    await dialog.getByRole('radio', { name: 'It expires', exact: true }).check()
    await dialog.getByLabel('Expiration date').fill(expires)
  }
  await dialog.getByRole('button', { name: 'Import key material' }).click()
}

test('IMP-11 IMP-14 IMP-21 key material is imported, used, deleted, and nothing but the same is taken back', async ({
  page,
}) => {
  const [first, second] = ['0123456789abcdef'.repeat(4), 'fedcba9876543210'.repeat(4)] as const
  const content = patterned(1000)
  await createKey(page, 'own', { advanced: ['Imported'] })
  await expect(fact(page, 'Status')).toHaveText('Pending import')
  await expect(page.getByText('own waits for its key material.').first()).toBeVisible()
  const dialog = page.getByRole('dialog', { name: 'Import key material' })
  await importMaterial(page, { hex: 'abcd', expires: '2001-02-03' })
  await expect(dialog.getByText('Choose a day from tomorrow to 365 days ahead.').first()).toBeVisible()
  await dialog.getByRole('radio', { name: 'It does not expire' }).check()
  await dialog.getByRole('button', { name: 'Import key material' }).click()
  await expect(dialog.getByText('has 32 bytes; these are 2.').first()).toBeVisible()
  await dialog.getByLabel('Key material', { exact: true }).fill(first)
  await confirm(page, 'Import key material', 'Import key material')
  await expect(fact(page, 'Status')).toHaveText('Enabled')
  await expect(fact(page, 'Expiration date')).toHaveText('Does not expire')
  const sealed = await encrypted(page, 'diary.txt', content)
  expect(Buffer.compare(await decrypted(page, 'diary.txt.bkms', sealed), content)).toBe(0)

  await openTab(page, 'own', 'Key material and rotations')
  await page.getByRole('button', { name: /^Delete key material/ }).click()
  const remove = page.getByRole('dialog', { name: 'Delete key material' })
  await expect(remove.getByRole('button', { name: 'Delete key material' })).toBeDisabled()
  await remove.getByRole('checkbox').check()
  await confirm(page, 'Delete key material', 'Delete key material')
  await expect(fact(page, 'Status')).toHaveText('Pending import')

  await importMaterial(page, { hex: second })
  await expect(dialog.getByText('This is not the key material that is asked for.').first()).toBeVisible()
  await expect(dialog.getByText(/IncorrectKeyMaterialException/)).toBeVisible()
  await dialog.getByLabel('Key material', { exact: true }).fill(Buffer.from(first, 'hex').toString('base64'))
  await confirm(page, 'Import key material', 'Import key material')
  await expect(fact(page, 'Status')).toHaveText('Enabled')
  expect(Buffer.compare(await decrypted(page, 'diary.txt.bkms', sealed), content)).toBe(0)

  await openTab(page, 'own', 'Key material and rotations')
  await expect(page.getByRole('button', { name: 'Rotate now' })).toBeDisabled()
  await importMaterial(page, { hex: second, isNew: true })
  const materials = page.getByRole('grid', { name: 'Key materials' }).getByRole('row')
  await expect(materials.nth(1)).toContainText('Pending rotation')
  await page.getByRole('button', { name: 'Rotate now' }).click()
  await confirm(page, 'Rotate now', 'Rotate key')
  await expect(materials.nth(1)).toContainText('Current')
  await expect(materials.nth(2)).toContainText('Non-current')
  expect(Buffer.compare(await decrypted(page, 'diary.txt.bkms', sealed), content)).toBe(0)
})

test('IMP-3 IMP-6 a private key is imported from its file, and the key has its public half', async ({ page }) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const usage = 'Sign and verify'
  await createKey(page, 'releases', { type: 'Asymmetric', usage, spec: 'RSA_2048', advanced: ['Imported'] })
  await page.getByRole('button', { name: 'Import key material' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Import key material' })
  const choose = async (type: 'pkcs1' | 'pkcs8') => {
    const pem = privateKey.export({ type, format: 'pem' }).toString()
    await dialog
      .getByLabel('Choose a file with the key material')
      .setInputFiles(asFile(`${type}.pem`, Buffer.from(pem)))
    await dialog.getByRole('button', { name: 'Import key material' }).click()
  }
  await choose('pkcs1')
  await expect(dialog.getByText('This private key is in PKCS#1, not in PKCS#8.').first()).toBeVisible()
  await choose('pkcs8')
  await expect(dialog).toBeHidden()
  await expect(fact(page, 'Status')).toHaveText('Enabled')
  await page.getByRole('tab', { name: 'Public key' }).click()
  await expect(page.locator('pre')).toHaveText(publicKey.export({ type: 'spki', format: 'pem' }).toString())
})
