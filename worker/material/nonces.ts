/**
 * Nonces for AES-GCM: 96 random bits each (NIST SP 800-38D, 8.2.2), drawn 256 at a time because one call of
 * `getRandomValues` costs more than the bytes. Random nonces bound the number of encryptions under one backing key to
 * 2^32; rotation starts a new count.
 */
export const NONCE_LENGTH = 12

const pool = new Uint8Array(256 * NONCE_LENGTH)
let position = pool.byteLength

/**
 * Writes a nonce that has not been used into a buffer. Those that begin with 64 zero bits are never drawn: they are kept
 * for check values (REC-6).
 */
export function writeNonce(target: Uint8Array, offset: number): void {
  do draw(target, offset)
  while (isReserved(target, offset))
}

function draw(target: Uint8Array, offset: number): void {
  if (position === pool.byteLength) {
    crypto.getRandomValues(pool)
    position = 0
  }
  for (let index = 0; index < NONCE_LENGTH; index++) target[offset + index] = pool[position + index] as number
  position += NONCE_LENGTH
}

function isReserved(target: Uint8Array, offset: number): boolean {
  for (let index = 0; index < 8; index++) if (target[offset + index] !== 0) return false
  return true
}
