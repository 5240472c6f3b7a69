/**
 * The one reader at every door. Whatever a public function takes beside the requests of KMS (which validation.ts reads by
 * the API's own model) is described by a table of these readers and read through {@link read}, before anything happens:
 *
 * - **known members only**: a misspelt option is an error, never a default;
 * - **plain objects only**: what a `Map`, a class instance or a hidden property holds would be lost on the way to the
 *   worker, and a policy without its condition, or a context without its pairs, is another one;
 * - **bounded sizes**, so that nothing small makes much work;
 * - **owned copies**: what the caller changes or wipes after the call changes nothing.
 */
import { bytesOf, isBufferSource } from './buffer-source.js'
import type { Bytes } from './bytes.js'
import { ValidationException } from './errors.js'

/**
 * Reads one value.
 *
 * @returns a copy that nobody else has, but for what cannot be copied (ports, signals, functions)
 * @throws through {@link read} only
 */
export type Reader<Read> = (value: unknown, path: string) => Read

/** A member that may be left out. */
export interface OptionalReader<Read> extends Reader<Read | undefined> {
  readonly isOptional: true
}

/** What a reader gives. */
export type ReadBy<AnyReader> = AnyReader extends Reader<infer Read> ? Read : never

type Table = Readonly<Record<string, Reader<unknown>>>
type OptionalMembers<Members extends Table> = {
  [Name in keyof Members]: Members[Name] extends OptionalReader<unknown> ? Name : never
}[keyof Members]
/** What a table of members gives. */
export type ReadMembers<Members extends Table> = {
  readonly [Name in Exclude<keyof Members, OptionalMembers<Members>>]: ReadBy<Members[Name]>
} & {
  readonly [Name in OptionalMembers<Members>]?: Exclude<ReadBy<Members[Name]>, undefined>
}

type ErrorOf = (message: string) => Error

/** Why a value cannot be read; {@link read} makes an error for the caller of it. */
class Unreadable extends Error {
  /** Of a part that has an error of its own; see {@link failingWith}. */
  readonly asError: ErrorOf | undefined

  constructor(message: string, asError?: ErrorOf) {
    super(message)
    this.asError = asError
  }
}

/**
 * For readers of one's own.
 *
 * @param path of the value, such as `quotas.keys`
 * @param rule what it breaks, such as `must be a text`
 */
export function unreadableValue(path: string, rule: string): Error {
  return new Unreadable(`${path} ${rule}.`)
}

/**
 * Reads what a public function was given.
 *
 * @param reader what is expected
 * @param name of the value, as the caller knows it: `openVault's options`, `plaintext`
 * @param asError the error that the caller gets; by default a {@link ValidationException}
 *
 * @example
 * ```ts
 * const bounds = structure({ keys: optional(wholeNumber({ min: 1 })), name: text({ longest: 128 }) })
 * const { keys = 100, name } = read(bounds, given, 'options')
 * ```
 */
export function read<Read>(
  reader: Reader<Read>,
  value: unknown,
  name: string,
  asError: ErrorOf = (message) => new ValidationException(message),
): Read {
  try {
    return reader(value, name)
  } catch (error) {
    if (error instanceof Unreadable) throw (error.asError ?? asError)(error.message)
    // A getter or a proxy of the caller's threw.
    throw asError(`${name} cannot be read: ${saidBy(error)}.`)
  }
}

/** What an error says that is the caller's own, and need be none. */
export function saidBy(error: unknown): string {
  try {
    const { message } = error as Partial<Error>
    return typeof message === 'string' && message !== '' ? shown(message) : 'it throws'
  } catch {
    return 'it throws'
  }
}

/** A reader of a part that has an error of its own, whatever it is read as a part of. */
export function failingWith<Read>(asError: ErrorOf, reader: Reader<Read>): Reader<Read> {
  return (value, path) => {
    try {
      return reader(value, path)
    } catch (error) {
      throw error instanceof Unreadable ? new Unreadable(error.message, asError) : error
    }
  }
}

/** A member that may be `undefined`, or not there at all. */
export function optional<Read>(reader: Reader<Read>): OptionalReader<Read> {
  const either = (value: unknown, path: string) => (value === undefined ? undefined : reader(value, path))
  return Object.assign(either, { isOptional: true as const })
}

/** A plain object with these members and no others. */
export function structure<Members extends Table>(members: Members): Reader<ReadMembers<Members>> {
  return (value, path) => {
    const given = new Map<string, unknown>()
    for (const name of namesOf(value, path, 'an object')) {
      if (!Object.hasOwn(members, name)) throw unreadableValue(`${path}.${shown(name)}`, unknownMember(name, members))
      given.set(name, (value as Record<string, unknown>)[name])
    }
    const result: Record<string, unknown> = {}
    for (const [name, reader] of Object.entries(members)) {
      const read = reader(given.get(name), `${path}.${name}`)
      if (read !== undefined) result[name] = read
    }
    return result as ReadMembers<Members>
  }
}

