/** What WebCrypto tells of the key pairs that it makes. */
import type { Bytes } from '../../src/contract/bytes.js'
import type { KeyPairBytes } from './family.js'

/** DER SubjectPublicKeyInfo of a pair's public half. */
export async function publicKeyOf({ publicKey }: CryptoKeyPair): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
}

/** Both halves of an extractable pair. */
export async function bytesOfPair(pair: CryptoKeyPair): Promise<KeyPairBytes> {
  return {
    privateKey: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
    publicKey: await publicKeyOf(pair),
  }
}
