export type Bytes = Uint8Array<ArrayBuffer>

export const KIB = 1024
export const MIB = 1024 * KIB
/** Bytes of a chunk of a stream: where AES-GCM in Chromium is fastest. */
export const CHUNK = 512 * KIB

export type Sink = (chunk: Uint8Array) => void

interface Named {
  readonly name: string
  /** Bytes of a chunk of ciphertext that it gets to decrypt. */
  readonly sealedChunk?: number
}

/** Encrypts and decrypts what a stream brings. */
export interface StreamContender extends Named {
  readonly takes: 'stream'
  encrypt(source: ReadableStream<Bytes>, sink: Sink): Promise<void>
  decrypt(source: ReadableStream<Bytes>, sink: Sink): Promise<void>
}

/** Encrypts and decrypts messages as a whole, which lie in memory before the clock runs. */
export interface WholeContender extends Named {
  readonly takes: 'whole'
  encrypt(plaintext: Bytes, sink: Sink): Promise<void>
  decrypt(sealed: Bytes, sink: Sink): Promise<void>
}

export type EnvelopeContender = StreamContender | WholeContender

const block = new Uint8Array(CHUNK)
for (let offset = 0; offset < CHUNK; offset += 64 * KIB)
  crypto.getRandomValues(block.subarray(offset, offset + 64 * KIB))

/** Chunks that are made when they are asked for; each may be transferred. */
function sourceOf(size: number, chunkAt: (offset: number) => Bytes): ReadableStream<Bytes> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      const chunk = chunkAt(offset)
      offset += chunk.byteLength
      controller.enqueue(chunk)
      if (offset >= size) controller.close()
    },
  })
}

/** So many bytes of a random block, again and again. */
export function randomSource(size: number): ReadableStream<Bytes> {
  return sourceOf(size, (offset) => block.slice(0, size - offset))
}

/** Copies of the pieces of some bytes. */
export function sourceFrom(bytes: Bytes, chunk: number): ReadableStream<Bytes> {
  return sourceOf(bytes.byteLength, (offset) => bytes.slice(offset, offset + chunk))
}

/** What {@link randomSource} brings, as a whole. */
export function randomBytes(size: number): Bytes {
  const bytes = new Uint8Array(size)
  for (let offset = 0; offset < size; offset += CHUNK) bytes.set(block.subarray(0, size - offset), offset)
  return bytes
}

export async function drain(stream: ReadableStream<Uint8Array>, sink: Sink): Promise<void> {
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    sink(value)
  }
}

/** A contender made of transform streams. */
export function transforms(
  name: string,
  encryptStream: () => TransformStream<Uint8Array, Uint8Array>,
  decryptStream: () => TransformStream<Uint8Array, Uint8Array>,
): StreamContender {
  return {
    name,
    takes: 'stream',
    encrypt: (source, sink) => drain(source.pipeThrough(encryptStream()), sink),
    decrypt: (source, sink) => drain(source.pipeThrough(decryptStream()), sink),
  }
}
