/**
 * From what a person has to keys: HKDF (RFC 5869) with SHA-256, by WebCrypto, each step with a purpose of its own, so that
 * what is made for one type or one use is never of use for another.
 *
 * ```
 * Argon2id(passphrase), code, PRF output ─ HKDF(salt: protector's id, info: type) → protector secret (32 bytes)
 *   protector secret ─ HKDF(info: "seed")  → seed of the protector's X-Wing pair (32 bytes)
 *   protector secret ─ HKDF(info: "vouch") → HMAC key (never bytes in JavaScript)
 * ```
 */
import { type Bytes, encoder } from '../../../src/contract/bytes.js'
import { copyOfSecret } from '../../material/secret-bytes.js'
import type { ProtectorType } from '../records.js'

/** Bytes of a protector secret. */
const SECRET_LENGTH = 32
const PURPOSE = 'browser-kms/protector/1'
const NO_SALT = new Uint8Array(0)

/**
 * The secret of one protector.
 *
 * @param keying what the person has, of high entropy or hardened: left as it is
 * @returns 32 bytes, which the caller wipes
 */
export function protectorSecret(type: ProtectorType, protectorId: string, keying: Bytes): Promise<Bytes> {
  return derived(keying, encoder.encode(protectorId), type)
}

/** The private half of a protector's pair: 32 bytes, which the caller wipes. */
export function seedOf(secret: Bytes): Promise<Bytes> {
  return derived(secret, NO_SALT, 'seed')
}

/** The key that vouches. */
export async function vouchKeyOf(secret: Bytes): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const mac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  return crypto.subtle.deriveKey(hkdf(NO_SALT, 'vouch'), key, mac, false, ['sign', 'verify'])
}

async function derived(keying: Bytes, salt: Bytes, purpose: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', keying, 'HKDF', false, ['deriveBits'])
  const bits = new Uint8Array(await crypto.subtle.deriveBits(hkdf(salt, purpose), key, 8 * SECRET_LENGTH))
  try {
    return copyOfSecret(bits)
  } finally {
    bits.fill(0)
  }
}

function hkdf(salt: Bytes, purpose: string): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt, info: encoder.encode(`${PURPOSE}/${purpose}`) }
}
