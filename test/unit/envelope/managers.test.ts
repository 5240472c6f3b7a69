/** Materials managers: caching (CACHE-1 to CACHE-11) and required pairs of the encryption context (CMM-10 to CMM-12). */
import { describe, expect, test } from 'vitest'
import { messageKeys } from '../../../src/contract/data-keys.js'
import { suiteOf } from '../../../src/contract/suites.js'
import { decryptionCacheId, encryptionCacheId } from '../../../src/envelope/caching.js'
import {
  buildClient,
  CachingMaterialsManager,
  type CachingOptions,
  getLocalCryptographicMaterialsCache,
  type Keyring,
  type MaterialsManager,
  RequiredContextMaterialsManager,
  ValidationException,
} from '../../../src/envelope/index.js'
import { materialsManager } from '../../../src/envelope/materials.js'
import { knownKeyring, text, through } from './fixtures.js'

const { encrypt, decrypt, encryptStream } = buildClient()
const older = buildClient('FORBID_ENCRYPT_ALLOW_DECRYPT')
const any = buildClient('REQUIRE_ENCRYPT_ALLOW_DECRYPT')
const plaintext = text('Hello, world!')
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'succeeded',
    ({ name }: Error) => name,
  )

/** A keyring that counts, and keeps the data keys that it gave. */
async function countingKeyring() {
  const keyring = await knownKeyring()
  const counts = { wrap: 0, unwrap: 0 }
  const dataKeys: Uint8Array[] = []
  const counting: Keyring = {
    async wrap(request) {
      counts.wrap += 1
      const wrapped = await keyring.wrap(request)
      dataKeys.push(wrapped.dataKey as Uint8Array)
      return wrapped
    },
    async unwrap(request) {
      counts.unwrap += 1
      const unwrapped = await keyring.unwrap(request)
      if ('dataKey' in unwrapped) dataKeys.push(unwrapped.dataKey as Uint8Array)
      return unwrapped
    },
  }
  return { counting, counts, dataKeys }
}

async function cachingManager(options: Partial<CachingOptions> = {}) {
  const counted = await countingKeyring()
  const clock = { now: 1_000_000 }
  const cache = options.cache ?? getLocalCryptographicMaterialsCache(10)
  const manager = new CachingMaterialsManager({
    backingMaterials: counted.counting,
    cache,
    maxAge: 60_000,
    now: () => clock.now,
    ...options,
  })
  return { ...counted, clock, cache, manager }
}

