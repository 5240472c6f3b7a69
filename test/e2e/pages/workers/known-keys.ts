/**
 * A worker whose AES keys the test knows: WebCrypto does not make them at random, it imports SHA-256 of a count. The
 * bytes are wiped at once, so that whatever the test finds of them in this worker was left behind by the vault.
 */
import { serveVault } from 'browser-kms/worker'

const { subtle } = crypto
const generateKey = subtle.generateKey.bind(subtle) as (
  algorithm: AesKeyGenParams,
  extractable: boolean,
  usages: KeyUsage[],
) => Promise<CryptoKey | CryptoKeyPair>
let count = 0

Object.defineProperty(SubtleCrypto.prototype, 'generateKey', {
  value: async (algorithm: AesKeyGenParams, extractable: boolean, usages: KeyUsage[]) => {
    if (algorithm.name !== 'AES-GCM' || algorithm.length !== 256) return generateKey(algorithm, extractable, usages)
    const bytes = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(`known key ${count++}`)))
    try {
      return await subtle.importKey('raw', bytes, algorithm, extractable, usages)
    } finally {
      bytes.fill(0)
    }
  },
})

serveVault()
