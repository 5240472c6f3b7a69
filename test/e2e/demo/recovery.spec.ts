/** The page Recovery: set up, protectors, lock. Backups are in backups.spec.ts. */

import { generateKeyPairSync } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { plugAuthenticator } from '../fixtures/authenticator.js'
import { createKey, expect, row, test } from './fixtures/console.js'
import { asFile } from './fixtures/files.js'
import { givePassphrase, openRecovery, PASSPHRASE, setUp, shownCode, typeBack } from './fixtures/recovery.js'

test('REC-27 a first visit that makes a key is asked to set recovery up, and not again when it does not want to', async ({
  page,
}) => {
  const question = page.getByText('Your keys are in this browser alone.')
  await expect(question).toBeHidden()
  await createKey(page, 'notes')
  await expect(question.first()).toBeVisible()
  await page.getByRole('button', { name: 'Do not ask again' }).click()
  await expect(question).toHaveCount(0)
  await page.reload()
  await createKey(page, 'diary')
  await expect(page.getByText('Created key diary.').first()).toBeVisible()
  await expect(question).toHaveCount(0)
})

test('REC-27 the question leads to the page, and is gone once recovery is set up', async ({ page }) => {
  await createKey(page, 'notes')
  await page.getByRole('button', { name: 'Set up recovery' }).click()
  await expect(page.getByText('Not set up.')).toBeVisible()
  await setUp(page)
  await page.goto('#/keys')
  await createKey(page, 'diary')
  await expect(page.getByText('Your keys are in this browser alone.')).toHaveCount(0)
})

test('PROT-2 what is wrong with a new passphrase is told where it is', async ({ page }) => {
  await openRecovery(page)
  const first = page.getByLabel('New passphrase', { exact: true })
  const second = page.getByLabel('New passphrase, again')
  await first.fill('short')
  await page.getByRole('button', { name: 'Set up recovery' }).click()
  await expect(page.getByText('Use 8 characters or more.')).toBeVisible()
  await expect(page.getByText('The two are not the same.')).toBeVisible()
  await first.fill('aaaaaaaaaaaa')
  await expect(page.getByText('Weak.')).toBeVisible()
  await first.fill('four words at random')
  await expect(page.getByText('Long,')).toBeVisible()
  await second.fill('four words at random')
  await expect(page.getByText('The two are not the same.')).toBeHidden()
  await page.getByRole('checkbox', { name: 'A passphrase' }).uncheck()
  await page.getByRole('checkbox', { name: 'A recovery code' }).uncheck()
  await expect(page.getByText('Choose a passphrase or a recovery code')).toBeVisible()
})

test('PROT-3 a recovery code is shown once, and typed back before it is done', async ({ page }) => {
  await openRecovery(page)
  await page.getByRole('checkbox', { name: 'A passphrase' }).uncheck()
  await page.getByRole('button', { name: 'Set up recovery' }).click()
  const code = await shownCode(page)
  const dialog = page.getByRole('dialog', { name: 'Type the recovery code back' })
  await expect(dialog.getByText(code)).toHaveCount(0)
  await dialog.getByLabel('Recovery code').fill(code.slice(0, -1))
  await dialog.getByRole('button', { name: 'Check' }).click()
  await expect(dialog.getByText(/has 33 characters/)).toBeVisible()

  await dialog.getByRole('button', { name: 'Not now' }).click()
  await expect(page.getByText('Shown, but not typed back yet')).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'Type it back' }).click()
  await typeBack(page, code.toLowerCase().replaceAll('-', ' '))
  await expect(page.getByText('The recovery code is right.').first()).toBeVisible()
  await expect(page.getByText('Shown, but not typed back yet')).toHaveCount(0)
})

test('PROT-1 protectors are added, renamed and removed, each with a gesture that opens the vault', async ({ page }) => {
  await setUp(page)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Passphrase' }).click()
  const adding = page.getByRole('dialog', { name: 'Add a passphrase' })
  await adding.getByLabel('New passphrase', { exact: true }).fill('another passphrase')
  await adding.getByLabel('New passphrase, again').fill('another passphrase')
  await adding.getByLabel('Label - optional').fill('the second one')
  await givePassphrase(adding)
  await adding.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(adding).toBeHidden()
  await expect(page.getByText('the second one')).toBeVisible()

  await page.getByRole('button', { name: 'Rename the second one' }).click()
  const renaming = page.getByRole('dialog', { name: 'Rename the passphrase' })
  await renaming.getByLabel('Label').fill('at the lawyer')
  await renaming.getByLabel('Label').press('Enter')
  await expect(renaming).toBeHidden()

  await page.getByRole('button', { name: 'Remove at the lawyer' }).click()
  const removing = page.getByRole('dialog', { name: 'Remove at the lawyer' })
  await givePassphrase(removing, 'a wrong one')
  await removing.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(removing.getByText('This does not open the vault.').first()).toBeVisible()
  await givePassphrase(removing)
  await removing.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(removing).toBeHidden()
  await expect(page.getByRole('button', { name: 'Remove at the lawyer' })).toHaveCount(0)
})

