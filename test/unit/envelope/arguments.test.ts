/**
 * What the functions of `browser-kms/envelope` are given: taken for what it is, or refused with a sentence that says how;
 * never taken for something else, or for nothing.
 */
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  buildClient,
  CachingMaterialsManager,
  EncryptionContextError,
  getLocalCryptographicMaterialsCache,
  type Keyring,
  KmsKeyring,
  MultiKeyring,
  RawAesKeyring,
  RawRsaKeyring,
  RequiredContextMaterialsManager,
  readMessageHeader,
  ValidationException,
} from '../../../src/envelope/index.js'
import { collected, keyName, keyNamespace, knownKeyring, text, through, wrappingKeyBytes } from './fixtures.js'

const keyring = await knownKeyring()
const { encrypt, decrypt, encryptStream, decryptStream } = buildClient()
const unsigned = { suiteId: 0x0478 } as const
const plaintext = text('attack at dawn')
const { result: message } = await encrypt(keyring, plaintext, { ...unsigned, encryptionContext: { tenant: '7' } })

const wrappingKey = await crypto.subtle.importKey('raw', wrappingKeyBytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
const ctr = await crypto.subtle.importKey('raw', wrappingKeyBytes, 'AES-CTR', false, ['encrypt'])
const rsa = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
const { publicKey } = await crypto.subtle.generateKey(rsa, false, ['encrypt', 'decrypt'])

/** The table has what no type lets through. */
const anything = (value: unknown) => value as never
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  )
function thrown(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  return expect.fail('it did not throw')
}