function unknownMember(name: string, members: Table): string {
  const known = Object.keys(members)
  const meant = known.find((candidate) => isMisspelling(name, candidate))
  return meant ? `is not known: it is written ${meant}` : `is not known: there are ${known.join(', ')}`
}

/** Other capitals, or one slip of the fingers: a letter too many, too few or wrong, or two that changed places. */
function isMisspelling(name: string, meant: string): boolean {
  const [given, right] = [name.toLowerCase(), meant.toLowerCase()]
  if (Math.abs(given.length - right.length) > 1) return false
  let from = 0
  while (from < right.length && given[from] === right[from]) from += 1
  let to = 0
  const shorter = Math.min(given.length, right.length)
  while (to < shorter - from && given.at(-1 - to) === right.at(-1 - to)) to += 1
  const [slip, instead] = [given.slice(from, given.length - to), right.slice(from, right.length - to)]
  if (slip.length <= 1 && instead.length <= 1) return true
  return slip.length === 2 && slip[0] === instead[1] && slip[1] === instead[0]
}

/** A plain object that maps any names to values of one kind. The copy has no prototype. */
export function mapOf<Read>(
  reader: Reader<Read>,
  { most, longestName = 512 }: { readonly most: number; readonly longestName?: number },
): Reader<Readonly<Record<string, Read>>> {
  return (value, path) => {
    const result = Object.create(null) as Record<string, Read>
    for (const name of namesOf(value, path, 'a plain object', most)) {
      if (name.length > longestName) throw unreadableValue(path, `has a name of more than ${longestName} characters`)
      if (!name.isWellFormed()) throw unreadableValue(path, 'has a name that is no well-formed Unicode text')
      result[name] = reader((value as Record<string, unknown>)[name], `${path}['${shown(name)}']`)
    }
    return result
  }
}

export function listOf<Read>(
  reader: Reader<Read>,
  { least = 0, most }: { readonly least?: number; readonly most: number },
): Reader<readonly Read[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw unreadableValue(path, `must be a list${insteadOf(value)}`)
    const length = lengthOf(value, path)
    if (length < least) throw unreadableValue(path, `must have at least ${least} entries; it has ${length}`)
    if (length > most) throw unreadableValue(path, `can have at most ${most} entries; it has ${length}`)
    return entriesOf(value, length, path, (entry, index) => reader(entry, `${path}[${index}]`))
  }
}

export interface TextBounds {
  readonly shortest?: number
  /** Characters, of UTF-16. */
  readonly longest: number
  /** The error repeats a text that does not match: no pattern for secrets. */
  readonly pattern?: RegExp
  /** What the pattern means, after "must". */
  readonly rule?: string
}

/** A text of well-formed Unicode. */
export function text({ shortest = 0, longest, pattern, rule = `match ${pattern}` }: TextBounds): Reader<string> {
  return (value, path) => {
    if (typeof value !== 'string') throw unreadableValue(path, `must be a text${insteadOf(value)}`)
    if (value.length < shortest)
      throw unreadableValue(
        path,
        shortest === 1 ? 'must not be empty' : `must have at least ${shortest} characters; it has ${value.length}`,
      )
    if (value.length > longest)
      throw unreadableValue(path, `can have at most ${longest} characters; it has ${value.length}`)
    if (!value.isWellFormed()) throw unreadableValue(path, 'is no well-formed Unicode text')
    // Not `test`, whose answer for a global pattern depends on the text before.
    if (pattern && value.search(pattern) < 0) throw unreadableValue(path, `must ${rule}; it is '${shown(value)}'`)
    return value
  }
}

export function wholeNumber({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: {
  readonly min?: number
  readonly max?: number
}): Reader<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
      throw unreadableValue(path, `must be a whole number, ${min} to ${max}${insteadOf(value)}`)
    // Of -0 too.
    return value + 0
  }
}

/** A text that says it all, or something larger. */
export function textOr<Text, Other>(words: Reader<Text>, other: Reader<Other>): Reader<Text | Other> {
  return (value, path) => (typeof value === 'string' ? words(value, path) : other(value, path))
}

/** A number that is none of infinite or NaN, above 0. */
export const positiveNumber: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw unreadableValue(path, `must be a number above 0${insteadOf(value)}`)
  return value
}

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw unreadableValue(path, `must be true or false${insteadOf(value)}`)
  return value
}

