/** Bulk data goes through data workers, and comes out as it would without them. */
import { buildClient, type DataWorkersOptions, RawAesKeyring, ValidationException } from 'browser-kms/envelope'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { randomBytes } from '../fixtures/random-bytes.js'
import { sameBytes } from '../fixtures/same-bytes.js'

const LENGTH = 5_300_001
const bytes = randomBytes(LENGTH)
let keyring: RawAesKeyring

beforeAll(async () => {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  keyring = new RawAesKeyring({ keyNamespace: 'example', keyName: 'backup', wrappingKey })
})

/** Workers that are counted, and all that is sent to them. */
function countedWorkers(count: number) {
  const started: Worker[] = []
  const options: DataWorkersOptions = {
    count,
    start: () => {
      const worker = new Worker(new URL('../../../src/envelope/data-workers/entry.ts', import.meta.url), {
        type: 'module',
      })
      started.push(worker)
      return worker
    },
  }
  onTestFinished(() => {
    for (const worker of started) worker.terminate()
  })
  return { options, started }
}

const drained = async (readable: ReadableStream<Uint8Array>) => {
  const parts: BlobPart[] = []
  await readable.pipeTo(new WritableStream({ write: (part) => void parts.push(part as Uint8Array<ArrayBuffer>) }))
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
/** In pieces of odd lengths, which the caller goes on using. */
function source(content: Uint8Array<ArrayBuffer>, length = 70_001): ReadableStream<Uint8Array> {
  const buffer = new Uint8Array(length)
  let offset = 0
  return new ReadableStream(
    {
      pull(controller) {
        const part = content.subarray(offset, offset + length)
        if (part.byteLength === 0) return controller.close()
        offset += part.byteLength
        buffer.set(part)
        controller.enqueue(buffer.subarray(0, part.byteLength))
      },
    },
    { highWaterMark: 0 },
  )
}

describe.each([1, 2, 3])('%i workers', (count) => {
  test.each([
    [0x0478, 524_288],
    [0x0478, 4096],
    [0x0478, 1000],
    [0x0478, 3_000_000],
    [0x0578, 524_288],
    [0x0578, 4096],
  ] as const)('suite %i in frames of %i', async (suiteId, frameLength) => {
    const { options, started } = countedWorkers(count)
    const bulk = buildClient({ dataWorkers: options })
    const here = buildClient({ dataWorkers: false })
    const { result } = await bulk.encrypt(keyring, bytes, { suiteId, frameLength })
    expect(started.length).toBeGreaterThan(0)
    expect(started.length).toBeLessThanOrEqual(count)
    expect(sameBytes((await here.decrypt(keyring, result)).plaintext, bytes)).toBe(true)
    expect(sameBytes((await bulk.decrypt(keyring, result)).plaintext, bytes)).toBe(true)
    const streamed = await drained(source(bytes).pipeThrough(bulk.encryptStream(keyring, { suiteId, frameLength })))
    expect(sameBytes((await here.decrypt(keyring, streamed)).plaintext, bytes)).toBe(true)
    const opened = source(streamed).pipeThrough(bulk.decryptStream(keyring, { allowSigned: true }))
    expect(sameBytes(await drained(opened), bytes)).toBe(true)
  })
})

test('AES-192, which WebCrypto does not have here', async () => {
  const { options } = countedWorkers(2)
  const bulk = buildClient({ commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT', dataWorkers: options })
  const content = bytes.subarray(0, 1_200_000)
  const { result } = await bulk.encrypt(keyring, content, { suiteId: 0x0346, frameLength: 65_536 })
  expect(sameBytes((await bulk.decrypt(keyring, result)).plaintext, content)).toBe(true)
})

test('little is done on the calling thread', async () => {
  const { options, started } = countedWorkers(2)
  const { encrypt, decrypt } = buildClient({ dataWorkers: options })
  for (const suiteId of [0x0478, 0x0578] as const) {
    const { result } = await encrypt(keyring, bytes.subarray(0, 900_000), { suiteId, frameLength: 65_536 })
    expect((await decrypt(keyring, result)).plaintext.byteLength).toBe(900_000)
  }
  expect(started).toHaveLength(0)
})

test('many at a time share the workers', async () => {
  const { options, started } = countedWorkers(2)
  const client = buildClient({ dataWorkers: options })
  const work = [0x0478, 0x0578, 0x0478, 0x0578, 0x0578, 0x0478] as const
  const made = await Promise.all(
    work.map((suiteId, index) => {
      const content = bytes.subarray(index * 100_000)
      return client.encrypt(keyring, content, { suiteId, frameLength: 65_536 })
    }),
  )
  const opened = await Promise.all(made.map(({ result }) => client.decrypt(keyring, result)))
  for (const [index, { plaintext }] of opened.entries())
    expect(sameBytes(plaintext, bytes.subarray(index * 100_000))).toBe(true)
  expect(started).toHaveLength(2)
})

test('what was changed is refused, wherever it is, and nothing after the last good frame has come', async () => {
  const { options } = countedWorkers(2)
  const { encrypt, decrypt, decryptStream } = buildClient({ dataWorkers: options })
  const frameLength = 65_536
  for (const suiteId of [0x0478, 0x0578] as const) {
    const { result } = await encrypt(keyring, bytes, { suiteId, frameLength })
    for (const at of [Math.floor(LENGTH / 3), Math.floor(LENGTH / 2), LENGTH - 200_000]) {
      const changed = result.slice()
      changed[at] = (changed[at] as number) ^ 1
      await expect(decrypt(keyring, changed)).rejects.toMatchObject({ name: 'MessageAuthenticationError' })
      let received = 0
      let isPrefix = true
      const reading = source(changed).pipeThrough(decryptStream(keyring, { allowSigned: true }))
      const sink = new WritableStream<Uint8Array>({
        write(part) {
          isPrefix &&= sameBytes(part, bytes.subarray(received, received + part.byteLength))
          received += part.byteLength
        },
      })
      await expect(reading.pipeTo(sink)).rejects.toMatchObject({ name: 'MessageAuthenticationError' })
      expect(isPrefix).toBe(true)
      expect(received).toBeLessThanOrEqual(at)
    }
  }
})

test('holdUntilVerified: nothing of a signed message comes before its signature was verified', async () => {
  const { options } = countedWorkers(1)
  const { encrypt, decryptStream } = buildClient({ dataWorkers: options })
  const { result } = await encrypt(keyring, bytes, { frameLength: 65_536 })
  const opened = source(result).pipeThrough(decryptStream(keyring, { holdUntilVerified: true }))
  expect(sameBytes(await drained(opened), bytes)).toBe(true)
  const forged = result.slice()
  forged[forged.byteLength - 3] = (forged.at(-3) as number) ^ 1
  let received = 0
  const sink = new WritableStream<Uint8Array>({
    write(part) {
      received += part.byteLength
    },
  })
  const reading = source(forged).pipeThrough(decryptStream(keyring, { holdUntilVerified: true }))
  await expect(reading.pipeTo(sink)).rejects.toMatchObject({ name: 'MessageSignatureError' })
  expect(received).toBe(0)
  const limited = source(result).pipeThrough(
    decryptStream(keyring, { holdUntilVerified: true, maxBodyLength: LENGTH - 1 }),
  )
  await expect(drained(limited)).rejects.toMatchObject({ name: 'MessageLimitError' })
})

test('back-pressure: who does not read is not written for', async () => {
  const { options } = countedWorkers(2)
  const { encryptStream } = buildClient({ dataWorkers: options })
  const block = randomBytes(524_288)
  let pulled = 0
  const input = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled += 1
        controller.enqueue(block)
      },
    },
    { highWaterMark: 0 },
  )
  const reader = input.pipeThrough(encryptStream(keyring, { suiteId: 0x0478, frameLength: 524_288 })).getReader()
  await reader.read()
  await new Promise((resolve) => setTimeout(resolve, 300))
  const atRest = pulled
  expect(atRest).toBeLessThan(20)
  for (let pieces = 0; pieces < 80; pieces++) await reader.read()
  expect(pulled).toBeGreaterThan(atRest + 20)
  await reader.cancel()
})

test('a worker that cannot be started fails the work, with a word about what to do, and the next work starts another', async () => {
  const good = countedWorkers(1)
  let isBroken = true
  const start = () =>
    isBroken
      ? new Worker(URL.createObjectURL(new Blob(['throw new Error("no")'])), { type: 'module' })
      : (good.options.start as () => Worker)()
  const { encrypt, encryptStream } = buildClient({ dataWorkers: { count: 1, start } })
  const options = { suiteId: 0x0478, frameLength: 65_536 } as const
  await expect(encrypt(keyring, bytes, options)).rejects.toThrow(/data worker .* Trusted Types/)
  await expect(drained(source(bytes).pipeThrough(encryptStream(keyring, options)))).rejects.toThrow(/data worker/)
  isBroken = false
  expect((await encrypt(keyring, bytes, options)).result.byteLength).toBeGreaterThan(LENGTH)
})

test.each([0, -1, 1.5, Number.NaN])('%d workers are refused', (count) => {
  expect(() => buildClient({ dataWorkers: { count } })).toThrow(ValidationException)
})
