/**
 * The demo page as its users meet it: the production build, its real headers, its real service worker. Project `demo`
 * of the Playwright configuration serves it and sets `baseURL`.
 */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, writeFile } from 'node:fs/promises'
import { test as base, type Download, expect, type Page } from '@playwright/test'

/** Size of the file of the large-file test. Its time is about that of copying it four times. */
const LARGE_FILE_MIB = Number(process.env.KMS_DEMO_FILE_MIB ?? 160)

/** Every test fails when the page breaks its own Content Security Policy or logs an error. */
const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = []
      await context.exposeBinding('complain', (_, complaint: string) => complaints.push(complaint))
      await context.addInitScript(() => {
        addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
          (window as unknown as { complain(text: string): void }).complain(
            `CSP: ${violatedDirective} ${blockedURI} ${sample}`,
          ),
        )
      })
      context.on('weberror', (error) => complaints.push(error.error().message))
      context.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await use(complaints)
      expect(complaints).toEqual([])
    },
    { auto: true },
  ],
})

interface NewKey {
  readonly description?: string
  /** Key type, key usage and key spec, as far as they differ from what the dialog proposes. */
  readonly type?: 'Asymmetric' | 'HMAC'
  readonly usage?: string
  readonly spec?: string
  /** The advanced options that are chosen. */
  readonly advanced?: readonly ('Imported' | 'Multi-Region key')[]
}

async function createKey(page: Page, alias: string, options: NewKey = {}): Promise<void> {
  const { description, type, usage, spec, advanced = [] } = options
  await page.getByRole('button', { name: /^Create (a )?key$/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Alias').fill(alias)
  if (description) await dialog.getByLabel('Description').fill(description)
  if (type) await dialog.getByRole('radio', { name: type, exact: true }).check()
  if (usage) await dialog.getByRole('radio', { name: usage, exact: true }).check()
  if (spec) {
    await dialog.getByRole('button', { name: 'Key spec' }).click()
    await page.getByRole('option').filter({ hasText: spec }).click()
  }
  if (advanced.length > 0) await dialog.getByRole('button', { name: 'Advanced options' }).click()
  for (const option of advanced) await dialog.getByRole('radio', { name: option, exact: true }).check()
  const imported = advanced.includes('Imported')
  if (imported) await dialog.getByRole('checkbox', { name: /^I understand/ }).check()
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog).toBeHidden()
  if (imported) await expect(page.getByRole('heading', { name: alias, level: 1 })).toBeVisible()
  else await expect(row(page, alias)).toBeVisible()
}

/** Opens a tab of the page of a key. */
async function openTab(page: Page, alias: string, tab: string): Promise<void> {
  await page.goto('#/keys')
  await page.getByRole('link', { name: alias, exact: true }).click()
  await page.getByRole('tab', { name: tab, exact: true }).click()
}

/** What the page tells of a key under a label. */
function fact(page: Page, label: string) {
  return page
    .locator('dt')
    .filter({ hasText: new RegExp(`^${label}$`) })
    .first()
    .locator('xpath=following-sibling::dd')
}

/** Confirms a dialog, whose button does something else than the one that opened it. */
async function confirm(page: Page, title: string, button: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: title })
  await dialog.getByRole('button', { name: button, exact: true }).click()
  await expect(dialog).toBeHidden()
}

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

async function decrypted(page: Page, name: string, sealed: Buffer): Promise<Buffer> {
  await chooseFile(page, asFile(name, sealed))
  return readFile(await (await downloadBy(page, 'Decrypt')).path())
}

function row(page: Page, alias: string) {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name: alias, exact: true }) })
}

