/**
 * A worker that keeps every buffer WebCrypto decrypts into: of a vault whose keys are sealed, that is the material, once
 * for each call that uses it. What was in it is kept too, masked, so that a search of this worker's memory for the
 * material does not find what the test knows of it. And it holds on to every other buffer that is made in it, whoever
 * makes it and of whatever type its elements are: nothing is collected, so that what is found in one is what nobody
 * wiped. (The developer tools do not show buffers' contents.)
 */
import { serveVault } from 'browser-kms/worker'

export interface OpenedMessage {
  /** What was in each buffer when it was opened, every byte XOR {@link MASK}. */
  readonly masked: readonly Uint8Array[]
  /** Bytes other than zero that are in each buffer now. */
  readonly left: readonly number[]
}

export interface CopiesQuestion {
  /** Secrets by what they are, every byte XOR {@link MASK}. */
  readonly tellCopies: Readonly<Record<string, readonly Uint8Array[]>>
}

export interface CopiesMessage {
  /** How many buffers have been made. */
  readonly made: number
  /** In how many of them {@link WINDOW} bytes in a row of a secret are, where there are any. */
  readonly copies: Readonly<Record<string, number>>
}

const MASK = 0xa5
/** Half of a secret is as bad as all of it. */
const WINDOW = 16

const Bytes = Uint8Array
const made = new Set<ArrayBufferLike>()
const hold = <Value>(value: Value): Value => {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value
  if (buffer instanceof ArrayBuffer) made.add(buffer)
  return value
}
const opened: ArrayBuffer[] = []
const masked: Uint8Array[] = []

// What WebCrypto answers.
const { subtle } = crypto
const methods = ['encrypt', 'decrypt', 'sign', 'digest', 'deriveBits', 'exportKey', 'wrapKey'] as const
for (const method of methods) {
  const original = subtle[method].bind(subtle) as (...parameters: unknown[]) => Promise<ArrayBuffer>
  Object.defineProperty(SubtleCrypto.prototype, method, {
    value: async (...parameters: unknown[]) => {
      const answer = hold(await original(...parameters))
      if (method === 'decrypt') {
        opened.push(answer)
        masked.push(new Bytes(answer).map((byte) => byte ^ MASK))
      }
      return answer
    },
  })
}

// What JavaScript makes. What slice, map and their like make is made by the constructor that an array names.
for (const Original of [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const) {
  const Held = new Proxy(Original, {
    construct: (target, parameters, newTarget) => hold(Reflect.construct(target, parameters, newTarget)),
  })
  Object.assign(globalThis, { [Original.name]: Held })
  Object.defineProperty(Original.prototype, 'constructor', { value: Held })
}
const HeldBuffer = new Proxy(ArrayBuffer, {
  construct: (target, parameters, newTarget) => hold(Reflect.construct(target, parameters, newTarget)),
})
Object.assign(globalThis, { ArrayBuffer: HeldBuffer })
Object.defineProperty(ArrayBuffer.prototype, 'constructor', { value: HeldBuffer })
for (const name of ['fromHex', 'fromBase64'] as const) {
  // Newer than the type library, and not in every engine.
  const original = (Bytes as unknown as Record<string, ((text: string) => Uint8Array) | undefined>)[name]
  if (original)
    Object.defineProperty(Bytes, name, { value: (text: string, ...rest: []) => hold(original(text, ...rest)) })
}

addEventListener('message', ({ data }: MessageEvent<{ tellOpened?: true } | CopiesQuestion | null>) => {
  if (data && 'tellOpened' in data) {
    const left = opened.map((buffer) => new Bytes(buffer).filter((byte) => byte !== 0).byteLength)
    postMessage({ masked, left } satisfies OpenedMessage)
  } else if (data && 'tellCopies' in data)
    postMessage({ made: made.size, copies: copiesOf(data.tellCopies) } satisfies CopiesMessage)
  else holdAll(data)
})

/** What comes by message. */
function holdAll(value: unknown, depth = 0): void {
  hold(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > 8) return
  for (const member of Object.values(value)) holdAll(member, depth + 1)
}

interface Window {
  readonly secret: string
  readonly bytes: readonly number[]
}

/** Looks for every window of every secret, in each of the orders in which memory can have it. */
function copiesOf(secrets: CopiesQuestion['tellCopies']): Record<string, number> {
  const windows = new Map<number, Window[]>()
  const start = (bytes: ArrayLike<number>, at: number) =>
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  for (const [secret, values] of Object.entries(secrets))
    for (const form of values.flatMap((value) => ordersOf(Array.from(value, (byte) => byte ^ MASK))))
      for (let at = 0; at + WINDOW <= form.length; at++) {
        const bytes = form.slice(at, at + WINDOW)
        const same = windows.get(start(bytes, 0))
        if (same) same.push({ secret, bytes })
        else windows.set(start(bytes, 0), [{ secret, bytes }])
      }
  const copies: Record<string, number> = {}
  for (const buffer of made) {
    // What was transferred is not here any more.
    if (buffer.byteLength === 0) continue
    const content = new Bytes(buffer)
    const found = new Set<string>()
    for (let at = 0; at + WINDOW <= content.byteLength; at++)
      for (const { secret, bytes } of windows.get(start(content, at)) ?? [])
        if (bytes.every((byte, index) => content[at + index] === byte)) found.add(secret)
    for (const secret of found) copies[secret] = (copies[secret] ?? 0) + 1
  }
  return copies
}

/** As they are, backwards, and as words of 32 and 64 bits that are stored the other way round. */
function ordersOf(bytes: readonly number[]): readonly (readonly number[])[] {
  const inWords = (size: number) => {
    const words = []
    for (let at = 0; at + size <= bytes.length; at += size) words.push(...bytes.slice(at, at + size).reverse())
    return words
  }
  return [bytes, [...bytes].reverse(), inWords(4), inWords(8)]
}

serveVault()
