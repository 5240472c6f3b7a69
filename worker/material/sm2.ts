/**
 * SM2 (GM/T 0003-2012) with SM3: sealed, by sm-crypto-v2. The library takes private keys as text; engines keep text
 * until they collect it, so that an SM2 key lives longer in the worker's memory than the other sealed ones.
 */

import { type Bytes, bytesToHex, hexToBytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import { rawSignature } from './ecdsa-signature.js'
import { rawPublicKey, toPkcs8, toSpki } from './encodings.js'
import type { MaterialFamily, MessageForm } from './family.js'

const load = once(async () => (await import('sm-crypto-v2')).sm2)
const loadCiphertext = once(() => import('./sm2-ciphertext.js'))

/** Ciphertexts are C1‖C3‖C2 as DER (ASYM-18). */
const CIPHER_MODE = 1

const SCALAR_LENGTH = 32

/** A message is hashed with the default user id; a digest is e itself (ASYM-17). */
const options = (form: MessageForm) => ({ hash: form === 'RAW' })

export function sm2(): MaterialFamily {
  return {
    async make(_purpose, sealer) {
      const { privateKey, publicKey } = (await load()).generateKeyPairHex()
      return {
        handles: {},
        sealed: await sealer.seal(hexToBytes(privateKey)),
        publicKey: toSpki('SM2', hexToBytes(publicKey)),
      }
    },
    encryption: {
      async encrypt({ publicKey }, _algorithm, plaintext) {
        const point = bytesToHex(rawPublicKey('SM2', publicKey as Bytes))
        return hexToBytes((await load()).doEncrypt(plaintext, point, CIPHER_MODE, { asn1: true }))
      },
      async decrypt(material, _algorithm, ciphertext, sealer) {
        const [{ doDecrypt }, { rawCiphertext }] = await Promise.all([load(), loadCiphertext()])
        const raw = rawCiphertext(ciphertext)
        if (!raw) return undefined
        return sealer.withOpened(material, (scalar) => {
          try {
            // Raw, because the library does not check that a point that comes in DER is on the curve (GB/T 32918.4, B1).
            const plaintext = doDecrypt(bytesToHex(raw), bytesToHex(scalar), CIPHER_MODE, { output: 'array' })
            return plaintext.byteLength > 0 ? new Uint8Array(plaintext) : undefined
          } catch {
            return undefined
          }
        })
      },
    },
    signing: {
      async sign(material, _algorithm, message, form, sealer) {
        const { doSignature } = await load()
        const point = bytesToHex(rawPublicKey('SM2', material.publicKey as Bytes))
        return sealer.withOpened(material, (scalar) =>
          hexToBytes(doSignature(message, bytesToHex(scalar), { ...options(form), der: true, publicKey: point })),
        )
      },
      async verify({ publicKey }, _algorithm, message, form, signature) {
        const point = bytesToHex(rawPublicKey('SM2', publicKey as Bytes))
        // The library reads damaged DER as well as it can; a signature is either whole or none.
        const raw = await rawSignature(signature, SCALAR_LENGTH)
        if (!raw) return false
        try {
          return (await load()).doVerifySignature(message, bytesToHex(raw), point, options(form))
        } catch {
          return false
        }
      },
    },
    agreement: {
      async agree(material, peer, sealer) {
        const { ecdh } = await load()
        if (peer.byteLength !== 91 || bytesToHex(toSpki('SM2', peer.subarray(26))) !== bytesToHex(peer))
          return undefined
        const point = bytesToHex(peer.subarray(26))
        if (!(await isOnCurve(point))) return undefined
        return sealer.withOpened(material, (scalar) => {
          const shared = ecdh(bytesToHex(scalar), point)
          // A compressed or uncompressed point: the x coordinate follows its first byte.
          return new Uint8Array(shared.subarray(1, 33))
        })
      },
    },
    async makePair() {
      const { privateKey, publicKey } = (await load()).generateKeyPairHex()
      const point = hexToBytes(publicKey)
      return { privateKey: toPkcs8('SM2', hexToBytes(privateKey), point), publicKey: toSpki('SM2', point) }
    },
  }
}

/** The library throws for most of what is no point. */
async function isOnCurve(point: string): Promise<boolean> {
  try {
    return (await load()).verifyPublicKey(point)
  } catch {
    return false
  }
}
