/** REC-20 A stream over a port: back-pressure, both directions alike, and every promise settles. */
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { KMSInvalidStateException } from '../../../src/contract/errors.js'
import { LONGEST_CHUNK, receivedFrom, sendOver } from '../../../src/contract/port-stream.js'

const ports = () => new MessageChannel() as unknown as { readonly port1: MessagePort; readonly port2: MessagePort }

async function* chunks(count: number, made: (index: number) => void = () => {}, after?: Error) {
  for (let index = 0; index < count; index++) {
    made(index)
    yield Uint8Array.of(index)
  }
  if (after) throw after
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<number[]> {
  const numbers: number[] = []
  for await (const chunk of stream) numbers.push(...chunk)
  return numbers
}

test.each([0, 1, 100])('REC-20 %i chunks arrive in order', async (count) => {
  const { port1, port2 } = ports()
  const sent = sendOver(port1, chunks(count))
  expect(await all(receivedFrom(port2))).toEqual(Array.from({ length: count }, (_, index) => index))
  expect(await sent).toBe(true)
})

test('REC-21 nothing is made long before it is asked for', async () => {
  const { port1, port2 } = ports()
  const made = vi.fn()
  const sent = sendOver(port1, chunks(50, made))
  const received = receivedFrom(port2)
  for (let index = 0; index < 10; index++) {
    expect((await received.next()).value).toEqual(Uint8Array.of(index))
    await wait(5)
    expect(made.mock.calls.length).toBeLessThanOrEqual(index + 2)
  }
  await received.return()
  expect(await sent).toBe(false)
})

test('REC-20 what the chunks fail with is told to both sides, as the class that it is', async () => {
  const { port1, port2 } = ports()
  const sent = sendOver(port1, chunks(3, undefined, new KMSInvalidStateException('No.')))
  sent.catch(() => {})
  await expect(all(receivedFrom(port2))).rejects.toThrow(new KMSInvalidStateException('No.'))
  await expect(sent).rejects.toThrow('No.')
})

test('REC-20 a defect is told without its words', async () => {
  const { port1, port2 } = ports()
  sendOver(port1, chunks(1, undefined, new TypeError('secret'))).catch(() => {})
  const failure = await all(receivedFrom(port2)).catch((error: Error) => error)
  expect(failure).toMatchObject({ name: 'KMSInternalException', message: expect.not.stringContaining('secret') })
})

test.each(['sends', 'reads'] as const)('REC-20 a signal ends whoever %s, although nobody answers', async (side) => {
  const { port1 } = ports()
  const ending = new AbortController()
  const work = side === 'sends' ? sendOver(port1, chunks(3), ending.signal) : all(receivedFrom(port1, ending.signal))
  await wait(5)
  ending.abort(new Error('gone'))
  await expect(work).rejects.toThrow('gone')
})

test('REC-20 a signal that is over ends it at once', async () => {
  await expect(all(receivedFrom(ports().port1, AbortSignal.abort(new Error('gone'))))).rejects.toThrow('gone')
})

test.each(['sends', 'reads'] as const)('REC-20 a closed port ends whoever %s', async (side) => {
  const { port1, port2 } = ports()
  const work = side === 'sends' ? sendOver(port1, chunks(3)) : all(receivedFrom(port1))
  port2.close()
  await expect(work).rejects.toMatchObject({ name: 'KMSInternalException' })
})

test.each([
  ['no object', 7],
  ['an unknown word', { type: 'more' }],
  ['a chunk that is none', { type: 'chunk', chunk: 'text' }],
  ['a chunk that is too long', { type: 'chunk', chunk: new Uint8Array(LONGEST_CHUNK + 1) }],
])('REC-20 %s ends it', async (_name, word) => {
  const { port1, port2 } = ports()
  const received = all(receivedFrom(port1))
  port2.postMessage(word)
  await expect(received).rejects.toMatchObject({ name: 'KMSInternalException' })
})