describe('caching', () => {
  test('a data key serves several messages of one encryption context, each with a content key of its own', async () => {
    const { manager, counts } = await cachingManager()
    const made = []
    for (const note of ['1', '1', '2']) made.push(await encrypt(manager, plaintext, { encryptionContext: { note } }))
    expect(counts).toEqual({ wrap: 2, unwrap: 0 })
    const [one, two] = made.map(({ messageHeader }) => messageHeader)
    expect(two?.encryptedDataKeys).toEqual(one?.encryptedDataKeys)
    expect(two?.messageId).not.toEqual(one?.messageId)
    expect(two?.commitKey).not.toEqual(one?.commitKey)
    for (const { result } of made) expect((await decrypt(manager, result)).plaintext).toEqual(plaintext)
    for (const { result } of made) await decrypt(manager, result)
    expect(counts).toEqual({ wrap: 2, unwrap: 2 })
    // And whoever has no cache opens them.
    for (const { result } of made) expect((await decrypt(await knownKeyring(), result)).plaintext).toEqual(plaintext)
  })

  test('CACHE-3 CACHE-5 age, messages and bytes end the use of a data key; ENC-25 at 59 s one call, at 61 s two', async () => {
    const byAge = await cachingManager()
    for (const [at, calls] of [
      [0, 1],
      [59_000, 1],
      [61_000, 2],
    ] as const) {
      byAge.clock.now = 1_000_000 + at
      await encrypt(byAge.manager, plaintext)
      expect(byAge.counts.wrap).toBe(calls)
    }
    const { result } = await encrypt(byAge.manager, plaintext)
    await decrypt(byAge.manager, result)
    byAge.clock.now += 61_000
    await decrypt(byAge.manager, result)
    expect(byAge.counts.unwrap).toBe(2)

    const byMessages = await cachingManager({ maxMessagesEncrypted: 2 })
    for (const calls of [1, 1, 2, 2, 3]) {
      await encrypt(byMessages.manager, plaintext)
      expect(byMessages.counts.wrap).toBe(calls)
    }
    const byBytes = await cachingManager({ maxBytesEncrypted: 30 })
    for (const [length, calls] of [
      [13, 1],
      [17, 1],
      [1, 2],
      // More than any data key is used for: one of its own, and the cached one stays.
      [31, 3],
      [29, 3],
      [1, 4],
    ] as const) {
      await encrypt(byBytes.manager, new Uint8Array(length))
      expect(byBytes.counts.wrap, `${length}`).toBe(calls)
    }
  })

  test('CACHE-2 suites without key derivation are never cached', async () => {
    const { manager, counts, cache } = await cachingManager()
    for (let turn = 0; turn < 2; turn++) {
      const { result } = await older.encrypt(manager, plaintext, { suiteId: 0x0078 })
      await any.decrypt(manager, result)
    }
    expect(counts).toEqual({ wrap: 2, unwrap: 2 })
    expect(cache.size).toBe(0)
  })

  test('CACHE-4 a stream uses the cache only if its length is announced, and must keep to it', async () => {
    const { manager, counts } = await cachingManager()
    await through(encryptStream(manager), [plaintext])
    await through(encryptStream(manager), [plaintext])
    expect(counts.wrap).toBe(2)
    await through(encryptStream(manager, { plaintextLength: 13 }), [plaintext])
    await through(encryptStream(manager, { plaintextLength: 13 }), [plaintext])
    expect(counts.wrap).toBe(3)
    expect(await failure(through(encryptStream(manager, { plaintextLength: 12 }), [plaintext]))).toBe(
      'MessageLimitError',
    )
  })

  test('CACHE-1 managers share by partition; policies and required pairs are kept apart', async () => {
    const cache = getLocalCryptographicMaterialsCache(10)
    const one = await cachingManager({ cache, partition: 'p' })
    const two = await cachingManager({ cache, partition: 'p' })
    const other = await cachingManager({ cache })
    for (const { manager } of [one, two, other]) await encrypt(manager, plaintext)
    expect([one, two, other].map(({ counts }) => counts.wrap)).toEqual([1, 0, 1])
    const { result } = await older.encrypt(one.manager, plaintext)
    expect(one.counts.wrap).toBe(2)
    expect((await any.decrypt(one.manager, result)).messageHeader.suiteId).toBe(0x0378)
    const required = new RequiredContextMaterialsManager({ backingMaterials: one.manager, requiredContextKeys: ['a'] })
    const options = { encryptionContext: { a: 'b' } }
    const hidden = await encrypt(required, plaintext, options)
    const open = await encrypt(one.manager, plaintext, options)
    expect(hidden.messageHeader.encryptionContext.a).toBeUndefined()
    expect(open.messageHeader.encryptionContext.a).toBe('b')
    await decrypt(required, hidden.result, options)
    // Cached or not: who does not know the pair does not get in.
    expect(await failure(decrypt(one.manager, hidden.result))).toBe('DataKeyUnwrapError')
    expect(await failure(decrypt(one.manager, hidden.result, { encryptionContext: { a: 'c' } }))).toBe(
      'EncryptionContextError',
    )
  })

  test('CACHE-9 who asks for the same at the same time waits for one call', async () => {
    const { manager, counts } = await cachingManager({ maxMessagesEncrypted: 3 })
    const made = await Promise.all(Array.from({ length: 5 }, () => encrypt(manager, plaintext)))
    // Three share the data key, and two have their own.
    expect(counts.wrap).toBe(3)
    const keys = made.map(({ messageHeader }) => String(messageHeader.encryptedDataKeys[0]?.encryptedDataKey))
    expect(new Set(keys).size).toBe(3)
    for (const { result } of made) expect((await decrypt(await knownKeyring(), result)).plaintext).toEqual(plaintext)
  })

  test('CACHE-8 the least recently used goes first, and what goes is wiped', async () => {
    const cache = getLocalCryptographicMaterialsCache(2)
    const { manager, counts, dataKeys } = await cachingManager({ cache })
    const use = (note: string) => encrypt(manager, plaintext, { encryptionContext: { note } })
    for (const note of ['1', '2', '1', '3', '1']) await use(note)
    expect([cache.size, counts.wrap]).toEqual([2, 3])
    expect(dataKeys.map((key) => key.every((byte) => byte === 0))).toEqual([false, true, false])
    await use('2')
    expect(counts.wrap).toBe(4)
    cache.clear()
    expect(cache.size).toBe(0)
    expect(dataKeys.every((key) => key.every((byte) => byte === 0))).toBe(true)
    expect(() => getLocalCryptographicMaterialsCache(-1)).toThrow(ValidationException)
    const none = await cachingManager({ cache: getLocalCryptographicMaterialsCache(0) })
    for (let turn = 0; turn < 2; turn++) await encrypt(none.manager, plaintext)
    expect(none.counts.wrap).toBe(2)
  })

  test('what is cleared while it is asked for does not come back, and nothing is ever encrypted under wiped bytes', async () => {
    const cache = getLocalCryptographicMaterialsCache(1)
    const { manager } = await cachingManager({ cache })
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        if (index % 3 === 0) queueMicrotask(() => cache.clear())
        return encrypt(manager, plaintext, { suiteId: 0x0478, encryptionContext: { note: `${index % 4}` } })
      }),
    )
    for (const { result } of made) expect((await decrypt(await knownKeyring(), result)).plaintext).toEqual(plaintext)
  })

  test('CACHE-10 a cache is cleared by the events of the vault that it belongs to', async () => {
    const vault = new EventTarget()
    const cache = getLocalCryptographicMaterialsCache(10, { clearOn: vault })
    const { manager } = await cachingManager({ cache })
    for (const event of ['keystate', 'lock', 'close']) {
      await encrypt(manager, plaintext)
      expect(cache.size).toBe(1)
      vault.dispatchEvent(new Event(event))
      expect(cache.size).toBe(0)
    }
  })

  test('CACHE-8 what has expired is wiped also when nobody asks for it', async () => {
    const cache = getLocalCryptographicMaterialsCache(10, { pruneEvery: 20 })
    const { manager, dataKeys } = await cachingManager({ cache, maxAge: 30 })
    await encrypt(manager, plaintext)
    await expect.poll(() => cache.size).toBe(0)
    expect(dataKeys[0]?.every((byte) => byte === 0)).toBe(true)
  })

  test('KAT-11 ids', async () => {
    const request = {
      commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
      encryptionContext: { purpose: 'test' },
    } as const
    expect(await encryptionCacheId('p1', request)).toBe(
      '57268b312f9c81e76af41fc57d91a33fd4ba774ce3c395cfa5063bbf2677cd0d5a25476d7517b9a704e4e62afe2caa2f',
    )
    const suite = suiteOf(0x0578)
    expect(await encryptionCacheId('p1', { ...request, suite })).toBe(
      '4107cdfa016aefaabae2b83c90f85267e8d13d68b25c09b32157c6039ff3d51c116e2c8b2766879d57adc5b012fcbd51',
    )
    const key = (name: number) => ({
      providerId: 'p',
      providerInfo: Uint8Array.of(name),
      encryptedDataKey: Uint8Array.of(1, 2),
    })
    const id = (keys: number[], reproducedContext?: Record<string, string>) =>
      decryptionCacheId('p1', {
        ...request,
        suite: suite as NonNullable<typeof suite>,
        messageId: new Uint8Array(32),
        encryptedDataKeys: keys.map(key),
        ...(reproducedContext && { reproducedContext }),
      })
    expect(await id([1, 2])).toBe(await id([2, 1]))
    expect(await id([1])).not.toBe(await id([2]))
    expect(await id([1], { purpose: 'test' })).toBe(await id([1]))
    expect(await id([1], { other: 'x' })).not.toBe(await id([1]))
  })

  test.each([
    { maxAge: 0 },
    { maxAge: Number.NaN },
    { maxMessagesEncrypted: 0 },
    { maxMessagesEncrypted: 2 ** 32 + 1 },
    { maxBytesEncrypted: -1 },
    { maxBytesEncrypted: 2 ** 53 },
  ])('CACHE-1 %j is refused', async (options) => {
    await expect(cachingManager(options)).rejects.toThrow(ValidationException)
  })
})

