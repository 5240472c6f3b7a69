/** The README's quick start, as it is printed there. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Vault } from 'browser-kms'
import { type Application, makeApplication, root, serveFiles } from './fixtures/application.js'

let application: Application
let server: Awaited<ReturnType<typeof serveFiles>>

interface QuickStart {
  openNotes(): Promise<Vault>
  roundTrip(vault: Vault): Promise<string>
}

test.describe.configure({ mode: 'default' })
test.beforeAll(async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, block] = /\n## Quick start\n[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme) ?? []
  application = await makeApplication({
    'notes.ts': block ?? '',
    'main.js': "import * as quickStart from './notes.ts'\nglobalThis.quickStart = quickStart",
    'index.html': '<!doctype html><title>Notes</title><script type="module" src="./main.js"></script>',
    'vite.config.js': "export default { worker: { format: 'es' }, build: { target: 'es2020' } }",
  })
  await application.run(join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn')
  server = await serveFiles(join(application.folder, 'dist'))
})
test.afterAll(async () => {
  server?.close()
  await application?.remove()
})

async function open(page: Page): Promise<Page> {
  await page.goto(server.address)
  await page.waitForFunction('globalThis.quickStart')
  return page
}

/** Runs it as often as told, all at once, as React's StrictMode runs effects. */
function runTogether(page: Page, times: number): Promise<readonly (readonly [string, number])[]> {
  return page.evaluate((times) => {
    const { openNotes, roundTrip } = (globalThis as unknown as { quickStart: QuickStart }).quickStart
    return Promise.all(
      Array.from({ length: times }, async () => {
        const vault = await openNotes()
        const { Keys } = await vault.kms.listKeys({})
        return [await roundTrip(vault), Keys?.length ?? 0] as const
      }),
    )
  }, times)
}

test('the quick start runs twice at once, in two tabs at once, and again after a reload, with one key', async ({
  context,
}) => {
  const [one, other] = [await open(await context.newPage()), await open(await context.newPage())]
  const right = ['meet me at noon', 1]
  expect(await Promise.all([runTogether(one, 2), runTogether(other, 2)])).toEqual([
    [right, right],
    [right, right],
  ])
  await open(one)
  expect(await runTogether(one, 1)).toEqual([right])
})
