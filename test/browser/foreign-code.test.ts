/** Code of the caller's that runs while a request is read (getters, iterators, proxies) changes nothing but its own request. */
import { clientFromPort, type KmsClient, openVault, type Vault } from 'browser-kms'
import { createRequestHandler, handleAwsJson } from 'browser-kms/aws'
import { CachingMaterialsManager, getLocalCryptographicMaterialsCache, RawAesKeyring } from 'browser-kms/envelope'
import { describe, expect, test } from 'vitest'
import { errorOf, freshVault, newKey, sharedVault, utf8 } from './fixtures/vault.js'

const shared = sharedVault()
const text = utf8('SECRET-OUTER')

test('a getter that makes other requests: its own request has its own bytes, the others are refused', async () => {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  const inner: Promise<string>[] = []
  const named = (call: Promise<unknown>) =>
    inner.push(
      call.then(
        () => 'done',
        ({ name }: Error) => name,
      ),
    )
  const { CiphertextBlob } = await kms.encrypt({
    Plaintext: text,
    get KeyId() {
      for (let count = 0; count < 40; count++) named(kms.encrypt({ KeyId, Plaintext: utf8('inner-inner-inner') }))
      return KeyId
    },
  })
  expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  expect(new Set(await Promise.all(inner))).toEqual(new Set(['ValidationException']))
})

describe('a getter that ends the connection: the request is told, and does not wait for ever', () => {
  const within = <Result>(call: Promise<Result>) =>
    Promise.race([call, new Promise<never>((_, reject) => setTimeout(() => reject(new Error('it hangs')), 60_000))])
  const closing = (kms: KmsClient, end: () => unknown) =>
    errorOf(
      within(
        kms.listKeys({
          get Limit() {
            void end()
            return 5
          },
        }),
      ),
    )

  test('by closing the vault', async () => {
    const { vault, kms } = await freshVault()
    expect((await closing(kms, () => vault.close())).name).toBe('KMSInvalidStateException')
  })

  test('by closing its port', async () => {
    const { vault } = await freshVault()
    const port = await vault.connectPort({ principal: 'user/widget' })
    expect((await closing(clientFromPort(port), () => port.close())).name).toMatch(/^KMSIn/)
  })
})

describe('lists are read by their entries', () => {
  const entry = { TagKey: 'a', TagValue: 'b' }
  const silent = Object.assign([entry], { [Symbol.iterator]: function* () {} })
  const lists: readonly [string, unknown][] = [
    ['an iterator of its own', silent],
    ['members beside the entries', Object.assign([entry], { TagKey: 'a' })],
    ['a gap', Object.assign(new Array(2), { 0: entry })],
  ]
  test.each(lists)('%s is refused', async (_what, Tags) => {
    expect((await errorOf(shared.kms.createKey({ Tags: Tags as never }))).name).toBe('ValidationException')
  })

  test('control: a plain list', async () => {
    const { KeyMetadata } = await shared.kms.createKey({ Tags: [entry] })
    expect((await shared.kms.listResourceTags({ KeyId: KeyMetadata.KeyId })).Tags).toEqual([entry])
  })
})

describe('who answers AWS clients must be a vault, or a client of one', () => {
  const request = { method: 'POST', headers: { 'X-Amz-Target': 'TrentService.ListKeys' }, body: '{}' }
  test.each([null, undefined, {}, 'vault', Promise.resolve({})])('%o is refused', async (source) => {
    const { statusCode, body } = await handleAwsJson(source as never, request)
    expect([statusCode, body]).toEqual([400, expect.stringContaining('ValidationException')])
    expect(() => createRequestHandler(source as never)).toThrow('Requests are answered by a vault')
  })

  test('control: a vault, and a client', async () => {
    for (const source of [shared.vault, shared.kms]) expect((await handleAwsJson(source, request)).statusCode).toBe(200)
  })

  test.skipIf(!('resize' in ArrayBuffer.prototype))('a body in memory that can change its length', async () => {
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer
    const body = new Uint8Array(new Resizable(2, { maxByteLength: 64 }))
    body.set(utf8('{}'))
    expect((await handleAwsJson(shared.vault, { ...request, body })).statusCode).toBe(200)
  })
})

test('a clock that gives no time is an error, and no data key that lasts for ever', async () => {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const backingMaterials = new RawAesKeyring({ keyNamespace: 'example', keyName: 'backup', wrappingKey })
  for (const now of [() => new Date(), () => Number.NaN, () => undefined]) {
    const cache = getLocalCryptographicMaterialsCache(10)
    const manager = new CachingMaterialsManager({ backingMaterials, cache, maxAge: 1, now: now as never })
    const asked = manager.encryptionMaterials({
      commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
      encryptionContext: {},
      plaintextLength: 1,
    })
    expect((await errorOf(asked)).name).toBe('ValidationException')
  }
})

describe('what only looks like what is expected is refused by name', () => {
  const calls: readonly [string, (vault: Vault) => unknown][] = [
    [
      'a signal without throwIfAborted',
      () => openVault({ signal: { aborted: false, addEventListener() {} } as never }),
    ],
    ['a worker without addEventListener', () => openVault({ worker: { postMessage() {}, terminate() {} } as never })],
    ['a port without close', () => clientFromPort({ postMessage() {}, start() {}, addEventListener() {} } as never)],
    [
      'a revoked proxy to revoke',
      (vault) => {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        return vault.revoke(proxy as never)
      },
    ],
  ]
  test.each(calls)('%s', async (_what, call) => {
    const error = await errorOf((async () => call(shared.vault))())
    expect(error.name).toBe('ValidationException')
  })
})