describe('bytes', () => {
  const bytes = Uint8Array.from({ length: 24 }, (_, index) => index)
  const shared = new Uint8Array(new SharedArrayBuffer(24))
  shared.set(bytes)
  const padded = new Uint8Array(40)
  padded.set(bytes, 8)
  const forms: Readonly<Record<string, unknown>> = {
    Uint8Array: bytes,
    'a view into a larger buffer': padded.subarray(8, 32),
    ArrayBuffer: bytes.buffer,
    SharedArrayBuffer: shared.buffer,
    'a view of shared memory': shared,
    DataView: new DataView(padded.buffer, 8, 24),
    Uint8ClampedArray: new Uint8ClampedArray(bytes),
    Uint16Array: new Uint16Array(bytes.buffer),
    Float32Array: new Float32Array(bytes.buffer),
    BigInt64Array: new BigInt64Array(bytes.buffer),
    'a Buffer of Node': Buffer.from(bytes),
    'a Uint8Array of another realm': runInNewContext('Uint8Array.from({ length: 24 }, (_, index) => index)'),
  }

  test.each(Object.entries(forms))('%s is taken by its bytes, as a whole and as a chunk', async (_name, given) => {
    const { result } = await encrypt(keyring, anything(given), unsigned)
    expect((await decrypt(keyring, result)).plaintext).toEqual(bytes)
    const streamed = await through(encryptStream(keyring, unsigned), [anything(given)])
    expect((await decrypt(keyring, streamed)).plaintext).toEqual(bytes)
  })

  test('a message is taken in each form too', async () => {
    const whole = message.slice()
    for (const given of [whole.buffer, new DataView(whole.buffer), Buffer.from(whole), new Int8Array(whole.buffer)]) {
      expect((await decrypt(keyring, given)).plaintext).toEqual(plaintext)
      expect(await through(decryptStream(keyring), [anything(given)])).toEqual(plaintext)
      expect(readMessageHeader(given)?.suiteId).toBe(0x0478)
    }
  })

  const detached = new Uint8Array(4)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const refused: Readonly<Record<string, [value: unknown, how: RegExp]>> = {
    text: ['attack at dawn', /TextEncoder/],
    Blob: [new Blob(['attack']), /blob\.arrayBuffer/],
    File: [new File(['attack'], 'a'), /file\.arrayBuffer/],
    'a list of numbers': [[1, 2, 3], /Uint8Array\.from/],
    number: [5, /it is 5/],
    null: [null, /null/],
    undefined: [undefined, /missing/],
    'a plain object': [{ byteLength: 5, buffer: new ArrayBuffer(5) }, /must be bytes/],
    promise: [Promise.resolve(bytes), /wait for the promise/],
    stream: [new ReadableStream(), /encryptStream/],
    'bytes that were transferred away': [detached, /transferred/],
  }

  test.each(Object.entries(refused))('%s is refused, with a word about what to do', async (_name, [given, how]) => {
    const value = anything(given)
    const errors = [
      await failure(encrypt(keyring, value)),
      await failure(decrypt(keyring, value)),
      thrown(() => readMessageHeader(value)),
    ]
    // A stream passes on what is undefined as a chunk like any other.
    for (const stream of [encryptStream(keyring, unsigned), decryptStream(keyring)])
      errors.push(await failure(through(stream, [value])))
    for (const error of errors) {
      expect(error).toBeInstanceOf(ValidationException)
      expect(error.message).toMatch(how)
    }
  })

  test('they are copied before the call returns: wiped right after it, they were encrypted as they were', async () => {
    for (const length of [1, 1000, 524_288, 1_600_000]) {
      const given = crypto.getRandomValues(new Uint8Array(Math.min(length, 65_536)))
      const long = new Uint8Array(length).map((_, index) => given[index % given.byteLength] as number)
      const original = long.slice()
      const encrypting = encrypt(keyring, long, { ...unsigned, frameLength: 100_000 })
      long.fill(0)
      const { result } = await encrypting
      const copy = result.slice()
      const decrypting = decrypt(keyring, copy)
      copy.fill(0)
      expect(Buffer.compare((await decrypting).plaintext, original), `${length}`).toBe(0)
    }
  })

  test('a chunk is copied when its turn comes, also where it makes several runs of frames', async () => {
    const original = new Uint8Array(1_600_000).map((_, index) => (index * index) >> 5)
    const flow = async (stream: TransformStream, content: Uint8Array): Promise<Uint8Array> => {
      const received = collected(stream.readable)
      const writer = stream.writable.getWriter()
      // Until the stream has begun, and somebody reads: then the turn of a chunk comes during the call.
      await new Promise((resolve) => setTimeout(resolve, 100))
      const chunk = content.slice()
      const writing = writer.write(chunk)
      chunk.fill(0)
      await writing
      await writer.close()
      return received
    }
    // Runs of five frames.
    const sealed = await flow(encryptStream(keyring, { ...unsigned, frameLength: 100_000 }), original)
    expect(Buffer.compare((await decrypt(keyring, sealed)).plaintext, original)).toBe(0)
    expect(Buffer.compare(await flow(decryptStream(keyring), sealed), original)).toBe(0)
  })
})

