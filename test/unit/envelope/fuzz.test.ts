/** Whatever arrives in place of a message: an error that says why, in little time and memory; never a wrong plaintext. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { suiteIds, suiteOf } from '../../../src/contract/suites.js'
import * as errors from '../../../src/envelope/errors.js'
import { FINAL_FRAME_HEADER } from '../../../src/envelope/frames.js'
import { TAG_LENGTH } from '../../../src/envelope/header.js'
import { buildClient, MultiKeyring, type SuiteId } from '../../../src/envelope/index.js'
import { hex, knownKeyring, rawAesKeyring, sequence, text, toHex } from './fixtures.js'
import { messages as knownAnswers } from './known-answers.js'

type Bytes = Uint8Array<ArrayBuffer>

interface Good {
  readonly message: Bytes
  readonly plaintext: Bytes
}

const RUNS = 2_000
/** No single message takes longer, even on a busy machine. Milliseconds. */
const SOON = 60_000
const client = buildClient('REQUIRE_ENCRYPT_ALLOW_DECRYPT')
const keyring = await knownKeyring()
const recovery = await rawAesKeyring('recovery', sequence(0x80, 32))
const good = [...(await written()), ...knownMessages()]

/** A message of every suite: with short frames, with one frame, with two data keys. */
async function written(): Promise<Good[]> {
  const shapes = [
    { length: 0, frameLength: 16, from: keyring },
    { length: 50, frameLength: 16, from: keyring },
    { length: 32, frameLength: 4096, from: new MultiKeyring({ generator: keyring, children: [recovery] }) },
  ]
  const cases = suiteIds.flatMap((suiteId) => shapes.map((shape) => ({ suiteId: suiteId as SuiteId, ...shape })))
  return Promise.all(
    cases.map(async ({ suiteId, length, frameLength, from }) => {
      const policy = suiteOf(suiteId)?.commits ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT'
      const plaintext = crypto.getRandomValues(new Uint8Array(length))
      const options = { suiteId, frameLength, encryptionContext: { purpose: 'test', ключ: '' } }
      const { result } = await buildClient(policy).encrypt(from, plaintext, options)
      return { message: result, plaintext }
    }),
  )
}

function knownMessages(): Good[] {
  return Object.values(knownAnswers).map((message) => ({ message: hex(message), plaintext: text('Hello, world!') }))
}

const join = (...parts: readonly Uint8Array[]): Bytes => Uint8Array.from(parts.flatMap((part) => [...part]))
/** What a length in a header may claim. */
const claims = fc.constantFrom('ffff', '7fff', '8000', 'ffffffff', '7fffffff', '80000000', '0000000fffffffff', '00')

/** Changes that do not keep the length, nor the structure. */
const change = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => (bytes: Bytes) => {
    const changed = bytes.slice()
    if (changed.byteLength > 0) changed[at % changed.byteLength] = (changed[at % changed.byteLength] ?? 0) ^ (1 << bit)
    return changed
  }),
  fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([at, more]) => (bytes: Bytes) => {
    const cut = at % (bytes.byteLength + 1)
    return join(bytes.subarray(0, cut), more, bytes.subarray(cut))
  }),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 60 })).map(([at, length]) => (bytes: Bytes) => {
    const cut = at % (bytes.byteLength + 1)
    return join(bytes.subarray(0, cut), bytes.subarray(cut + length))
  }),
  fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...good)).map(([at, from, other]) => (bytes: Bytes) => {
    const { message } = other
    return join(bytes.subarray(0, at % (bytes.byteLength + 1)), message.subarray(from % (message.byteLength + 1)))
  }),
  fc.tuple(fc.nat(), claims).map(([at, claim]) => (bytes: Bytes) => {
    const value = hex(claim)
    const cut = at % (bytes.byteLength + 1)
    return join(bytes.subarray(0, cut), value, bytes.subarray(cut + value.byteLength))
  }),
)

const mutated = fc
  .tuple(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 4 }))
  .map(([{ message }, changes]) => changes.reduce((bytes, apply) => apply(bytes), message))
/** The first bytes of a message lead into the parser; the rest is anything. */
const begun = fc
  .tuple(fc.constantFrom(...good), fc.nat(120), fc.uint8Array({ maxLength: 300 }))
  .map(([{ message }, length, rest]) => join(message.subarray(0, length), rest))