async function act(page: Page, alias: string, action: string): Promise<void> {
  const choice = page.getByRole('checkbox', { name: `Choose key ${alias}`, exact: true })
  if (!(await choice.isChecked())) await choice.check()
  await page.getByRole('button', { name: 'Key actions' }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

async function chooseFile(
  page: Page,
  file: string | { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await page.goto('#/files')
  await page.getByLabel('Choose a file to encrypt or decrypt').setInputFiles(file)
}

/** Clicks and takes the download that follows, without the "save as" dialog, which no test can drive. */
async function downloadBy(page: Page, button: string): Promise<Download> {
  const ask = page.getByRole('checkbox', { name: 'Ask where to save' })
  const go = page.getByRole('button', { name: button, exact: true })
  await expect(go).toBeVisible()
  if ((await ask.count()) > 0) await ask.uncheck()
  const [download] = await Promise.all([page.waitForEvent('download'), go.click()])
  return download
}

async function encrypted(page: Page, name: string, content: Buffer): Promise<Buffer> {
  await chooseFile(page, { name, mimeType: 'application/octet-stream', buffer: content })
  return readFile(await (await downloadBy(page, 'Encrypt')).path())
}

function asFile(name: string, buffer: Buffer) {
  return { name, mimeType: 'application/octet-stream', buffer }
}

function patterned(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8)) & 0xff
  return bytes
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}

test.beforeEach(async ({ page }) => {
  await page.goto('')
})

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
  await expect(dialog.getByText('Give the key a name.')).toBeVisible()
  await dialog.getByLabel('Alias').fill('notes')
  await expect(dialog.getByText('Another key has this alias.')).toBeVisible()
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
  await expect(page.getByText('You need a key first.')).toBeVisible()

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
  await expect(page.getByText('Saved the tags.')).toBeVisible()

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
  await expect(dialog.getByText('Enter a whole number from 90 to 2560.')).toBeVisible()
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
  await expect(dialog.getByText('Confirm it to create a key for imported key material.')).toBeVisible()
  await expect(dialog.getByText('this browser can lose the key material')).toBeVisible()

  await dialog.getByRole('radio', { name: 'Asymmetric', exact: true }).check()
  await dialog.getByRole('radio', { name: 'Key encapsulation' }).check()
  await expect(dialog.getByRole('radio', { name: 'Imported' })).toBeDisabled()
  await expect(dialog.getByText('Not possible for key spec ML_KEM_768.')).toBeVisible()
})

