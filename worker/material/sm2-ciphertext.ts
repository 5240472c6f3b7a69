/** SM2 ciphertexts as DER: `SEQUENCE { INTEGER x, INTEGER y, OCTET STRING C3, OCTET STRING C2 }` (ASYM-18). */

import { DER } from '@noble/curves/abstract/der.js'
import { type Bytes, concatenate, hexToBytes } from '../../src/contract/bytes.js'

const COORDINATE_LENGTH = 32
const CHECK_LENGTH = 32
const INTEGER = 0x02
const OCTET_STRING = 0x04
const SEQUENCE = 0x30

/**
 * From DER to x‖y‖C3‖C2. The library would read damaged DER as well as it can, and take a point that is not on the curve
 * from it; a point that comes raw, it checks.
 *
 * @returns undefined if it is not the one DER encoding of its parts, or a part has a length that it cannot have
 */
export function rawCiphertext(der: Bytes): Bytes | undefined {
  try {
    const sequence = DER._tlv.decode(SEQUENCE, der)
    const x = DER._tlv.decode(INTEGER, sequence.v)
    const y = DER._tlv.decode(INTEGER, x.l)
    const check = DER._tlv.decode(OCTET_STRING, y.l)
    const cipher = DER._tlv.decode(OCTET_STRING, check.l)
    if (sequence.l.byteLength + cipher.l.byteLength > 0 || check.v.byteLength !== CHECK_LENGTH) return undefined
    const coordinates = [x.v, y.v].map((integer) =>
      DER._int
        .decode(integer)
        .toString(16)
        .padStart(2 * COORDINATE_LENGTH, '0'),
    )
    if (coordinates.some((digits) => digits.length > 2 * COORDINATE_LENGTH)) return undefined
    return concatenate([hexToBytes(coordinates.join('')), check.v, cipher.v])
  } catch {
    return undefined
  }
}
