/** Where the focus is, and what screen readers are told. */
import type { Locator, Page } from '@playwright/test'
import { confirm, createKey, expect, fact, openTab, test } from './fixtures/console.js'
import { hold, release, watchRequests, whenHeld } from './fixtures/requests.js'

/** What is said aloud in passing, and at once. */
const said = (page: Page, how: 'polite' | 'assertive', text: string) =>
  page.locator(`[aria-live="${how}"]`).filter({ hasText: text })

test('what is done is told to screen readers in passing', async ({ page }) => {
  await createKey(page, 'notes')
  await expect(page.getByRole('status').filter({ hasText: 'Created key notes.' })).toMatchAriaSnapshot(`
    - status:
      - group /Created key notes\\. It is ready to use\\./
      - button "Dismiss"
  `)
  await expect(said(page, 'polite', 'Created key notes.')).toBeAttached()
})

test('what has failed is told at once, with the focus on it', async ({ page, context }) => {
  await createKey(page, 'notes')
  await watchRequests(page)
  await openTab(page, 'notes', 'Aliases (1)')
  const other = await context.newPage()
  await other.goto('')
  await page.getByLabel('New alias').fill('diary')
  await hold(page, 'CreateAlias')
  await page.getByRole('button', { name: 'Add alias' }).click()
  await whenHeld(page)
  await createKey(other, 'diary')
  await release(page)
  const alert = page.getByRole('alert').filter({ hasText: 'This alias is taken.' })
  await expect(alert).toMatchAriaSnapshot(`
    - alert:
      - group /This alias is taken\\..*AlreadyExistsException/
      - button "Dismiss"
  `)
  await expect(alert.locator(':focus')).toHaveCount(1)
})

test('why a dialog could not do its work is told at once', async ({ page }) => {
  await createKey(page, 'own', { advanced: ['Imported'] })
  const dialog = page.getByRole('dialog', { name: 'Import key material' })
  const importHex = async (hex: string) => {
    await page.getByRole('button', { name: 'Import key material' }).first().click()
    await dialog.getByLabel('Key material', { exact: true }).fill(hex)
    await dialog.getByRole('button', { name: 'Import key material' }).click()
  }
  await importHex('00'.repeat(32))
  await expect(dialog).toBeHidden()
  await page.getByRole('tab', { name: 'Key material and rotations' }).click()
  await importHex('11'.repeat(32))
  await expect(said(page, 'assertive', 'This is not the key material that is asked for.')).toBeAttached()
})

interface Dialog {
  readonly title: string
  readonly tab?: string
  /** The button that opens it, and the entry of its menu. */
  readonly opener: string
  readonly entry?: string
  readonly first: (dialog: Locator) => Locator
}

/** The dialogs of the page of a key, and the field that has the focus first. */
const dialogs: readonly Dialog[] = [
  { title: 'Edit description', opener: 'Edit description', first: (dialog) => dialog.getByLabel('Description') },
  {
    title: 'Schedule key deletion',
    opener: 'Key actions',
    entry: 'Schedule key deletion',
    first: (dialog) => dialog.getByLabel('Waiting period (in days)'),
  },
  {
    title: 'Edit automatic rotation',
    tab: 'Key material and rotations',
    opener: 'Edit automatic rotation',
    first: (dialog) => dialog.getByRole('checkbox', { name: 'Rotate automatically' }),
  },
  // It asks for nothing.
  {
    title: 'Rotate now',
    tab: 'Key material and rotations',
    opener: 'Rotate now',
    first: (dialog) => dialog.getByRole('button', { name: 'Close' }),
  },
  {
    title: 'Create replica key',
    tab: 'Regionality',
    opener: 'Create replica key',
    first: (dialog) => dialog.getByLabel('Region', { exact: true }),
  },
  {
    title: 'Change primary Region',
    tab: 'Regionality',
    opener: 'Change primary Region',
    first: (dialog) => dialog.getByRole('button', { name: 'New primary Region' }),
  },
]

test('every dialog opens with the focus on its first field, and gives it back', async ({ page }) => {
  await createKey(page, 'everywhere', { advanced: ['Multi-Region key'] })
  await openTab(page, 'everywhere', 'Regionality')
  await page.getByRole('button', { name: 'Create replica key' }).click()
  await confirm(page, 'Create replica key', 'Create replica key')
  for (const { title, tab, opener, entry, first } of dialogs)
    await test.step(title, async () => {
      if (tab) await page.getByRole('tab', { name: tab }).click()
      const button = page.getByRole('button', { name: opener, exact: true })
      await button.press('Enter')
      if (entry) await page.getByRole('menuitem', { name: entry }).click()
      const dialog = page.getByRole('dialog', { name: title })
      await expect(first(dialog)).toBeFocused()
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      await expect(button).toBeFocused()
    })
})

/** What takes the focused button away with it: the button, and what is done with it. */
const vanishing: readonly (readonly [
  what: string,
  button: (page: Page) => Locator,
  act: (page: Page) => Promise<void>,
])[] = [
  [
    'an import that was begun from the alert',
    (page) => page.getByRole('button', { name: 'Import key material' }).first(),
    async (page) => {
      await page.getByRole('dialog').getByLabel('Key material', { exact: true }).fill('00'.repeat(32))
      await page.keyboard.press('Enter')
      await expect(page.getByRole('dialog')).toBeHidden()
      await expect(fact(page, 'Status')).toHaveText('Enabled')
    },
  ],
  [
    'a deletion that was cancelled from the alert',
    (page) => page.getByRole('button', { name: 'Cancel deletion' }),
    async (page) => expect(fact(page, 'Status')).toHaveText('Disabled'),
  ],
  [
    'an alias that was deleted',
    (page) => page.getByRole('button', { name: 'Delete alias own' }),
    async (page) => expect(page.getByRole('button', { name: 'Delete alias own' })).toBeHidden(),
  ],
  [
    'a notice that was dismissed',
    (page) => page.getByRole('button', { name: 'Dismiss' }).first(),
    async (page) => expect(page.getByRole('button', { name: 'Dismiss' })).toBeHidden(),
  ],
]

test('the focus stays on the page when its button is gone', async ({ page }) => {
  await createKey(page, 'own', { advanced: ['Imported'] })
  for (const [what, button, act] of vanishing)
    await test.step(what, async () => {
      if (what.startsWith('a deletion')) {
        await page.getByRole('button', { name: 'Key actions' }).click()
        await page.getByRole('menuitem', { name: 'Schedule key deletion' }).click()
        await page.getByRole('dialog').getByRole('checkbox').check()
        await confirm(page, 'Schedule key deletion', 'Schedule deletion')
      }
      await button(page).press('Enter')
      await act(page)
      await expect(page.locator('#console :focus')).toHaveCount(1)
    })
})
