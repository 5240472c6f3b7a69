/** Secret numbers below the order of a curve's group: noble's field arithmetic, without its way by text and copies. */
import type { IField } from '@noble/curves/abstract/modular.js'
import type { Bytes } from '../../src/contract/bytes.js'
import { numberOf, secretBytes } from './secret-bytes.js'

/** The field of a group's order. */
export type ScalarField = Readonly<IField<bigint>>

/**
 * A random scalar in as many bytes as the order has, by rejection (FIPS 186-5, A.2.2): every number above zero is as
 * likely as another. Whoever gets it wipes it.
 */
export function randomScalar(field: ScalarField): Bytes {
  const bytes = secretBytes(field.BYTES)
  do {
    crypto.getRandomValues(bytes)
    bytes[0] = (bytes[0] as number) & (0xff >> (8 * field.BYTES - field.BITS))
  } while (!field.isValidNot0(numberOf(bytes)))
  return bytes
}

/** A random scalar that only arithmetic sees. */
export function randomNumber(field: ScalarField): bigint {
  const bytes = randomScalar(field)
  try {
    return numberOf(bytes)
  } finally {
    bytes.fill(0)
  }
}

/** The inverse of a secret. How long an inversion takes depends on its operand, which is a random one here. */
export function blindedInverse(field: ScalarField, secret: bigint): bigint {
  const factor = randomNumber(field)
  return field.mul(field.inv(field.mul(secret, factor)), factor)
}

/** The leftmost bits of a digest, as many as the order has (RFC 6979, 2.3.2). May be above the order. */
export function leftmostBits(field: ScalarField, digest: Uint8Array): bigint {
  const excess = 8 * digest.byteLength - field.BITS
  return excess > 0 ? numberOf(digest) >> BigInt(excess) : numberOf(digest)
}
