/** HMAC (RFC 2104): native, but for SHA-224, which no WebCrypto has. */

import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { MaterialFamily } from './family.js'
import { handleOf, reviveSealed } from './rebirth.js'
import { copyOfSecret, randomSecret } from './secret-bytes.js'

/** Digest and key length in bytes of each spec (HMAC-1). WebCrypto would take keys of the block size by itself. */
const specs = {
  HMAC_256: { hash: 'SHA-256', length: 32 },
  HMAC_384: { hash: 'SHA-384', length: 48 },
  HMAC_512: { hash: 'SHA-512', length: 64 },
} as const

export function hmac(spec: keyof typeof specs): MaterialFamily {
  const { hash, length } = specs[spec]
  return {
    async make(_purpose, _sealer, { birth }) {
      const algorithm = { name: 'HMAC', hash, length: 8 * length }
      const mac = await crypto.subtle.generateKey(algorithm, birth !== undefined, ['sign'])
      return { handles: { mac: await handleOf(mac, 'raw', algorithm, birth) } }
    },
    async adopt(_purpose, bytes, _sealer, { birth }) {
      if (bytes.byteLength !== length) return undefined
      await birth?.keepBytes('raw', bytes)
      return { handles: { mac: await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign']) } }
    },
    async revive(_purpose, wrapped) {
      return { handles: { mac: await wrapped.unwrap({ name: 'HMAC', hash }, ['sign']) } }
    },
    authentication: {
      async mac({ handles: { mac } }, message) {
        return new Uint8Array(await crypto.subtle.sign('HMAC', mac as CryptoKey, message))
      },
    },
  }
}

const HMAC_224_LENGTH = 28

/** Taken apart at once: of the whole libraries, bundlers take these alone. */
const load = once(async () => {
  const [{ hmac }, { sha224 }] = await Promise.all([import('@noble/hashes/hmac.js'), import('@noble/hashes/sha2.js')])
  return { hmac, sha224 }
})

/** HMAC with SHA-224: sealed, by noble. */
export function hmac224(): MaterialFamily {
  return {
    async make(_purpose, sealer, { birth }) {
      return { handles: {}, sealed: await sealer.seal(randomSecret(HMAC_224_LENGTH), birth) }
    },
    async adopt(_purpose, bytes, sealer, { birth }) {
      if (bytes.byteLength !== HMAC_224_LENGTH) return undefined
      return { handles: {}, sealed: await sealer.seal(copyOfSecret(bytes), birth) }
    },
    revive: (_purpose, wrapped, _publicKey, sealer) => reviveSealed(wrapped, sealer),
    authentication: {
      async mac(material, message, sealer) {
        const { hmac, sha224 } = await load()
        // noble wipes its paddings and its state.
        return sealer.withOpened(material, (key) => hmac(sha224, key, message) as Bytes)
      },
    },
  }
}
