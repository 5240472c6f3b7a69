/** Streams do not lie, and do not hang: what ends before a message is whole, ends it with an error, and at once. */
import { deleteVault, Envelope } from 'browser-kms'
import { buildClient, type DataWorkersOptions, KMSInternalException, RawAesKeyring } from 'browser-kms/envelope'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import dataWorkerUrl from '../../../src/envelope/data-workers/entry.ts?worker&url'
import { randomBytes } from '../fixtures/random-bytes.js'
import { sameBytes } from '../fixtures/same-bytes.js'
import slowWorkerUrl from '../fixtures/slow-data-worker.ts?worker&url'
import stuckWorkerUrl from '../fixtures/stuck-data-worker.ts?worker&url'
import { freshVault, newKey } from '../fixtures/vault.js'

const bytes = randomBytes(6_000_000)
const frameLength = 65_536
let keyring: RawAesKeyring

beforeAll(async () => {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  keyring = new RawAesKeyring({ keyNamespace: 'example', keyName: 'backup', wrappingKey })
})

const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  )
const drain = (readable: ReadableStream<Uint8Array>) => readable.pipeTo(new WritableStream())
const streamed = (content: Uint8Array<ArrayBuffer>, transform: TransformStream) =>
  drain(new Blob([content]).stream().pipeThrough(transform))

/** Without end, in pieces of 64 KiB, as fast as they are taken. */
function endless(): ReadableStream<Uint8Array> {
  const piece = randomBytes(65_536)
  return new ReadableStream({ pull: (controller) => controller.enqueue(piece) }, { highWaterMark: 0 })
}

/** Calls something once, when bytes have gone by. */
function whenPast(limit: number, act: () => unknown) {
  let acted = false
  return (bytesDone: number) => {
    if (acted || bytesDone <= limit) return
    acted = true
    act()
  }
}

describe('a vault that ends', () => {
  const endings = {
    'is closed': { end: ({ vault }) => vault.close(), reason: ['KMSInvalidStateException', /closed/] },
    'is deleted': { end: ({ name }) => deleteVault(name), reason: ['KMSInvalidStateException', /deleted/] },
    'loses its worker': { end: ({ worker }) => worker.terminate(), reason: ['KMSInternalException', /worker/] },
  } satisfies Record<string, { end: (opened: Opened) => unknown; reason: [string, RegExp] }>
  type Opened = Awaited<ReturnType<typeof open>>

  async function open() {
    const worker = new Worker(new URL('../../../worker/entry.ts', import.meta.url), { type: 'module' })
    const opened = await freshVault({ worker })
    const { KeyId } = await newKey(opened.kms)
    // A function of this test's own, so that it shares no worker with another.
    const stuckWorker = () => {
      const stuck = new Worker(stuckWorkerUrl, { type: 'module' })
      onTestFinished(() => stuck.terminate())
      return stuck
    }
    const boxOf = (dataWorkers: DataWorkersOptions) => opened.vault.envelope(KeyId, { frameLength, dataWorkers })
    return {
      ...opened,
      worker,
      KeyId,
      box: boxOf({ url: dataWorkerUrl, count: 1 }),
      /** One whose work never comes to its own end. */
      stuck: boxOf({ start: stuckWorker, count: 1 }),
    }
  }

  describe.each(Object.entries(endings))('%s', (_name, { end, reason: [name, message] }) => {
    const expectReason = (error: Error) => {
      expect(error.name).toBe(name)
      expect(error.message).toMatch(message)
    }

    test('while a stream is being encrypted, and nobody knows of its end', async () => {
      const opened = await open()
      const onProgress = whenPast(2_000_000, () => end(opened))
      expectReason(await failure(drain(endless().pipeThrough(opened.box.encryptStream({}, { onProgress })))))
    })

    test('while a stream is being decrypted', async () => {
      const opened = await open()
      const sealed = await opened.box.encrypt(bytes)
      const header = sealed.slice(0, 3_000_000)
      const stream = opened.box.decryptStream()
      const writer = stream.writable.getWriter()
      const reader = stream.readable.getReader()
      // Somebody holds it: a stream that nobody holds may be collected before it is told.
      onTestFinished(() => void reader.cancel().catch(() => {}))
      writer.write(header).catch(() => {})
      expect((await reader.read()).value?.byteLength).toBeGreaterThan(0)
      writer.closed.catch(() => {})
      await end(opened)
      // Nothing more is written: it is told all the same.
      const ended = (async () => {
        while (!(await reader.read()).done);
      })()
      expectReason(await failure(ended))
      await failure(writer.closed)
    })

    test('while a whole is being encrypted or decrypted', async () => {
      const opened = await open()
      const onProgress = whenPast(1_000_000, () => end(opened))
      expectReason(await failure(opened.stuck.encrypt(bytes, {}, { onProgress })))
      const again = await open()
      const sealed = await again.box.encrypt(bytes)
      const decrypting = again.stuck.decrypt(sealed, {}, { onProgress: whenPast(1_000_000, () => end(again)) })
      expectReason(await failure(decrypting))
    })

    test('when all is done already: what is done is done', async () => {
      const opened = await open()
      const sealed = await opened.box.encrypt(bytes)
      const parts: BlobPart[] = []
      await new Blob([sealed])
        .stream()
        .pipeThrough(opened.box.decryptStream())
        .pipeTo(new WritableStream({ write: (part) => void parts.push(part as Uint8Array<ArrayBuffer>) }))
      await end(opened)
      expect(sameBytes(new Uint8Array(await new Blob(parts).arrayBuffer()), bytes)).toBe(true)
    })
  })

  test('an envelope of another client ends with the signal that it is given', async () => {
    const { vault, kms, KeyId } = await open()
    const ending = new AbortController()
    vault.addEventListener('close', () => ending.abort(new Error('the vault has ended')))
    const box = new Envelope(kms, KeyId, { frameLength, signal: ending.signal })
    const onProgress = whenPast(2_000_000, () => vault.close())
    const error = await failure(drain(endless().pipeThrough(box.encryptStream({}, { onProgress }))))
    expect(error.message).toBe('the vault has ended')
  })
})

