/** Materials made of keys that a vector gives: the same shapes that the families make, with the same handle names. */
import { concatenate, hexToBytes } from '../../../src/contract/bytes.js'
import type { Bytes, Material } from '../../../worker/material/family.js'
import { Sealer } from '../../../worker/material/sealer.js'

export const bytes = (hex: string): Bytes => hexToBytes(hex)

/** For one test file: its key lives no longer than the page. */
export const testSealer = async (): Promise<Sealer> =>
  new Sealer(await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']))

/** Material of one handle. */
export async function handle(
  name: string,
  format: 'raw' | 'spki' | 'pkcs8',
  key: Bytes,
  algorithm: Algorithm | HmacImportParams | RsaHashedImportParams | EcKeyImportParams,
  usage: string,
): Promise<Material> {
  // Usages of key encapsulation are unknown to the type library.
  const imported = await crypto.subtle.importKey(format, key, algorithm, false, [usage as KeyUsage])
  return { handles: { [name]: imported } }
}

/** Material that verifies without WebCrypto. */
export const publicOnly = (publicKey: Bytes): Material => ({ handles: {}, publicKey })

const nistPrivateKeys = {
  ECC_NIST_P256: { prefix: '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', length: 32 },
  ECC_NIST_P384: { prefix: '304e020100301006072a8648ce3d020106052b81040022043730350201010430', length: 48 },
  ECC_NIST_P521: { prefix: '3060020100301006072a8648ce3d020106052b81040023044930470201010442', length: 66 },
} as const

/** PKCS #8 of a scalar without its point (RFC 5915), for WebCrypto to import. */
export function scalarToPkcs8(spec: keyof typeof nistPrivateKeys, scalar: string): Bytes {
  const { prefix, length } = nistPrivateKeys[spec]
  const digits = scalar.replace(/^(00)+/, '').padStart(2 * length, '0')
  return concatenate([hexToBytes(prefix), hexToBytes(digits)])
}

const dsaSeedPrefixes = {
  ML_DSA_44: '3034020100300b060960864801650304031104228020',
  ML_DSA_65: '3034020100300b060960864801650304031204228020',
  ML_DSA_87: '3034020100300b060960864801650304031304228020',
} as const

/** PKCS #8 of an ML-DSA seed (RFC 9881: the seed alone, 32 bytes, context tag 0). */
export const dsaSeedToPkcs8 = (spec: keyof typeof dsaSeedPrefixes, seed: Bytes): Bytes =>
  concatenate([hexToBytes(dsaSeedPrefixes[spec]), seed])

/** DER of Ed25519 seeds (RFC 8410). */
export const edSeedToPkcs8 = (seed: Bytes): Bytes => concatenate([hexToBytes('302e020100300506032b657004220420'), seed])
