/** What holds a stream, and what it waits for: never longer than its owner, or the vault. */
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import type { KmsClient } from '../../../src/client/client.js'
import { withHandle } from '../../../src/contract/data-keys.js'
import { buildClient, type MaterialsManager } from '../../../src/envelope/index.js'
import { Envelope } from '../../../src/vault/envelope.js'
import { knownKeyring, text } from './fixtures.js'

// As a file that is fetched for ever.
vi.mock('../../../src/envelope/keyrings/vault-keyring.js', () => new Promise(() => {}))

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const { encryptStream, decryptStream } = buildClient({ dataWorkers: false })
const keyring = await knownKeyring()

/** Lets promises and finalizers have their turn. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 10))
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

const ways = {
  encryptStream: (signal: AbortSignal) => encryptStream(keyring, { signal }),
  decryptStream: (signal: AbortSignal) => decryptStream(keyring, { signal }),
}

/** A stream that has begun. */
async function begun(way: (signal: AbortSignal) => TransformStream<Uint8Array, Uint8Array>, signal: AbortSignal) {
  const stream = way(signal)
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader()
  const ended = reader.closed.catch((reason: unknown) => reason)
  writer.closed.catch(() => {})
  writer.write(text('the beginning')).catch(() => {})
  await aMoment()
  return { stream, writer, reader, ended }
}

describe.each(Object.entries(ways))('%s', (_name, way) => {
  test('a stream that nobody finishes, and nobody holds, is not held by what could end it', async () => {
    const { signal } = new AbortController()
    const abandoned = await begun(way, signal).then(({ stream }) => new WeakRef(stream))
    expect(listenersOf(signal)).toBeGreaterThan(0)
    await expect
      .poll(async () => {
        collectGarbage()
        await aMoment()
        return { isHeld: abandoned.deref() !== undefined, listeners: listenersOf(signal) }
      })
      .toEqual({ isHeld: false, listeners: 0 })
  })

  test.each(['writer', 'reader'] as const)(
    'a stream of which somebody holds the %s is told of the end',
    async (end) => {
      const ending = new AbortController()
      const { [end]: held } = await begun(way, ending.signal)
      for (let turn = 0; turn < 5; turn++) {
        collectGarbage()
        await aMoment()
      }
      const reason = new Error('the vault has ended')
      ending.abort(reason)
      await expect(held.closed).rejects.toBe(reason)
      expect(listenersOf(ending.signal)).toBe(0)
    },
  )
})

test('nothing listens any more once a stream is over', async () => {
  const { signal } = new AbortController()
  const { writer, reader } = await begun(ways.encryptStream, signal)
  void writer.close()
  while (!(await reader.read()).done);
  await aMoment()
  expect(listenersOf(signal)).toBe(0)
})

test.each(Object.entries(ways))(
  'whoever writes to %s is told of the end, even if the materials manager never answers',
  async (_name, way) => {
    const message = (await buildClient({ dataWorkers: false }).encrypt(keyring, text('content'))).result
    const silent = {
      encryptionMaterials: () => new Promise(() => {}),
      decryptionMaterials: () => new Promise(() => {}),
    } as unknown as MaterialsManager
    const ending = new AbortController()
    const { signal } = ending
    const stream =
      way === ways.encryptStream
        ? encryptStream(silent, { signal })
        : decryptStream(silent, { signal, allowSigned: true })
    const writer = stream.writable.getWriter()
    const reading = stream.readable.getReader().read()
    const writing = writer.write(message)
    const told = Promise.all(
      [writing, reading, writer.closed].map((promise) => promise.catch((reason: unknown) => reason)),
    )
    await aMoment()
    const reason = new Error('the vault has ended')
    ending.abort(reason)
    expect(await told).toEqual([reason, reason, reason])
  },
)

describe('an envelope whose code is never loaded', () => {
  const client = { [withHandle]: () => {} } as unknown as KmsClient

  test('ends with the vault', async () => {
    const vault = new AbortController()
    const box = new Envelope(client, 'alias/notes', {}, { ended: vault.signal })
    const writer = box.encryptStream().writable.getWriter()
    const waiting = [box.encrypt(text('x')), box.decrypt(text('x')), writer.closed, writer.write(text('x'))]
    const told = Promise.all(waiting.map((promise) => promise.catch((reason: unknown) => reason)))
    await aMoment()
    const reason = new Error('the vault has ended')
    vault.abort(reason)
    expect(await told).toEqual(waiting.map(() => reason))
    await expect(box.encrypt(text('x')), 'begun after the end').rejects.toBe(reason)
    expect(listenersOf(vault.signal)).toBe(0)
  })
})