test('IMP-11 IMP-14 IMP-21 key material is imported, used, deleted, and nothing but the same is taken back', async ({
  page,
}) => {
  const [first, second] = ['0123456789abcdef'.repeat(4), 'fedcba9876543210'.repeat(4)] as const
  const content = patterned(1000)
  await createKey(page, 'own', { advanced: ['Imported'] })
  await expect(fact(page, 'Status')).toHaveText('Pending import')
  await expect(page.getByText('own waits for its key material.')).toBeVisible()
  const dialog = page.getByRole('dialog', { name: 'Import key material' })
  await importMaterial(page, { hex: 'abcd', expires: '2001-02-03' })
  await expect(dialog.getByText('Choose a day from tomorrow to 365 days ahead.')).toBeVisible()
  await dialog.getByRole('radio', { name: 'It does not expire' }).check()
  await dialog.getByRole('button', { name: 'Import key material' }).click()
  await expect(dialog.getByText('has 32 bytes; these are 2.')).toBeVisible()
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
  await expect(dialog.getByText('This is not the key material that is asked for.')).toBeVisible()
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
  await expect(dialog.getByText('This private key is in PKCS#1, not in PKCS#8.')).toBeVisible()
  await choose('pkcs8')
  await expect(dialog).toBeHidden()
  await expect(fact(page, 'Status')).toHaveText('Enabled')
  await page.getByRole('tab', { name: 'Public key' }).click()
  await expect(page.locator('pre')).toHaveText(publicKey.export({ type: 'spki', format: 'pem' }).toString())
})

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
  await expect(dialog.getByText('This Region has a key of the set already.')).toBeVisible()
  await region.fill('browser-local-2')
  await expect(dialog.getByText('no geographic isolation')).toBeVisible()
  await confirm(page, 'Create replica key', 'Create replica key')

  const keys = page.getByRole('grid', { name: 'Related multi-Region keys' })
  const [home, away] = [1, 2].map((number) => keys.getByRole('row', { name: `browser-local-${number}` })) as [
    ReturnType<typeof row>,
    ReturnType<typeof row>,
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

const sizes = [
  ['an empty file', 0],
  ['a file of one byte', 1],
  ['a file of exactly one frame', 512 * 1024],
  ['a file of 5 MB', 5_000_000],
] as const

test('a file of any size is encrypted and comes back as it was, under its old name', async ({ page }) => {
  await createKey(page, 'notes')
  for (const [what, length] of sizes)
    await test.step(what, async () => {
      const content = patterned(length)
      await chooseFile(page, asFile('Übersicht 2026.bin', content))
      const sealed = await downloadBy(page, 'Encrypt')
      expect(sealed.suggestedFilename()).toBe('Übersicht 2026.bin.bkms')
      const sealedBytes = await readFile(await sealed.path())
      expect(sealedBytes.subarray(0, 3)).toEqual(MESSAGE_START)
      if (length > 16) expect(sealedBytes.includes(content.subarray(0, 16))).toBe(false)

      await chooseFile(page, asFile('renamed.bkms', sealedBytes))
      await expect(page.getByText('Übersicht 2026.bin', { exact: true })).toBeVisible()
      const opened = await downloadBy(page, 'Decrypt')
      expect(opened.suggestedFilename()).toBe('Übersicht 2026.bin')
      expect(Buffer.compare(await readFile(await opened.path()), content)).toBe(0)
      await expect(page.getByText('Decrypted and verified.')).toBeVisible()
    })
})

test('a disabled key decrypts nothing until the user enables it, which is one click away', async ({ page }) => {
  const content = patterned(1000)
  await createKey(page, 'notes')
  const sealed = await encrypted(page, 'diary.txt', content)
  await page.goto('#/keys')
  await act(page, 'notes', 'Disable')
  await expect(row(page, 'notes')).toContainText('Disabled')
  await chooseFile(page, asFile('diary.txt.bkms', sealed))
  await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
  await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
  await expect(page.getByText('This key is disabled.')).toBeVisible()
  await expect(page.getByText('Enable it, then try again.')).toBeVisible()
  await expect(page.getByText(/DisabledException/)).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Enable the key and decrypt' }).click(),
  ])
  expect(Buffer.compare(await readFile(await download.path()), content)).toBe(0)
})

/** What is done to an encrypted file of three frames, and what the user is told. */
const damages: readonly (readonly [what: string, harm: (file: Buffer) => Buffer, message: string])[] = [
  ['changed in its last byte', (file) => flip(file, file.length - 1), 'This file was changed after it was encrypted.'],
  ['changed in the middle', (file) => flip(file, file.length >> 1), 'This file was changed after it was encrypted.'],
  ['with two frames swapped', swapFrames, 'This file was changed after it was encrypted.'],
  ['cut off', (file) => file.subarray(0, file.length - 1000), 'This file is incomplete.'],
  [
    'cut off after a whole frame',
    (file) => file.subarray(0, file.length - FINAL_FRAME_LENGTH),
    'This file is incomplete.',
  ],
  ['with a byte added', (file) => Buffer.concat([file, Buffer.alloc(1)]), 'Something was added to this file.'],
  ['with another name in its header', renameInHeader, 'This file cannot be decrypted.'],
]

test('an encrypted file that was damaged is refused, and nothing of it is kept', async ({ page }) => {
  await createKey(page, 'notes')
  const sealed = await encrypted(page, 'diary.txt', patterned(DAMAGED_FILE_LENGTH))
  const downloads: Download[] = []
  page.on('download', (download) => downloads.push(download))
  for (const [what, harm, message] of damages)
    await test.step(what, async () => {
      await chooseFile(page, asFile('diary.txt.bkms', harm(Buffer.from(sealed))))
      // What was said of the file before is gone.
      await expect(page.getByText(message)).toBeHidden()
      await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
      await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
      await expect(page.getByText(message)).toBeVisible()
      expect(downloads).toHaveLength(0)
      expect(await temporaryFiles(page)).toEqual([])
    })
})