const arrivals = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 2, arbitrary: begun },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => bytes.slice()) },
)
/** Lengths of the chunks, again and again. */
const chunking = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 })

function chunksOf(bytes: Bytes, lengths: readonly number[]): Bytes[] {
  const chunks: Bytes[] = []
  for (let offset = 0; offset < bytes.byteLength; ) {
    const length = lengths[chunks.length % lengths.length] as number
    chunks.push(bytes.slice(offset, offset + length))
    offset += length
  }
  return chunks
}

/** What comes out of a stream until it ends, or fails. */
async function received(
  stream: TransformStream<Uint8Array, Uint8Array>,
  chunks: readonly Bytes[],
): Promise<{ plaintext: Bytes; error: unknown }> {
  const parts: Uint8Array[] = []
  let next = 0
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks[next++]
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })
  const reader = source.pipeThrough(stream).getReader()
  for (;;) {
    try {
      const { done, value } = await reader.read()
      if (done) return { plaintext: join(...parts), error: undefined }
      parts.push(value)
    } catch (error) {
      return { plaintext: join(...parts), error }
    }
  }
}

const named = Object.values(errors)
const isNamed = (error: unknown): boolean => named.some((known) => error instanceof known)
const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])

function expectRefusedOrTrue(arrived: Bytes, plaintext: Bytes | undefined, error: unknown): void {
  if (error !== undefined) expect(isNamed(error), `${error} for ${toHex(arrived)}`).toBe(true)
  else expect(good.some((one) => same(one.message, arrived) && same(one.plaintext, plaintext as Bytes))).toBe(true)
}

describe('any bytes in place of a message', () => {
  test('as a whole: a named error, or the true plaintext of a message that is as it was', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (arrived) => {
        const outcome = await client.decrypt(keyring, arrived).then(
          ({ plaintext }) => ({ plaintext, error: undefined }),
          (error: unknown) => ({ plaintext: undefined, error }),
        )
        expectRefusedOrTrue(arrived, outcome.plaintext, outcome.error)
      }),
      { numRuns: RUNS, timeout: SOON },
    )
  })

  test.each([
    ['allowSigned', { allowSigned: true }],
    ['holdUntilVerified', { holdUntilVerified: true }],
  ])('through a stream with %s: nothing but the beginning of a true plaintext has come', async (_name, options) => {
    await fc.assert(
      fc.asyncProperty(arrivals, chunking, async (arrived, lengths) => {
        const { plaintext, error } = await received(client.decryptStream(keyring, options), chunksOf(arrived, lengths))
        expectRefusedOrTrue(arrived, plaintext, error)
        const isBeginning = good.some((one) => same(one.plaintext.subarray(0, plaintext.byteLength), plaintext))
        expect(isBeginning).toBe(true)
      }),
      { numRuns: RUNS, timeout: SOON },
    )
  })

  test('a suite whose keys are of another length than the message’s', async () => {
    const { result } = await buildClient('FORBID_ENCRYPT_ALLOW_DECRYPT').encrypt(keyring, text('a'), { suiteId: 20 })
    const changed = result.slice()
    changed[3] = 120
    await expect(client.decrypt(keyring, changed)).rejects.toSatisfy(isNamed)
  })

  test('a stream takes what a whole does, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, chunking, async (arrived, lengths) => {
        const whole = client.decrypt(keyring, arrived)
        const isGood = await whole.then(
          () => true,
          () => false,
        )
        const stream = client.decryptStream(keyring, { allowSigned: true })
        const { error } = await received(stream, chunksOf(arrived, lengths))
        expect(error === undefined).toBe(isGood)
      }),
      { numRuns: 500 },
    )
  })
})

