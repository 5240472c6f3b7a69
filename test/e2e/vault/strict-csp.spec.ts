/**
 * The strictest page there is: its policy allows its own scripts and workers and nothing else, Trusted Types are
 * required, so that the application makes the worker itself; and then the network goes away.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import type { Vault } from 'browser-kms'
import { build } from 'vite'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types application',
].join('; ')

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

const sources = {
  'index.html': '<!doctype html><title>An application</title><script type="module" src="/page.js"></script>',
  'page.js': `
    import { openVault } from 'browser-kms'
    import { buildClient, KmsKeyring } from 'browser-kms/envelope'
    const policy = trustedTypes.createPolicy('application', { createScriptURL: (url) => url })
    globalThis.violations = []
    addEventListener('securitypolicyviolation', ({ violatedDirective }) => violations.push(violatedDirective))
    globalThis.openOwn = () => openVault({ worker: new Worker(policy.createScriptURL('/hsm.js'), { type: 'module' }) })
    const dataWorkers = { start: () => new Worker(policy.createScriptURL('/data.js'), { type: 'module' }) }
    globalThis.openForBulk = () => openVault({ worker: policy.createScriptURL('/hsm.js'), dataWorkers })
    globalThis.buildClient = () => buildClient({ dataWorkers })
    globalThis.KmsKeyring = KmsKeyring
    globalThis.openByUrl = () => openVault({ worker: policy.createScriptURL('/hsm.js') })`,
  'hsm.js': `
    import { serveVault } from 'browser-kms/worker'
    serveVault()`,
  'data.js': "import 'browser-kms/data-worker.js'",
}

let directory: string
let server: Server
let address: string

test.describe.configure({ mode: 'default' })

test.beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'browser-kms-csp-'))
  for (const [name, source] of Object.entries(sources)) await writeFile(join(directory, name), source)
  const alias = [
    { find: /^browser-kms$/, replacement: path('../../../src/index.ts') },
    { find: /^browser-kms\/envelope$/, replacement: path('../../../src/envelope/index.ts') },
    { find: /^browser-kms\/worker$/, replacement: path('../../../worker/index.ts') },
    { find: /^browser-kms\/data-worker\.js$/, replacement: path('../../../src/envelope/data-workers/entry.ts') },
  ]
  await build({
    root: directory,
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    worker: { format: 'es' },
    build: {
      modulePreload: false,
      rolldownOptions: {
        input: { page: join(directory, 'page.js'), hsm: join(directory, 'hsm.js'), data: join(directory, 'data.js') },
        output: { entryFileNames: '[name].js' },
        preserveEntrySignatures: 'strict',
      },
    },
  })
  await writeFile(join(directory, 'dist/index.html'), sources['index.html'])
  server = createServer(async ({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1)
    const body = await readFile(join(directory, 'dist', name)).catch(() => undefined)
    const type = types[extname(name)] ?? 'application/octet-stream'
    response.writeHead(body ? 200 : 404, { 'Content-Type': type, 'Content-Security-Policy': POLICY })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

test.afterAll(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(directory, { recursive: true, force: true })
})

for (const { way, open } of [
  { way: 'a worker that the application starts', open: 'openOwn' },
  { way: 'a trusted URL of a worker', open: 'openByUrl' },
])
  test(`under a strict policy with Trusted Types, with ${way}, everything works, also without a network`, async ({
    page,
    context,
  }) => {
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(address)
    await page.waitForFunction(() => 'openOwn' in globalThis)
    await page.evaluate(async (open) => {
      const ways = globalThis as unknown as Record<string, () => Promise<Vault>>
      Object.assign(globalThis, { vault: await ways[open]?.() })
    }, open)
    const requests: string[] = []
    await context.setOffline(true)
    page.on('request', (request) => requests.push(request.url()))

    const outcome = await page.evaluate(async () => {
      const { vault, violations } = globalThis as unknown as { vault: Vault; violations: string[] }
      const { KeyMetadata } = await vault.kms.createKey({ Description: 'made without a network' })
      await vault.kms.createAlias({ AliasName: 'alias/offline', TargetKeyId: KeyMetadata.KeyId })
      const Plaintext = new TextEncoder().encode('meet me at noon')
      const { CiphertextBlob } = await vault.kms.encrypt({ KeyId: 'alias/offline', Plaintext })
      const decrypted = await vault.kms.decrypt({ CiphertextBlob })
      const online = navigator.onLine
      await vault.close()
      return { text: new TextDecoder().decode(decrypted.Plaintext), online, violations }
    })
    expect(outcome).toEqual({ text: 'meet me at noon', online: false, violations: [] })
    expect(requests).toEqual([])
    expect(complaints).toEqual([])
  })

test('bulk encryption too, signed or not: where WebAssembly is refused, hashing goes on without it', async ({
  page,
}) => {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(address)
  await page.waitForFunction(() => 'openForBulk' in globalThis)
  const outcome = await page.evaluate(async () => {
    const { openForBulk, buildClient, KmsKeyring, violations } = globalThis as unknown as {
      openForBulk: () => Promise<Vault>
      violations: string[]
    } & typeof import('browser-kms/envelope')
    const vault = await openForBulk()
    const { KeyMetadata } = await vault.kms.createKey({})
    const box = vault.envelope(KeyMetadata.KeyId)
    const { plaintext } = await box.decrypt(await box.encrypt(new Uint8Array(3_000_000)))
    const { encrypt, decrypt } = buildClient()
    const keyring = new KmsKeyring({ client: vault.kms, generatorKeyId: KeyMetadata.Arn as string })
    const { result } = await encrypt(keyring, new Uint8Array(3_000_000), { frameLength: 100_000 })
    const signed = await decrypt(keyring, result)
    await vault.close()
    return { lengths: [plaintext.byteLength, signed.plaintext.byteLength], violations }
  })
  // What the data worker was refused is reported there, and not in the page.
  expect(outcome).toEqual({ lengths: [3_000_000, 3_000_000], violations: [] })
  expect(complaints).toEqual([])
  expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toContain('/data.js')
})

test('PROT-2 a passphrase protects no less where WebAssembly is refused', async ({ page }) => {
  await page.goto(address)
  await page.waitForFunction(() => 'openOwn' in globalThis)
  const outcome = await page.evaluate(async () => {
    const { openOwn, violations } = globalThis as unknown as { openOwn: () => Promise<Vault>; violations: string[] }
    const vault = await openOwn()
    const passphrase = 'correct horse battery staple'
    await vault.recovery.setUp([{ type: 'passphrase', passphrase }])
    const verified = [
      await vault.recovery.verify({ passphrase }),
      await vault.recovery.verify({ passphrase: `${passphrase}s` }),
    ]
    const finished = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const database = await finished(indexedDB.open('browser-kms/default/recovery'))
    const [record] = await finished(database.transaction('recovery').objectStore('recovery').getAll())
    database.close()
    const { memory, passes, lanes } = record.protectors[0].parameters
    await vault.close()
    return { verified, cost: { memory, passes, lanes }, violations }
  })
  const cost = { memory: 65_536, passes: 3, lanes: 4 }
  expect(outcome).toEqual({ verified: [true, false], cost, violations: [] })
})
