/** `vault.envelope(key)`: the everyday way to encrypt data of any size. */
import { Envelope, KmsError, ValidationException } from 'browser-kms'
import { buildClient, KmsKeyring, MultiKeyring, RawAesKeyring, readMessageHeader } from 'browser-kms/envelope'
import { describe, expect, test } from 'vitest'
import { randomBytes } from '../fixtures/random-bytes.js'
import { sameBytes } from '../fixtures/same-bytes.js'
import { auditRecords } from '../fixtures/stored.js'
import { accountId, freshVault, newKey, sharedVault, utf8 } from '../fixtures/vault.js'

const shared = sharedVault()
const plaintext = utf8('meet me at noon')
const collect = async (readable: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
const drain = (readable: ReadableStream<Uint8Array>) => readable.pipeTo(new WritableStream())
const failure = (promise: Promise<unknown>): Promise<AggregateError> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: AggregateError) => error,
  )

test('encrypts and decrypts, under the key that an alias names, as the README says', async () => {
  const { vault, kms } = await freshVault()
  const { KeyId } = await newKey(kms)
  await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyId })
  const notes = vault.envelope('alias/notes')
  const sealed = await notes.encrypt(plaintext, { note: '42' })
  const opened = await notes.decrypt(sealed, { note: '42' })
  expect(opened.plaintext).toEqual(plaintext)
  expect({ ...opened.encryptionContext }).toEqual({ note: '42' })
  expect((await notes.decrypt(sealed)).plaintext).toEqual(plaintext)
  for (const expected of [{ note: '43' }, { other: '1' }])
    expect((await failure(notes.decrypt(sealed, expected))).name).toBe('EncryptionContextError')
  const header = readMessageHeader(sealed)
  expect(header).toMatchObject({ suiteId: 0x0478, frameLength: 524_288, contentType: 'framed' })
  expect(readMessageHeader(sealed.subarray(0, 50))).toBeUndefined()
})

test('any client of the AWS Encryption SDK format opens it, and it opens theirs, signed or not', async () => {
  const { vault, kms } = shared
  const { KeyId, Arn } = await newKey(kms)
  const { encrypt, decrypt } = buildClient()
  const keyring = new KmsKeyring({ client: kms, generatorKeyId: Arn as string })
  const box = vault.envelope(KeyId)
  expect((await decrypt(keyring, await box.encrypt(plaintext))).plaintext).toEqual(plaintext)
  for (const suiteId of [0x0478, 0x0578] as const)
    expect((await box.decrypt((await encrypt(keyring, plaintext, { suiteId })).result)).plaintext).toEqual(plaintext)
})

test('opens messages of its own key and of those that are named, and of no other', async () => {
  const { vault, kms } = await freshVault()
  const [mine, theirs] = [await newKey(kms), await newKey(kms)]
  await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: mine.KeyId })
  const sealed = await vault.envelope('alias/notes').encrypt(plaintext)
  const planted = await vault.envelope(theirs.KeyId).encrypt(plaintext)
  const { errors } = await failure(vault.envelope('alias/notes').decrypt(planted))
  expect(errors.map(({ name }) => name)).toEqual(['IncorrectKeyException'])
  await kms.updateAlias({ AliasName: 'alias/notes', TargetKeyId: theirs.KeyId })
  expect((await failure(vault.envelope('alias/notes').decrypt(sealed))).name).toBe('DataKeyUnwrapError')
  const both = vault.envelope('alias/notes', { alsoDecryptsWith: [mine.KeyId] })
  for (const message of [sealed, planted]) expect((await both.decrypt(message)).plaintext).toEqual(plaintext)
})

test('old messages open after the key was rotated; a key that cannot be used says why', async () => {
  const { vault, kms } = await freshVault()
  const { KeyId } = await newKey(kms)
  const box = vault.envelope(KeyId)
  const sealed = await box.encrypt(plaintext)
  await kms.rotateKeyOnDemand({ KeyId })
  expect((await box.decrypt(sealed)).plaintext).toEqual(plaintext)
  await kms.disableKey({ KeyId })
  expect((await failure(box.encrypt(plaintext))).name).toBe('DisabledException')
  expect((await failure(box.decrypt(sealed))).errors[0]?.name).toBe('DisabledException')
})

test('KR-20 for another principal: its policies and grants decide, by the whole of the encryption context', async () => {
  const { vault, kms, name } = await freshVault()
  const { KeyId } = await newKey(kms)
  const client = await vault.connect({ principal: 'user/reader' })
  const sealed = await vault.envelope(KeyId).encrypt(plaintext, { note: '42' })
  const box = new Envelope(client, KeyId)
  expect((await failure(box.decrypt(sealed))).errors[0]?.name).toBe('AccessDeniedException')
  await kms.createGrant({
    KeyId,
    GranteePrincipal: `arn:aws:iam::${accountId}:user/reader`,
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextEquals: { note: '42' } },
  })
  expect((await box.decrypt(sealed)).plaintext).toEqual(plaintext)
  expect((await failure(box.encrypt(plaintext))).name).toBe('AccessDeniedException')
  await vault.close()
  const used = (await auditRecords(name)).filter(({ eventName }) => eventName === 'Decrypt')
  expect(used.map(({ errorCode }) => errorCode)).toEqual(['AccessDeniedException', undefined])
})

