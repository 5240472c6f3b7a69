/** SM2 ciphertexts as DER: `SEQUENCE { INTEGER x, INTEGER y, OCTET STRING C3, OCTET STRING C2 }` (ASYM-18). */

import { DER } from '@noble/curves/abstract/der.js'
import { type Bytes, bytesToHex, concatenate, hexToBytes } from '../../src/contract/bytes.js'
import { numberOf } from './secret-bytes.js'

const COORDINATE_LENGTH = 32
const CHECK_LENGTH = 32
const INTEGER = 0x02
const OCTET_STRING = 0x04
const SEQUENCE = 0x30
const UNCOMPRESSED = Uint8Array.of(4)

/** The parts of a ciphertext. All of it is public. */
export interface Sm2Ciphertext {
  /** C1, uncompressed. Nobody has looked yet whether it is on the curve. */
  readonly point: Bytes
  /** C3. */
  readonly check: Bytes
  /** C2, as long as the plaintext. */
  readonly content: Bytes
}

export function writeCiphertext({ point, check, content }: Sm2Ciphertext): Bytes {
  const coordinates = [point.subarray(1, 1 + COORDINATE_LENGTH), point.subarray(1 + COORDINATE_LENGTH)]
  const integers = coordinates.map((bytes) => DER._tlv.encode(INTEGER, DER._int.encode(numberOf(bytes))))
  const strings = [check, content].map((bytes) => DER._tlv.encode(OCTET_STRING, bytesToHex(bytes)))
  return hexToBytes(DER._tlv.encode(SEQUENCE, [...integers, ...strings].join('')))
}

/** @returns undefined if it is not the one DER encoding of its parts, or a part has a length that it cannot have */
export function readCiphertext(der: Bytes): Sm2Ciphertext | undefined {
  try {
    const sequence = DER._tlv.decode(SEQUENCE, der)
    const x = DER._tlv.decode(INTEGER, sequence.v)
    const y = DER._tlv.decode(INTEGER, x.l)
    const check = DER._tlv.decode(OCTET_STRING, y.l)
    const content = DER._tlv.decode(OCTET_STRING, check.l)
    if (sequence.l.byteLength + content.l.byteLength > 0 || check.v.byteLength !== CHECK_LENGTH) return undefined
    const coordinates = [x.v, y.v].map((integer) =>
      DER._int
        .decode(integer)
        .toString(16)
        .padStart(2 * COORDINATE_LENGTH, '0'),
    )
    if (coordinates.some((digits) => digits.length > 2 * COORDINATE_LENGTH)) return undefined
    const point = concatenate([UNCOMPRESSED, hexToBytes(coordinates.join(''))])
    return { point, check: check.v as Bytes, content: content.v as Bytes }
  } catch {
    return undefined
  }
}