describe('required pairs of the encryption context', () => {
  const required = async () =>
    new RequiredContextMaterialsManager({
      backingMaterials: await knownKeyring(),
      requiredContextKeys: ['patient', 'ward'],
    })
  const encryptionContext = { patient: 'Ada-Lovelace-42', ward: 'seven', colour: 'blue' }

  test.each([0x0478, 0x0578] as const)(
    'CMM-11 CMM-12 are bound to a message, and not in it: suite %i',
    async (suiteId) => {
      const manager = await required()
      const { result, messageHeader } = await encrypt(manager, plaintext, { encryptionContext, suiteId })
      expect(Object.keys(messageHeader.encryptionContext).filter((key) => !key.startsWith('aws-'))).toEqual(['colour'])
      const bytes = new TextDecoder('latin1').decode(result)
      for (const hidden of ['patient', 'Ada-Lovelace-42', 'ward', 'seven']) expect(bytes).not.toContain(hidden)
      expect(bytes).toContain('blue')
      const opened = await decrypt(manager, result, { encryptionContext })
      expect(opened.plaintext).toEqual(plaintext)
      expect(opened.encryptionContext).toMatchObject(encryptionContext)
      // The default manager takes pairs that it is told for pairs of this kind (CMM-6).
      expect((await decrypt(await knownKeyring(), result, { encryptionContext })).plaintext).toEqual(plaintext)
    },
  )

  test('CMM-6 CMM-10 whoever does not know all of them is refused', async () => {
    const manager = await required()
    const { result } = await encrypt(manager, plaintext, { encryptionContext, suiteId: 0x0478 })
    const { patient, ward } = encryptionContext
    for (const expected of [{}, { patient }, { patient, ward: 'eight' }, { patient: 'Ada', ward }])
      expect(await failure(decrypt(manager, result, { encryptionContext: expected })), JSON.stringify(expected)).toBe(
        'EncryptionContextError',
      )
    expect(await failure(decrypt(manager, result, { encryptionContext: { patient, ward } }))).toBe('succeeded')
    expect(await failure(decrypt(await knownKeyring(), result))).toBe('DataKeyUnwrapError')
    expect(await failure(encrypt(manager, plaintext, { encryptionContext: { patient } }))).toBe(
      'EncryptionContextError',
    )
  })

  test('CMM-12 the header’s tag binds them, whatever the keyring does', async () => {
    const keyring = await knownKeyring()
    // Like a raw RSA keyring, which does not bind the context to the data key.
    const careless: Keyring = {
      wrap: (request) => keyring.wrap({ ...request, encryptionContext: {} }),
      unwrap: (request) => keyring.unwrap({ ...request, encryptionContext: {} }),
    }
    const manager = new RequiredContextMaterialsManager({
      backingMaterials: careless,
      requiredContextKeys: ['patient'],
    })
    const { result } = await encrypt(manager, plaintext, { encryptionContext: { patient: '42' } })
    for (const wrong of [{ patient: '43' }, { patient: '42', more: 'x' }])
      expect(await failure(decrypt(manager, result, { encryptionContext: wrong }))).toBe('EncryptionContextError')
    expect(await failure(decrypt(careless, result))).toBe('MessageAuthenticationError')
    expect(await failure(decrypt(manager, result, { encryptionContext: { patient: '42' } }))).toBe('succeeded')
  })

  test('a backing manager that drops them is noticed; reserved keys and none are refused', async () => {
    const inner = await required()
    const dropping = {
      encryptionMaterials: async (request: Parameters<typeof inner.encryptionMaterials>[0]) => ({
        ...(await inner.encryptionMaterials(request)),
        requiredContextKeys: [],
      }),
      decryptionMaterials: inner.decryptionMaterials.bind(inner),
    }
    const manager = new RequiredContextMaterialsManager({
      backingMaterials: dropping,
      requiredContextKeys: ['patient'],
    })
    expect(await failure(encrypt(manager, plaintext, { encryptionContext }))).toBe('EncryptionContextError')
    const backingMaterials = await knownKeyring()
    for (const requiredContextKeys of [[], ['aws-crypto-public-key']])
      expect(() => new RequiredContextMaterialsManager({ backingMaterials, requiredContextKeys })).toThrow()
  })
})

