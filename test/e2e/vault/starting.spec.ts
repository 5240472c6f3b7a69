/** Where a vault cannot be opened, or its worker does not start, the error says what is wrong and what to do. */
import { expect, type Page, test } from '@playwright/test'
import { loadPage, newVaultName } from './fixtures/tab.js'

interface Told {
  readonly error: string
  readonly milliseconds: number
}

/** What openVault says, and after how long. */
function open(page: Page, worker?: string): Promise<Told> {
  return page.evaluate(
    async ({ name, worker }) => {
      const start = performance.now()
      const error = await browserKms
        .openVault({ name, ...(worker !== undefined && { worker }) })
        .then((vault) => vault.close())
        .then(
          () => 'it opened',
          (error: Error) => `${error.name}: ${error.message}`,
        )
      return { error, milliseconds: performance.now() - start }
    },
    { name: newVaultName(), worker },
  )
}

/** Answers for a worker's file as a server does that is not set up for it. */
async function serve(page: Page, path: string, answer: { status?: number; contentType?: string; body?: string }) {
  await page.route(`**${path}`, (route) => route.fulfill(answer))
}

const html = '<!doctype html><title>Not found</title>'
const files: [what: string, answer: Parameters<typeof serve>[2], told: string][] = [
  ['a file that is not there', { status: 404, contentType: 'text/html', body: html }, 'answers 404.'],
  ['a server that fails', { status: 503, body: '' }, 'answers 503.'],
  [
    'the page for addresses that do not exist',
    { status: 200, contentType: 'text/html; charset=utf-8', body: html },
    'is served as text/html; charset=utf-8, and must be text/javascript: it may be another file, such as the page for addresses that do not exist.',
  ],
  [
    'another type',
    { status: 200, contentType: 'application/octet-stream', body: 'export {}' },
    'is served as application/octet-stream, and must be text/javascript',
  ],
  [
    'a file that throws',
    { status: 200, contentType: 'text/javascript', body: 'throw new Error("no such thing")' },
    'has failed: Uncaught Error: no such thing.',
  ],
  [
    'a file whose import is missing',
    { status: 200, contentType: 'text/javascript', body: 'import "/no/such/import.js?url"' },
    'is there, but cannot run as a module worker: something that it imports may be missing.',
  ],
]
for (const [what, answer, told] of files)
  test(`${what}: the error names its address and says so, at once`, async ({ page, baseURL }) => {
    await loadPage(page)
    await page.route('**/no/such/import.js*', (route) => route.fulfill({ status: 404, body: '' }))
    await serve(page, '/assets/hsm.js', answer)
    const { error, milliseconds } = await open(page, '/assets/hsm.js')
    expect(error).toContain('KMSInternalException: The worker of the vault could not be started: ')
    expect(error).toContain(`${baseURL}/assets/hsm.js ${told}`)
    expect(milliseconds).toBeLessThan(10_000)
  })

test('a policy that allows no worker is named', async ({ page, baseURL }) => {
  await page.route('**/vault.html', async (route) => {
    const response = await route.fetch()
    await route.fulfill({
      response,
      headers: { ...response.headers(), 'Content-Security-Policy': "worker-src 'none'" },
    })
  })
  await loadPage(page)
  for (const worker of ['/assets/hsm.js', undefined]) {
    const { error } = await open(page, worker)
    expect(error).toContain(
      `KMSInternalException: The worker of the vault could not be started: the Content-Security-Policy of the page (worker-src) does not allow ${baseURL}${worker ?? '/'}`,
    )
  }
})

test('a file of another origin is named', async ({ page }) => {
  await loadPage(page)
  const { error } = await open(page, 'https://cdn.example/hsm.js')
  expect(error).toContain('KMSInternalException: The worker of the vault could not be started')
  expect(error).toContain('https://cdn.example/hsm.js')
})

test('a page that came over http: HTTPS, or localhost', async ({ page, baseURL }) => {
  await page.route('http://intranet.example/**', async (route) => {
    const { pathname, search } = new URL(route.request().url())
    await route.fulfill({ response: await route.fetch({ url: `${baseURL}${pathname}${search}` }) })
  })
  await loadPage(page, 'http://intranet.example')
  expect((await open(page)).error).toBe(
    'UnsupportedOperationException: openVault cannot work here: this page (http://intranet.example) is no secure context, and browsers have no WebCrypto there. Serve it over HTTPS, or open it at http://localhost.',
  )
})