describe('encryption contexts', () => {
  class Pairs {
    tenant = '8'
  }
  const refused: Readonly<Record<string, unknown>> = {
    Map: new Map([['tenant', '8']]),
    Headers: new Headers({ tenant: '8' }),
    URLSearchParams: new URLSearchParams({ tenant: '8' }),
    FormData: new FormData(),
    'a class instance': new Pairs(),
    'a list': [['tenant', '8']],
    text: 'tenant=8',
    null: null,
    number: 8,
    'a value that is no text': { tenant: 8 },
    'a value that is missing': { tenant: undefined },
    'a pair that is hidden': Object.defineProperty({}, 'tenant', { value: '8' }),
    'a pair that is inherited': Object.create({ tenant: '8' }),
    'a pair under a symbol': { [Symbol('tenant')]: '8' },
    'no well-formed Unicode in a value': { tenant: '\ud800' },
    'no well-formed Unicode in a key': { '\ud800': '8' },
    'more than 65,535 bytes': { tenant: 'é'.repeat(32_768) },
    'a getter that throws': {
      get tenant(): string {
        throw new Error('no')
      },
    },
  }

  test.each(Object.entries(refused))('%s: refused, on both ways', async (_name, given) => {
    const options = { encryptionContext: anything(given) }
    const errors = [
      await failure(encrypt(keyring, plaintext, options)),
      await failure(decrypt(keyring, message, options)),
      thrown(() => encryptStream(keyring, options)),
      thrown(() => decryptStream(keyring, options)),
    ]
    // What is no value at all is no context; all else is refused as a context.
    for (const error of errors) expect([EncryptionContextError, ValidationException]).toContain(error.constructor)
  })

  test('the error of a context is one of its own, and says what to do with a Map', async () => {
    const options = { encryptionContext: anything(new Map([['tenant', '8']])) }
    expect(await failure(encrypt(keyring, plaintext, options))).toBeInstanceOf(EncryptionContextError)
    expect((await failure(decrypt(keyring, message, options))).message).toMatch(/Object\.fromEntries/)
  })

  test('plain objects are taken, also without a prototype, of another realm, and of 65,535 bytes', async () => {
    const longest = { a: 'b'.repeat(65_535 - 2 - 2 - 1 - 2) }
    for (const given of [
      {},
      Object.assign(Object.create(null), { tenant: '7' }),
      runInNewContext('({ a: "b" })'),
      longest,
    ]) {
      const { result } = await encrypt(keyring, plaintext, { ...unsigned, encryptionContext: given })
      const opened = await decrypt(keyring, result, { encryptionContext: given })
      expect({ ...opened.encryptionContext }).toEqual({ ...given })
    }
  })

  test('a context is the caller’s again after the call', async () => {
    const encryptionContext = { tenant: '7' }
    const encrypting = encrypt(keyring, plaintext, { ...unsigned, encryptionContext })
    encryptionContext.tenant = '8'
    const { result } = await encrypting
    await decrypt(keyring, result, { encryptionContext: { tenant: '7' } })
  })
})

describe('pairs that are expected', () => {
  const caching = () =>
    new CachingMaterialsManager({
      backingMaterials: keyring,
      cache: getLocalCryptographicMaterialsCache(10),
      maxAge: 60_000,
    })

  test('CMM-6 a cache that has opened the message for whoever expected the right pairs opens it for nobody else', async () => {
    const manager = caching()
    const { result } = await encrypt(manager, plaintext, { ...unsigned, encryptionContext: { tenant: '7' } })
    for (const wrong of [{ tenant: '8' }, { tenant: '7', more: 'x' }, { other: '7' }])
      for (let turn = 0; turn < 2; turn++) {
        const opened = await decrypt(manager, result, { encryptionContext: { tenant: '7' } })
        expect(opened.plaintext).toEqual(plaintext)
        await decrypt(manager, result)
        const error = await failure(decrypt(manager, result, { encryptionContext: wrong }))
        expect(error, JSON.stringify(wrong)).toBeInstanceOf(EncryptionContextError)
        const streamed = through(decryptStream(manager, { encryptionContext: wrong }), [result])
        expect(await failure(streamed)).toBeInstanceOf(EncryptionContextError)
      }
  })

  test('no manager of the application’s own can leave out what is checked', async () => {
    const manager = caching()
    type Materials = Awaited<ReturnType<typeof manager.decryptionMaterials>>
    const careless = (change: (materials: Materials) => object) => ({
      encryptionMaterials: manager.encryptionMaterials.bind(manager),
      decryptionMaterials: async ({
        reproducedContext: _,
        ...request
      }: Parameters<typeof manager.decryptionMaterials>[0]) => {
        const materials = await manager.decryptionMaterials({
          ...request,
          commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
        })
        return { ...materials, ...change(materials) } as Materials
      },
    })
    const encryptionContext = { tenant: '7' }
    const made = await encrypt(keyring, plaintext, { ...unsigned, encryptionContext })
    const signed = await encrypt(keyring, plaintext)
    const uncommitted = await buildClient('FORBID_ENCRYPT_ALLOW_DECRYPT').encrypt(keyring, plaintext)
    const asItIs = careless(() => ({}))
    expect((await decrypt(asItIs, made.result, { encryptionContext })).plaintext).toEqual(plaintext)
    expect((await decrypt(asItIs, signed.result)).plaintext).toEqual(plaintext)
    const wrong = { encryptionContext: { tenant: '8' } }
    const lying = careless(() => ({ encryptionContext: { tenant: '8' }, requiredContextKeys: ['tenant'] }))
    const cases = [
      [failure(decrypt(asItIs, made.result, wrong)), 'EncryptionContextError'],
      [failure(decrypt(lying, made.result, wrong)), 'EncryptionContextError'],
      [
        failure(
          decrypt(
            careless(() => ({ verificationKey: undefined })),
            signed.result,
          ),
        ),
        'MessageSignatureError',
      ],
      [failure(decrypt(asItIs, uncommitted.result)), 'CommitmentPolicyError'],
      [
        failure(
          decrypt(
            careless(() => ({ dataKey: new Uint8Array(16) })),
            made.result,
          ),
        ),
        'DataKeyUnwrapError',
      ],
      [
        failure(
          decrypt(
            careless(() => ({ dataKey: undefined })),
            made.result,
          ),
        ),
        'DataKeyUnwrapError',
      ],
    ] as const
    for (const [error, name] of cases) expect((await error).name).toBe(name)
  })

  test('no manager can drop a pair of a new message, or its signature', async () => {
    const manager = caching()
    const dropping = (change: object) => ({
      encryptionMaterials: async (request: Parameters<typeof manager.encryptionMaterials>[0]) =>
        ({ ...(await manager.encryptionMaterials(request)), ...change }) as never,
      decryptionMaterials: manager.decryptionMaterials.bind(manager),
    })
    const options = { encryptionContext: { tenant: '7' } }
    for (const change of [{ encryptionContext: {} }, { encryptionContext: { tenant: '8' } }])
      expect(await failure(encrypt(dropping(change), plaintext, options))).toBeInstanceOf(EncryptionContextError)
    expect(await failure(encrypt(dropping({ signingKey: undefined }), plaintext))).toBeInstanceOf(ValidationException)
  })
})