export function oneOf<Choice extends string | number | boolean>(choices: readonly Choice[]): Reader<Choice> {
  return (value, path) => {
    if (!choices.includes(value as Choice))
      throw unreadableValue(
        path,
        `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}${
          typeof value === 'string' ? `; it is '${shown(value)}'` : insteadOf(value)
        }`,
      )
    return value as Choice
  }
}

/** What either of two readers takes; both may look at it, and the second says what is wrong. */
export function eitherOf<First, Second>(first: Reader<First>, second: Reader<Second>): Reader<First | Second> {
  return (value, path) => {
    try {
      return first(value, path)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return second(value, path)
    }
  }
}

/**
 * What cannot be copied, and is passed on as it is: a function, a port, a signal.
 *
 * @param what such as `an AbortSignal`
 */
export function handleOf<Handle>(what: string, is: (value: unknown) => boolean): Reader<Handle> {
  return (value, path) => {
    if (!is(value)) throw unreadableValue(path, `must be ${what}${insteadOf(value)}`)
    return value as Handle
  }
}

/** A function, as what it is to be used for. */
export function callbackOf<Callback extends (...values: never[]) => unknown>(what = 'a function'): Reader<Callback> {
  return handleOf<Callback>(what, (value) => typeof value === 'function')
}

export const callback = callbackOf()

/** An `AbortSignal`, of whichever window. */
export const abortSignal: Reader<AbortSignal> = handleOf('an AbortSignal', (value) => {
  const { aborted, addEventListener, throwIfAborted } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof throwIfAborted === 'function'
})

/**
 * Bytes: an `ArrayBuffer` or any view of one, of whichever window. They are copied, so that the caller can wipe its own.
 *
 * @param longest bytes at most
 */
export function bytes({ longest = Number.MAX_SAFE_INTEGER }: { readonly longest?: number } = {}): Reader<Bytes> {
  return (value, path) => {
    const view = viewOf(value, path)
    if (view.byteLength > longest)
      throw unreadableValue(path, `can have at most ${longest} bytes; it has ${view.byteLength}`)
    const copy = new Uint8Array(view.byteLength)
    copy.set(view)
    return copy
  }
}

/**
 * The bytes themselves, where they are used before anybody else runs; {@link bytes} copies them. Shared memory, where
 * others always run, is copied here too.
 *
 * @throws through {@link read} only
 */
export function viewOf(value: unknown, path: string): Uint8Array {
  if (!isBufferSource(value))
    throw unreadableValue(path, `must be bytes (a Uint8Array, another view, or an ArrayBuffer)${howToMakeBytes(value)}`)
  try {
    return bytesOf(value)
  } catch {
    throw unreadableValue(path, 'has been transferred to somebody else, and holds nothing any more')
  }
}

/** How bytes are made of what people give instead. */
const bytesFrom = new Map([
  ['String', '; of a text, new TextEncoder().encode(text)'],
  ['Blob', '; of a Blob, new Uint8Array(await blob.arrayBuffer()), or its stream()'],
  ['File', '; of a File, new Uint8Array(await file.arrayBuffer()), or its stream()'],
  ['Array', '; of a list of numbers, Uint8Array.from(list)'],
  ['ReadableStream', '; a stream goes through encryptStream or decryptStream'],
  ['Response', '; of a Response, new Uint8Array(await response.arrayBuffer())'],
  ['Promise', '; wait for the promise first'],
])

function howToMakeBytes(value: unknown): string {
  return bytesFrom.get(kindOf(value)) ?? insteadOf(value)
}

/** Milliseconds since 1970 of a `Date`, of whichever window, NaN of one that is none; undefined of all else. */
export function timeOf(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value)
  } catch {
    return undefined
  }
}

export interface JsonBounds {
  /** Characters of all names and texts together. */
  readonly longest: number
  /** Values of all lists and objects together. */
  readonly mostValues?: number
}

/** Deeper than any policy document. */
const MOST_DEPTH = 16

/**
 * A JSON value of plain objects and lists, such as a policy document. All of it is what the caller sees: nothing is left
 * out as `JSON.stringify` would, and nothing is computed anew at each look.
 */
