/**
 * What travels between page and worker. The calls of one microtask form one batch; all bytes in it, plaintexts and
 * ciphertexts of a few KiB, are packed into one buffer that is transferred, because a message with a thousand small
 * buffers costs more than the cryptography. The caller's own buffers are copied from, never detached.
 *
 * The protocol has two calls (the only ones the gate lets through on a client's port):
 *
 * - `submit(batch)` answers as soon as all its calls are done, or, where some take long, with those that are;
 * - `collect(ticket)` answers with more of the rest. A ticket is random, so nobody else can collect with it.
 */

import { isArrayBuffer } from './buffer-source.js'
import type { HandleWish, WishedHandle } from './data-keys.js'
import type { ErrorRecord } from './errors.js'
import { isPlainObject, kindOf, timeOf, viewOf } from './reader.js'
import type { OperationName } from './shapes.js'

/** From this size, in bytes, a buffer is transferred; a smaller one is cheaper to copy (measured: up to about 4 KiB). */
export const TRANSFER_FROM = 8192

/** Requests of one microtask. */
export interface Batch {
  readonly calls: readonly Call[]
  readonly bytes: ArrayBuffer
}
/** One request: operation and packed input, and whether its data key is wanted as a handle. */
export type Call = readonly [operation: OperationName, input: unknown, wish?: HandleWish]

/** Responses that are ready. */
export interface Answers {
  readonly answers: readonly Answer[]
  readonly bytes: ArrayBuffer
  /** Present while more answers of the batch are to come. */
  readonly ticket?: string
}
/** One response: which call of the batch it answers, the request's id, and a result, perhaps with a handle, or an error. */
export type Answer = readonly [
  index: number,
  requestId: string,
  result: unknown,
  error?: ErrorRecord | undefined,
  handle?: WishedHandle | undefined,
]

/** The worker's side of a client's connection. */
export interface RequestService {
  submit(batch: Batch): Promise<Answers>
  collect(ticket: string): Promise<Answers>
}

/** Names of {@link RequestService}, for the gate. */
export const requestServiceMethods = ['submit', 'collect'] as const

/** Bytes. A batch of small requests fits without growing. */
const INITIAL_CAPACITY = 65_536
const MAX_SPARE_CAPACITY = 1_048_576
const MAX_SPARE_BUFFERS = 4
/** Buffers of packers that are done, all zero: making and clearing one costs as much as encrypting a few KiB. */
const spareBuffers: Uint8Array<ArrayBuffer>[] = []

/** Deepest nesting of any request or response is four; one more for good measure. */
const MAX_DEPTH = 5

/**
 * What may still be packed or unpacked. It is spent by what is walked, not by what was sent: a message can refer to one
 * text, or one list, a hundred thousand times, and whoever reads it meets it so often.
 */
export interface Allowance {
  /** Members of structures and entries of lists. */
  values: number
  /** Characters of names and texts. */
  characters: number
}

/**
 * More than any request has: the largest holds a policy of 131,072 characters (which is refused, but in words of AWS), ten
 * grant tokens of 8,192, a description of 8,192 and fifty tags.
 */
export const REQUEST_ALLOWANCE: Readonly<Allowance> = { values: 16_384, characters: 262_144 }

/** Requests that a client sends in one message. */
export const MAX_BATCH = 32

/** A client's batch never comes to the end of it, however large its requests are. */
export const BATCH_ALLOWANCE: Readonly<Allowance> = {
  values: MAX_BATCH * REQUEST_ALLOWANCE.values,
  characters: MAX_BATCH * REQUEST_ALLOWANCE.characters,
}

/** For answers, which the vault itself has made. */
export function boundless(): Allowance {
  return { values: Number.MAX_SAFE_INTEGER, characters: Number.MAX_SAFE_INTEGER }
}

/** @throws `TypeError` if more is asked for than is left */
function spend(allowance: Allowance, values: number, characters: number): void {
  allowance.values -= values
  allowance.characters -= characters
  if (allowance.values < 0) throw new TypeError('a request cannot hold so many values')
  if (allowance.characters < 0) throw new TypeError('a request cannot hold so much text')
}

/**
 * Gathers the bytes of a batch. They are copied the moment a value is packed, so that a caller may wipe a plaintext
 * right after the call. A packed value holds a bigint where bytes were, offset and length in one: no request can hold
 * a bigint otherwise.
 */
export class Packer {
  #bytes = spareBuffers.pop() ?? new Uint8Array(INITIAL_CAPACITY)
  #length = 0

  /** Bytes so far. */
  get byteLength(): number {
    return this.#length
  }

