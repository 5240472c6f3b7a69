/**
 * The package as applications get it: the built library in the node_modules of an application, which Vite bundles, under
 * a strict Content Security Policy.
 */
import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import type { Vault } from 'browser-kms'
import { build, createBuilder, type PreviewServer, preview } from 'vite'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const app = join(root, 'dist/app-under-test')
const installed = join(app, 'node_modules/browser-kms')

const sources = {
  'index.html': '<!doctype html><title>An application</title><script type="module" src="./main.js"></script>',
  'main.js': `
    import { openVault } from 'browser-kms'
    const own = () => new Worker(new URL('./own.js', import.meta.url), { type: 'module' })
    globalThis.ways = {
      bundled: () => openVault(),
      served: () => openVault({ worker: '/hsm.js' }),
      own: () => openVault({ worker: own() }),
    }`,
  'own.js': `
    import { serveVault } from 'browser-kms/worker'
    serveVault({ now: () => Date.UTC(2040, 0, 1) })`,
}

let server: PreviewServer
let address: string

test.describe.configure({ mode: 'default' })

test.beforeAll(async () => {
  await rm(app, { recursive: true, force: true })
  await mkdir(join(app, 'public'), { recursive: true })
  const environment = { build: { outDir: join(installed, 'dist/lib') } }
  const library = await createBuilder({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    environments: { index: environment, worker: environment, hsm: environment },
  })
  await library.buildApp()
  await copyFile(join(root, 'package.json'), join(installed, 'package.json'))
  for (const part of ['hsm.js', 'hsm'])
    await cp(join(installed, 'dist/lib', part), join(app, 'public', part), { recursive: true })
  for (const [name, source] of Object.entries(sources)) await writeFile(join(app, name), source)

  const bundled = {
    root: app,
    configFile: false as const,
    logLevel: 'warn' as const,
    worker: { format: 'es' as const },
  }
  await build({ ...bundled, build: { modulePreload: { polyfill: false } } })
  server = await preview({
    ...bundled,
    preview: {
      port: 0,
      host: '127.0.0.1',
      headers: { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; worker-src 'self'" },
    },
  })
  address = server.resolvedUrls?.local[0] ?? ''
})

test.afterAll(() => server.close())

const thisYear = new Date().getUTCFullYear()

for (const { way, open, year } of [
  { way: 'starts the worker that comes with it, found by the bundler', open: 'bundled', year: thisYear },
  { way: 'starts hsm.js served as it is', open: 'served', year: thisYear },
  { way: 'takes a worker of the application, with a clock of its own', open: 'own', year: 2040 },
])
  test(`an application's page ${way}`, async ({ page }) => {
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(address)
    const answer = await page.evaluate(async (open) => {
      const vault = await (globalThis as unknown as { ways: Record<string, () => Promise<Vault>> }).ways[open]?.()
      if (!vault) throw new Error('the application did not start')
      const { KeyMetadata } = await vault.kms.createKey({})
      const Plaintext = new TextEncoder().encode('meet me at noon')
      const { CiphertextBlob } = await vault.kms.encrypt({ KeyId: KeyMetadata.KeyId, Plaintext })
      const decrypted = await vault.kms.decrypt({ CiphertextBlob })
      // Its code is loaded when it is first needed.
      const signing = await vault.kms.createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })
      await vault.close()
      return [
        new TextDecoder().decode(decrypted.Plaintext),
        KeyMetadata.CreationDate.getUTCFullYear(),
        signing.KeyMetadata.KeySpec,
      ]
    }, open)
    expect(answer).toEqual(['meet me at noon', year, 'ECC_SECG_P256K1'])
    expect(complaints).toEqual([])
  })
