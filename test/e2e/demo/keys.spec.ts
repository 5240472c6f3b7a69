/** The keys of the console: made, found, changed, deleted. */
import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { act, createKey, expect, row, test } from './fixtures/console.js'
import { asFile, chooseFile, patterned } from './fixtures/files.js'

test('a newcomer is led to the first key', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Start with a key' })).toBeVisible()
  await createKey(page, 'notes', { description: 'Protects my notes' })
  await expect(row(page, 'notes')).toContainText('Enabled')
  await expect(row(page, 'notes')).toContainText('Protects my notes')
  await page.reload()
  await expect(row(page, 'notes')).toContainText('Enabled')
})

test('MGT-106 the console does not create a key without an alias, nor with one that is taken', async ({ page }) => {
  await createKey(page, 'notes')
  await page.getByRole('button', { name: 'Create key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByText('Give the key a name.').first()).toBeVisible()
  await dialog.getByLabel('Alias').fill('notes')
  await expect(dialog.getByText('Another key has this alias.').first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { name: 'Keys (1)' })).toBeVisible()
})

test('ASYM-29 the dialog offers the usages of the key type, and the key specs of the usage', async ({ page }) => {
  await page.getByRole('button', { name: 'Create a key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  const chooseType = (type: string) => dialog.getByRole('radio', { name: type, exact: true }).check()
  const usages = dialog.getByRole('radiogroup', { name: 'Key usage' })
  const spec = dialog.getByRole('button', { name: 'Key spec' })
  await expect(dialog.getByRole('radio', { name: 'Symmetric', exact: true })).toBeChecked()
  await expect(usages).toBeHidden()
  await expect(spec).toBeHidden()

  await chooseType('HMAC')
  await expect(usages.getByRole('radio')).toHaveCount(1)
  await expect(usages.getByRole('radio', { name: 'Generate and verify MAC' })).toBeChecked()
  await expect(spec).toContainText('HMAC_256')

  await chooseType('Asymmetric')
  await expect(usages.getByRole('radio')).toHaveCount(4)
  await usages.getByRole('radio', { name: 'Key encapsulation' }).check()
  await spec.click()
  await expect(page.getByRole('option')).toHaveText([/^ML_KEM_512/, /^ML_KEM_768/, /^ML_KEM_1024/])
  await page.keyboard.press('Escape')

  await chooseType('Symmetric')
  await expect(usages).toBeHidden()
})

test('ASYM-29 MGT-105 an RSA signing key is created, and shows its configuration and its public key', async ({
  page,
}) => {
  await createKey(page, 'team/releases', { type: 'Asymmetric', usage: 'Sign and verify', spec: 'RSA_2048' })
  await expect(row(page, 'team/releases')).toContainText('Asymmetric')
  await page.getByRole('link', { name: 'team/releases', exact: true }).click()
  await expect(page.getByText('Native', { exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Encrypt a file' })).toHaveCount(0)

  await page.getByRole('tab', { name: 'Cryptographic configuration' }).click()
  const configuration = page.getByRole('tabpanel', { name: 'Cryptographic configuration' })
  for (const text of ['Asymmetric', 'AWS KMS', 'RSA_2048', 'Sign and verify', 'RSASSA_PSS_SHA_512'])
    await expect(configuration.getByText(text, { exact: true })).toBeVisible()
  await expect(configuration.getByText('Encryption algorithms')).toHaveCount(0)

  await page.getByRole('tab', { name: 'Public key' }).click()
  await expect(page.getByText('BEGIN PUBLIC KEY')).toBeVisible()
  const pem = (await page.locator('pre').textContent()) ?? ''
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem)
  expect(asymmetricKeyType).toBe('rsa')
  expect(asymmetricKeyDetails?.modulusLength).toBe(2048)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('team-releases.pem')
  expect(await readFile(await download.path(), 'utf8')).toBe(pem)
  await expect(page.getByRole('button', { name: 'Copy public key' })).toBeVisible()
})

test('MGT-101 MGT-102 keys are sorted and filtered by type, and files are encrypted with enabled symmetric ones alone', async ({
  page,
}) => {
  await createKey(page, 'sessions', { type: 'HMAC' })
  await expect(row(page, 'sessions')).toContainText('HMAC')
  await chooseFile(page, asFile('diary.txt', patterned(10)))
  await expect(page.getByText('You need a key first.').first()).toBeVisible()

  await page.goto('#/keys')
  await createKey(page, 'coins', { type: 'Asymmetric', usage: 'Sign and verify', spec: 'ECC_SECG_P256K1' })
  await createKey(page, 'archive')
  await createKey(page, 'notes')
  const aliases = page.getByRole('rowheader')
  await page.getByRole('columnheader', { name: 'Key type' }).getByRole('button').click()
  await expect(aliases).toHaveText(['coins', 'sessions', 'archive', 'notes'])
  await createKey(page, 'everywhere', { advanced: ['Multi-Region key'] })
  await page.getByRole('columnheader', { name: 'Regionality' }).getByRole('button').click()
  await expect(aliases.first()).toHaveText('everywhere')
  await expect(row(page, 'everywhere')).toContainText('Multi-Region primary')
  await page.getByLabel('Find keys').fill('hmac')
  await expect(aliases).toHaveText(['sessions'])
  await page.getByLabel('Find keys').fill('')
  await act(page, 'archive', 'Disable')
  await expect(row(page, 'archive')).toContainText('Disabled')

  await page.goto('#/files')
  await page.getByRole('button', { name: /^Key/ }).click()
  await expect(page.getByRole('option')).toHaveText([/^everywhere/, /^notes/])
})

test('the page of a key says in a sentence what its custody means', async ({ page }) => {
  await createKey(page, 'coins', { type: 'Asymmetric', usage: 'Sign and verify', spec: 'ECC_SECG_P256K1' })
  await page.getByRole('link', { name: 'coins', exact: true }).click()
  await expect(page.getByText('Sealed', { exact: true })).toBeVisible()
  await expect(page.getByText('The key is stored encrypted; the worker decrypts it for each use')).toBeVisible()
})

test('STATE-30 a key is disabled and enabled, and the status says so', async ({ page }) => {
  await createKey(page, 'notes')
  await act(page, 'notes', 'Disable')
  await expect(row(page, 'notes')).toContainText('Disabled')
  await act(page, 'notes', 'Enable')
  await expect(row(page, 'notes')).toContainText('Enabled')
})

test('DEL-34 deletion is scheduled with a ticked confirmation and can be cancelled', async ({ page }) => {
  await createKey(page, 'notes')
  await act(page, 'notes', 'Schedule key deletion')
  const dialog = page.getByRole('dialog', { name: 'Schedule key deletion' })
  const days = dialog.getByLabel('Waiting period (in days)')
  const schedule = dialog.getByRole('button', { name: 'Schedule deletion' })
  await expect(days).toHaveValue('30')
  await expect(schedule).toBeDisabled()
  await days.fill('6')
  await dialog.getByRole('checkbox').check()
  await expect(schedule).toBeDisabled()
  await days.fill('7')
  await expect(dialog.getByText('Confirm you want to schedule this key for deletion in 7 days')).toBeVisible()
  await schedule.click()
  await expect(row(page, 'notes')).toContainText('Pending deletion')

  await row(page, 'notes').getByRole('link', { name: 'notes', exact: true }).click()
  await expect(page.getByText('Scheduled deletion date')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel deletion' }).click()
  await expect(page.getByText('Scheduled deletion date')).toBeHidden()
  await page.goto('#/keys')
  await expect(row(page, 'notes')).toContainText('Disabled')
})

test('MGT-105 the detail page shows and edits what belongs to a key', async ({ page }) => {
  await createKey(page, 'notes')
  await page.getByRole('link', { name: 'notes', exact: true }).click()
  await expect(page.getByText(/arn:aws:kms:.*:key\//)).toBeVisible()
  await expect(page.getByText('Native', { exact: true })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Public key' })).toHaveCount(0)

  await page.getByRole('button', { name: 'Edit description' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit description' })
  await dialog.getByLabel('Description').fill('Diary')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('Diary')).toBeVisible()

  await page.getByLabel('New alias').fill('diary')
  await page.getByRole('button', { name: 'Add alias' }).click()
  await expect(page.getByText('alias/diary')).toBeVisible()
  await page.getByRole('button', { name: 'Delete alias notes' }).click()
  await expect(page.getByText('alias/notes')).toBeHidden()
  await expect(page.getByRole('heading', { name: 'diary', level: 1 })).toBeVisible()

  await page.getByRole('tab', { name: 'Tags' }).click()
  await page.getByRole('button', { name: 'Add new tag' }).click()
  await page.getByRole('combobox', { name: 'Key' }).fill('project')
  await page.getByRole('combobox', { name: /^Value/ }).fill('demo')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await expect(page.getByText('Saved the tags.').first()).toBeVisible()

  await page.getByRole('tab', { name: 'Key policy' }).click()
  await expect(page.getByText('"Version": "2012-10-17"')).toBeVisible()
})

test('MGT-101 MGT-102 keys are sorted by alias and filtered by any part of alias, key ID or description', async ({
  page,
}) => {
  await createKey(page, 'beta', { description: 'second letter' })
  await createKey(page, 'alpha', { description: 'first letter' })
  const aliases = page.getByRole('rowheader')
  await expect(aliases).toHaveText(['alpha', 'beta'])
  await page.getByRole('columnheader', { name: 'Aliases' }).getByRole('button').click()
  await expect(aliases).toHaveText(['beta', 'alpha'])
  await page.getByLabel('Find keys').fill('SECOND')
  await expect(aliases).toHaveText(['beta'])
  await page.getByLabel('Find keys').fill('nothing like it')
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(aliases).toHaveText(['beta', 'alpha'])
})

test('a change made in another tab shows at once', async ({ page, context }) => {
  await createKey(page, 'notes')
  const other = await context.newPage()
  await other.goto('')
  await act(other, 'notes', 'Disable')
  await expect(row(page, 'notes')).toContainText('Disabled')
})