describe('lengths that a message claims', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** Bytes of the largest buffer that is asked for while something runs. */
  async function largestBuffer(run: () => Promise<unknown>): Promise<number> {
    let largest = 0
    const watched = <Constructor extends Uint8ArrayConstructor | ArrayBufferConstructor>(original: Constructor) =>
      new Proxy(original, {
        construct(target, parameters, newTarget) {
          if (typeof parameters[0] === 'number') largest = Math.max(largest, parameters[0])
          return Reflect.construct(target, parameters, newTarget)
        },
      })
    vi.stubGlobal('Uint8Array', watched(Uint8Array))
    vi.stubGlobal('ArrayBuffer', watched(ArrayBuffer))
    await run()
    vi.unstubAllGlobals()
    return largest
  }

  const MODEST = 256 * 1024
  const giant = 0xffffffff
  const framed = async (frameLength: number, bytes = new Uint8Array(40)) =>
    (await client.encrypt(keyring, bytes, { suiteId: 0x0478, frameLength })).result
  /** Without its body. */
  const headerOf = async (frameLength: number) => {
    const message = await framed(frameLength, new Uint8Array(0))
    return message.slice(0, message.byteLength - FINAL_FRAME_HEADER - TAG_LENGTH)
  }
  const accepting = { maxFrameLength: giant }
  const open = (message: Bytes, options = {}) =>
    received(client.decryptStream(keyring, options), chunksOf(message, [100]))

  test('frames of 4 GiB in a message of 40 bytes: it is opened, and takes no more memory than it has bytes', async () => {
    const message = await framed(giant)
    const largest = await largestBuffer(async () => {
      expect((await open(message)).plaintext).toEqual(new Uint8Array(40))
      expect((await open(message, accepting)).plaintext).toEqual(new Uint8Array(40))
      expect((await client.decrypt(keyring, message, accepting)).plaintext).toEqual(new Uint8Array(40))
    })
    expect(largest).toBeLessThan(MODEST)
  })

  test.each([
    ['a frame of 4 GiB that has only begun', '00000001', 200],
    ['a last frame of 4 GiB that has only begun', 'ffffffff00000001000000000000000000000001ffffffff', 200],
  ])('%s', async (_name, begin, more) => {
    const message = join(await headerOf(giant), hex(begin), new Uint8Array(more))
    const largest = await largestBuffer(async () => {
      expect((await open(message)).error).toBeInstanceOf(errors.MessageLimitError)
      expect((await open(message, accepting)).error).toBeInstanceOf(errors.MessageFormatError)
    })
    expect(largest).toBeLessThan(MODEST)
  })

  test.each([
    ['the longest that the format allows', '0000000fffffffe0', errors.MessageFormatError],
    ['one more', '0000000fffffffe1', errors.MessageFormatError],
    ['more than a number can hold', 'ffffffffffffffff', errors.MessageFormatError],
  ])('a body without frames: %s', async (_name, length, error) => {
    const message = hex(knownAnswers['0x0178 not framed'])
    const at = message.byteLength - 'Hello, world!'.length - TAG_LENGTH - 8
    message.set(hex(length), at)
    const largest = await largestBuffer(async () => {
      const outcome = await open(message, { maxFrameLength: Number.MAX_SAFE_INTEGER })
      expect(outcome.error).toBeInstanceOf(error)
      expect((await open(message)).error).toSatisfy(isNamed)
    })
    expect(largest).toBeLessThan(MODEST)
  })

  test.each([
    ['65,535 encrypted data keys', 'ffff'],
    ['a provider id of 65,535 bytes', '0001ffff'],
  ])('%s that do not come', async (_name, claim) => {
    const header = await headerOf(16)
    // Version, suite, message id, and no encryption context.
    const message = join(header.subarray(0, 1 + 2 + 32), hex('0000'), hex(claim))
    const patient = buildClient({ commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT', maxEncryptedDataKeys: 65_535 })
    const largest = await largestBuffer(async () => {
      expect((await open(message)).error).toSatisfy(isNamed)
      const { error } = await received(patient.decryptStream(keyring), chunksOf(message, [100]))
      expect(error).toBeInstanceOf(errors.MessageFormatError)
    })
    expect(largest).toBeLessThan(MODEST)
  })

  test('a frame of a mebibyte that drips in, 16 bytes at a time, and a header that does', async () => {
    const bytes = new Uint8Array(1_048_576)
    const message = await framed(bytes.byteLength, bytes)
    // Of this process: what others take of the machine is not counted.
    const started = process.cpuUsage()
    const { plaintext } = await received(client.decryptStream(keyring), chunksOf(message, [16]))
    expect(plaintext.byteLength).toBe(bytes.byteLength)
    const empty = new Uint8Array(0xffff)
    const claimed = join(
      (await headerOf(16)).subarray(0, 35),
      hex('0000ffff'),
      ...Array(8).fill(join(hex('ffff'), empty)),
    )
    const { error } = await received(client.decryptStream(keyring), chunksOf(claimed, [16]))
    expect(error).toSatisfy(isNamed)
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(10_000)
  })
})