describe('a data worker that dies', () => {
  /** Workers that can be killed: nobody is told of it, as when the browser ends one for want of memory. */
  function mortal(count: number) {
    const started: Worker[] = []
    const atWork = new Set<Worker>()
    const options: DataWorkersOptions = {
      count,
      start: () => {
        const worker = new Worker(slowWorkerUrl, { type: 'module' })
        started.push(worker)
        worker.addEventListener('message', () => atWork.add(worker), { once: true })
        return worker
      },
    }
    onTestFinished(() => {
      for (const worker of started) worker.terminate()
    })
    const killAll = () => {
      for (const worker of atWork) worker.terminate()
    }
    return { options, started, killAll }
  }

  describe.each([1, 2])('of %i', (count) => {
    test.each([0x0478, 0x0578] as const)(
      'suite %i: the work ends with an error that says so, and the next begins with another',
      async (suiteId) => {
        const { options, started, killAll } = mortal(count)
        const client = buildClient({ dataWorkers: options })
        const { result } = await buildClient({ dataWorkers: false }).encrypt(keyring, bytes, { suiteId, frameLength })
        const killing = () => ({ onProgress: whenPast(2_000_000, killAll) })
        const encryption = () => ({ suiteId, frameLength, ...killing() })
        const ways = [
          () => client.encrypt(keyring, bytes, encryption()),
          () => client.decrypt(keyring, result, killing()),
          () => drain(endless().pipeThrough(client.encryptStream(keyring, encryption()))),
          () => streamed(result, client.decryptStream(keyring, { allowSigned: true, ...killing() })),
        ]
        for (const way of ways) {
          const error = await failure(way())
          expect(error).toBeInstanceOf(KMSInternalException)
          expect(error.message).toMatch(/data worker has ended/)
        }
        // The first of them are dead.
        expect(started.length).toBeGreaterThan(count)
        // The death of each worker is heard of by itself.
        await expect
          .poll(() =>
            client.decrypt(keyring, result).then(
              ({ plaintext }) => sameBytes(plaintext, bytes),
              () => false,
            ),
          )
          .toBe(true)
      },
    )
  })

  test('while nobody writes: what waits for it is told', async () => {
    const { options, killAll, started } = mortal(1)
    const { encryptStream } = buildClient({ dataWorkers: options })
    const stream = encryptStream(keyring, { suiteId: 0x0478, frameLength })
    const reader = stream.readable.getReader()
    const writer = stream.writable.getWriter()
    writer.closed.catch(() => {})
    writer.write(bytes).catch(() => {})
    let hasBegun = false
    const ended = (async () => {
      // The first megabyte is worked on where it is.
      for (let received = 0; ; ) {
        const { done, value } = await reader.read()
        if (done) return
        received += value.byteLength
        if (received < 2_000_000 || hasBegun) continue
        hasBegun = true
        expect(started).toHaveLength(1)
        killAll()
      }
    })()
    expect(await failure(ended)).toBeInstanceOf(KMSInternalException)
  })
})

describe('where the data worker is', () => {
  const options = { suiteId: 0x0478, frameLength } as const

  test('is said by a URL, as a text or an object', async () => {
    for (const url of [dataWorkerUrl, new URL(dataWorkerUrl, location.href)]) {
      const client = buildClient({ dataWorkers: { url, count: 1 } })
      const { result } = await client.encrypt(keyring, bytes, options)
      expect(sameBytes((await client.decrypt(keyring, result)).plaintext, bytes)).toBe(true)
    }
  })

  test('a URL where there is none is named, with what to do', async () => {
    const { encrypt } = buildClient({ dataWorkers: { url: '/nowhere/data-worker.js' } })
    const error = await failure(encrypt(keyring, bytes, options))
    expect(error).toBeInstanceOf(KMSInternalException)
    expect(error.message).toMatch(/from \/nowhere\/data-worker\.js.*dataWorkers: \{ url \}/)
  })

  test('what start gives must be a Worker', async () => {
    const { encrypt } = buildClient({ dataWorkers: { start: () => 'worker' as never } })
    expect((await failure(encrypt(keyring, bytes, options))).message).toMatch(/no Worker/)
  })
})
