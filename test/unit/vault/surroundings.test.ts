/** Where no vault can be opened, the first call says what is missing, and where one can be opened. Node is such a place. */
import { deleteVault, KmsError, openVault } from 'browser-kms'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
})

class Missing {}
const navigatorWith = (locks: unknown) => ({ userAgent: 'test', locks })
const complete = { Worker: Missing, indexedDB: {}, navigator: navigatorWith({}), crypto: { subtle: {} } }
const throwing = (name: string) =>
  Object.defineProperty({}, name, {
    get() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    },
  })

const missing: [what: string, globals: object, message: string][] = [
  [
    'Node.js',
    {},
    'openVault cannot work here: there is no Worker in Node.js. A vault is opened in a window or a dedicated worker',
  ],
  ['a service worker', { ServiceWorkerGlobalScope: Missing }, 'there is no Worker in a service worker.'],
  ['a shared worker', { SharedWorkerGlobalScope: Missing }, 'there is no Worker in a shared worker.'],
  [
    'a page that came over http',
    { ...complete, isSecureContext: false, location: { origin: 'http://intranet' } },
    'openVault cannot work here: this page (http://intranet) is no secure context, and browsers have no WebCrypto there. Serve it over HTTPS, or open it at http://localhost.',
  ],
  [
    'a window without IndexedDB',
    { ...complete, document: {}, indexedDB: undefined },
    'there is no indexedDB in this window. ',
  ],
  [
    'a window without Web Locks',
    { ...complete, document: {}, navigator: navigatorWith(undefined) },
    'there are no Web Locks (navigator.locks) in this window. ',
  ],
  [
    'a sandboxed frame',
    { ...complete, document: {}, navigator: throwing('locks') },
    'there are no Web Locks (navigator.locks) in this window. ',
  ],
  [
    'a dedicated worker without WebCrypto',
    { ...complete, DedicatedWorkerGlobalScope: Missing, crypto: {} },
    'there is no WebCrypto (crypto.subtle) in this worker. ',
  ],
]
test.each(missing)('in %s', async (_where, globals, message) => {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  const error = await openVault().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(KmsError)
  expect((error as KmsError).name).toBe('UnsupportedOperationException')
  expect((error as KmsError).message).toContain(message)
})

test('deleteVault says the same of what it needs itself', async () => {
  await expect(deleteVault()).rejects.toMatchObject({
    name: 'UnsupportedOperationException',
    message: expect.stringContaining('deleteVault cannot work here: there is no indexedDB in Node.js.'),
  })
})

test('wrong options are told first, wherever', async () => {
  await expect(openVault({ regoin: 'x' } as object)).rejects.toMatchObject({ name: 'ValidationException' })
})
