/** X-Wing (ML-KEM-768 and X25519, KEM 0x647a) by noble, for engines whose WebCrypto has none. */
import { ml_kem768_x25519 as xWing } from '@noble/post-quantum/hybrid.js'
import type { KEM, Key } from 'hpke'
import type { Bytes } from '../../src/contract/bytes.js'

/** The public key that belongs to a seed. */
export function publicKeyOf(seed: Bytes): Bytes {
  return xWing.getPublicKey(seed) as Bytes
}

/** A key of noble's, as the library of HPKE wants to have it. */
interface NobleKey extends Key {
  readonly bytes: Uint8Array
}

const algorithm = { name: 'MLKEM768-X25519' }

/** As a KEM of that library. Its keys are made of seeds, and never exported. */
export const xWingKem = (): KEM<NobleKey> => ({
  id: 0x647a,
  type: 'KEM',
  name: algorithm.name,
  Nsecret: 32,
  Nenc: xWing.lengths.cipherText as number,
  Npk: xWing.lengths.publicKey as number,
  Nsk: xWing.lengths.seed as number,
  DeriveKeyPair: notDone,
  GenerateKeyPair: notDone,
  SerializePrivateKey: notDone,
  async SerializePublicKey({ bytes }) {
    return bytes
  },
  async DeserializePublicKey(bytes) {
    return { type: 'public', extractable: true, algorithm, bytes: bytes.slice() }
  },
  async DeserializePrivateKey(bytes) {
    // The library keeps what it is given, and the seed is the caller's, who wipes it.
    return { type: 'private', extractable: false, algorithm, bytes: bytes.slice() }
  },
  async Encap({ bytes }) {
    const { cipherText, sharedSecret } = xWing.encapsulate(bytes)
    return { shared_secret: sharedSecret, enc: cipherText }
  },
  async Decap(encapsulated, { bytes }) {
    return xWing.decapsulate(encapsulated, bytes)
  },
})

async function notDone(): Promise<never> {
  throw new TypeError('keys of X-Wing are made of seeds')
}