test('PROT-4 a passkey protects the vault, and opens it', async ({ page }) => {
  await plugAuthenticator(page)
  await openRecovery(page)
  await page.getByRole('checkbox', { name: 'A passphrase' }).uncheck()
  await page.getByRole('checkbox', { name: 'A passkey' }).check()
  await page.getByRole('button', { name: 'Set up recovery' }).click()
  await typeBack(page, await shownCode(page))
  await expect(page.getByText(/^Made on this/).first()).toBeVisible()
  await page.getByRole('button', { name: 'Renew the recovery key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Renew the recovery key' })
  await dialog.getByRole('radio', { name: 'Passkey' }).check()
  await dialog.getByRole('button', { name: 'Renew', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText(/^Renewed the recovery key/).first()).toBeVisible()
})

test('PROT-5 the key of an organisation protects the vault, and the page gives the request for its holder', async ({
  page,
}) => {
  await setUp(page)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Key of an organisation' }).click()
  const adding = page.getByRole('dialog', { name: 'Add the key of an organisation' })
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 4096 })
  const buffer = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))
  await givePassphrase(adding)
  await adding.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(adding.getByText('Choose the file with the public key.')).toBeVisible()
  await adding.getByLabel('Choose the public key').setInputFiles({ name: 'acme.pem', mimeType: 'text/plain', buffer })
  await adding.getByLabel('Label - optional').fill('ACME')
  await adding.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(adding).toBeHidden()

  await page.getByRole('button', { name: 'Renew the recovery key' }).click()
  const asking = page.getByRole('dialog', { name: 'Renew the recovery key' })
  await asking.getByRole('radio', { name: 'Key of an organisation' }).check()
  const [request] = await Promise.all([
    page.waitForEvent('download'),
    asking.getByRole('button', { name: 'Download the request' }).click(),
  ])
  expect((await stat(await request.path())).size).toBeGreaterThan(500)
  await asking.getByLabel('Choose the answer').setInputFiles(asFile('answer.bin', Buffer.alloc(1200)))
  await asking.getByRole('button', { name: 'Renew', exact: true }).click()
  await expect(asking.getByText('This does not open the vault.').first()).toBeVisible()
})

test('PROT-6 the wait after five wrong ones in a row is told', async ({ page }) => {
  await setUp(page)
  await page.getByRole('button', { name: 'Renew the recovery key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Renew the recovery key' })
  const button = dialog.getByRole('button', { name: 'Renew', exact: true })
  await givePassphrase(dialog, 'a wrong one')
  // The eighth waits for four seconds.
  for (let tries = 0; tries < 8; tries++) {
    await button.click()
    await expect(dialog.getByText('This does not open the vault.')).toHaveCount(0)
    if (tries < 7) await expect(dialog.getByText('This does not open the vault.').first()).toBeVisible()
  }
  await expect(dialog.getByText('The vault is still at it.')).toBeVisible()
  await expect(dialog.getByText('This does not open the vault.').first()).toBeVisible()
})

