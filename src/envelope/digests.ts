/** Digests that take a message piece by piece, which WebCrypto's cannot (STRM-8). */
import type { Bytes } from '../contract/bytes.js'

export type HashName = 'SHA-256' | 'SHA-384'

export interface Digest {
  update(bytes: Uint8Array): unknown
  digest(): Bytes
}

export async function newDigest(hash: HashName): Promise<Digest> {
  const { sha256, sha384 } = await import('@noble/hashes/sha2.js')
  return (hash === 'SHA-256' ? sha256 : sha384).create() as unknown as Digest
}

/** Set once WebAssembly was refused: a Content Security Policy reports every attempt. */
let isRefused = false

/** Six times as fast, where the Content Security Policy allows WebAssembly. */
export async function newFastDigest(hash: HashName): Promise<Digest> {
  if (!isRefused)
    try {
      const { createSHA256, createSHA384 } = await import('hash-wasm')
      const hasher = await (hash === 'SHA-256' ? createSHA256() : createSHA384())
      hasher.init()
      return { update: (bytes) => hasher.update(bytes), digest: () => hasher.digest('binary') as Bytes }
    } catch {
      isRefused = true
    }
  return newDigest(hash)
}