export function json({ longest, mostValues = 10_000 }: JsonBounds): Reader<unknown> {
  return (value, path) => {
    let characters = longest
    let values = mostValues
    const spend = (text: string, place: string) => {
      characters -= text.length
      if (characters < 0) throw unreadableValue(path, `can have at most ${longest} characters`)
      if (!text.isWellFormed()) throw unreadableValue(place, 'is no well-formed Unicode text')
    }
    const copy = (part: unknown, place: string, depth: number): unknown => {
      values -= 1
      if (values < 0) throw unreadableValue(path, `can have at most ${mostValues} values`)
      if (depth > MOST_DEPTH) throw unreadableValue(path, `is nested more than ${MOST_DEPTH} levels deep`)
      if (typeof part === 'string') {
        spend(part, place)
        return part
      }
      if (part === null || typeof part === 'boolean') return part
      if (typeof part === 'number' && Number.isFinite(part)) return part
      if (Array.isArray(part)) {
        const length = lengthOf(part, place)
        if (length > values) throw unreadableValue(path, `can have at most ${mostValues} values`)
        return entriesOf(part, length, place, (entry, index) => copy(entry, `${place}[${index}]`, depth + 1))
      }
      if (typeof part !== 'object') throw unreadableValue(place, `must be a JSON value${insteadOf(part)}`)
      const result = Object.create(null) as Record<string, unknown>
      for (const name of namesOf(part, place, 'a plain object', mostValues)) {
        const memberPlace = `${place}.${shown(name)}`
        spend(name, memberPlace)
        if (Object.getOwnPropertyDescriptor(part, name)?.get)
          throw unreadableValue(memberPlace, 'is computed by a getter: give the value itself')
        const member = (part as Record<string, unknown>)[name]
        if (member === undefined) throw unreadableValue(memberPlace, 'is undefined: leave it out, or give it a value')
        result[name] = copy(member, memberPlace, depth + 1)
      }
      return result
    }
    return copy(value, path, 0)
  }
}

/**
 * The names of a plain object's members. Whatever is a member in another way than those are (hidden, named by a symbol,
 * inherited) would be lost, so that there must be none.
 */
function* namesOf(value: unknown, path: string, what: string, most = Number.POSITIVE_INFINITY): Generator<string> {
  if (!isPlainObject(value)) throw unreadableValue(path, `must be ${what}${insteadOf(value)}${howToMakeObject(value)}`)
  const names = Reflect.ownKeys(value)
  if (names.length > most) throw unreadableValue(path, `can have at most ${most} members; it has ${names.length}`)
  for (const name of names) {
    if (typeof name === 'symbol') throw unreadableValue(path, 'has a member that is named by a symbol')
    if (!isEnumerable(value, name))
      throw unreadableValue(`${path}.${shown(name)}`, 'is a hidden member: it would be lost')
    yield name
  }
}

function lengthOf(list: readonly unknown[], path: string): number {
  const { length } = list
  // That of a proxy can be anything.
  if (!Number.isSafeInteger(length) || length < 0) throw unreadableValue(path, 'has no length')
  return length
}

/**
 * Makes a list of another one's entries, each looked at once. They are those that its indices name, all there and nothing
 * beside them: an iterator of the caller's own could go on for ever, and a member that is no entry would be lost.
 */
function entriesOf<Entry>(
  list: readonly unknown[],
  length: number,
  path: string,
  entryOf: (entry: unknown, index: number) => Entry,
): Entry[] {
  const names = Reflect.ownKeys(list)
  const entries = Array.from({ length }, (_, index) => {
    if (names[index] !== String(index)) throw unreadableValue(`${path}[${index}]`, 'is missing')
    return entryOf(list[index], index)
  })
  if (names.length > length + 1) throw unreadableValue(path, 'has members beside its entries: they would be lost')
  return entries
}

const isEnumerable = (value: object, name: string) => Object.prototype.propertyIsEnumerable.call(value, name)

/** Whether an object is all that its own members say, whichever window it comes from. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return true
  // Object.prototype of some window: the first of its chain, and not one of a class with members of its own.
  return (
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype as object, 'isPrototypeOf') &&
    !isEnumerable(prototype as object, 'isPrototypeOf')
  )
}

/** `Map`, `Blob`, `ArrayBuffer`, …, whichever window it comes from. An object can say any kind of itself. */
export function kindOf(value: unknown): string {
  const kind = shown(Object.prototype.toString.call(value).slice('[object '.length, -1))
  return kind === 'Object' && !isPlainObject(value) ? 'class instance' : kind
}

function insteadOf(value: unknown): string {
  if (value === undefined) return '; it is missing'
  if (value === null) return '; it is null'
  if (typeof value === 'number') return `; it is ${value}`
  const kind = kindOf(value)
  return `, not ${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`
}

/** What people give in place of a plain object. */
const kindsOfEntries = ['Map', 'Headers', 'URLSearchParams', 'FormData']

function howToMakeObject(value: unknown): string {
  return kindsOfEntries.includes(kindOf(value)) ? ': Object.fromEntries makes one' : ''
}

/** Characters of a caller's own text that an error repeats. */
const MOST_SHOWN = 100

/**
 * A text as errors repeat it: a request of megabytes gets no answer of megabytes.
 *
 * @param most characters of it
 */
export function shown(value: string, most = MOST_SHOWN): string {
  return (value.length > most ? `${value.slice(0, most)}…` : value).toWellFormed()
}
