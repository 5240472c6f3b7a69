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