describe('materials with a handle in place of a data key', () => {
  const materialsOf = async (messageId?: Uint8Array<ArrayBuffer>) => {
    const suite = suiteOf(0x0478) as NonNullable<ReturnType<typeof suiteOf>>
    const made = await materialsManager(await knownKeyring()).encryptionMaterials({
      commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
      encryptionContext: {},
      suite,
    })
    const id = made.messageId as Uint8Array<ArrayBuffer>
    const dataKey = await messageKeys(suite, made.dataKey, id, 'encrypt')
    const { messageId: _, ...others } = made
    const materials = { ...others, dataKey, ...(messageId === undefined && { messageId: id }) }
    const manager: MaterialsManager = {
      encryptionMaterials: async () => materials,
      decryptionMaterials: () => Promise.reject(new Error('not asked for')),
    }
    return manager
  }

  test('are good for one message: a manager that keeps them would repeat nonces, and is refused', async () => {
    const keeping = await materialsOf()
    const { result } = await encrypt(keeping, plaintext, { suiteId: 0x0478 })
    expect((await decrypt(await knownKeyring(), result)).plaintext).toEqual(plaintext)
    expect(await failure(encrypt(keeping, plaintext, { suiteId: 0x0478 }))).toBe('ValidationException')
  })

  test('come with the id of their message', async () => {
    expect(await failure(encrypt(await materialsOf(new Uint8Array(32)), plaintext, { suiteId: 0x0478 }))).toBe(
      'ValidationException',
    )
  })
})
