/**
 * Ed25519 and Ed25519ph (RFC 8032, 5.1) with a sealed seed. Curve, field and hash are noble's; the steps of the signature
 * are here, because noble's own leave copies of what the seed is expanded to that nobody can wipe.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { type Bytes, concatenate, encoder } from '../../src/contract/bytes.js'
import { hashInto, numberOf, secretBytes, writeNumber } from './secret-bytes.js'

const { Fn, BASE } = ed25519.Point
const COORDINATE_LENGTH = 32
const HASH_LENGTH = 64

type Variant = 'Ed25519' | 'Ed25519ph'

/** dom2 (RFC 8032, 2): Ed25519 has none, Ed25519ph the one of the empty context. */
const domains: Readonly<Record<Variant, Bytes>> = {
  Ed25519: new Uint8Array(0),
  Ed25519ph: concatenate([encoder.encode('SigEd25519 no Ed25519 collisions'), Uint8Array.of(1, 0)]),
}

/** The public key of a seed. */
export function publicPointOfSeed(seed: Bytes): Bytes {
  return withExpanded(seed, (scalar) => BASE.multiply(scalar).toBytes() as Bytes)
}

/** Signs a message. The public key is worked out anew: signing for a wrong one would give the seed away. */
export function signWithSeed(variant: Variant, seed: Bytes, message: Bytes): Bytes {
  const domain = domains[variant]
  const content = variant === 'Ed25519ph' ? sha512(message) : message
  return withExpanded(seed, (scalar, prefix) => {
    const nonce = hashedScalar(domain, prefix, content)
    const R = BASE.multiply(nonce).toBytes()
    const A = BASE.multiply(scalar).toBytes()
    const S = new Uint8Array(COORDINATE_LENGTH)
    writeNumber(Fn.add(nonce, Fn.mul(hashedScalar(domain, R, A, content), scalar)), S)
    return concatenate([R, S.reverse()])
  })
}

/** Expands a seed to the scalar and the prefix of the nonces (RFC 8032, 5.1.5). */
function withExpanded<Result>(seed: Bytes, use: (scalar: bigint, prefix: Bytes) => Result): Result {
  const expanded = secretBytes(HASH_LENGTH)
  try {
    hashInto(expanded, sha512.create(), seed)
    const head = expanded.subarray(0, COORDINATE_LENGTH)
    head[0] = (head[0] as number) & 0xf8
    head[31] = ((head[31] as number) & 0x7f) | 0x40
    // Numbers are little-endian here.
    const scalar = Fn.create(numberOf(head.reverse()))
    return use(scalar, expanded.subarray(COORDINATE_LENGTH))
  } finally {
    expanded.fill(0)
  }
}

/** A hash as a number below the order. */
function hashedScalar(...parts: readonly Uint8Array[]): bigint {
  const hash = secretBytes(HASH_LENGTH)
  try {
    hashInto(hash, sha512.create(), ...parts)
    return Fn.create(numberOf(hash.reverse()))
  } finally {
    hash.fill(0)
  }
}
