/**
 * Names of imported material (ROT-7): worked out of the key's id and the material, so that the same material gets the
 * same name wherever the key is, and nothing about the material can be learnt from it.
 */
import { bytesToHex } from './bytes.js'
import type { Bytes } from './family.js'

const encoder = new TextEncoder()
const HMAC = { name: 'HMAC', hash: 'SHA-256' }

/** Of material that is all secret: a MAC under it, over the key's id. 64 hex digits. */
export async function materialIdOfBytes(keyId: string, bytes: Bytes): Promise<string> {
  const key = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign'])
  return macOver(key, `browser-kms key material ${keyId}`)
}

/** Of a private key: by its public key, which every encoding of it has in common. 64 hex digits. */
export async function materialIdOfPublicKey(keyId: string, publicKey: Bytes): Promise<string> {
  const key = await crypto.subtle.importKey('raw', publicKey, HMAC, false, ['sign'])
  return macOver(key, `browser-kms public key ${keyId}`)
}

async function macOver(key: CryptoKey, label: string): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(label))))
}
