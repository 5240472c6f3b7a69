/**
 * A worker that remembers, weakly, every buffer that could have held something secret: what WebCrypto answers, what it
 * fills with random bytes, what comes by message, and what bytes are copied into. The test asks which secrets are still
 * in one that is alive. Nothing is collected first: what only waits for collection counts too.
 */
import { serveVault } from 'browser-kms/worker'

const watched = new Set<WeakRef<ArrayBufferLike>>()
const watch = <Value>(value: Value): Value => {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value
  if (buffer instanceof ArrayBuffer) watched.add(new WeakRef(buffer))
  return value
}

const { subtle } = crypto
for (const method of ['encrypt', 'decrypt'] as const) {
  const original = subtle[method].bind(subtle) as (...parameters: unknown[]) => Promise<ArrayBuffer>
  Object.defineProperty(SubtleCrypto.prototype, method, {
    value: async (...parameters: unknown[]) => watch(await original(...parameters)),
  })
}
const getRandomValues = crypto.getRandomValues.bind(crypto)
Object.defineProperty(Crypto.prototype, 'getRandomValues', {
  value: (array: Uint8Array) => watch(getRandomValues(array as Uint8Array<ArrayBuffer>)),
})
const { set } = Uint8Array.prototype
Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'set', {
  value(this: Uint8Array, ...parameters: [ArrayLike<number>, number?]) {
    watch(this)
    set.apply(this, parameters)
  },
})

addEventListener('message', ({ data }) => {
  watch(data?.argumentList?.[0]?.value?.bytes)
  if (!data?.secrets) return
  const contents = [...watched].flatMap((reference) => {
    const buffer = reference.deref()
    return buffer && buffer.byteLength > 0 ? [hex(new Uint8Array(buffer))] : []
  })
  const secrets: string[] = data.secrets
  postMessage({
    buffers: contents.length,
    found: secrets.filter((secret) => contents.some((content) => content.includes(secret))),
  })
})

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What the test has to find, so that not finding is worth something. */
const kept = new Uint8Array(32)
kept.set(new Uint8Array(32).fill(0xa7))
Object.assign(globalThis, { kept })

serveVault()