test('a message with more encrypted data keys than anybody makes costs no Decrypt', async () => {
  const { vault, kms, name } = await freshVault()
  const { KeyId, Arn } = await newKey(kms)
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const generator = new KmsKeyring({ client: kms, generatorKeyId: Arn as string })
  const messageFor = async (readers: number) => {
    const children = Array.from(
      { length: readers - 1 },
      (_, index) => new RawAesKeyring({ keyNamespace: 'example', keyName: `${index}`, wrappingKey }),
    )
    return (await buildClient().encrypt(new MultiKeyring({ generator, children }), plaintext)).result
  }
  const box = vault.envelope(KeyId)
  expect((await box.decrypt(await messageFor(32))).plaintext).toEqual(plaintext)
  expect((await failure(box.decrypt(await messageFor(33)))).name).toBe('MessageLimitError')
  await vault.close()
  expect((await auditRecords(name)).filter(({ eventName }) => eventName === 'Decrypt')).toHaveLength(1)
})

describe('what it is given is taken for what it is, or refused', () => {
  /** The table has what no type lets through. */
  const anything = (value: unknown) => value as never
  const boxOf = async () => shared.vault.envelope((await newKey(shared.kms)).KeyId)

  test('bytes of any view, copied before the call returns', async () => {
    const box = await boxOf()
    const bytes = randomBytes(2_000_000)
    const forms = [
      bytes.buffer,
      new DataView(bytes.buffer),
      new Uint16Array(bytes.buffer),
      new Float32Array(bytes.buffer),
    ]
    for (const given of forms) {
      const sealed = await box.encrypt(given)
      expect(sameBytes((await box.decrypt(new DataView(sealed.buffer))).plaintext, bytes)).toBe(true)
    }
    const given = bytes.slice()
    const encrypting = box.encrypt(given)
    given.fill(0)
    const sealed = await encrypting
    const copy = sealed.slice()
    const decrypting = box.decrypt(copy)
    copy.fill(0)
    expect(sameBytes((await decrypting).plaintext, bytes)).toBe(true)
  })

  test.each([
    ['a text', 'attack at dawn', /TextEncoder/],
    ['a Blob', new Blob(['attack']), /stream\(\)/],
    ['a File', new File(['attack'], 'a'), /stream\(\)/],
    ['a list', [1, 2, 3], /Uint8Array\.from/],
    ['a number', 5, /it is 5/],
    ['nothing', undefined, /missing/],
  ])('%s in place of bytes, as a whole and as a chunk', async (_name, given, how) => {
    const box = await boxOf()
    const chunk = (stream: TransformStream) =>
      drain(new ReadableStream({ start: (controller) => controller.enqueue(given) }).pipeThrough(stream))
    for (const error of [
      await failure(box.encrypt(anything(given))),
      await failure(box.decrypt(anything(given))),
      await failure(chunk(box.encryptStream())),
      await failure(chunk(box.decryptStream())),
    ]) {
      expect(error).toBeInstanceOf(ValidationException)
      expect(error).toBeInstanceOf(KmsError)
      expect(error.message).toMatch(how)
    }
  })

  test.each([
    ['Map', new Map([['tenant', '8']])],
    ['Headers', new Headers({ tenant: '8' })],
    ['URLSearchParams', new URLSearchParams({ tenant: '8' })],
    ['FormData', new FormData()],
    ['a list', [['tenant', '8']]],
    [
      'a class instance',
      new (class {
        tenant = '8'
      })(),
    ],
    ['a value that is no text', { tenant: 8 }],
    ['null', null],
  ])('a context in %s: a message of another tenant does not open', async (_name, pairs) => {
    const box = await boxOf()
    const sealed = await box.encrypt(plaintext, { tenant: '7' })
    const errors = [
      await failure(box.encrypt(plaintext, anything(pairs))),
      await failure(box.decrypt(sealed, anything(pairs))),
    ]
    for (const error of errors) expect(error.name).toBe('EncryptionContextError')
    expect(() => box.encryptStream(anything(pairs))).toThrow(/encryptionContext/)
    expect(() => box.decryptStream(anything(pairs))).toThrow(/expected/)
  })

  test('options that are misspelt, in a Map, or cannot be', async () => {
    const { vault, kms } = shared
    const { KeyId } = await newKey(kms)
    const box = vault.envelope(KeyId)
    for (const options of [{ signals: 1 }, new Map(), { onProgress: 5 }, { signal: {} }, { frameLength: 5 }]) {
      expect(await failure(box.encrypt(plaintext, {}, anything(options)))).toBeInstanceOf(ValidationException)
      expect(() => box.encryptStream({}, anything(options))).toThrow(ValidationException)
    }
    for (const options of [{ maxBodyLenght: 1 }, { encryptionContext: {} }, { allowSigned: 'no' }])
      expect(() => box.decryptStream({}, anything(options))).toThrow(ValidationException)
    for (const options of [
      { frameLenght: 5 },
      { frameLength: 0 },
      { alsoDecryptsWith: KeyId },
      { alsoDecryptsWith: Array(101).fill(KeyId) },
      { dataWorkers: 2 },
      { signal: 5 },
      new Map([['frameLength', 5]]),
    ])
      expect(() => vault.envelope(KeyId, anything(options))).toThrow(ValidationException)
    for (const keyId of ['', 5, undefined, 'a'.repeat(2049)])
      expect(() => vault.envelope(anything(keyId))).toThrow(/keyId/)
    for (const client of [vault, {}, undefined, { generateDataKey() {}, encrypt() {}, decrypt() {} }])
      expect(() => new Envelope(anything(client), KeyId)).toThrow(/client of a vault/)
  })

  test.each([100, 16 * 1024 * 1024 + 1, 2 ** 32 - 1])(
    'what it writes in frames of %d, it reads',
    async (frameLength) => {
      const { vault, kms } = shared
      const box = vault.envelope((await newKey(kms)).KeyId, { frameLength })
      const bytes = randomBytes(1000)
      const sealed = await collect(new Blob([bytes]).stream().pipeThrough(box.encryptStream()))
      const opened = await collect(new Blob([sealed]).stream().pipeThrough(box.decryptStream()))
      expect(sameBytes(opened, bytes)).toBe(true)
      expect(sameBytes((await box.decrypt(sealed)).plaintext, bytes)).toBe(true)
    },
  )
})

