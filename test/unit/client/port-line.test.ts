/**
 * A port whose other end dies without a word, and one whose other end takes its time. The timers are the test's; the ports are
 * real.
 */
import { expose } from 'comlink'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PortConnection } from '../../../src/client/channel.js'
import { BEAT_INTERVAL } from '../../../src/contract/port-words.js'
import { type Answers, Packer, type RequestService, requestServiceMethods } from '../../../src/contract/wire.js'
import { type Gate, guard } from '../../../worker/door/gate.js'

/** Milliseconds in which a call settles whatever happens. */
const SETTLED = 7 * BEAT_INTERVAL

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
const ports: MessagePort[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const port of ports.splice(0)) port.close()
})

/** Lets messages arrive. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += BEAT_INTERVAL) {
    await vi.advanceTimersByTimeAsync(BEAT_INTERVAL)
    await arrive()
  }
}

interface Line {
  readonly connection: PortConnection
  readonly gate: Gate
  /** Answers everything that waits. */
  answer(): void
  readonly holder: MessagePort
  readonly ends: number
}

function line(): Line {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const waiting: ((answers: Answers) => void)[] = []
  const service: RequestService = {
    submit: () => new Promise<Answers>((resolve) => waiting.push(resolve)),
    collect: () => Promise.reject(new Error('nothing is collected')),
  }
  let ends = 0
  const gate = guard(port1, requestServiceMethods, () => ends++)
  expose(service, gate)
  const answer = () => {
    for (const resolve of waiting.splice(0))
      resolve({ answers: [[0, 'id', new Packer().pack({ Keys: [] })]], bytes: new ArrayBuffer(0) })
  }
  return {
    connection: PortConnection.on(port2),
    gate,
    answer,
    holder: port2,
    get ends() {
      return ends
    },
  }
}

/** What has become of a call so far. */
function watched(call: Promise<unknown>): { outcome: string } {
  const state = { outcome: 'waits' }
  call.then(
    () => {
      state.outcome = 'answered'
    },
    (error: Error) => {
      state.outcome = `${error.name}: ${error.message}`
    },
  )
  return state
}

describe('a call', () => {
  test('that takes an hour is answered: the worker says that it works on it', async () => {
    const { connection, answer } = line()
    const call = watched(connection.call('ListKeys', {}))
    await pass(3_600_000)
    expect(call.outcome).toBe('waits')
    answer()
    await arrive()
    expect(call.outcome).toBe('answered')
  })

  test('whose answer never comes fails after half a minute of silence, and so does every later one at once', async () => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    // Nobody listens at the other end.
    const connection = PortConnection.on(port2)
    const call = watched(connection.call('ListKeys', {}))
    await pass(5 * BEAT_INTERVAL)
    expect(call.outcome).toBe('waits')
    await pass(SETTLED)
    expect(call.outcome).toMatch(/^KMSInternalException: The vault behind this port is gone/)
    const later = watched(connection.call('ListKeys', {}))
    await arrive()
    expect(later.outcome).toBe(call.outcome)
  })

  test('on a port that its holder closes fails at once', async () => {
    const { connection, holder } = line()
    const call = watched(connection.call('ListKeys', {}))
    await arrive()
    holder.close()
    await arrive()
    expect(call.outcome).toMatch(/^KMSInternalException: The vault behind this port is gone/)
  })
})

test('nothing runs while nobody waits', async () => {
  const { connection, answer } = line()
  await arrive()
  expect(vi.getTimerCount()).toBe(0)
  const call = connection.call('ListKeys', {})
  await arrive()
  answer()
  await call
  await pass(2 * BEAT_INTERVAL)
  expect(vi.getTimerCount()).toBe(0)
})

test('the gate hears once that its holder has given the port up, and lets nothing through afterwards', async () => {
  const given = line()
  await arrive()
  given.connection.close(new Error('enough'))
  await arrive()
  expect(given.ends).toBe(1)
  given.gate.end({ name: 'AccessDeniedException', message: 'late' })
  expect(given.ends).toBe(1)
})

test('the gate tells the holder why it ends', async () => {
  const ended = line()
  const call = watched(ended.connection.call('ListKeys', {}))
  await arrive()
  ended.gate.end({ name: 'AccessDeniedException', message: 'It was revoked.' })
  await arrive()
  expect(call.outcome).toBe('AccessDeniedException: It was revoked.')
  expect(ended.ends).toBe(1)
})

test('a port has one connection', () => {
  const { port1 } = new MessageChannel()
  ports.push(port1)
  expect(PortConnection.on(port1)).toBe(PortConnection.on(port1))
})
