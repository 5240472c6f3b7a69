import { RawAesKeyring } from '../../../src/envelope/index.js'

export const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
export const sequence = (first: number, count: number) =>
  Uint8Array.from({ length: count }, (_, index) => first + index)
export const text = (value: string) => new TextEncoder().encode(value)
export const keyNamespace = 'kat-ns'
export const keyName = 'kat-key'
export const wrappingKeyBytes = sequence(0x40, 32)

/** The raw AES keyring of the known answers. */
export function knownKeyring(): Promise<RawAesKeyring> {
  return rawAesKeyring(keyName, wrappingKeyBytes)
}

export async function rawAesKeyring(keyName: string, bytes: Uint8Array<ArrayBuffer>): Promise<RawAesKeyring> {
  const wrappingKey = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return new RawAesKeyring({ keyNamespace, keyName, wrappingKey })
}

/** Sends pieces through a stream and collects what comes. */
export async function through(
  stream: TransformStream<Uint8Array, Uint8Array>,
  pieces: readonly Uint8Array[],
): Promise<Uint8Array> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  return collected(source.pipeThrough(stream))
}

/** All that a stream gives. */
export async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream as unknown as AsyncIterable<Uint8Array>) parts.push(part)
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

export const pieces = (bytes: Uint8Array, length: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.byteLength / length) }, (_, index) =>
    bytes.slice(index * length, (index + 1) * length),
  )
