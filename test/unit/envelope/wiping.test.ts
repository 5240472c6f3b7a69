/** Plaintext does not outlive its message: what is closed has been wiped, and what comes back later is wiped then. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Bytes } from '../../../src/contract/bytes.js'
import type { ContentKey } from '../../../src/contract/data-keys.js'
import type { DataWorkers } from '../../../src/envelope/data-workers/data-workers.js'
import { InOrder } from '../../../src/envelope/in-order.js'
import { materialsManager } from '../../../src/envelope/materials.js'
import { MessageEncryptor } from '../../../src/envelope/message-encryptor.js'
import { RunBuffer } from '../../../src/envelope/run-buffer.js'
import { RunCipher } from '../../../src/envelope/run-cipher.js'
import { SpareBuffers } from '../../../src/envelope/spare-buffers.js'
import { knownKeyring } from './fixtures.js'

const secret = (length: number): Bytes => new Uint8Array(length).fill(0x5e)
const isWiped = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)

describe('spare buffers', () => {
  test('are wiped at the end, and so are those that come back after it, or are too many', () => {
    const spares = new SpareBuffers(1)
    const [kept, tooMany, late] = [secret(8), secret(8), secret(8)]
    spares.keep(kept.buffer)
    spares.keep(tooMany.buffer)
    expect([isWiped(kept), isWiped(tooMany)]).toEqual([false, true])
    spares.close()
    spares.keep(late.buffer)
    expect([isWiped(kept), isWiped(late)]).toEqual([true, true])
    expect(spares.take(1), 'it is not used again').toBeUndefined()
  })
})

describe('a run buffer', () => {
  const used = () => secret(65_536)

  test('that is used again is wiped whole, with what the run before has left in it', () => {
    const spare = used()
    const buffer = new RunBuffer(() => spare)
    buffer.fill(secret(3), 3, 65_536)
    buffer.wipe()
    expect(isWiped(spare)).toBe(true)
    expect(buffer.length).toBe(0)
  })

  test('that becomes too small is wiped whole', () => {
    const spare = used()
    const spares = [spare]
    const buffer = new RunBuffer(() => spares.shift())
    buffer.fill(secret(3), 3, 1_000_000)
    buffer.fill(secret(70_000), 1_000_000, 1_000_000)
    expect(isWiped(spare)).toBe(true)
    expect(buffer.filled).toEqual(secret(70_003))
  })
})

describe('a run that is under way in a data worker when its message is closed', () => {
  test.each(['seal', 'open'] as const)('%s: its plaintext is wiped when it comes back', async (way) => {
    let answer = (_done: { pieces: Bytes[]; spare: ArrayBuffer }) => {}
    const answered = new Promise((resolve) => {
      answer = resolve
    })
    // A data worker that answers when it is told to.
    const workers = { count: 1, seat: () => ({ [way]: () => answered }) } as unknown as DataWorkers
    const layout = { messageId: new Uint8Array(32), frameLength: 4096 }
    const cipher = new RunCipher({ contentKey: {} as ContentKey, layout, workers })
    const running = cipher[way]({ bytes: secret(1_048_577), firstNumber: 1, isLast: false })
    cipher.close()
    const [piece, spare] = [secret(8), secret(8)]
    answer({ pieces: [piece], spare: spare.buffer })
    await running
    expect(isWiped(spare)).toBe(true)
    // What was sealed is no secret.
    expect(isWiped(piece)).toBe(way === 'open')
  })
})

test('what was opened behind a run that fails is dropped, to be wiped, and not passed on', async () => {
  const [passed, dropped]: [string[], string[]] = [[], []]
  const runs = new InOrder<string>(
    () => 4,
    (result) => passed.push(result),
    undefined,
    (result) => dropped.push(result),
  )
  await runs.add(Promise.resolve('first'))
  await runs.add(Promise.reject(new Error('changed')))
  await runs.add(Promise.resolve('third'))
  await runs.add(Promise.reject(new Error('changed, too')))
  await runs.add(Promise.resolve('fifth'))
  await expect(runs.settle()).rejects.toThrow('changed')
  await Promise.resolve()
  expect({ passed, dropped }).toEqual({ passed: ['first'], dropped: ['third', 'fifth'] })
})

test('a push that waits when its message is closed gathers nothing any more', async () => {
  const materials = await materialsManager(await knownKeyring()).encryptionMaterials({
    commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
    encryptionContext: {},
    suite: undefined,
    plaintextLength: undefined,
  })
  const encryptor = await MessageEncryptor.begin({ materials, frameLength: 524_288, emit: () => {} })
  const fill = vi.spyOn(RunBuffer.prototype, 'fill')
  onTestFinished(() => fill.mockRestore())
  const pushing = encryptor.push(secret(4 * 524_288))
  const before = fill.mock.calls.length
  expect(before).toBeGreaterThan(0)
  encryptor.close()
  await pushing
  expect(fill).toHaveBeenCalledTimes(before)
})
