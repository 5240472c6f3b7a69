import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BATCH_ALLOWANCE, MAX_BATCH, Packer, REQUEST_ALLOWANCE, unpack } from '../../src/contract/wire.js'

/** What a message does to a value: it is packed on one side, cloned on its way, and unpacked on the other. */
function send(value: unknown, view: 'shared' | 'own' = 'own'): unknown {
  const packer = new Packer()
  const packed = packer.pack(value)
  const [received, bytes] = structuredClone([packed, packer.take()] as const)
  return unpack(received, new Uint8Array(bytes), view)
}

const text = fc.string({ unit: 'binary', maxLength: 20 })
const leaf = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  text,
  fc.double(),
  fc.boolean(),
  fc.date(),
  fc.constantFrom(null, undefined, '', 0),
)
/** Any tree that a request or a response can be: at most four levels of lists and structures. */
const { message } = fc.letrec<{ message: unknown; node: unknown }>((tie) => ({
  message: fc.dictionary(text, tie('node'), { maxKeys: 6, noNullPrototype: true }),
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    leaf,
    fc.array(tie('node'), { maxLength: 5 }),
    fc.dictionary(text, tie('node'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

describe('what is sent is what is received', () => {
  test.each(['own', 'shared'] as const)('with %s bytes', (view) => {
    fc.assert(
      fc.property(message, (value) => {
        expect(send(value, view)).toStrictEqual(value)
      }),
    )
  })

  test('for many values in one batch', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (values) => {
        const packer = new Packer()
        const packed = values.map((value) => packer.pack(value))
        const bytes = new Uint8Array(packer.take())
        expect(packed.map((value) => unpack(structuredClone(value), bytes, 'own'))).toStrictEqual(values)
      }),
    )
  })

  test('also when the bytes outgrow the buffer many times', () => {
    const parts = Array.from({ length: 40 }, (_, index) => new Uint8Array(index * 2000).fill(index))
    const received = send({ parts }) as { parts: Uint8Array[] }
    expect(received.parts.map((part, index) => Buffer.compare(part, parts[index] as Uint8Array))).toEqual(
      parts.map(() => 0),
    )
  })

  test('an object without a prototype arrives as a plain one', () => {
    expect(send(Object.assign(Object.create(null), { a: new Uint8Array([1]) }))).toStrictEqual({
      a: new Uint8Array([1]),
    })
  })

  test('so does an object of another window', () => {
    expect(send(runInNewContext('({ EncryptionContext: { note: "42" } })'))).toStrictEqual({
      EncryptionContext: { note: '42' },
    })
  })

  test.each<[what: string, code: string, received: unknown]>([
    ['a Date', 'new Date(5)', new Date(5)],
    ['a Uint8Array', 'Uint8Array.of(1, 2)', Uint8Array.of(1, 2)],
    ['a Uint16Array', 'Uint16Array.of(1, 2)', Uint8Array.of(1, 0, 2, 0)],
    ['a DataView', 'new DataView(Uint8Array.of(1, 2, 3).buffer, 1)', Uint8Array.of(2, 3)],
    ['an ArrayBuffer', 'Uint8Array.of(1, 2).buffer', Uint8Array.of(1, 2)],
    ['a list', '[1, [2]]', [1, [2]]],
    ['an object without a prototype', 'Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
  ])('so does %s of another window', (_what, code, received) => {
    expect(send({ member: runInNewContext(code) })).toStrictEqual({ member: received })
  })

  test('a member called __proto__ stays a member, and changes no prototype', () => {
    const sent = JSON.parse('{"__proto__":{"polluted":true},"a":1}')
    const received = send(sent) as object
    expect(Object.keys(received)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(received)).toBe(Object.prototype)
    expect('polluted' in received).toBe(false)
    const withBytes = send(Object.defineProperty({}, '__proto__', { value: new Uint8Array([7]), enumerable: true }))
    expect(Object.getOwnPropertyDescriptor(withBytes, '__proto__')?.value).toEqual(new Uint8Array([7]))
  })
})

describe('the caller keeps what it passed', () => {
  test('no value is changed and no buffer detached', () => {
    fc.assert(
      fc.property(message, (value) => {
        const before = structuredClone(value)
        send(value)
        expect(value).toStrictEqual(before)
      }),
    )
  })

  test('bytes are read when they are passed: wiping them afterwards changes nothing', () => {
    const plaintext = new Uint8Array([1, 2, 3])
    const packer = new Packer()
    const packed = packer.pack({ Plaintext: plaintext })
    plaintext.fill(0)
    expect(unpack(packed, new Uint8Array(packer.take()), 'own')).toEqual({ Plaintext: new Uint8Array([1, 2, 3]) })
  })

  test('own bytes are copies: neither message nor other members can change them', () => {
    const packer = new Packer()
    const packed = packer.pack({ a: new Uint8Array([1]), b: new Uint8Array([2]) })
    const bytes = new Uint8Array(packer.take())
    const received = unpack(packed, bytes, 'own') as Record<'a' | 'b', Uint8Array>
    bytes.fill(9)
    expect(received).toEqual({ a: new Uint8Array([1]), b: new Uint8Array([2]) })
    expect(received.a.buffer.byteLength).toBe(1)
  })
})

describe('only what was passed travels', () => {
  const secret = new Uint8Array(64).fill(0xee)

  test.each<[kind: string, view: ArrayBufferView | ArrayBuffer]>([
    ['Uint8Array', secret.subarray(8, 12).fill(5)],
    ['DataView', new DataView(secret.buffer, 8, 4)],
    ['Uint16Array', new Uint16Array(secret.buffer, 8, 2)],
    ['Buffer', Buffer.from(secret.buffer, 8, 4)],
    ['ArrayBuffer', secret.slice(8, 12).buffer],
  ])('of a %s, its own bytes', (_kind, view) => {
    const packer = new Packer()
    const packed = packer.pack({ view })
    const bytes = packer.take()
    expect(new Uint8Array(bytes)).toEqual(new Uint8Array(4).fill(5))
    expect(unpack(packed, new Uint8Array(bytes), 'own')).toEqual({ view: new Uint8Array(4).fill(5) })
  })

  test('a taken buffer holds the bytes since the last one, and a packer used again nothing of the one before', () => {
    const packer = new Packer()
    packer.pack(new Uint8Array(100).fill(0xee))
    expect(packer.take().byteLength).toBe(100)
    expect(packer.take().byteLength).toBe(0)
    packer.retire()
    const next = new Packer()
    next.pack(new Uint8Array([1, 2, 3]))
    expect(new Uint8Array(next.take())).toEqual(new Uint8Array([1, 2, 3]))
  })
})

describe('what cannot be part of a request is refused, never dropped', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = [cyclic]
  const deep = (levels: number): unknown => (levels === 0 ? 'end' : [deep(levels - 1)])

  test.each<[kind: string, value: unknown]>([
    ['function', () => {}],
    ['symbol', Symbol('s')],
    ['bigint', 5n],
    ['Map', new Map([['a', 'b']])],
    ['Set', new Set(['a'])],
    ['Promise', Promise.resolve({})],
    ['Blob', new Blob(['a'])],
    ['URLSearchParams', new URLSearchParams('a=b')],
    ['RegExp', /a/],
    ['SharedArrayBuffer', new SharedArrayBuffer(4)],
    [
      'object of a class',
      new (class {
        a = 1
      })(),
    ],
  ])('a %s', (_kind, value) => {
    expect(() => new Packer().pack({ EncryptionContext: value })).toThrow(TypeError)
    expect(() => new Packer().pack({ list: [value] })).toThrow(/cannot be part of a request/)
  })

  test.each<[what: string, code: string]>([
    ['a Map', 'new Map([["a", "b"]])'],
    ['an object of a class', 'new (class { a = 1 })()'],
    ['what calls itself a Date', '({ [Symbol.toStringTag]: "Date" })'],
    ['a class with the name of a buffer', 'new (class ArrayBuffer { byteLength = 4 })()'],
  ])('%s of another window', (_what, code) => {
    expect(() => new Packer().pack({ EncryptionContext: runInNewContext(code) })).toThrow(TypeError)
  })

  test.each<[what: string, value: object]>([
    ['not enumerable', Object.defineProperty({}, 'note', { value: '42' })],
    ['named by a symbol', { [Symbol('note')]: '42' }],
  ])('a member that is %s: an encryption context would be one without it', (_what, value) => {
    expect(() => new Packer().pack({ EncryptionContext: value })).toThrow('a request cannot have hidden members')
  })

  test('a buffer that was transferred away, which looks empty', () => {
    const { buffer } = Uint8Array.of(1, 2)
    const view = new Uint8Array(buffer)
    structuredClone(buffer, { transfer: [buffer] })
    for (const Plaintext of [buffer, view])
      expect(() => new Packer().pack({ Plaintext })).toThrow('has been transferred to somebody else')
  })

  test('a cycle, and nesting that no request has', () => {
    expect(() => new Packer().pack(cyclic)).toThrow('a request cannot be nested so deeply')
    expect(() => new Packer().pack(deep(7))).toThrow('a request cannot be nested so deeply')
    expect(send(deep(6))).toEqual(deep(6))
  })
})

describe('a forged message is refused', () => {
  const bytes = new Uint8Array(16)
  const reference = (offset: bigint, length: bigint) => (offset << 32n) | length

  test.each<[forgery: string, reference: bigint]>([
    ['one byte too long', reference(0n, 17n)],
    ['one byte beyond the end', reference(16n, 1n)],
    ['starting beyond the end', reference(17n, 0n)],
    ['the longest', reference(0n, 0xffffffffn)],
    ['far away', reference(1n << 60n, 1n)],
    ['further than numbers go', 1n << 4000n],
    ['before the start', -1n],
    ['far before the start', -(1n << 4000n)],
    ['ending inside, starting before the start', reference(-4n, 8n)],
  ])('reference %s', (_forgery, forged) => {
    expect(() => unpack({ Plaintext: forged }, bytes, 'shared')).toThrow('a reference lies outside its batch')
    expect(() => unpack(forged, bytes, 'own')).toThrow(TypeError)
  })

  test('no reference ever reaches outside the batch', () => {
    fc.assert(
      fc.property(fc.bigInt(), (forged) => {
        const batch = new Uint8Array(new Uint8Array(48).fill(0xee).buffer, 16, 16)
        let received: unknown
        try {
          received = unpack(forged, batch, 'shared')
        } catch {
          return
        }
        const { byteOffset, byteLength } = received as Uint8Array
        expect(byteOffset).toBeGreaterThanOrEqual(16)
        expect(byteOffset + byteLength).toBeLessThanOrEqual(32)
      }),
    )
  })

  test.each<[kind: string, make: () => unknown]>([
    [
      'cyclic list',
      () => {
        const list: unknown[] = []
        list.push(list)
        return list
      },
    ],
    [
      'cyclic structure',
      () => {
        const structure: Record<string, unknown> = {}
        structure.self = structure
        return structure
      },
    ],
    ['deep list', () => JSON.parse('['.repeat(5000) + ']'.repeat(5000))],
  ])('%s', (_kind, make) => {
    expect(() => unpack(make(), bytes, 'shared')).toThrow('a request cannot be nested so deeply')
  })
})

describe('what is referred to many times counts each time', () => {
  const { values, characters } = REQUEST_ALLOWANCE
  const repeated = (entry: unknown, times: number) => Array.from<unknown>({ length: times }).fill(entry)
  const named = (count: number, length: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}`.padStart(length, '_'), 0]))
  const sides: [side: string, read: (value: unknown) => unknown][] = [
    ['sent', (value) => new Packer().pack(value)],
    ['received', (value) => unpack(structuredClone(value), new Uint8Array(0), 'shared')],
  ]
  const tooMuch: [what: string, value: unknown, reason: string][] = [
    ['one text', 'x'.repeat(characters + 1), 'so much text'],
    ['a text a hundred times', repeated('x'.repeat(characters / 64), 100), 'so much text'],
    ['a text in lists that are shared', repeated(repeated('x'.repeat(1000), 20), 20), 'so much text'],
    ['one name', { ['x'.repeat(characters + 1)]: 0 }, 'so much text'],
    ['names', named(1001, 263), 'so much text'],
    ['entries', repeated(0, values + 1), 'so many values'],
    ['members', named(values + 1, 6), 'so many values'],
    ['entries of a list that is shared', repeated(repeated(0, 200), 200), 'so many values'],
    ['holes', Array(2 ** 32 - 1), 'so many values'],
  ]
  const enough: [what: string, value: unknown][] = [
    ['one text', 'x'.repeat(characters)],
    ['a text 64 times', repeated('x'.repeat(characters / 64), 64)],
    ['names', named(1000, 262)],
    ['entries', repeated(0, values)],
    ['entries of a list that is shared', repeated(repeated(0, 100), 160)],
  ]
  for (const [side, read] of sides) {
    test.each(tooMuch)(`%s: too much to be ${side}`, (_what, value, reason) => {
      const started = process.cpuUsage()
      expect(() => read(value)).toThrow(`a request cannot hold ${reason}`)
      // Of this process, in microseconds: what others take of the machine is not counted.
      expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
    })
    test.each(enough)(`%s: not too much to be ${side}`, (_what, value) => {
      expect(read(value)).toEqual(value)
    })
  }

  test('a client’s batch never comes to the end of what a batch may hold', () => {
    expect(BATCH_ALLOWANCE).toEqual({ values: MAX_BATCH * values, characters: MAX_BATCH * characters })
  })
})