describe('options', () => {
  const encryption: readonly [options: unknown, why: RegExp][] = [
    [{ encryptionContxt: {} }, /not known/],
    [{ encryptioncontext: {} }, /written encryptionContext/],
    [{ suiteId: 7 }, /0x0478/],
    [{ suiteId: '0x0478' }, /0x0478/],
    [{ frameLength: 0 }, /1 to/],
    [{ frameLength: 2 ** 32 }, /1 to/],
    [{ frameLength: 1.5 }, /1 to/],
    [{ frameLength: '4096' }, /1 to/],
    [{ plaintextLength: -1 }, /plaintextLength/],
    [{ signal: {} }, /AbortSignal/],
    [{ onProgress: 1 }, /function/],
    [new Map([['frameLength', 16]]), /plain|object/],
    [[], /object/],
    [null, /null/],
    ['fast', /object/],
  ]
  const decryption: readonly [options: unknown, why: RegExp][] = [
    [{ maxFrameLenght: 1 }, /not known/],
    [{ maxFrameLength: 0 }, /maxFrameLength/],
    [{ maxBodyLength: -1 }, /maxBodyLength/],
    [{ maxBodyLength: Number.NaN }, /maxBodyLength/],
    [new Map(), /object/],
  ]

  test.each(encryption)('of encryption: %j', async (options, why) => {
    for (const error of [
      await failure(encrypt(keyring, plaintext, anything(options))),
      thrown(() => encryptStream(keyring, anything(options))),
    ]) {
      expect(error).toBeInstanceOf(ValidationException)
      expect(error.message).toMatch(why)
    }
  })

  test.each(decryption)('of decryption: %j', async (options, why) => {
    for (const error of [
      await failure(decrypt(keyring, message, anything(options))),
      thrown(() => decryptStream(keyring, anything(options))),
    ]) {
      expect(error).toBeInstanceOf(ValidationException)
      expect(error.message).toMatch(why)
    }
  })

  test('a flag is true or false, and nothing that looks like it', () => {
    for (const allowSigned of ['false', 0, null])
      expect(() => decryptStream(keyring, anything({ allowSigned }))).toThrow(ValidationException)
  })

  test.each([undefined, null, {}, 'a keyring', { wrap: () => {} }, { encryptionMaterials: () => {} }, [knownKeyring]])(
    'what is no keyring: %j',
    async (source) => {
      expect(await failure(encrypt(anything(source), plaintext))).toBeInstanceOf(ValidationException)
      expect(await failure(decrypt(anything(source), message))).toBeInstanceOf(ValidationException)
      expect(() => encryptStream(anything(source))).toThrow(/keyring/)
      expect(() => decryptStream(anything(source))).toThrow(/keyring/)
    },
  )
})

