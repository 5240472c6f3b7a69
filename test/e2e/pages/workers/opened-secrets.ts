/**
 * A worker that keeps every buffer WebCrypto decrypts into: of a vault whose keys are sealed, that is the material, once
 * for each call that uses it. What was in it is kept too, masked, so that a search of this worker's memory for the
 * material does not find what the test knows of it. Other buffers it remembers weakly, whoever makes them: those that are
 * left after a collection are the ones that something still holds. (The developer tools do not show buffers' contents.)
 */
import { serveVault } from 'browser-kms/worker'

export interface OpenedMessage {
  /** What was in each buffer when it was opened, every byte XOR {@link MASK}. */
  readonly masked: readonly Uint8Array[]
  /** Bytes other than zero that are in each buffer now. */
  readonly left: readonly number[]
}

export interface AliveMessage {
  /** The contents of all arrays of bytes that are alive. */
  readonly alive: readonly Uint8Array[]
}

const MASK = 0xa5
const buffers: ArrayBuffer[] = []
const masked: Uint8Array[] = []
const arrays = new Set<WeakRef<Uint8Array>>()

const { subtle } = crypto
const decrypt = subtle.decrypt.bind(subtle)
Object.defineProperty(SubtleCrypto.prototype, 'decrypt', {
  value: async (...parameters: Parameters<typeof decrypt>) => {
    const buffer = await decrypt(...parameters)
    buffers.push(buffer)
    masked.push(new Uint8Array(buffer).map((byte) => byte ^ MASK))
    return buffer
  },
})

const Original = Uint8Array
const Remembered = new Proxy(Original, {
  construct(target, parameters, newTarget) {
    const array = Reflect.construct(target, parameters, newTarget) as Uint8Array
    arrays.add(new WeakRef(array))
    return array
  },
})
Object.assign(globalThis, { Uint8Array: Remembered })
// What slice, map and their like make is made by the constructor that an array names.
Object.defineProperty(Original.prototype, 'constructor', { value: Remembered })

addEventListener('message', ({ data }: MessageEvent<{ tellOpened?: true; tellAlive?: true } | null>) => {
  if (data?.tellOpened) {
    const left = buffers.map((buffer) => new Original(buffer).filter((byte) => byte !== 0).byteLength)
    postMessage({ masked, left } satisfies OpenedMessage)
  }
  if (data?.tellAlive) {
    const alive = [...arrays].flatMap((reference) => {
      const array = reference.deref()
      return array && array.buffer.byteLength > 0 ? [new Original(array.buffer)] : []
    })
    postMessage({ alive } satisfies AliveMessage)
  }
})

serveVault()
