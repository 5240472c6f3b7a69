/** Messages of the AWS Encryption SDK: known answers, tampering, streams (chapter 09). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { suiteIds, suiteName, suiteOf } from '../../../src/contract/suites.js'
import { parseContext, serializeContext } from '../../../src/envelope/encryption-context.js'
import { bodyAdditionalData } from '../../../src/envelope/frames.js'
import { readHeader } from '../../../src/envelope/header.js'
import {
  buildClient,
  CommitmentPolicy,
  DataKeyUnwrapError,
  type Keyring,
  MultiKeyring,
  RawAesKeyring,
  RawRsaKeyring,
} from '../../../src/envelope/index.js'
import {
  collected,
  hex,
  keyName,
  keyNamespace,
  knownKeyring,
  pieces,
  sequence,
  text,
  through,
  toHex,
} from './fixtures.js'
import { messages } from './known-answers.js'

const anyPolicy = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)
const strict = buildClient()
const older = buildClient('FORBID_ENCRYPT_ALLOW_DECRYPT')
const plaintext = text('Hello, world!')
const nameOf = (error: unknown) => (error as Error).name
const failure = (promise: Promise<unknown>) => promise.then(() => 'succeeded', nameOf)

describe('known answers', () => {
  test.each(Object.entries(messages))('%s', async (_name, message) => {
    const { plaintext: opened, messageHeader } = await anyPolicy.decrypt(await knownKeyring(), hex(message))
    expect(opened).toEqual(plaintext)
    expect(messageHeader.encryptionContext.purpose).toBe('test')
  })

  test('KAT-1 KAT-2 KAT-3 the encryption context in the order of UTF-8', () => {
    expect(toHex(serializeContext({ purpose: 'test' }))).toBe('00010007707572706f7365000474657374')
    expect(toHex(serializeContext({ '\u{1D122}': 'a', '\uFF5E': 'b' }))).toBe('00020003efbd9e0001620004f09d84a2000161')
    expect(toHex(serializeContext({ b: '2', B: '1', a: '3' }))).toBe('0003000142000131000161000133000162000132')
    expect(serializeContext({})).toEqual(new Uint8Array(0))
    expect(parseContext(serializeContext(JSON.parse('{"__proto__":"x","a":""}')))).toEqual(
      Object.assign(Object.create(null), JSON.parse('{"__proto__":"x","a":""}')),
    )
  })

  test('KAT-5 KAT-6 additional data of the body', () => {
    expect(toHex(bodyAdditionalData(sequence(0x20, 32), 'frame', 1, 8))).toBe(
      '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f4157534b4d53456e6372797074696f6e436c69656e74204672616d65000000010000000000000008',
    )
    expect(toHex(bodyAdditionalData(sequence(0x20, 16), 'final', 2, 5))).toBe(
      '202122232425262728292a2b2c2d2e2f4157534b4d53456e6372797074696f6e436c69656e742046696e616c204672616d65000000020000000000000005',
    )
  })
})

describe.each(suiteIds.map((id) => [suiteName(id), id] as const))('suite %s', (_name, id) => {
  const client = suiteOf(id)?.commits ? strict : older
  const suiteId = id as 0x0578

  test('round trips of every length around the frame', async () => {
    const keyring = await knownKeyring()
    for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 100]) {
      const bytes = crypto.getRandomValues(new Uint8Array(length))
      const { result } = await client.encrypt(keyring, bytes, {
        suiteId,
        frameLength: 16,
        encryptionContext: { a: 'b' },
      })
      const opened = await client.decrypt(keyring, result, { encryptionContext: { a: 'b' } })
      expect(opened.plaintext).toEqual(bytes)
      expect(opened.messageHeader.suiteId).toBe(id)
    }
  })

  test('POL-1 is made and taken as each commitment policy says', async () => {
    const keyring = await knownKeyring()
    const commits = suiteOf(id)?.commits
    const { result } = await client.encrypt(keyring, plaintext, { suiteId })
    for (const policy of Object.keys(CommitmentPolicy) as (keyof typeof CommitmentPolicy)[]) {
      const other = buildClient({ commitmentPolicy: policy })
      const makes = commits === (policy !== 'FORBID_ENCRYPT_ALLOW_DECRYPT')
      expect(await failure(other.encrypt(keyring, plaintext, { suiteId }))).toBe(
        makes ? 'succeeded' : 'CommitmentPolicyError',
      )
      const takes = commits || policy !== 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'
      expect(await failure(other.decrypt(keyring, result))).toBe(takes ? 'succeeded' : 'CommitmentPolicyError')
    }
  })
})

describe('KAT-12 what was changed is refused', () => {
  const cases = Object.entries(messages)
  /** Thousands of signatures are checked: seconds on an idle machine, minutes on a busy one. Milliseconds. */
  const PATIENCE = 600_000
  /** Many at a time: Node computes them on threads. */
  const together = async (count: number, each: (index: number) => Promise<void>) => {
    for (let begin = 0; begin < count; begin += 64)
      await Promise.all(Array.from({ length: Math.min(64, count - begin) }, (_, index) => each(begin + index)))
  }

  test.each(cases)(
    'every bit of %s',
    async (_name, message) => {
      const keyring = await knownKeyring()
      const bytes = hex(message)
      await together(8 * bytes.byteLength, async (bit) => {
        const changed = bytes.slice()
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        expect(await failure(anyPolicy.decrypt(keyring, changed)), `bit ${bit}`).not.toBe('succeeded')
      })
    },
    PATIENCE,
  )

  test.each(cases)('every length of %s, and a byte more', async (_name, message) => {
    const keyring = await knownKeyring()
    const bytes = hex(message)
    await together(bytes.byteLength, async (length) => {
      expect(await failure(anyPolicy.decrypt(keyring, bytes.slice(0, length))), `${length}`).toBe('MessageFormatError')
    })
    expect(await failure(anyPolicy.decrypt(keyring, Uint8Array.from([...bytes, 0])))).toBe('MessageFormatError')
  })

  test('KDF-4 the commit key', async () => {
    const bytes = hex(messages['0x0478 framed'])
    const commit = 180 - 32
    bytes[commit] = (bytes[commit] as number) ^ 1
    expect(await failure(strict.decrypt(await knownKeyring(), bytes))).toBe('KeyCommitmentError')
  })

  test('frames that are swapped, repeated or dropped', async () => {
    const keyring = await knownKeyring()
    const { result } = await strict.encrypt(keyring, crypto.getRandomValues(new Uint8Array(40)), {
      suiteId: 0x0478,
      frameLength: 16,
    })
    const length = readHeader(result).bytes.byteLength
    const [header, one, two, rest] = [
      result.slice(0, length),
      result.slice(length, length + 48),
      result.slice(length + 48, length + 96),
      result.slice(length + 96),
    ]
    const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
    expect(await failure(strict.decrypt(keyring, join(header, one, two, rest)))).toBe('succeeded')
    for (const frames of [[two, one, rest], [one, one, two, rest], [two, rest], [one, rest], [rest], [one, two]])
      expect(await failure(strict.decrypt(keyring, join(header, ...frames)))).toMatch(
        /^Message(Authentication|Format)Error$/,
      )
  })

  test('base64 text is told from bytes', async () => {
    const error = await strict.decrypt(await knownKeyring(), text('AgV4')).catch((reason: Error) => reason)
    expect((error as Error).message).toMatch(/base64/)
  })

  test('any bytes end in an error of ours, and soon', async () => {
    const keyring = await knownKeyring()
    const valid = Object.values(messages).map(hex)
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.constantFrom(...valid), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }))
        .map(([message, changes]) => {
          const changed = message.slice()
          for (const [at, value] of changes) changed[at % changed.byteLength] = value
          return changed
        }),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (message) => {
        const outcome = await failure(anyPolicy.decrypt(keyring, message))
        expect(outcome).toMatch(
          /^(succeeded|Message\w+Error|KeyCommitmentError|DataKeyUnwrapError|EncryptionContextError)$/,
        )
      }),
      // The same and more, 2,000 times: fuzz.test.ts.
      { numRuns: 500 },
    )
  })
})

