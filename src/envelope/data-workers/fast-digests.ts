/** Digests by WebAssembly: a file of its own, so that the HSM's worker, which hashes little, does not carry it. */
import type { Bytes } from '../../contract/bytes.js'
import { type Digest, type HashName, newDigest } from '../digests.js'

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
