/** Backups on the page Recovery: made, brought back, rehearsed; and the page of a vault that was lost. */
import { createKey, expect, row, test } from './fixtures/console.js'
import { decrypted, encrypted, flip } from './fixtures/files.js'
import {
  chooseBackup,
  givePassphrase,
  loseVault,
  makeBackup,
  openRecovery,
  PASSPHRASE,
  setUp,
} from './fixtures/recovery.js'

test('REC-28 a vault that was lost says so, and is brought back from its backup with what it had encrypted', async ({
  page,
}) => {
  const { code } = await setUp(page)
  await page.goto('#/keys')
  await createKey(page, 'notes')
  const sealed = await encrypted(page, 'letter.txt', Buffer.from('dear diary'))
  const backup = await makeBackup(page)
  await expect(page.getByText('The backup is made.').first()).toBeVisible()

  await loseVault(page)
  await chooseBackup(page, backup)
  await expect(page.getByLabel('Name of the vault')).toHaveValue('default')
  await page.getByRole('radio', { name: 'Recovery code' }).check()
  await page.getByLabel('Recovery code').last().fill(code)
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(page.getByText('Brought back: one key.').first()).toBeVisible()
  await page.getByRole('button', { name: 'Open this vault' }).click()
  await expect(row(page, 'notes').getByText('Enabled')).toBeVisible()
  expect((await decrypted(page, 'letter.txt.bkms', sealed)).toString()).toBe('dear diary')
})

test('REC-28 whoever has no backup starts anew knowingly', async ({ page }) => {
  await createKey(page, 'notes')
  await loseVault(page)
  const start = page.getByRole('button', { name: 'Start anew' })
  await expect(start).toBeDisabled()
  await page.getByRole('checkbox', { name: /^I have no backup/ }).check()
  await start.click()
  await expect(page.getByRole('button', { name: 'Create a key' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Create a key' })).toBeVisible()
})

test('REC-23 a backup is brought back beside the vault, under another name', async ({ page }) => {
  await setUp(page)
  await page.goto('#/keys')
  await createKey(page, 'notes')
  const backup = await makeBackup(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByText(/^None yet$/)).toHaveCount(1)

  await chooseBackup(page, backup)
  const name = page.getByLabel('Name of the vault')
  await expect(name).toHaveValue('default-restored')
  const passphrase = page.getByRole('textbox', { name: 'Passphrase', exact: true })
  await passphrase.fill('a wrong one')
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(page.getByText('This does not open the vault.').first()).toBeVisible()
  await name.fill('default')
  await passphrase.fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(page.getByText('cannot be brought back under this name').first()).toBeVisible()
  await name.fill('second')
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await page.getByRole('button', { name: 'Open this vault' }).click()
  await expect(row(page, 'notes')).toBeVisible()

  await page.getByRole('button', { name: 'Vault: second' }).click()
  await page.getByRole('menuitem', { name: 'default' }).click()
  await expect(page.getByRole('button', { name: 'Vault: default' })).toBeVisible()
  await expect(row(page, 'notes')).toBeVisible()
})

test('REC-22 a file that is no backup, or was changed, is told apart before and after a gesture', async ({ page }) => {
  await setUp(page)
  const backup = await makeBackup(page)
  await chooseBackup(page, Buffer.from('no backup'))
  await expect(page.getByText('This file is not a backup that can be used.').first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Bring it back' })).toHaveCount(0)
  await chooseBackup(page, flip(backup, backup.length - 40))
  await givePassphrase(page.locator('form'))
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(page.getByText('This file is not a backup that can be used.').first()).toBeVisible()
})

test('REC-25 a rehearsal tells what could be brought back, and the page reminds of the next', async ({ page }) => {
  await setUp(page)
  await page.goto('#/keys')
  await createKey(page, 'notes')
  await openRecovery(page)
  await page.getByRole('button', { name: 'Rehearse a recovery' }).click()
  const dialog = page.getByRole('dialog', { name: 'Rehearse a recovery' })
  await givePassphrase(dialog)
  await dialog.getByRole('button', { name: 'Rehearse', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('One key can be brought back.').first()).toBeVisible()
  await expect(page.getByText('Went well,')).toBeVisible()

  await page.clock.setFixedTime(Date.now() + 91 * 86_400_000)
  await page.reload()
  await expect(page.getByText('Time for another:')).toBeVisible()
  await expect(page.getByText('The last rehearsal was more than 90 days ago.').first()).toBeVisible()
})
