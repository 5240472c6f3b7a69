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
import type { HandleWish, WishedHandle } from './data-keys.js'
import type { ErrorRecord } from './errors.js'
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
/** More lists, structures and entries of lists than any request or response has (a full page of aliases: 2,001). */
const MAX_VALUES = 16_384

/**
 * Gathers the bytes of a batch. They are copied the moment a value is packed, so that a caller may wipe a plaintext
 * right after the call. A packed value holds a bigint where bytes were, offset and length in one: no request can hold
 * a bigint otherwise.
 */
export class Packer {
  #bytes = spareBuffers.pop() ?? new Uint8Array(INITIAL_CAPACITY)
  #length = 0

  /**
   * The value with its binary parts replaced by references.
   *
   * @throws `TypeError` for what no request or response can hold (functions, symbols, bigints, class instances, cycles)
   */
  pack(value: unknown, depth = 0): unknown {
    switch (typeof value) {
      case 'string':
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
    // A copy, because what only passes for a Date (a Proxy of one) could not be sent, nor the batch that it is part of.
    if (value instanceof Date) return new Date(Date.prototype.getTime.call(value))
    if (depth > MAX_DEPTH) throw new TypeError('a request cannot be nested so deeply')
    if (ArrayBuffer.isView(value)) return this.#add(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    if (value instanceof ArrayBuffer) return this.#add(new Uint8Array(value))
    if (Array.isArray(value)) return Array.from(value, (entry) => this.pack(entry, depth + 1))
    if (!isPlainObject(value)) throw new TypeError(`a ${kindOf(value)} cannot be part of a request`)
    const packed: Record<string, unknown> = {}
    for (const key of Object.keys(value))
      setOwn(packed, key, this.pack((value as Record<string, unknown>)[key], depth + 1))
    return packed
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
 * @param budget keeps a small message from making much work: a list without entries can be four thousand million long,
 *   and lists that hold one list a thousand times, five levels deep, hold 10^15 values
 * @throws `TypeError` for references that lie outside the buffer and for what no packer makes: nesting deeper, or more
 *   values, than any request has, and objects that are no plain ones
 */
export function unpack(
  value: unknown,
  bytes: Uint8Array,
  view: 'shared' | 'own',
  depth = 0,
  budget = { values: MAX_VALUES },
): unknown {
  if (typeof value === 'bigint') {
    const offset = Number(value >> 32n)
    const end = offset + Number(value & 0xffffffffn)
    if (offset < 0 || end > bytes.byteLength) throw new TypeError('a reference lies outside its batch')
    return view === 'shared' ? bytes.subarray(offset, end) : bytes.slice(offset, end)
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth > MAX_DEPTH) throw new TypeError('a request cannot be nested so deeply')
  budget.values -= Array.isArray(value) ? value.length : 1
  if (budget.values < 0) throw new TypeError('a request cannot hold so many values')
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      value[index] = unpack(value[index], bytes, view, depth + 1, budget)
    return value
  }
  if (!isPlainObject(value)) throw new TypeError(`a ${kindOf(value)} cannot be part of a request`)
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key]
    if (typeof member === 'bigint' || typeof member === 'object')
      setOwn(value as Record<string, unknown>, key, unpack(member, bytes, view, depth + 1, budget))
  }
  return value
}

/**
 * Whether an object is all that its own members say, whichever window it comes from. The members of a Map, say, would
 * be lost on the way, and an encryption context without its pairs be none.
 */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** `Map`, `Blob`, … */
function kindOf(value: object): string {
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return kind === 'Object' ? 'class instance' : kind
}

/** Sets an own property, also one that is called `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}