  /**
   * The value with its binary parts replaced by references.
   *
   * @param allowance of this value; a request's by default
   * @throws `TypeError` for what no request or response can hold (functions, symbols, bigints, class instances, cycles),
   *   and for more than the allowance
   */
  pack(value: unknown, allowance: Allowance = { ...REQUEST_ALLOWANCE }, depth = 0): unknown {
    switch (typeof value) {
      case 'string':
        spend(allowance, 0, value.length)
        return value
      case 'number':
      case 'boolean':
      case 'undefined':
        return value
      case 'object':
        break
      default:
        throw new TypeError(`a ${typeof value} cannot be part of a request`)
    }
    if (value === null) return value
    if (depth > MAX_DEPTH) throw new TypeError('a request cannot be nested so deeply')
    if (ArrayBuffer.isView(value)) return this.#add(viewOf(value, 'a buffer of the request'))
    if (Array.isArray(value)) {
      spend(allowance, value.length, 0)
      return this.#packList(value, allowance, depth)
    }
    if (!isPlainObject(value)) return this.#packInstance(value)
    const packed: Record<string, unknown> = {}
    const keys = Object.keys(value)
    // An encryption context with a hidden pair would be one without it.
    if (Reflect.ownKeys(value).length > keys.length) throw new TypeError('a request cannot have hidden members')
    for (const key of keys) {
      spend(allowance, 1, key.length)
      setOwn(packed, key, this.pack((value as Record<string, unknown>)[key], allowance, depth + 1))
    }
    return packed
  }

  /** By its entries, and not by what its iterator gives; what is beside them would be lost. */
  #packList(list: readonly unknown[], allowance: Allowance, depth: number): unknown[] {
    const { length } = list
    if (Reflect.ownKeys(list).length !== length + 1)
      throw new TypeError('a list in a request cannot have gaps, nor members beside its entries')
    const packed: unknown[] = []
    for (let index = 0; index < length; index++) packed.push(this.pack(list[index], allowance, depth + 1))
    return packed
  }

  /** Looks at what an object is, not at its class: that of another window is another one. */
  #packInstance(value: object): unknown {
    if (isArrayBuffer(value)) return this.#add(viewOf(value, 'a buffer of the request'))
    // A copy, because what only passes for a Date (a Proxy of one) could not be sent, nor the batch that it is part of.
    const time = timeOf(value)
    if (time !== undefined) return new Date(time)
    throw new TypeError(`a ${kindOf(value)} cannot be part of a request`)
  }

  /** All bytes so far in a buffer of their own. The packer is empty afterwards, and holds no copy. */
  take(): ArrayBuffer {
    const taken = this.#bytes.slice(0, this.#length).buffer
    this.#bytes.fill(0, 0, this.#length)
    this.#length = 0
    return taken
  }

  /** Gives the packer's memory, which holds nothing any more, to the next one. Not to be used afterwards. */
  retire(): void {
    if (spareBuffers.length < MAX_SPARE_BUFFERS && this.#bytes.byteLength <= MAX_SPARE_CAPACITY)
      spareBuffers.push(this.#bytes)
  }

  #add(part: Uint8Array): bigint {
    const offset = this.#length
    const end = offset + part.byteLength
    if (end > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(end, 4 * this.#bytes.byteLength))
      larger.set(this.#bytes.subarray(0, offset))
      this.#bytes.fill(0, 0, offset)
      this.#bytes = larger
    }
    this.#bytes.set(part, offset)
    this.#length = end
    return (BigInt(offset) << 32n) | BigInt(part.byteLength)
  }
}

/**
 * Puts the bytes back into a packed value, which is changed in place: it came by message and belongs to the receiver.
 *
 * @param view whether the parts may share the batch's buffer (the worker's own use) or get a buffer each (a caller's)
 * @param allowance keeps a small message from making much work: a list without entries can be four thousand million long,
 *   and lists that hold one list a thousand times, five levels deep, hold 10^15 values
 * @throws `TypeError` for references that lie outside the buffer and for what no packer makes: nesting deeper, or more
 *   values or text, than any request has, and objects that are no plain ones
 */
export function unpack(
  value: unknown,
  bytes: Uint8Array,
  view: 'shared' | 'own',
  allowance: Allowance = { ...REQUEST_ALLOWANCE },
  depth = 0,
): unknown {
  if (typeof value === 'bigint') {
    const offset = Number(value >> 32n)
    const end = offset + Number(value & 0xffffffffn)
    if (offset < 0 || end > bytes.byteLength) throw new TypeError('a reference lies outside its batch')
    return view === 'shared' ? bytes.subarray(offset, end) : bytes.slice(offset, end)
  }
  if (typeof value === 'string') spend(allowance, 0, value.length)
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new TypeError('a request cannot be nested so deeply')
  if (Array.isArray(value)) {
    spend(allowance, value.length, 0)
    for (let index = 0; index < value.length; index++)
      value[index] = unpack(value[index], bytes, view, allowance, depth + 1)
    return value
  }
  if (!isPlainObject(value)) {
    if (timeOf(value) !== undefined) return value
    throw new TypeError(`a ${kindOf(value)} cannot be part of a request`)
  }
  const names = Object.keys(value)
  spend(allowance, names.length, 0)
  for (const name of names) {
    const member = (value as Record<string, unknown>)[name]
    spend(allowance, 0, name.length)
    if (typeof member === 'bigint' || typeof member === 'object')
      setOwn(value as Record<string, unknown>, name, unpack(member, bytes, view, allowance, depth + 1))
    else if (typeof member === 'string') spend(allowance, 0, member.length)
  }
  return value
}

/** Sets an own property, also one that is called `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}