describe('streams', () => {
  test('STRM-1 chunk boundaries of the input do not matter', async () => {
    const keyring = await knownKeyring()
    const bytes = crypto.getRandomValues(new Uint8Array(1000))
    const options = { suiteId: 0x0478, frameLength: 64 } as const
    for (const length of [1, 7, 63, 64, 65, 1000]) {
      const message = await through(strict.encryptStream(keyring, options), pieces(bytes, length))
      expect(await through(strict.decryptStream(keyring), pieces(message, length))).toEqual(bytes)
      expect((await strict.decrypt(keyring, message)).plaintext).toEqual(bytes)
    }
  })

  test('a writer may use its buffer again once a write is done, and keeps it as it is', async () => {
    const keyring = await knownKeyring()
    const stream = strict.encryptStream(keyring, { suiteId: 0x0478, frameLength: 64 })
    const message = collected(stream.readable)
    const writer = stream.writable.getWriter()
    const buffer = new Uint8Array(10)
    for (let turn = 1; turn <= 20; turn++) {
      buffer.fill(turn)
      await writer.write(buffer)
      expect(buffer).toEqual(new Uint8Array(10).fill(turn))
    }
    await writer.close()
    const { plaintext: opened } = await strict.decrypt(keyring, await message)
    expect([...opened]).toEqual(Array.from({ length: 200 }, (_, index) => Math.floor(index / 10) + 1))
  })

  test('DECR-8 a message that is cut short errors, and nothing after the last good frame has come', async () => {
    const keyring = await knownKeyring()
    const bytes = crypto.getRandomValues(new Uint8Array(100))
    const { result } = await strict.encrypt(keyring, bytes, { suiteId: 0x0478, frameLength: 16 })
    const header = readHeader(result).bytes.byteLength
    for (let length = 0; length < result.byteLength; length += 5) {
      const received: number[] = []
      const stream = strict.decryptStream(keyring)
      const writer = stream.writable.getWriter()
      const reading = (async () => {
        for await (const part of stream.readable as unknown as AsyncIterable<Uint8Array>) received.push(...part)
      })()
      const outcome = await Promise.all([reading, writer.write(result.slice(0, length)), writer.close()]).then(
        () => 'ended',
        nameOf,
      )
      expect(outcome).toBe('MessageFormatError')
      // What was good and not read yet goes with the stream.
      const good = 16 * Math.max(0, Math.floor((length - header) / 48))
      expect(received.length).toBeLessThanOrEqual(good)
      expect(Uint8Array.from(received)).toEqual(bytes.slice(0, received.length))
    }
  })

  test('STRM-5 STRM-6 signed messages: refused unless asked for, and the last frame waits for the signature', async () => {
    const keyring = await knownKeyring()
    const bytes = crypto.getRandomValues(new Uint8Array(40))
    const { result } = await strict.encrypt(keyring, bytes, { frameLength: 16 })
    expect(await failure(through(strict.decryptStream(keyring), [result]))).toBe('SignaturePolicyError')
    expect(await through(strict.decryptStream(keyring, { allowSigned: true }), pieces(result, 11))).toEqual(bytes)
    const forged = result.slice()
    forged[forged.byteLength - 1] = (forged.at(-1) as number) ^ 1
    const received: number[] = []
    const stream = strict.decryptStream(keyring, { allowSigned: true })
    const writer = stream.writable.getWriter()
    const reading = (async () => {
      for await (const part of stream.readable as unknown as AsyncIterable<Uint8Array>) received.push(...part)
    })()
    expect(await Promise.all([reading, writer.write(forged), writer.close()]).then(() => 'ended', nameOf)).toBe(
      'MessageSignatureError',
    )
    expect(received.length).toBeLessThanOrEqual(32)
  })

  test('STRM-7 frames of a length that nobody wants to hold', async () => {
    const keyring = await knownKeyring()
    const limited = (bytes: Uint8Array) => through(strict.decryptStream(keyring, { maxFrameLength: 999 }), [bytes])
    const lengths = [
      [0, 'succeeded'],
      [999, 'succeeded'],
      [1000, 'MessageLimitError'],
      [1001, 'MessageLimitError'],
      [2001, 'MessageLimitError'],
    ] as const
    for (const [length, outcome] of lengths) {
      const bytes = crypto.getRandomValues(new Uint8Array(length))
      const { result } = await strict.encrypt(keyring, bytes, { suiteId: 0x0478, frameLength: 1000 })
      expect(await failure(limited(result)), `${length}`).toBe(outcome)
    }
  })

  test('what a client writes with the longest frames, it reads: what counts is what comes, not what the header tells', async () => {
    const keyring = await knownKeyring()
    for (const frameLength of [1, 4096, 16 * 1024 * 1024 + 1, 2 ** 32 - 1]) {
      const message = await through(strict.encryptStream(keyring, { suiteId: 0x0478, frameLength }), [plaintext])
      expect(await through(strict.decryptStream(keyring), [message])).toEqual(plaintext)
    }
  })
})

