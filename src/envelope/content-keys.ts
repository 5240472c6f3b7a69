/** Keys that follow from a data key (KDF-1 to KDF-4), and the cipher that they are for. */
import { type Bytes, concatenate } from '../contract/bytes.js'
import { encoder, u16 } from './bytes.js'
import { TAG_LENGTH } from './header.js'
import type { Suite } from './suites.js'

/** AES-GCM with one key. */
export interface ContentCipher {
  /** @returns ciphertext and tag */
  seal(iv: Bytes, additionalData: Bytes, plaintext: Bytes): Promise<Bytes>
  /** @returns undefined if anything was changed */
  open(iv: Bytes, additionalData: Bytes, sealed: Bytes): Promise<Bytes | undefined>
}

export interface DerivedKeys {
  readonly cipher: ContentCipher
  readonly commitKey?: Bytes
}

/** @param dataKey the caller wipes it */
export async function deriveKeys(suite: Suite, dataKey: Bytes, messageId: Bytes): Promise<DerivedKeys> {
  if (suite.kdf === undefined) return { cipher: await contentCipher(dataKey) }
  const base = await crypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveBits'])
  const derive = async (salt: Bytes, info: Bytes, length: number) =>
    new Uint8Array(
      await crypto.subtle.deriveBits({ name: 'HKDF', hash: suite.kdf as string, salt, info }, base, 8 * length),
    )
  if (!suite.commits) {
    const key = await derive(new Uint8Array(0), concatenate([u16(suite.id), messageId]), suite.keyLength)
    return { cipher: await contentCipherOnce(key) }
  }
  const info = concatenate([u16(suite.id), encoder.encode('DERIVEKEY')])
  const key = await derive(messageId, info, suite.keyLength)
  const commitKey = await derive(messageId, encoder.encode('COMMITKEY'), 32)
  return { cipher: await contentCipherOnce(key), commitKey }
}

async function contentCipherOnce(key: Bytes): Promise<ContentCipher> {
  try {
    return await contentCipher(key)
  } finally {
    key.fill(0)
  }
}

/** @param key the caller wipes it */
async function contentCipher(key: Bytes): Promise<ContentCipher> {
  return key.byteLength === 24 ? aes192(key.slice()) : native(key)
}

async function native(bytes: Bytes): Promise<ContentCipher> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const parameters = (iv: Bytes, additionalData: Bytes) => ({
    name: 'AES-GCM',
    iv,
    additionalData,
    tagLength: 8 * TAG_LENGTH,
  })
  return {
    async seal(iv, additionalData, plaintext) {
      return new Uint8Array(await crypto.subtle.encrypt(parameters(iv, additionalData), key, plaintext))
    },
    async open(iv, additionalData, sealed) {
      try {
        return new Uint8Array(await crypto.subtle.decrypt(parameters(iv, additionalData), key, sealed))
      } catch (error) {
        if ((error as DOMException).name === 'OperationError') return undefined
        throw error
      }
    },
  }
}

/** Chromium's WebCrypto has no 192-bit keys (BRW-2). */
async function aes192(key: Bytes): Promise<ContentCipher> {
  const { gcm } = await import('@noble/ciphers/aes.js')
  return {
    async seal(iv, additionalData, plaintext) {
      return gcm(key, iv, additionalData).encrypt(plaintext) as Bytes
    },
    async open(iv, additionalData, sealed) {
      try {
        return gcm(key, iv, additionalData).decrypt(sealed) as Bytes
      } catch {
        return undefined
      }
    },
  }
}