test('a shared worker and a service worker: a window or a dedicated worker', async ({ page }) => {
  await loadPage(page)
  const told = await page.evaluate(async () => {
    const ask = (target: { postMessage(message: unknown, transfer: Transferable[]): void }) => {
      const { port1, port2 } = new MessageChannel()
      const answer = new Promise<string>((resolve) => {
        port1.onmessage = ({ data }) => resolve(data as string)
      })
      target.postMessage('open', [port2])
      return answer
    }
    const shared = workbench.startSharedWorker()
    const fromShared = new Promise<string>((resolve) => {
      shared.port.onmessage = ({ data }) => resolve(data as string)
    })
    const { installing, active } = await navigator.serviceWorker.register('/workers/elsewhere.ts', { type: 'module' })
    const fromService = ask((installing ?? active) as ServiceWorker)
    return Promise.all([fromShared, fromService])
  })
  for (const [index, place] of ['a shared worker', 'a service worker'].entries())
    expect(told[index]).toBe(
      `UnsupportedOperationException: openVault cannot work here: there is no Worker in ${place}. A vault is opened in a window or a dedicated worker of a page that is served over HTTPS, or from localhost; give others a port of vault.connectPort.`,
    )
})

test('in a dedicated worker a vault opens, though nothing is remembered of it', async ({ page }) => {
  await loadPage(page)
  const told = await page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const worker = workbench.startWorker.inside()
        worker.onmessage = ({ data }) => resolve(data)
        worker.postMessage(name)
      }),
    newVaultName(),
  )
  expect(told).toBe('Enabled')
})

test('a worker that ended with its vault is refused at once; a file that is no HSM is named after thirty seconds', async ({
  page,
  baseURL,
}) => {
  await loadPage(page)
  const told = await page.evaluate(async (name) => {
    const worker = new Worker('/workers/plain.ts', { type: 'module' })
    const vault = await browserKms.openVault({ name, worker })
    await vault.close()
    const start = performance.now()
    const message = await browserKms
      .openVault({ name, worker })
      .catch((error: Error) => `${error.name}: ${error.message}`)
    return [message, performance.now() - start < 1_000]
  }, newVaultName())
  expect(told).toEqual([
    'KMSInvalidStateException: This worker ended with the vault that it served; a vault needs a new one.',
    true,
  ])
  await serve(page, '/assets/other.js', { contentType: 'text/javascript', body: 'export {}' })
  expect((await open(page, '/assets/other.js')).error).toBe(
    `KMSInternalException: The worker of the vault does not answer. Does ${baseURL}/assets/other.js call serveVault(), and has nobody terminated the worker?`,
  )
})

test('a part of the worker that is gone when it is needed is named; what needs no such part goes on', async ({
  page,
}) => {
  await loadPage(page)
  const gone = ['operations/signing.ts', 'authorization/evaluator.ts']
  for (const part of gone) await page.route(`**/worker/${part}*`, (route) => route.fulfill({ status: 404, body: '' }))
  const told = await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const { KeyId } = KeyMetadata
    const Message = new Uint8Array(1)
    const policies = [{ Version: '2012-10-17', Statement: [] }]
    const failures = [
      vault.kms.sign({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' }),
      vault.connect({ principal: 'user/x', policies }),
    ].map((call) => call.then(String, (error: Error) => `${error.name}: ${error.message}`))
    const { KeyMetadata: seen } = await vault.kms.describeKey({ KeyId })
    return [...(await Promise.all(failures)), seen.KeyState]
  }, newVaultName())
  for (const [index, file] of ['signing.ts', 'evaluator.ts'].entries())
    expect(told[index]).toBe(
      `KMSInternalException: A part of browser-kms '${file}' could not be loaded: the server has none any more, as after a new version was deployed, or cannot be reached. Load the page again.`,
    )
  expect(told[2]).toBe('Enabled')
})