describe('keyrings', () => {
  const aes = async (name: string) =>
    new RawAesKeyring({
      keyNamespace,
      keyName: name,
      wrappingKey: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
    })

  test('KR-12 KR-13 any one of several decrypts; none, with all the reasons', async () => {
    const [one, two, three] = [await aes('one'), await aes('two'), await aes('three')]
    const { result } = await strict.encrypt(new MultiKeyring({ generator: one, children: [two] }), plaintext)
    for (const keyring of [one, two, new MultiKeyring({ children: [three, two] })])
      expect((await strict.decrypt(keyring, result)).plaintext).toEqual(plaintext)
    const error = await strict
      .decrypt(new MultiKeyring({ children: [three, await aes('two')] }), result)
      .catch((reason) => reason)
    expect(error).toBeInstanceOf(DataKeyUnwrapError)
    expect(error.errors).toHaveLength(2)
    expect(await failure(strict.encrypt(new MultiKeyring({ children: [one] }), plaintext))).toBe('ValidationException')
  })

  test('KR-17 raw RSA', async () => {
    const algorithm = {
      name: 'RSA-OAEP',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    }
    const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt'])
    const names = { keyNamespace: 'rsa', keyName: 'escrow' }
    const { result } = await strict.encrypt(new RawRsaKeyring({ ...names, publicKey }), plaintext)
    expect((await strict.decrypt(new RawRsaKeyring({ ...names, privateKey }), result)).plaintext).toEqual(plaintext)
    expect(await failure(strict.decrypt(new RawRsaKeyring({ ...names, publicKey }), result))).toBe('DataKeyUnwrapError')
  })

  test('KR-2 only KMS keyrings look like KMS', async () => {
    const { wrappingKey } = {
      wrappingKey: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']),
    }
    expect(() => new RawAesKeyring({ keyNamespace: 'aws-kms-mine', keyName, wrappingKey })).toThrow(/aws-kms/)
  })

  test('more data keys than allowed are refused before any keyring is asked', async () => {
    const [one, two] = [await aes('one'), await aes('two')]
    const { result } = await strict.encrypt(new MultiKeyring({ generator: one, children: [two] }), plaintext)
    let asked = 0
    const spy: Keyring = {
      wrap: (request) => one.wrap(request),
      unwrap: (request) => {
        asked += 1
        return one.unwrap(request)
      },
    }
    expect(await failure(buildClient({ maxEncryptedDataKeys: 1 }).decrypt(spy, result))).toBe('MessageLimitError')
    expect(asked).toBe(0)
  })

  test('the data key is wiped once the message has its own', async () => {
    const keyring = await knownKeyring()
    const seen: Uint8Array[] = []
    const watched: Keyring = {
      async wrap(request) {
        const wrapped = await keyring.wrap(request)
        seen.push(wrapped.dataKey as Uint8Array)
        return wrapped
      },
      async unwrap(request) {
        const unwrapped = await keyring.unwrap(request)
        if ('dataKey' in unwrapped) seen.push(unwrapped.dataKey as Uint8Array)
        return unwrapped
      },
    }
    const { result } = await strict.encrypt(watched, plaintext)
    await strict.decrypt(watched, result)
    expect(seen).toHaveLength(2)
    for (const dataKey of seen) expect(dataKey.every((byte) => byte === 0)).toBe(true)
  })
})

describe('the encryption context', () => {
  test('must have the expected pairs, and no reserved keys', async () => {
    const keyring = await knownKeyring()
    const { result } = await strict.encrypt(keyring, plaintext, { encryptionContext: { note: '42', a: 'b' } })
    expect(await failure(strict.decrypt(keyring, result, { encryptionContext: { note: '42' } }))).toBe('succeeded')
    expect(await failure(strict.decrypt(keyring, result, { encryptionContext: { note: '43' } }))).toBe(
      'EncryptionContextError',
    )
    expect(await failure(strict.decrypt(keyring, result, { encryptionContext: { other: '1' } }))).toBe(
      'EncryptionContextError',
    )
    expect(await failure(strict.encrypt(keyring, plaintext, { encryptionContext: { 'aws-crypto-x': '1' } }))).toBe(
      'EncryptionContextError',
    )
  })
})