test('a file that another browser encrypted is refused with the reason', async ({ page, browser, baseURL }) => {
  const elsewhere = await browser.newPage(baseURL === undefined ? {} : { baseURL })
  await elsewhere.goto('')
  await createKey(elsewhere, 'notes')
  const sealed = await encrypted(elsewhere, 'diary.txt', patterned(10))
  await elsewhere.close()
  await chooseFile(page, asFile('diary.txt.bkms', sealed))
  await expect(page.getByText('a key this browser does not have')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
  await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
  await expect(page.getByText('There is no such key in this browser.')).toBeVisible()
})

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

test('a screen of 360 pixels shows every page without scrolling sideways', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  const expectToFit = async () =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
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

test(`a file of ${LARGE_FILE_MIB} MiB goes both ways in bounded memory while the page stays responsive`, async ({
  page,
}, testInfo) => {
  test.setTimeout(60_000 + LARGE_FILE_MIB * 400)
  const path = testInfo.outputPath('large.bin')
  await writeSparse(path, LARGE_FILE_MIB)
  await createKey(page, 'notes')
  await chooseFile(page, path)
  await page.evaluate(() => {
    const longest = [0]
    Object.assign(window, { longest })
    new PerformanceObserver((list) => longest.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  const sealed = await downloadBy(page, 'Encrypt')
  const sealedPath = await sealed.path()
  await chooseFile(page, sealedPath)
  const [opened, bytes] = await Promise.all([downloadBy(page, 'Decrypt'), memory(page)])
  expect(await hashOf(await opened.path())).toBe(await hashOf(path))
  const longest = await page.evaluate(() => Math.max(...(window as unknown as { longest: number[] }).longest))
  testInfo.annotations.push({ type: 'memory', description: `${(bytes / 2 ** 20).toFixed(1)} MiB` })
  testInfo.annotations.push({ type: 'longest task', description: `${longest} ms` })
  expect(bytes).toBeLessThan(128 * 2 ** 20)
  // 50 ms is the aim; a busy build machine gets some leeway, a page that encrypts on its own thread does not.
  expect(longest).toBeLessThan(500)
})

test('work on a large file can be stopped, and nothing of it is kept', async ({ page }, testInfo) => {
  const path = testInfo.outputPath('large.bin')
  await writeSparse(path, 2048)
  await createKey(page, 'notes')
  await chooseFile(page, path)
  await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
  await page.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Stopped.')).toBeVisible()
  expect(await temporaryFiles(page)).toEqual([])
})

test('where the user picks a file, the result goes there, and a failure leaves nothing in its place', async ({
  page,
}) => {
  // No test can drive the browser's dialog: a file of the private storage stands in for the one the user picks.
  await page.addInitScript(() => {
    Object.assign(window, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        const root = await navigator.storage.getDirectory()
        return root.getFileHandle(suggestedName, { create: true })
      },
    })
  })
  await page.reload()
  const picked = (name: string) =>
    page.evaluate(async (fileName) => {
      const root = await navigator.storage.getDirectory()
      const file = await root.getFileHandle(fileName).catch(() => undefined)
      return file && Array.from(new Uint8Array(await (await file.getFile()).arrayBuffer()))
    }, name)
  const content = patterned(1000)
  await createKey(page, 'notes')
  await chooseFile(page, asFile('diary.txt', content))
  await expect(page.getByRole('checkbox', { name: 'Ask where to save' })).toBeChecked()
  await page.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(page.getByText('Encrypted.', { exact: true })).toBeVisible()
  const sealed = Buffer.from((await picked('diary.txt.bkms')) ?? [])
  await chooseFile(page, asFile('diary.txt.bkms', flip(Buffer.from(sealed), sealed.length - 1)))
  await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
  await expect(page.getByText('This file was changed after it was encrypted.')).toBeVisible()
  expect(await picked('diary.txt')).toBeUndefined()

  await chooseFile(page, asFile('diary.txt.bkms', sealed))
  await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
  await expect(page.getByText('Decrypted and verified.')).toBeVisible()
  expect(await picked('diary.txt')).toEqual([...content])
})

test('a browser without private storage and without a "save as" dialog uses memory', async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { showSaveFilePicker: undefined })
    Object.defineProperty(StorageManager.prototype, 'getDirectory', { value: undefined })
  })
  await page.reload()
  const content = patterned(1_500_000)
  await createKey(page, 'notes')
  const sealed = await encrypted(page, 'diary.txt', content)
  await chooseFile(page, asFile('diary.txt.bkms', sealed))
  const opened = await downloadBy(page, 'Decrypt')
  expect(Buffer.compare(await readFile(await opened.path()), content)).toBe(0)
})

