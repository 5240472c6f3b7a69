/**
 * Names of imported material (ROT-7): worked out of the key's id and the material, so that the same material gets the
 * same name wherever the key is, and nothing about the material can be learnt from it. HKDF (RFC 5869) keeps them apart
 * from everything else that the material is used for.
 */
import { type Bytes, bytesToHex, encoder } from '../../src/contract/bytes.js'

const NO_SALT = new Uint8Array(0)
const LENGTH = 32

/** Of material that is all secret. 64 hex digits. */
export function materialIdOfBytes(keyId: string, bytes: Bytes): Promise<string> {
  return derive(bytes, `browser-kms key material ${keyId}`)
}

/** Of a private key: by its public key, which every encoding of it has in common. 64 hex digits. */
export function materialIdOfPublicKey(keyId: string, publicKey: Bytes): Promise<string> {
  return derive(publicKey, `browser-kms public key ${keyId}`)
}

async function derive(bytes: Bytes, label: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits'])
  const info = encoder.encode(label)
  const id = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: NO_SALT, info }, key, 8 * LENGTH)
  return bytesToHex(new Uint8Array(id))
}
