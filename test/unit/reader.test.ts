/** The one reader at every door: what it takes, what it refuses, and in which words. */
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidArnException, ValidationException } from '../../src/contract/errors.js'
import {
  abortSignal,
  bytes,
  callback,
  eitherOf,
  flag,
  handleOf,
  json,
  listOf,
  mapOf,
  oneOf,
  optional,
  positiveNumber,
  type Reader,
  read,
  structure,
  text,
  unreadableValue,
  viewOf,
  wholeNumber,
} from '../../src/contract/reader.js'

/** What a reader says of a value that it refuses; the value is called `it`. */
function refusalOf(reader: Reader<unknown>, value: unknown): string {
  let given: unknown
  try {
    given = read(reader, value, 'it')
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationException)
    return (error as ValidationException).message
  }
  return expect.fail(`it was taken, as ${JSON.stringify(given)}`)
}

/** The same code, run in another window. */
const elsewhere = (code: string): unknown => runInNewContext(code)

class Point {
  readonly x = 1
}

/** Every kind of value, and what errors say of it where something else belongs. */
const kinds: readonly (readonly [kind: string, value: unknown, said: string])[] = [
  ['undefined', undefined, '; it is missing'],
  ['null', null, '; it is null'],
  ['true', true, ', not a Boolean'],
  ['a whole number', 7, '; it is 7'],
  ['a fraction', 1.5, '; it is 1.5'],
  ['zero', 0, '; it is 0'],
  ['a number below zero', -7, '; it is -7'],
  ['2 ** 53', 2 ** 53, '; it is 9007199254740992'],
  ['NaN', Number.NaN, '; it is NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, '; it is Infinity'],
  ['a BigInt', 7n, ', not a BigInt'],
  ['a symbol', Symbol('it'), ', not a Symbol'],
  ['a text', 'text', ', not a String'],
  ['a boxed text', Object('text'), ', not a String'],
  ['a function', () => 7, ', not a Function'],
  ['an object', { x: 'y' }, ', not an Object'],
  ['an object without a prototype', Object.assign(Object.create(null), { x: 'y' }), ', not an Object'],
  ['an object of another window', elsewhere('({ x: "y" })'), ', not an Object'],
  ['a list', ['y'], ', not an Array'],
  ['a list of another window', elsewhere('["y"]'), ', not an Array'],
  ['an instance of a class', new Point(), ', not a class instance'],
  ['an instance of a class of another window', elsewhere('new (class Point { x = 1 })'), ', not a class instance'],
  ['an object that inherits', Object.create({ x: 'y' }), ', not a class instance'],
  ['an object that says that it is the first', Object.create(claimsToBeFirst()), ', not a class instance'],
  ['a Map', new Map([['x', 'y']]), ', not a Map'],
  ['a Map of another window', elsewhere('new Map([["x", "y"]])'), ', not a Map'],
  ['a Set', new Set(['y']), ', not a Set'],
  ['a Date', new Date(), ', not a Date'],
  ['a RegExp', /x/, ', not a RegExp'],
  ['an Error', new Error('x'), ', not an Error'],
  ['Headers', new Headers({ x: 'y' }), ', not a Headers'],
  ['URLSearchParams', new URLSearchParams({ x: 'y' }), ', not a URLSearchParams'],
  ['FormData', new FormData(), ', not a FormData'],
  ['a Promise', Promise.resolve('x'), ', not a Promise'],
  ['a Blob', new Blob(['x']), ', not a Blob'],
  ['a File', new File(['x'], 'x.txt'), ', not a File'],
  ['a ReadableStream', new ReadableStream(), ', not a ReadableStream'],
  ['a Response', new Response('x'), ', not a Response'],
  ['an AbortSignal', new AbortController().signal, ', not an AbortSignal'],
  ['a Uint8Array', Uint8Array.of(1), ', not a Uint8Array'],
  ['an ArrayBuffer', new ArrayBuffer(1), ', not an ArrayBuffer'],
  ['a SharedArrayBuffer', new SharedArrayBuffer(1), ', not a SharedArrayBuffer'],
  ['a DataView', new DataView(new ArrayBuffer(1)), ', not a DataView'],
  ['a Proxy of an object', new Proxy({ x: 'y' }, {}), ', not an Object'],
]

/** The first of its chain, as `Object.prototype` is, but with members that whoever inherits them would lose. */
function claimsToBeFirst(): object {
  return Object.assign(Object.create(null), { isPrototypeOf: () => true, x: 'y' })
}

const fromEntries = ': Object.fromEntries makes one'
const makeObject: Readonly<Record<string, string>> = {
  'a Map': fromEntries,
  'a Map of another window': fromEntries,
  Headers: fromEntries,
  URLSearchParams: fromEntries,
  FormData: fromEntries,
}
const makeBytes: Readonly<Record<string, string>> = {
  'a text': '; of a text, new TextEncoder().encode(text)',
  'a boxed text': '; of a text, new TextEncoder().encode(text)',
  'a Blob': '; of a Blob, new Uint8Array(await blob.arrayBuffer()), or its stream()',
  'a File': '; of a File, new Uint8Array(await file.arrayBuffer()), or its stream()',
  'a list': '; of a list of numbers, Uint8Array.from(list)',
  'a list of another window': '; of a list of numbers, Uint8Array.from(list)',
  'a ReadableStream': '; a stream goes through encryptStream or decryptStream',
  'a Response': '; of a Response, new Uint8Array(await response.arrayBuffer())',
  'a Promise': '; wait for the promise first',
}

const objects = ['an object', 'an object without a prototype', 'an object of another window', 'a Proxy of an object']
const lists = ['a list', 'a list of another window']
const numbers = ['a whole number', 'a fraction', 'zero', 'a number below zero', '2 ** 53']

/** A reader, what it says of all that it refuses, and what it takes. */
interface Row {
  readonly reader: Reader<unknown>
  readonly rule: string
  readonly takes: readonly string[]
  /** What it gives for that, where it is not the same again. */
  readonly gives?: (value: unknown) => unknown
  /** What is said of some kinds in place of what they are; or, beside that, how to make what belongs there. */
  readonly instead?: Readonly<Record<string, string>>
  readonly besides?: Readonly<Record<string, string>>
  /** Those that it says something of its own of. */
  readonly but?: readonly string[]
}

const readers: Readonly<Record<string, Row>> = {
  structure: {
    reader: structure({ x: text({ longest: 8 }) }),
    rule: 'must be an object',
    takes: objects,
    besides: makeObject,
  },
  mapOf: {
    reader: mapOf(text({ longest: 8 }), { most: 8 }),
    rule: 'must be a plain object',
    takes: objects,
    besides: makeObject,
  },
  listOf: { reader: listOf(text({ longest: 8 }), { most: 8 }), rule: 'must be a list', takes: lists },
  text: { reader: text({ longest: 8 }), rule: 'must be a text', takes: ['a text'] },
  wholeNumber: {
    reader: wholeNumber({ max: 9 }),
    rule: 'must be a whole number, 0 to 9',
    takes: ['a whole number', 'zero'],
  },
  positiveNumber: {
    reader: positiveNumber,
    rule: 'must be a number above 0',
    takes: ['a whole number', 'a fraction', '2 ** 53'],
  },
  flag: { reader: flag, rule: 'must be true or false', takes: ['true'] },
  oneOf: {
    reader: oneOf(['a', 7, true]),
    rule: 'must be one of "a", 7, true',
    takes: ['a whole number', 'true'],
    instead: { 'a text': "; it is 'text'" },
  },
  callback: { reader: callback, rule: 'must be a function', takes: ['a function'] },
  abortSignal: { reader: abortSignal, rule: 'must be an AbortSignal', takes: ['an AbortSignal'] },
  bytes: {
    reader: bytes(),
    rule: 'must be bytes (a Uint8Array, another view, or an ArrayBuffer)',
    takes: ['a Uint8Array', 'an ArrayBuffer', 'a SharedArrayBuffer', 'a DataView'],
    gives: (value) => new Uint8Array(ArrayBuffer.isView(value) ? value.buffer : (value as ArrayBuffer)),
    instead: makeBytes,
  },
  viewOf: {
    reader: viewOf,
    rule: 'must be bytes (a Uint8Array, another view, or an ArrayBuffer)',
    takes: ['a Uint8Array', 'an ArrayBuffer', 'a SharedArrayBuffer', 'a DataView'],
    gives: (value) => new Uint8Array(ArrayBuffer.isView(value) ? value.buffer : (value as ArrayBuffer)),
    instead: makeBytes,
  },
  json: {
    reader: json({ longest: 100 }),
    rule: 'must be a plain object',
    takes: ['null', 'true', 'a text', ...numbers, ...objects, ...lists],
    besides: makeObject,
    but: ['undefined', 'NaN', 'Infinity', 'a BigInt', 'a symbol', 'a function'],
  },
  'what cannot be a member of JSON': {
    reader: json({ longest: 100 }),
    rule: 'must be a JSON value',
    takes: ['null', 'true', 'a text', ...numbers, ...objects, ...lists],
    but: kinds
      .map(([kind]) => kind)
      .filter((kind) => !/^(undefined|NaN|Infinity|a BigInt|a symbol|a function)$/.test(kind)),
  },
}

describe.each(Object.entries(readers))(
  '%s',
  (_name, { reader, rule, takes, gives = (value) => value, instead = {}, besides = {}, but = [] }) => {
    test.each(kinds.filter(([kind]) => takes.includes(kind)))('takes %s', (_kind, value) => {
      expect(read(reader, value, 'it')).toEqual(gives(value))
    })

    const refused = kinds.filter(([kind]) => !takes.includes(kind) && !but.includes(kind))
    test.each(refused)('refuses %s, and says so', (kind, value, said) => {
      expect(refusalOf(reader, value)).toBe(`it ${rule}${instead[kind] ?? said}${besides[kind] ?? ''}.`)
    })
  },
)

describe('a structure', () => {
  const options = structure({
    name: text({ longest: 8 }),
    count: optional(wholeNumber({ max: 9 })),
    signal: optional(abortSignal),
  })

  test('is read by its members; those that may be left out are not there then', () => {
    const given: { readonly name: string; readonly count?: number; readonly signal?: AbortSignal } = read(
      options,
      { name: 'a', signal: undefined },
      'options',
    )
    expect(given).toStrictEqual({ name: 'a' })
  })

  test.each<[what: string, given: unknown, message: string]>([
    ['a member that is missing', {}, 'options.name must be a text; it is missing.'],
    [
      'null for one that may be left out',
      { name: 'a', count: null },
      'options.count must be a whole number, 0 to 9; it is null.',
    ],
    ['a member of another kind', { name: 7 }, 'options.name must be a text; it is 7.'],
    ['an unknown member', { name: 'a', size: 1 }, 'options.size is not known: there are name, count, signal.'],
    [
      'one that is undefined',
      { name: 'a', size: undefined },
      'options.size is not known: there are name, count, signal.',
    ],
    ['other capitals', { Name: 'a' }, 'options.Name is not known: it is written name.'],
    ['a letter too many', { name: 'a', ccount: 1 }, 'options.ccount is not known: it is written count.'],
    ['a letter too few', { name: 'a', signl: 1 }, 'options.signl is not known: it is written signal.'],
    ['a wrong letter', { name: 'a', coumt: 1 }, 'options.coumt is not known: it is written count.'],
    ['two letters that changed places', { nmae: 'a' }, 'options.nmae is not known: it is written name.'],
    ['two slips', { naamee: 'a' }, 'options.naamee is not known: there are name, count, signal.'],
    [
      'what every object inherits',
      { name: 'a', constructor: 1 },
      'options.constructor is not known: there are name, count, signal.',
    ],
    [
      '__proto__ as a member',
      JSON.parse('{ "name": "a", "__proto__": {} }'),
      'options.__proto__ is not known: there are name, count, signal.',
    ],
    ['__proto__ as a prototype', { __proto__: { name: 'a' } }, 'options must be an object, not a class instance.'],
    [
      'a hidden member',
      Object.defineProperty({}, 'name', { value: 'a' }),
      'options.name is a hidden member: it would be lost.',
    ],
    [
      'a member named by a symbol',
      { name: 'a', [Symbol('count')]: 1 },
      'options has a member that is named by a symbol.',
    ],
  ])('refuses %s', (_what, given, message) => {
    expect(() => read(options, given, 'options')).toThrow(new ValidationException(message))
  })

  test('each member is looked at once, so that it cannot be another one later', () => {
    let looks = 0
    const given = {
      get name() {
        looks += 1
        return looks === 1 ? 'a' : 7
      },
    }
    expect(read(options, given, 'options')).toEqual({ name: 'a' })
    expect(looks).toBe(1)
  })

  test('an unknown member is not looked at, however many there are', () => {
    const looked: string[] = []
    const given = new Proxy(
      {},
      {
        ownKeys: () => ['name', 'x', 'y'],
        getOwnPropertyDescriptor: () => ({ value: 'a', enumerable: true, configurable: true }),
        get: (_target, name) => {
          if (name !== Symbol.toStringTag) looked.push(String(name))
          return 'a'
        },
      },
    )
    expect(() => read(options, given, 'options')).toThrow('options.x is not known')
    expect(looked).toEqual(['name'])
  })

  test('says where in a structure of structures', () => {
    const nested = structure({ list: listOf(options, { most: 2 }) })
    expect(refusalOf(nested, { list: [{ name: 'a' }, { name: 'b', count: 10 }] })).toBe(
      'it.list[1].count must be a whole number, 0 to 9; it is 10.',
    )
  })
})

describe('a map', () => {
  const contexts = mapOf(text({ longest: 8 }), { most: 2, longestName: 11 })

  test('has any names, and no prototype', () => {
    const given = read(contexts, JSON.parse('{ "__proto__": "a", "constructor": "b" }'), 'context')
    expect(Object.entries(given)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(Object.getPrototypeOf(given)).toBeNull()
  })

  test.each<[what: string, given: unknown, message: string]>([
    ['too many members', { a: '', b: '', c: '' }, 'context can have at most 2 members; it has 3.'],
    ['a name that is too long', { ['a'.repeat(12)]: '' }, 'context has a name of more than 11 characters.'],
    ['a name that is no Unicode', { '\ud800': '' }, 'context has a name that is no well-formed Unicode text.'],
    ['a value of another kind', { a: 7 }, "context['a'] must be a text; it is 7."],
    ['a value that is undefined', { a: undefined }, "context['a'] must be a text; it is missing."],
    [
      'a hidden member',
      Object.defineProperty({}, 'a', { value: 'b' }),
      'context.a is a hidden member: it would be lost.',
    ],
    ['a member named by a symbol', { [Symbol.iterator]: 'b' }, 'context has a member that is named by a symbol.'],
  ])('refuses %s', (_what, given, message) => {
    expect(() => read(contexts, given, 'context')).toThrow(new ValidationException(message))
  })
})

describe('a list', () => {
  const names = listOf(text({ longest: 8 }), { least: 1, most: 3 })
  /** Another list by its iterator, which no `Array.isArray` sees. */
  const endless = Object.defineProperty(['a'], Symbol.iterator, {
    value: function* () {
      for (;;) yield 'b'
    },
  })

  test('is a copy of its entries', () => {
    const given = ['a', 'b']
    const copy = read(names, given, 'it')
    given[0] = 'c'
    expect(copy).toEqual(['a', 'b'])
  })

  test.each<[what: string, given: unknown, message: string]>([
    ['too few entries', [], 'it must have at least 1 entries; it has 0.'],
    ['too many entries', ['a', 'b', 'c', 'd'], 'it can have at most 3 entries; it has 4.'],
    ['an entry of another kind', ['a', 7], 'it[1] must be a text; it is 7.'],
    ['an entry that is undefined', ['a', undefined], 'it[1] must be a text; it is missing.'],
    // biome-ignore lint/suspicious/noSparseArray: it is what the test is about
    ['a gap', ['a', , 'b'], 'it[1] is missing.'],
    ['a gap at its end', Object.assign(['a'], { length: 2 }), 'it[1] is missing.'],
    [
      'a length without entries',
      Object.assign([], { length: 2 ** 32 - 1 }),
      'it can have at most 3 entries; it has 4294967295.',
    ],
    [
      'a member beside the entries',
      Object.assign(['a'], { x: 'y' }),
      'it has members beside its entries: they would be lost.',
    ],
    ['what a RegExp found', /a/.exec('a'), 'it has members beside its entries: they would be lost.'],
    ['an iterator of its own', endless, 'it has members beside its entries: they would be lost.'],
    ['a Proxy without a length', new Proxy(['a'], { get: () => Number.NaN }), 'it has no length.'],
  ])('refuses %s', (_what, given, message) => {
    expect(refusalOf(names, given)).toBe(message)
  })

  test('what a class of lists says of its entries is not asked', () => {
    class Endless extends Array<string> {
      override *[Symbol.iterator](): Generator<string, undefined> {
        for (;;) yield 'b'
      }
    }
    expect(read(names, Endless.of('a'), 'it')).toEqual(['a'])
  })
})

describe('a text', () => {
  test.each<[what: string, reader: Reader<unknown>, given: string, message: string]>([
    ['an empty text', text({ shortest: 1, longest: 4 }), '', 'it must not be empty.'],
    ['one that is too short', text({ shortest: 3, longest: 4 }), 'ab', 'it must have at least 3 characters; it has 2.'],
    ['one that is too long', text({ longest: 4 }), 'abcde', 'it can have at most 4 characters; it has 5.'],
    ['half a surrogate pair', text({ longest: 4 }), 'a\ud83d', 'it is no well-formed Unicode text.'],
    ['the other half first', text({ longest: 4 }), '\udd11\ud83d', 'it is no well-formed Unicode text.'],
    ['one that does not match', text({ longest: 4, pattern: /^a/ }), 'ba', "it must match /^a/; it is 'ba'."],
    [
      'the same, with a rule',
      text({ longest: 4, pattern: /^a/, rule: 'begin with a' }),
      'ba',
      "it must begin with a; it is 'ba'.",
    ],
  ])('refuses %s', (_what, reader, given, message) => {
    expect(refusalOf(reader, given)).toBe(message)
  })

  test('is taken at its bounds, and a whole surrogate pair is two characters', () => {
    const bounded = text({ shortest: 2, longest: 4 })
    for (const given of ['ab', '\ud83d\udd11', 'abcd', '\u0000\n']) expect(read(bounded, given, 'it')).toBe(given)
  })

  test('matches a global pattern each time', () => {
    const reader = text({ longest: 4, pattern: /a/g })
    expect([1, 2, 3].map(() => read(reader, 'ba', 'it'))).toEqual(['ba', 'ba', 'ba'])
  })
})

describe('numbers', () => {
  test.each([0, 9, 4.0])('%d is a whole number, 0 to 9', (given) => {
    expect(read(wholeNumber({ max: 9 }), given, 'it')).toBe(given)
  })

  test('0 is the whole number of -0, and -0 is not above 0', () => {
    expect(read(wholeNumber({}), -0, 'it')).toBe(0)
    expect(refusalOf(positiveNumber, -0)).toBe('it must be a number above 0; it is 0.')
  })

  test.each<[given: number, bounds: { min?: number; max?: number }, message: string]>([
    [10, { max: 9 }, 'it must be a whole number, 0 to 9; it is 10.'],
    [0, { min: 1, max: 9 }, 'it must be a whole number, 1 to 9; it is 0.'],
    [-8, { min: -7, max: 9 }, 'it must be a whole number, -7 to 9; it is -8.'],
    [2 ** 53, {}, 'it must be a whole number, 0 to 9007199254740991; it is 9007199254740992.'],
  ])('%d is none of %o', (given, bounds, message) => {
    expect(refusalOf(wholeNumber(bounds), given)).toBe(message)
  })

  test.each([Number.MIN_VALUE, 0.5, Number.MAX_VALUE])('%d is above 0', (given) => {
    expect(read(positiveNumber, given, 'it')).toBe(given)
  })
})

describe('choices', () => {
  test('are taken as they are, and not by what equals them', () => {
    const choice = oneOf(['jsonl', 'cloudtrail', 1])
    for (const given of ['jsonl', 'cloudtrail', 1] as const) expect(read(choice, given, 'format')).toBe(given)
    for (const given of ['JSONL', '1', true, ['jsonl']])
      expect(refusalOf(choice, given)).toContain('must be one of "jsonl"')
  })

  test('of readers: what one of them takes; the second says what is wrong', () => {
    const either = eitherOf(text({ longest: 4 }), listOf(text({ longest: 4 }), { most: 2 }))
    expect(read(either, 'a', 'it')).toBe('a')
    expect(read(either, ['a'], 'it')).toEqual(['a'])
    expect(refusalOf(either, 7)).toBe('it must be a list; it is 7.')
    expect(refusalOf(either, ['abcde'])).toBe('it[0] can have at most 4 characters; it has 5.')
  })

  test('of readers: what throws while the first looks is no choice', () => {
    const throwing = () => {
      throw new Error('gone')
    }
    expect(refusalOf(eitherOf(throwing, text({ longest: 4 })), 'a')).toBe('it cannot be read: gone.')
  })
})

describe('what cannot be copied', () => {
  test('is passed on as it is', () => {
    const { signal } = new AbortController()
    expect(read(abortSignal, signal, 'it')).toBe(signal)
    const port = handleOf<MessagePort>('a MessagePort', (value) => value instanceof MessagePort)
    const { port1 } = new MessageChannel()
    expect(read(port, port1, 'it')).toBe(port1)
    port1.close()
    expect(refusalOf(port, {})).toBe('it must be a MessagePort, not an Object.')
  })

  test('a signal is known by what it does, whichever window made it', () => {
    const signal = Object.assign(new EventTarget(), { aborted: false })
    expect(read(abortSignal, Object.assign(signal, { throwIfAborted() {} }), 'it')).toBe(signal)
    expect(refusalOf(abortSignal, { aborted: false, addEventListener() {} })).toMatch(/must be an AbortSignal/)
    expect(refusalOf(abortSignal, { aborted: false })).toBe('it must be an AbortSignal, not an Object.')
  })
})

describe('bytes', () => {
  const BYTES = [1, 2, 3, 4, 5, 6, 7, 8]
  const filled = <Buffer extends ArrayBufferLike>(buffer: Buffer): Buffer => {
    new Uint8Array(buffer).set(BYTES, 8)
    return buffer
  }
  const buffer = () => filled(new ArrayBuffer(16))
  const sharedMemory = () => filled(new SharedArrayBuffer(16))

  test.each<[kind: string, source: () => ArrayBufferLike | ArrayBufferView]>([
    ...[
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    ].map((View) => [View.name, () => new View(buffer(), 8)] as [string, () => ArrayBufferView]),
    ['DataView', () => new DataView(buffer(), 8)],
    ['a Buffer of Node', () => Buffer.from(BYTES)],
    ['ArrayBuffer', () => Uint8Array.from(BYTES).buffer],
    ['SharedArrayBuffer', () => sharedMemory().slice(8)],
    ['a view of shared memory', () => new Uint8Array(sharedMemory(), 8)],
    ['a DataView of shared memory', () => new DataView(sharedMemory(), 8)],
    ['ArrayBuffer of another window', () => elsewhere('Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer') as ArrayBuffer],
    ['a view of another window', () => elsewhere('Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8).subarray(1)') as Uint8Array],
    [
      'a DataView of another window',
      () => elsewhere('new DataView(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8).buffer, 1)') as DataView,
    ],
    ['a view of a buffer that can grow', () => new Uint8Array(resizable()).fill(0).map((_, index) => index + 1)],
  ])('of a %s are those that it shows, copied', (_kind, makeSource) => {
    const source = makeSource()
    const copy = read(bytes(), source, 'it')
    expect(copy).toEqual(Uint8Array.from(BYTES))
    expect(copy.buffer).toBeInstanceOf(ArrayBuffer)
    expect(copy.buffer.byteLength).toBe(8)
    const { buffer, byteOffset } = ArrayBuffer.isView(source) ? source : { buffer: source, byteOffset: 0 }
    new Uint8Array(buffer, byteOffset).fill(0)
    expect(copy).toEqual(Uint8Array.from(BYTES))
  })

  test('none at all are bytes', () => {
    for (const none of [new Uint8Array(0), new ArrayBuffer(0), new DataView(new ArrayBuffer(4), 4)])
      expect(read(bytes(), none, 'it')).toEqual(new Uint8Array(0))
  })

  test('where they are used at once are not copied, but for those in memory that others write', () => {
    const own = new Uint8Array(buffer(), 8, 4)
    const view = read(viewOf, own, 'it')
    expect(view).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect([view.buffer, view.byteOffset, view.byteLength]).toEqual([own.buffer, 8, 4])
    const theirs = new Uint8Array(sharedMemory(), 8, 4)
    const copy = read(viewOf, theirs, 'it')
    theirs.fill(9)
    expect(copy).toEqual(Uint8Array.of(1, 2, 3, 4))
  })

  test('are those that are there, whatever an object says of itself', () => {
    const lying = (source: object) =>
      Object.defineProperties(source, {
        buffer: { value: 4 },
        byteOffset: { value: 0 },
        byteLength: { value: 2 },
        length: { value: 2 },
      })
    class Liar extends Uint8Array {
      override get buffer() {
        return new ArrayBuffer(2)
      }
      override get byteLength() {
        return 2
      }
    }
    const sources = [
      lying(Uint8Array.from(BYTES)),
      lying(Uint8Array.from(BYTES).buffer),
      lying(new DataView(buffer(), 8)),
      Liar.from(BYTES),
    ]
    for (const source of sources) expect(read(bytes(), source, 'it')).toEqual(Uint8Array.from(BYTES))
    expect(refusalOf(bytes(), { buffer: new ArrayBuffer(8), byteOffset: 0, byteLength: 8 })).toMatch(/not an Object\.$/)
    expect(refusalOf(bytes(), { [Symbol.toStringTag]: 'Uint8Array' })).toMatch(/not an? Uint8Array\.$/)
    expect(refusalOf(bytes(), Object.create(Uint8Array.prototype))).toMatch(/not a class instance\.$/)
    expect(refusalOf(bytes(), new Proxy(new Uint8Array(8), {}))).toMatch(/not a class instance\.$/)
  })

  const gone = 'it has been transferred to somebody else, and holds nothing any more.'
  const resizable = () => new ArrayBuffer(8, { maxByteLength: 16 })
  const transferred = (source: ArrayBuffer | ArrayBufferView<ArrayBuffer>): unknown => {
    structuredClone(source, { transfer: [ArrayBuffer.isView(source) ? source.buffer : source] })
    return source
  }
  const shrunk = (makeView: (buffer: ArrayBuffer) => ArrayBufferView): ArrayBufferView => {
    const buffer = resizable()
    const view = makeView(buffer)
    buffer.resize(2)
    return view
  }
  test.each<[what: string, source: unknown]>([
    ['a buffer', transferred(new ArrayBuffer(8))],
    ['an empty buffer', transferred(new ArrayBuffer(0))],
    ['a view', transferred(new Uint8Array(8))],
    ['a part of a buffer', transferred(new Uint8Array(new ArrayBuffer(8), 4))],
    ['a view of many bytes an entry', transferred(new Float64Array(2))],
    ['a DataView', transferred(new DataView(new ArrayBuffer(8)))],
  ])('of %s that has been transferred are none, and that is said', (_what, source) => {
    expect(refusalOf(bytes(), source)).toBe(gone)
    expect(refusalOf(viewOf, source)).toBe(gone)
  })

  test.each<[what: string, source: unknown]>([
    ['a view', shrunk((buffer) => new Uint8Array(buffer, 0, 8))],
    ['a part', shrunk((buffer) => new Uint8Array(buffer, 4))],
    ['a DataView', shrunk((buffer) => new DataView(buffer, 4, 4))],
  ])('of %s whose buffer has become too short for it are none', (_what, source) => {
    expect(refusalOf(bytes(), source)).toBe(gone)
  })

  test('are at most so many', () => {
    expect(read(bytes({ longest: 8 }), new Float64Array(1), 'it')).toEqual(new Uint8Array(8))
    expect(refusalOf(bytes({ longest: 8 }), new Float64Array(2))).toBe('it can have at most 8 bytes; it has 16.')
  })
})

describe('JSON', () => {
  const document = json({ longest: 20, mostValues: 10 })
  const nested = (levels: number): unknown => (levels === 0 ? 'x' : [nested(levels - 1)])
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const cyclicList: unknown[] = []
  cyclicList.push(cyclicList, cyclicList)
  /** Small, and of 10 ** 16 values once it is written out. */
  const bomb = Array.from({ length: 16 }).reduce<unknown>((inner) => Array(10).fill(inner), 'x')

  test.each<[what: string, given: unknown, message: string]>([
    ['undefined', undefined, 'it must be a JSON value; it is missing.'],
    [
      'a member that is undefined',
      { a: [{ b: undefined }] },
      'it.a[0].b is undefined: leave it out, or give it a value.',
    ],
    ['an entry that is undefined', [undefined], 'it[0] must be a JSON value; it is missing.'],
    [
      'a getter, which could say another thing at each look',
      {
        a: {
          get b() {
            return 1
          },
        },
      },
      'it.a.b is computed by a getter: give the value itself.',
    ],
    ['NaN inside', { a: Number.NaN }, 'it.a must be a JSON value; it is NaN.'],
    ['a function inside', { toJSON: () => 'x' }, 'it.toJSON must be a JSON value, not a Function.'],
    ['a Date inside', { a: new Date() }, 'it.a must be a plain object, not a Date.'],
    ['a Map inside', { a: new Map() }, 'it.a must be a plain object, not a Map: Object.fromEntries makes one.'],
    [
      'a hidden member inside',
      { a: Object.defineProperty({}, 'b', { value: 1 }) },
      'it.a.b is a hidden member: it would be lost.',
    ],
    ['a symbol inside', { a: { [Symbol('b')]: 1 } }, 'it.a has a member that is named by a symbol.'],
    [
      'a list with more than entries',
      { a: Object.assign([], { b: 1 }) },
      'it.a has members beside its entries: they would be lost.',
    ],
    ['half a surrogate pair', { a: '\ud83d' }, 'it.a is no well-formed Unicode text.'],
    ['half a surrogate pair in a name', { '\ud83d': 1 }, 'it.\ufffd is no well-formed Unicode text.'],
    ['too many characters in texts', ['0123456789', '0123456789x'], 'it can have at most 20 characters.'],
    ['too many characters in names', { '0123456789': { '0123456789x': 1 } }, 'it can have at most 20 characters.'],
    ['too many values in a list', Array(10).fill(1), 'it can have at most 10 values.'],
    [
      'too many values in all',
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
      'it can have at most 10 values.',
    ],
    [
      'too many members',
      Object.fromEntries('0123456789x'.split('').map((name) => [name, 1])),
      'it can have at most 10 members; it has 11.',
    ],
    ['too many levels', nested(17), 'it is nested more than 16 levels deep.'],
    ['an object inside itself', cyclic, 'it is nested more than 16 levels deep.'],
    ['a list inside itself', cyclicList, 'it can have at most 10 values.'],
    ['what is small, and large once it is written out', bomb, 'it can have at most 10 values.'],
  ])('refuses %s', (_what, given, message) => {
    const reader = /levels/.test(message) ? json({ longest: 100, mostValues: 100 }) : document
    expect(refusalOf(reader, given)).toBe(message)
  })

  test('is taken at its bounds', () => {
    for (const given of [['0123456789', '0123456789'], { '0123456789': { '0123456789': 1 } }, Array(9).fill(1)])
      expect(read(document, given, 'it')).toEqual(given)
    expect(read(json({ longest: 100 }), nested(16), 'it')).toEqual(nested(16))
  })

  test('takes as many values as it is told, and soon', () => {
    const given = Array(9_999).fill(0)
    expect(read(json({ longest: 0 }), given, 'it')).toEqual(given)
    expect(refusalOf(json({ longest: 0 }), Array(10_000).fill(0))).toBe('it can have at most 10000 values.')
  })

  test('keeps a member whose name is __proto__, as a member', () => {
    const copy = read(json({ longest: 100 }), JSON.parse('{ "__proto__": { "a": 1 } }'), 'it')
    expect(Object.entries(copy as object)).toEqual([['__proto__', { a: 1 }]])
    expect((copy as { a?: unknown }).a).toBeUndefined()
  })

  const whole = json({ longest: 1_000_000, mostValues: 100_000 })
  const values = fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' })

  test('any value is read as its structuredClone, and shares nothing with it', () => {
    const objectsIn = (value: unknown): object[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : []
    fc.assert(
      fc.property(values, (value) => {
        const copy = read(whole, value, 'it')
        expect(copy).toEqual(structuredClone(value))
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
        const theirs = new Set(objectsIn(value))
        expect(objectsIn(copy).filter((part) => theirs.has(part))).toEqual([])
      }),
    )
  })

  test('nothing that is done to a value later changes what was read', () => {
    const wipe = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      Object.values(value).forEach(wipe)
      for (const name of Object.keys(value)) Reflect.deleteProperty(value, name)
      Object.assign(value, { wiped: true })
    }
    fc.assert(
      fc.property(values, (value) => {
        const before = JSON.stringify(value)
        const copy = read(whole, value, 'it')
        wipe(value)
        expect(JSON.stringify(copy)).toBe(before)
      }),
    )
  })
})

describe('whatever a value does while it is read', () => {
  const throwing = (what: unknown) => ({
    get x() {
      throw what
    },
  })
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const trap = () => {
    throw new Error('trapped')
  }
  const unspeakable = Object.defineProperty(new Error(), 'message', { get: trap })

  test.each<[what: string, given: unknown, said: string | RegExp]>([
    ['a getter that throws', throwing(new Error('no')), 'it cannot be read: no.'],
    ['one that throws an error of another window', throwing(elsewhere('new Error("no")')), 'it cannot be read: no.'],
    ['one that throws a text', throwing('no'), 'it cannot be read: it throws.'],
    ['one that throws nothing', throwing(undefined), 'it cannot be read: it throws.'],
    ['one that throws what has no text', throwing(new Error()), 'it cannot be read: it throws.'],
    ['one that throws what cannot be a text', throwing({ message: Symbol('no') }), 'it cannot be read: it throws.'],
    ['one that throws what throws', throwing(unspeakable), 'it cannot be read: it throws.'],
    [
      'one that throws a long text',
      throwing(new Error('n'.repeat(1_000_000))),
      `it cannot be read: ${'n'.repeat(100)}….`,
    ],
    [
      'a Proxy that throws when its members are asked for',
      new Proxy({}, { ownKeys: trap }),
      'it cannot be read: trapped.',
    ],
    ['one that throws when it is looked at', new Proxy({}, { getPrototypeOf: trap }), 'it cannot be read: trapped.'],
    [
      'one that throws when a member is described',
      new Proxy({ x: 1 }, { getOwnPropertyDescriptor: trap }),
      'it cannot be read: trapped.',
    ],
    ['one that throws when a member is read', new Proxy({ x: 1 }, { get: trap }), 'it cannot be read: trapped.'],
    ['one that is revoked', revoked.proxy, /^it cannot be read: .*revoked/],
    [
      'one that lies about its members',
      new Proxy(Object.freeze({ x: 1 }), { ownKeys: () => [] }),
      /^it cannot be read: /,
    ],
  ])('%s is an error of the call', (_what, given, said) => {
    for (const reader of [structure({ x: flag }), mapOf(flag, { most: 1 })])
      expect(refusalOf(reader, given)).toEqual(said instanceof RegExp ? expect.stringMatching(said) : said)
  })

  const tagged = (tag: unknown) => Object.create({}, { [Symbol.toStringTag]: { value: tag } })
  test.each<[what: string, tag: unknown, said: string]>([
    ['of bytes', 'Uint8Array', 'not an? Uint8Array'],
    ['of a Map', 'Map', 'not a Map'],
    ['of a text', 'String', 'new TextEncoder'],
    ['that every table inherits', 'constructor', 'not a constructor'],
    ['__proto__', '__proto__', 'not a __proto__'],
    ['as long as a book', 'M'.repeat(1_000_000), `not a ${'M'.repeat(100)}…`],
    ['that is no Unicode', '\ud800', 'not a \ufffd'],
    ['that is none', 7, 'not a class instance'],
  ])('an object with a name %s is none of them', (_what, tag, said) => {
    expect(refusalOf(bytes(), tagged(tag))).toMatch(new RegExp(said))
    expect(refusalOf(json({ longest: 100 }), tagged(tag)).length).toBeLessThan(200)
  })

  test('an error repeats no more than a hundred characters of a text, and no half of one', () => {
    const long = `${'n'.repeat(99)}\ud83d\udd11${'n'.repeat(1_000_000)}`
    const cut = `${'n'.repeat(99)}\ufffd…`
    expect(refusalOf(structure({ x: flag }), { [long]: 1 })).toBe(`it.${cut} is not known: there are x.`)
    expect(refusalOf(json({ longest: 10_000_000 }), { [long]: undefined })).toBe(
      `it.${cut} is undefined: leave it out, or give it a value.`,
    )
    expect(refusalOf(mapOf(flag, { most: 1, longestName: 10_000_000 }), { [long]: 1 })).toBe(
      `it['${cut}'] must be true or false; it is 1.`,
    )
    expect(refusalOf(text({ longest: 10_000_000, pattern: /^x/ }), long)).toBe(`it must match /^x/; it is '${cut}'.`)
    expect(refusalOf(oneOf(['x']), long)).toBe(`it must be one of "x"; it is '${cut}'.`)
  })
})

test('whose error it is, the caller says', () => {
  const asError = (message: string) => new InvalidArnException(message)
  expect(() => read(flag, 7, 'it', asError)).toThrow(new InvalidArnException('it must be true or false; it is 7.'))
  expect(() =>
    read(
      mapOf(flag, { most: 1 }),
      {
        get x() {
          throw new Error('no')
        },
      },
      'it',
      asError,
    ),
  ).toThrow(new InvalidArnException('it cannot be read: no.'))
})

test('a reader of one’s own says what is wrong in the same form', () => {
  const even: Reader<number> = (value, path) => {
    if (typeof value !== 'number' || value % 2 !== 0) throw unreadableValue(path, 'must be even')
    return value
  }
  expect(read(even, 2, 'it')).toBe(2)
  expect(refusalOf(structure({ list: listOf(even, { most: 2 }) }), { list: [2, 3] })).toBe('it.list[1] must be even.')
})
