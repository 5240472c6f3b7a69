/** The same worker behind plain Comlink. */
import { expose } from 'comlink'

const key = crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

export const service = {
  async encrypt(plaintext: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key, plaintext))
  },
}
expose(service)
