/** AES-GCM with a message's content key. */
import type { Bytes } from '../contract/bytes.js'
import type { ContentKey } from '../contract/data-keys.js'
import { MessageAuthenticationError } from './errors.js'
import { TAG_LENGTH } from './header.js'

/** What it is given is copied during the call: buffers can be used again at once. */
export interface ContentCipher {
  /** @returns ciphertext and tag */
  seal(iv: Bytes, additionalData: Bytes, plaintext: Bytes): Promise<ArrayBuffer>
  /** Rejects if anything was changed; {@link notAuthentic} tells that from other failures. */
  open(iv: Bytes, additionalData: Bytes, sealed: Bytes): Promise<ArrayBuffer>
}

export async function contentCipher(key: ContentKey): Promise<ContentCipher> {
  return key instanceof Uint8Array ? aes192(key) : native(key)
}

/** The failure of {@link ContentCipher.open} as callers are told of it. */
export function notAuthentic(error: unknown, message: string): unknown {
  return (error as Error).name === 'OperationError' ? new MessageAuthenticationError(message) : error
}

function native(key: CryptoKey): ContentCipher {
  const parameters = (iv: Bytes, additionalData: Bytes) => ({
    name: 'AES-GCM',
    iv,
    additionalData,
    tagLength: 8 * TAG_LENGTH,
  })
  return {
    seal: (iv, additionalData, plaintext) => crypto.subtle.encrypt(parameters(iv, additionalData), key, plaintext),
    open: (iv, additionalData, sealed) => crypto.subtle.decrypt(parameters(iv, additionalData), key, sealed),
  }
}

/** Chromium's WebCrypto has no 192-bit keys (BRW-2). */
async function aes192(key: Bytes): Promise<ContentCipher> {
  const { gcm } = await import('@noble/ciphers/aes.js')
  return {
    async seal(iv, additionalData, plaintext) {
      return gcm(key, iv, additionalData).encrypt(plaintext).buffer as ArrayBuffer
    },
    async open(iv, additionalData, sealed) {
      try {
        return gcm(key, iv, additionalData).decrypt(sealed).slice().buffer
      } catch {
        throw new DOMException('The tag does not fit.', 'OperationError')
      }
    },
  }
}