test('REC-7 keys from before are listed with a link, and symmetric ones are renewed', async ({ page }) => {
  await createKey(page, 'notes')
  await createKey(page, 'letters', { type: 'Asymmetric' })
  await setUp(page)
  const heading = page.getByRole('heading', { name: 'Keys without a copy (2)' })
  await expect(heading).toBeVisible()
  await expect(page.getByText('Make a new key in its place.')).toBeVisible()
  await page.getByRole('button', { name: /^Renew [0-9a-f-]{36}$/ }).click()
  await expect(page.getByRole('heading', { name: 'Keys without a copy (1)' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Keys with older material (1)' })).toBeVisible()
  await page.getByRole('button', { name: /is encrypted anew$/ }).click()
  await expect(page.getByRole('heading', { name: 'Keys with older material (1)' })).toHaveCount(0)
  await page.getByRole('link', { name: 'letters' }).click()
  await expect(page.getByRole('heading', { name: 'letters', level: 1 })).toBeVisible()
})

test('LOCK-2 a locked vault shows it on every page, its keys are unavailable, and it is unlocked by a protector', async ({
  page,
}) => {
  await setUp(page)
  await page.goto('#/keys')
  await createKey(page, 'notes')
  await openRecovery(page)
  await page.getByRole('button', { name: 'Lock this vault' }).click()
  const enabling = page.getByRole('dialog', { name: 'Lock this vault' })
  await givePassphrase(enabling)
  await enabling.getByRole('button', { name: 'Lock', exact: true }).click()
  await expect(enabling).toBeHidden()
  await page.getByRole('button', { name: 'Lock now' }).click()
  const banner = page.getByText('This vault is locked.').first()
  await expect(banner).toBeVisible()
  await expect(page.getByRole('button', { name: 'Unlock the vault' })).toBeVisible()
  await page.goto('#/keys')
  await expect(row(page, 'notes').getByText('Unavailable')).toBeVisible()
  await page.goto('#/files')
  await expect(banner).toBeVisible()

  await page.reload()
  await page.goto('#/keys')
  await expect(row(page, 'notes').getByText('Unavailable')).toBeVisible()
  await page.getByRole('button', { name: 'Unlock', exact: true }).click()
  const unlocking = page.getByRole('dialog', { name: 'Unlock the vault' })
  const passphrase = unlocking.getByRole('textbox', { name: 'Passphrase', exact: true })
  await expect(passphrase).toBeFocused()
  await passphrase.fill('a wrong one')
  await passphrase.press('Enter')
  await expect(unlocking.getByText('This does not open the vault.').first()).toBeVisible()
  await passphrase.fill(PASSPHRASE)
  await passphrase.press('Enter')
  await expect(unlocking).toBeHidden()
  await expect(row(page, 'notes').getByText('Enabled')).toBeVisible()
  await expect(page.getByText('This vault is locked.')).toHaveCount(0)
})

test('LOCK-4 the idle time is changed, and LOCK-6 locking is stopped', async ({ page }) => {
  await setUp(page)
  await page.getByRole('button', { name: 'Lock this vault' }).click()
  const enabling = page.getByRole('dialog', { name: 'Lock this vault' })
  await givePassphrase(enabling)
  await enabling.getByRole('button', { name: 'Lock', exact: true }).click()
  await expect(enabling).toBeHidden()
  await expect(page.getByText('It locks after 15 minutes without use').first()).toBeVisible()

  await page.getByRole('button', { name: 'Change the idle time' }).click()
  const changing = page.getByRole('dialog', { name: 'Change the idle time' })
  await changing.getByRole('button', { name: 'Locks itself' }).click()
  await page.getByRole('option', { name: 'After 5 minutes without use' }).click()
  await givePassphrase(changing)
  await changing.getByRole('button', { name: 'Change', exact: true }).click()
  await expect(changing).toBeHidden()
  await expect(page.getByText('Unlocked in this tab. It locks after 5 minutes without use')).toBeVisible()

  await page.getByRole('button', { name: 'Stop locking' }).click()
  const stopping = page.getByRole('dialog', { name: 'Stop locking' })
  await givePassphrase(stopping)
  await stopping.getByRole('button', { name: 'Stop locking' }).click()
  await expect(stopping).toBeHidden()
  await expect(page.getByText('Not locked: the keys can be used')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Not locked: the keys can be used')).toBeVisible()
  await expect(page.getByText('This vault is locked.')).toHaveCount(0)
})

test('by the keyboard alone, on a narrow screen: recovery is set up, and nothing is wider than the screen', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 700 })
  const isWithin = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
  await openRecovery(page)
  expect(await isWithin()).toBe(true)
  await page.getByLabel('New passphrase', { exact: true }).focus()
  await page.keyboard.type(PASSPHRASE)
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSPHRASE)
  await page.keyboard.press('Enter')
  const showing = page.getByRole('dialog', { name: 'Your recovery code' })
  const code = (await showing.locator('code').textContent()) ?? ''
  expect(await isWithin()).toBe(true)
  await showing.getByRole('button', { name: 'I have written it down' }).focus()
  await page.keyboard.press('Enter')
  const field = page.getByRole('dialog', { name: 'Type the recovery code back' }).getByLabel('Recovery code')
  await expect(field).toBeFocused()
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await expect(field).toBeHidden()
  await expect(page.getByText('At risk.')).toBeVisible()
  expect(await isWithin()).toBe(true)
  expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true)
})