test('work on a file goes on while the user looks at another page', async ({ page }, testInfo) => {
  const path = testInfo.outputPath('large.bin')
  await writeSparse(path, 2048)
  await createKey(page, 'notes')
  await chooseFile(page, path)
  await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
  await page.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await page.goto('#/keys')
  await expect(row(page, 'notes')).toBeVisible()
  await page.goto('#/files')
  await expect(page.getByRole('progressbar')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Stopped.')).toBeVisible()
})

test('a file dropped anywhere on the page of files is taken', async ({ page }) => {
  await createKey(page, 'notes')
  await page.goto('#/files')
  await expect(page.getByRole('button', { name: 'Choose a file to encrypt or decrypt' })).toBeVisible()
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['hello'], 'dropped.txt'))
    return data
  })
  await page.getByRole('heading', { level: 1 }).dispatchEvent('drop', { dataTransfer: transfer })
  await expect(page.getByText('dropped.txt')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Encrypt', exact: true })).toBeVisible()
})

function flip(file: Buffer, index: number): Buffer {
  file[index] = (file[index] ?? 0) ^ 1
  return file
}

/** Version, and algorithm suite 0x0478, of a message of the AWS Encryption SDK. */
const MESSAGE_START = Buffer.of(0x02, 0x04, 0x78)
const PLAIN_FRAME_LENGTH = 512 * 1024
/** With its sequence number, IV and tag. */
const FRAME_LENGTH = PLAIN_FRAME_LENGTH + 32
const DAMAGED_FILE_LENGTH = 1_200_000
/** With its mark, its length and the rest. */
const FINAL_FRAME_LENGTH = (DAMAGED_FILE_LENGTH % PLAIN_FRAME_LENGTH) + 40

function swapFrames(file: Buffer): Buffer {
  const start = file.length - FINAL_FRAME_LENGTH - 2 * FRAME_LENGTH
  const frame = (number: number) => file.subarray(start + number * FRAME_LENGTH, start + (number + 1) * FRAME_LENGTH)
  return Buffer.concat([file.subarray(0, start), frame(1), frame(0), file.subarray(-FINAL_FRAME_LENGTH)])
}

function renameInHeader(file: Buffer): Buffer {
  const at = file.indexOf('diary.txt')
  file.write('virus.exe', at)
  return file
}

/** A file that takes no space on the disk, with different bytes in every MiB. */
async function writeSparse(path: string, mebibytes: number): Promise<void> {
  await writeFile(path, '')
  const file = await open(path, 'r+')
  await file.truncate(mebibytes * 2 ** 20 + 12_345)
  for (let index = 0; index <= mebibytes; index++) await file.write(`part ${index}`, index * 2 ** 20)
  await file.close()
}

/** Names of the files in the page's private storage. */
async function temporaryFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const all = await root.getDirectoryHandle('file-cipher', { create: true })
    const names: string[] = []
    for await (const folder of all.values())
      if (folder.kind === 'directory')
        for await (const name of (folder as FileSystemDirectoryHandle).keys()) names.push(name)
    return names
  })
}

/** Memory of page and workers, with their buffers; the page is cross-origin isolated, so Chromium tells. */
async function memory(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { measureUserAgentSpecificMemory } = performance as unknown as {
      measureUserAgentSpecificMemory?(): Promise<{ bytes: number }>
    }
    return measureUserAgentSpecificMemory ? (await measureUserAgentSpecificMemory.call(performance)).bytes : 0
  })
}
