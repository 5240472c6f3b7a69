/**
 * The floor of the key families: a worker that answers one `postMessage` per call with one bare call, to
 * `crypto.subtle` for what is native, to noble for what is sealed.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha224 } from '@noble/hashes/sha2.js'

type Sign = (message: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer | Uint8Array> | Uint8Array

async function native(
  generation: RsaHashedKeyGenParams | EcKeyGenParams | HmacKeyGenParams | Algorithm,
  use: object,
): Promise<Sign> {
  const made = await crypto.subtle.generateKey(generation, false, ['sign', 'verify'])
  const key = 'privateKey' in made ? made.privateKey : made
  return (message) => crypto.subtle.sign(use as AlgorithmIdentifier, key, message)
}

const rsa = { hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
const makers: Record<string, () => Promise<Sign>> = {
  HMAC_256: () => native({ name: 'HMAC', hash: 'SHA-256', length: 256 }, { name: 'HMAC' }),
  ECC_NIST_P256: () => native({ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }),
  ECC_NIST_EDWARDS25519: () => native({ name: 'Ed25519' }, { name: 'Ed25519' }),
  RSA_2048: () => native({ name: 'RSA-PSS', ...rsa }, { name: 'RSA-PSS', saltLength: 32 }),
  ML_DSA_65: () => native({ name: 'ML-DSA-65' }, { name: 'ML-DSA-65' }),
  ECC_SECG_P256K1: async () => {
    const key = secp256k1.utils.randomSecretKey()
    return (message) => secp256k1.sign(message, key, { format: 'der' })
  },
  HMAC_224: async () => {
    const key = crypto.getRandomValues(new Uint8Array(28))
    return (message) => hmac(sha224, key, message)
  },
}
const made = new Map<string, Promise<Sign>>()

addEventListener(
  'message',
  async ({ data: [id, spec, message] }: MessageEvent<[number, string, Uint8Array<ArrayBuffer>]>) => {
    let sign = made.get(spec)
    if (!sign) {
      sign = (makers[spec] as () => Promise<Sign>)()
      made.set(spec, sign)
    }
    postMessage([id, new Uint8Array(await (await sign)(message))])
  },
)