describe('constructors', () => {
  const cache = getLocalCryptographicMaterialsCache(1)
  const client = { generateDataKey: () => {}, encrypt: () => {}, decrypt: () => {} }
  const generatorKeyId = 'alias/notes'
  const good: Readonly<Record<string, [make: (options: unknown) => unknown, options: object]>> = {
    buildClient: [(options) => buildClient(anything(options)), { maxEncryptedDataKeys: 1, dataWorkers: { count: 1 } }],
    RawAesKeyring: [(options) => new RawAesKeyring(anything(options)), { keyNamespace, keyName, wrappingKey }],
    RawRsaKeyring: [
      (options) => new RawRsaKeyring(anything(options)),
      {
        keyNamespace,
        keyName,
        publicKey,
      },
    ],
    MultiKeyring: [(options) => new MultiKeyring(anything(options)), { generator: keyring, children: [keyring] }],
    KmsKeyring: [(options) => new KmsKeyring(anything(options)), { client, generatorKeyId, keyIds: ['alias/b'] }],
    CachingMaterialsManager: [
      (options) => new CachingMaterialsManager(anything(options)),
      { backingMaterials: keyring, cache, maxAge: 1 },
    ],
    RequiredContextMaterialsManager: [
      (options) => new RequiredContextMaterialsManager(anything(options)),
      { backingMaterials: keyring, requiredContextKeys: ['tenant'] },
    ],
    getLocalCryptographicMaterialsCache: [
      (options) => getLocalCryptographicMaterialsCache(1, anything(options)),
      { clearOn: new EventTarget(), pruneEvery: 1 },
    ],
  }
  const bad: Readonly<Record<keyof typeof good, readonly object[]>> = {
    buildClient: [
      { commitmentPolicy: 'REQUIRE' },
      { maxEncryptedDataKeys: 0 },
      { maxEncryptedDataKeys: 65_536 },
      { dataWorkers: true },
      { dataWorkers: 2 },
      { dataWorkers: { count: 0 } },
      { dataWorkers: { counts: 1 } },
      { dataWorkers: { url: 5 } },
      { dataWorkers: { start: 'data-worker.js' } },
      { dataWorkers: { url: 'data-worker.js', start: () => {} } },
    ],
    RawAesKeyring: [
      { keyNamespace: 'aws-kms-mine' },
      { keyNamespace: '' },
      { keyName: '' },
      { wrappingKey: ctr },
      { wrappingKey: {} },
    ],
    RawRsaKeyring: [{ publicKey: wrappingKey }, { publicKey: undefined }, { privateKey: 'PEM' }, { keyName: 5 }],
    MultiKeyring: [
      { generator: {} },
      { children: [undefined] },
      { children: keyring },
      { children: Array(1001).fill(keyring) },
    ],
    KmsKeyring: [
      { client: {} },
      { client: undefined },
      { keyIds: 'alias/b' },
      { keyIds: new Set(['alias/b']) },
      { keyIds: [''] },
      { keyIds: Array(1001).fill('alias/b') },
      { generatorKeyId: '' },
      { generatorKeyId: 'a'.repeat(2049) },
      { discovery: true },
      { discoveryRegion: 'browser-local-1' },
      { grantTokens: 'token' },
      { grantTokens: Array(11).fill('token') },
    ],
    CachingMaterialsManager: [
      { backingMaterials: {} },
      { cache: new Map() },
      { maxAge: '60' },
      { maxAge: Number.POSITIVE_INFINITY },
      { partition: 'a\0b' },
      { now: 5 },
      { maxMessages: 5 },
    ],
    RequiredContextMaterialsManager: [
      { backingMaterials: undefined },
      { requiredContextKeys: 'tenant' },
      { requiredContextKeys: [] },
      { requiredContextKeys: [5] },
    ],
    getLocalCryptographicMaterialsCache: [{ clearOn: {} }, { pruneEvery: 0 }, { pruneEvery: 2 ** 31 }],
  }
  const cases = Object.entries(bad).flatMap(([name, changes]) =>
    [...changes, { misspelt: 1 }].map((change) => [name, change] as const),
  )

  test.each(Object.keys(good))('%s takes what is documented', (name) => {
    const [make, options] = good[name] as (typeof good)[string]
    expect(make(options)).toBeDefined()
  })

  test.each(Object.keys(good))('%s takes no options in a Map, a list, or a class instance', (name) => {
    const [make, options] = good[name] as (typeof good)[string]
    class Options {
      constructor() {
        Object.assign(this, options)
      }
    }
    for (const other of [new Map(Object.entries(options)), Object.entries(options), new Options(), null, 5])
      expect(() => make(other)).toThrow(ValidationException)
  })

  test.each(cases)('%s with %o is refused', (name, change) => {
    const [make, options] = good[name] as (typeof good)[string]
    expect([ValidationException, EncryptionContextError]).toContain(
      thrown(() => make({ ...options, ...change })).constructor,
    )
  })

  test('what was given can be changed afterwards', async () => {
    const children: Keyring[] = [keyring]
    const multi = new MultiKeyring({ children })
    children.length = 0
    expect((await decrypt(multi, message)).plaintext).toEqual(plaintext)
  })
})