describe('streams', () => {
  test.each([0, 1, 524_288, 524_289, 3_000_000])('%i bytes', async (length) => {
    const { vault, kms } = shared
    const box = vault.envelope((await newKey(kms)).KeyId)
    const bytes = randomBytes(length)
    const done: number[] = []
    const onProgress = (bytesDone: number) => done.push(bytesDone)
    const sealed = await collect(new Blob([bytes]).stream().pipeThrough(box.encryptStream({ a: 'b' }, { onProgress })))
    expect(done.at(-1)).toBe(length)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(sameBytes((await box.decrypt(sealed)).plaintext, bytes)).toBe(true)
    const opened = await collect(new Blob([sealed]).stream().pipeThrough(box.decryptStream({ a: 'b' }, { onProgress })))
    expect(sameBytes(opened, bytes)).toBe(true)
    expect(done.at(-1)).toBe(length)
  })

  test('a frame comes as soon as it is there, not when a megabyte is', async () => {
    const { vault, kms } = shared
    const box = vault.envelope((await newKey(kms)).KeyId, { frameLength: 100 })
    const sealing = box.encryptStream()
    const opening = box.decryptStream()
    void sealing.readable.pipeTo(opening.writable)
    const writer = sealing.writable.getWriter()
    const reader = opening.readable.getReader()
    for (let turn = 0; turn < 3; turn++) {
      void writer.write(randomBytes(turn === 0 ? 101 : 100))
      expect((await reader.read()).value?.byteLength).toBe(100)
    }
    void writer.close()
    expect((await reader.read()).value?.byteLength).toBe(1)
    expect((await reader.read()).done).toBe(true)
  })

  test('a signal ends the work, with its reason', async () => {
    const { vault, kms } = shared
    const box = vault.envelope((await newKey(kms)).KeyId)
    const bytes = randomBytes(5_000_000)
    const sealed = await box.encrypt(bytes)
    const stoppingAfter = (limit: number) => {
      const aborting = new AbortController()
      const onProgress = (done: number) => {
        if (done > limit) aborting.abort(new Error('enough'))
      }
      return { signal: aborting.signal, onProgress }
    }
    const ways = [
      () => box.encrypt(bytes, {}, stoppingAfter(1_000_000)),
      () => box.decrypt(sealed, {}, stoppingAfter(1_000_000)),
      () => drain(new Blob([bytes]).stream().pipeThrough(box.encryptStream({}, stoppingAfter(1_000_000)))),
      () => drain(new Blob([sealed]).stream().pipeThrough(box.decryptStream({}, stoppingAfter(1_000_000)))),
    ]
    for (const way of ways) expect((await failure(way())).message).toBe('enough')
    const aborted = { signal: AbortSignal.abort(new Error('never began')) }
    expect((await failure(box.encrypt(bytes, {}, aborted))).message).toBe('never began')
    expect((await failure(drain(new Blob([bytes]).stream().pipeThrough(box.encryptStream({}, aborted))))).message).toBe(
      'never began',
    )
  })

  test('a damaged frame errors the stream at once, also when nothing more is written', async () => {
    const { vault, kms } = shared
    const box = vault.envelope((await newKey(kms)).KeyId, { frameLength: 100 })
    const sealed = await box.encrypt(randomBytes(250))
    const header = sealed.byteLength - 3 * 32 - 8 - 250
    sealed[header + 40] = (sealed[header + 40] as number) ^ 1
    const stream = box.decryptStream()
    const writer = stream.writable.getWriter()
    writer.closed.catch(() => {})
    writer.write(sealed.subarray(0, header + 132)).catch(() => {})
    expect((await failure(stream.readable.getReader().read())).name).toBe('MessageAuthenticationError')
  })
})
