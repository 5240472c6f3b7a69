/**
 * Nonces for AES-GCM: 96 random bits each (NIST SP 800-38D, 8.2.2), drawn 256 at a time because one call of
 * `getRandomValues` costs more than the bytes. Random nonces bound the number of encryptions under one backing key to
 * 2^32; rotation starts a new count.
 */
export const NONCE_LENGTH = 12

const pool = new Uint8Array(256 * NONCE_LENGTH)
let position = pool.byteLength

/** A nonce that has not been used; a copy, so that it stays as it is while the encryption runs. */
export function newNonce(): Uint8Array<ArrayBuffer> {
  if (position === pool.byteLength) {
    crypto.getRandomValues(pool)
    position = 0
  }
  const nonce = pool.slice(position, position + NONCE_LENGTH)
  position += NONCE_LENGTH
  return nonce
}