describe('encrypted data keys', () => {
  const manyKeys = (count: number): Keyring => ({
    async wrap(request) {
      const { dataKey, encryptedDataKeys } = await keyring.wrap(request)
      const [own] = encryptedDataKeys
      const foreign = { providerId: 'foreign', providerInfo: new Uint8Array(3), encryptedDataKey: new Uint8Array(3) }
      return { dataKey, encryptedDataKeys: [...Array(count - 1).fill(foreign), own] }
    },
    unwrap: (request) => keyring.unwrap(request),
  })
  const most = 65_535

  test('a message has a hundred of them at most, unless the client says otherwise', async () => {
    const { result } = await encrypt(manyKeys(100), plaintext, unsigned)
    expect((await decrypt(keyring, result)).plaintext).toEqual(plaintext)
    expect((await failure(encrypt(manyKeys(101), plaintext, unsigned))).name).toBe('MessageLimitError')
    const open = buildClient({ maxEncryptedDataKeys: 101 })
    const larger = await open.encrypt(manyKeys(101), plaintext, unsigned)
    expect((await open.decrypt(keyring, larger.result)).plaintext).toEqual(plaintext)
    const error = await failure(decrypt(keyring, larger.result))
    expect(error.name).toBe('MessageLimitError')
    expect(error.message).toMatch(/maxEncryptedDataKeys/)
    expect((await failure(through(decryptStream(keyring), [larger.result]))).name).toBe('MessageLimitError')
  })

  test('as many as the format has, of somebody else’s keyrings, are passed over in a moment', async () => {
    const open = buildClient({ maxEncryptedDataKeys: most })
    const { result } = await open.encrypt(manyKeys(most), plaintext, unsigned)
    const before = process.cpuUsage()
    expect((await open.decrypt(keyring, result)).plaintext).toEqual(plaintext)
    const { user } = process.cpuUsage(before)
    expect(user / 1_000).toBeLessThan(5_000)
  })
})
