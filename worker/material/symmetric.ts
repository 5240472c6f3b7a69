/**
 * Material of symmetric encryption keys: AES-256-GCM (NIST SP 800-38D), made by WebCrypto as non-extractable, so that
 * its bytes never exist in JavaScript.
 */
import { NONCE_LENGTH, writeNonce } from './nonces.js'

const TAG_LENGTH = 16
const NOTHING = new Uint8Array(0)

/** Bytes that sealing adds to a plaintext: nonce and authentication tag. */
export const SEAL_OVERHEAD = NONCE_LENGTH + TAG_LENGTH

export const symmetricAlgorithm = { name: 'AES-GCM', length: 256 }
export const symmetricUsages: KeyUsage[] = ['encrypt', 'decrypt']

/** New material. @param extractable where it has to leave a copy of itself before it becomes a handle that is not */
export function generateSymmetric(extractable = false): Promise<CryptoKey> {
  return crypto.subtle.generateKey(symmetricAlgorithm, extractable, symmetricUsages)
}

/** Material from outside: exactly 32 bytes. The caller wipes them. */
export async function adoptSymmetric(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
  if (bytes.byteLength !== 32) return undefined
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/**
 * Encrypts and authenticates.
 *
 * @param additionalData authenticated but not encrypted; needed again to open
 * @param prefix goes in front of the result as it is, and is not authenticated unless it is part of the additional data
 * @returns prefix, nonce, ciphertext and tag in one piece
 */
export async function seal(
  key: CryptoKey,
  plaintext: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
  prefix: Uint8Array = NOTHING,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = prefix.byteLength
  const sealed = new Uint8Array(start + SEAL_OVERHEAD + plaintext.byteLength)
  sealed.set(prefix)
  writeNonce(sealed, start)
  const iv = sealed.subarray(start, start + NONCE_LENGTH)
  const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plaintext)
  sealed.set(new Uint8Array(ciphertext), start + NONCE_LENGTH)
  return sealed
}

/**
 * Opens what {@link seal} made: nonce, ciphertext and tag in one piece.
 *
 * @returns the plaintext, or undefined if anything was changed, or the additional data is not the same
 */
export async function open(
  key: CryptoKey,
  sealed: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (sealed.byteLength < SEAL_OVERHEAD) return undefined
  const iv = sealed.subarray(0, NONCE_LENGTH)
  try {
    const plaintext = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData },
      key,
      sealed.subarray(NONCE_LENGTH),
    )
    return new Uint8Array(plaintext)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}
