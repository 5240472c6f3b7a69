/**
 * An application whose bundler lowers code to ES2020, as Vite 5 and 6 do by default: without private fields, calls of their
 * functions become `.call(this, …)`. Worker, data workers and page are all lowered.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { build } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

const sources = {
  'index.html': '<!doctype html><title>An application</title><script type="module" src="/page.js"></script>',
  'page.js': `
    import * as browserKms from 'browser-kms'
    Object.assign(globalThis, { browserKms })`,
  'hsm.js': `
    import { serveVault } from 'browser-kms/worker'
    serveVault()`,
  'data.js': "import 'browser-kms/data-worker.js'",
}

let directory: string
let server: Server

test.describe.configure({ mode: 'default' })

test.beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'browser-kms-lowered-'))
  for (const [name, source] of Object.entries(sources)) await writeFile(join(directory, name), source)
  await build({
    root: directory,
    configFile: false,
    logLevel: 'error',
    resolve: {
      alias: [
        { find: /^browser-kms$/, replacement: path('../../../src/index.ts') },
        { find: /^browser-kms\/worker$/, replacement: path('../../../worker/index.ts') },
        { find: /^browser-kms\/data-worker\.js$/, replacement: path('../../../src/envelope/data-workers/entry.ts') },
      ],
    },
    worker: { format: 'es' },
    build: {
      target: 'es2020',
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: { page: join(directory, 'page.js'), hsm: join(directory, 'hsm.js'), data: join(directory, 'data.js') },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
        preserveEntrySignatures: 'strict',
      },
    },
  })
  await writeFile(join(directory, 'dist/index.html'), sources['index.html'])
  server = createServer(async ({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1)
    const body = await readFile(join(directory, 'dist', name)).catch(() => undefined)
    response.writeHead(body ? 200 : 404, { 'Content-Type': types[extname(name)] ?? 'application/octet-stream' })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

test.afterAll(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(directory, { recursive: true, force: true })
})

test('calls are answered: on the page, through a port, and by data workers', async ({ page }) => {
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await page.waitForFunction(() => 'browserKms' in globalThis)
  const outcome = await page.evaluate(async () => {
    const dataWorkers = { start: () => new Worker('/data.js', { type: 'module' }) }
    const work = async () => {
      const vault = await browserKms.openVault({ worker: '/hsm.js', dataWorkers })
      const { KeyMetadata } = await vault.kms.createKey()
      const KeyId = KeyMetadata.KeyId
      const port = browserKms.clientFromPort(await vault.connectPort({ principal: 'root' }))
      const { CiphertextBlob } = await port.encrypt({ KeyId, Plaintext: new TextEncoder().encode('lowered') })
      const { Plaintext } = await vault.kms.decrypt({ CiphertextBlob })
      const notes = vault.envelope(KeyId)
      const large = new Uint8Array(4_000_000).fill(7)
      const { plaintext } = await notes.decrypt(await notes.encrypt(large))
      const { decision } = await vault.simulate({ principal: 'root', action: 'kms:ListKeys', resource: '*' })
      await vault.close()
      return [new TextDecoder().decode(Plaintext), plaintext.every((byte) => byte === 7), decision]
    }
    return Promise.race([work(), new Promise((resolve) => setTimeout(resolve, 60_000, 'waits'))])
  })
  expect(outcome).toEqual(['lowered', true, 'allowed'])
})

test('the page is lowered: there is no private field in it', async () => {
  const page = await readFile(join(directory, 'dist/page.js'), 'utf8')
  expect(page).not.toMatch(/this\.#\w/)
  expect(page).toMatch(/\.call\(/)
})
