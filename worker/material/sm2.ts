/** SM2 (GM/T 0003-2012) with SM3: sealed. */

import { type Bytes, bytesToHex } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import { rawSignature } from './ecdsa-signature.js'
import { rawPublicKey, toPkcs8, toSpki } from './encodings.js'
import type { MaterialFamily } from './family.js'
import { reviveSealed } from './rebirth.js'

const loadSealed = once(() => import('./sealed-sm2.js'))
const loadCiphertext = once(() => import('./sm2-ciphertext.js'))

const SCALAR_LENGTH = 32

export function sm2(): MaterialFamily {
  return {
    async make(_purpose, sealer, { birth }) {
      const { newScalar, publicPoint } = await loadSealed()
      const scalar = newScalar()
      const publicKey = toSpki('SM2', publicPoint(scalar))
      return { handles: {}, sealed: await sealer.seal(scalar, birth), publicKey }
    },
    revive: (_purpose, wrapped, publicKey, sealer) => reviveSealed(wrapped, sealer, publicKey),
    encryption: {
      async encrypt({ publicKey }, _algorithm, plaintext) {
        const [{ encrypt }, { writeCiphertext }] = await Promise.all([loadSealed(), loadCiphertext()])
        return writeCiphertext(encrypt(rawPublicKey('SM2', publicKey as Bytes), plaintext))
      },
      async decrypt(material, _algorithm, ciphertext, sealer) {
        const [{ decrypt }, { readCiphertext }] = await Promise.all([loadSealed(), loadCiphertext()])
        const parts = readCiphertext(ciphertext)
        return parts && sealer.withOpened(material, (scalar) => decrypt(scalar, parts))
      },
    },
    signing: {
      async sign(material, _algorithm, message, form, sealer) {
        const { digestOf, sign } = await loadSealed()
        // A message is hashed with the default user id; a digest is e itself (ASYM-17).
        const digest = form === 'RAW' ? digestOf(rawPublicKey('SM2', material.publicKey as Bytes), message) : message
        return sealer.withOpened(material, (scalar) => sign(scalar, digest))
      },
      async verify({ publicKey }, _algorithm, message, form, signature) {
        const raw = await rawSignature(signature, SCALAR_LENGTH)
        if (!raw) return false
        const { digestOf, verify } = await loadSealed()
        const point = rawPublicKey('SM2', publicKey as Bytes)
        return verify(point, form === 'RAW' ? digestOf(point, message) : message, raw)
      },
    },
    agreement: {
      async agree(material, peer, sealer) {
        const { sharedCoordinate } = await loadSealed()
        if (peer.byteLength !== 91 || bytesToHex(toSpki('SM2', peer.subarray(26))) !== bytesToHex(peer))
          return undefined
        return sealer.withOpened(material, (scalar) => sharedCoordinate(scalar, peer.subarray(26)))
      },
    },
    async makePair() {
      const { newScalar, publicPoint } = await loadSealed()
      const scalar = newScalar()
      try {
        const point = publicPoint(scalar)
        return { privateKey: toPkcs8('SM2', scalar, point), publicKey: toSpki('SM2', point) }
      } finally {
        scalar.fill(0)
      }
    },
  }
}
