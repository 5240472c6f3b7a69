/**
 * The package as applications get it: the built library in the node_modules of an application, which Vite bundles, under
 * a strict Content Security Policy.
 */
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Vault } from 'browser-kms'
import { build, type PreviewServer, preview } from 'vite'
import { type Application, makeApplication } from './fixtures/application.js'

const sources = {
  'index.html': '<!doctype html><title>An application</title><script type="module" src="./main.js"></script>',
  'main.js': `
    import { openVault } from 'browser-kms'
    import { buildClient, DataKeyUnwrapError, KmsKeyring } from 'browser-kms/envelope'
    globalThis.envelope = { buildClient, DataKeyUnwrapError, KmsKeyring }
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

let application: Application
let server: PreviewServer
let address: string

test.describe.configure({ mode: 'default' })

test.beforeAll(async () => {
  application = await makeApplication(sources)
  for (const part of ['hsm.js', 'hsm'])
    await cp(join(application.installed, 'dist/lib', part), join(application.folder, 'public', part), {
      recursive: true,
    })

  const bundled = {
    root: application.folder,
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

test.afterAll(async () => {
  await server.close()
  await application.remove()
})

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

test('no part of a worker that is loaded later imports the worker’s own file, which WebKit would run a second time', async () => {
  const assets = join(application.folder, 'dist/assets')
  const names = (await readdir(assets)).filter((name) => name.endsWith('.js'))
  const entries = names.filter((name) => /^(hsm|own|data-worker)-/.test(name))
  expect(entries.length).toBeGreaterThanOrEqual(3)
  for (const name of names) {
    const code = await readFile(join(assets, name), 'utf8')
    for (const entry of entries)
      expect(code, `${name} imports ${entry}`).not.toMatch(new RegExp(`(from|import\\()\\s*["'\`]\\./${entry}`))
  }
})

test('bulk encryption starts the data worker that comes with the package; errors are of one class for all entries', async ({
  page,
}) => {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(address)
  const outcome = await page.evaluate(async () => {
    const { ways, envelope } = globalThis as unknown as {
      ways: Record<string, () => Promise<Vault>>
      envelope: typeof import('browser-kms/envelope')
    }
    const vault = (await ways.bundled?.()) as Vault
    const [one, other] = [await vault.kms.createKey({}), await vault.kms.createKey({})]
    const box = vault.envelope(one.KeyMetadata.KeyId)
    const sealed = await box.encrypt(new Uint8Array(5_000_000), { note: '42' })
    const { plaintext } = await box.decrypt(sealed)
    const refused = await vault
      .envelope(other.KeyMetadata.KeyId)
      .decrypt(sealed)
      .catch((error: unknown) => error)
    // Signed, where the policy does not allow the WebAssembly that hashes fast.
    const { buildClient, KmsKeyring, DataKeyUnwrapError } = envelope
    const keyring = new KmsKeyring({ client: vault.kms, generatorKeyId: one.KeyMetadata.Arn as string })
    const signing = buildClient()
    const signed = await signing.encrypt(keyring, new Uint8Array(3_000_000), { frameLength: 100_000 })
    const opened = await signing.decrypt(keyring, signed.result)
    await vault.close()
    return [plaintext.byteLength, refused instanceof DataKeyUnwrapError, opened.plaintext.byteLength]
  })
  expect(outcome).toEqual([5_000_000, true, 3_000_000])
  expect(complaints).toEqual([])
  expect(page.workers().some((worker) => worker.url().includes('data-worker'))).toBe(true)
})
