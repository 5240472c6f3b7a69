/**
 * The steps of SM2 (GM/T 0003-2012): the curve is noble's, SM3 is sm-crypto-v2's. That library's own SM2 takes keys as text,
 * and leaves copies of scalars, nonces and plaintexts that nobody can wipe; and it brings a second, older noble with it. Of its
 * hashes it leaves bytes and text too: the stream that hides a plaintext is one, and stays until it is collected.
 */
import { DER } from '@noble/curves/abstract/der.js'
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { sm3 } from 'sm-crypto-v2'
import {
  type Bytes,
  concatenate,
  encoder,
  equalInConstantTime,
  hexToBytes,
  lengthOf,
  u32,
} from '../../src/contract/bytes.js'
import { blindedInverse, randomNumber, randomScalar } from './scalars.js'
import { copyOfSecret, numberOf, secretBytes, writeNumber } from './secret-bytes.js'
import type { Sm2Ciphertext } from './sm2-ciphertext.js'

/** GM/T 0003.5. */
const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}
const Point = weierstrass(CURVE)
const { Fp, Fn, BASE } = Point
/** Of whoever signs, where nothing else was agreed on (GM/T 0009, 7). */
const USER_ID = encoder.encode('1234567812345678')
const COORDINATE_LENGTH = 32
const HASH_LENGTH = 32
const NOTHING = new Uint8Array(0)

/** A private key. Whoever gets it wipes it. */
export function newScalar(): Bytes {
  return randomScalar(Fn)
}

/** The uncompressed point that belongs to a scalar. */
export function publicPoint(scalar: Bytes): Bytes {
  return BASE.multiply(numberOf(scalar)).toBytes(false) as Bytes
}

/** What is signed of a message: e = SM3(Z ‖ M), with the default user id (GM/T 0003.2, 5.5 and 6.1). */
export function digestOf(publicPoint: Bytes, message: Bytes): Bytes {
  const { a, b, Gx, Gy } = CURVE
  const parameters = [a, b, Gx, Gy].map((number) => Fp.toBytes(number))
  const idBits = 8 * USER_ID.byteLength
  const z = hashed(Uint8Array.of(idBits >> 8, idBits & 0xff), USER_ID, ...parameters, publicPoint.subarray(1))
  return hashed(z, message)
}

/** A signature as DER (GM/T 0003.2, 6.1), with a random nonce. */
export function sign(scalar: Bytes, digest: Bytes): Bytes {
  const key = numberOf(scalar)
  for (;;) {
    const nonce = randomNumber(Fn)
    const r = Fn.create(numberOf(digest) + BASE.multiply(nonce).x)
    const s = Fn.mul(blindedInverse(Fn, Fn.add(key, 1n)), Fn.sub(nonce, Fn.mul(r, key)))
    if (r !== 0n && s !== 0n && Fn.add(r, nonce) !== 0n) return hexToBytes(DER.hexFromSig({ r, s }))
  }
}

/**
 * Whether a signature is one of a digest (GM/T 0003.2, 7.1).
 *
 * @param signature r‖s
 * @throws Error if the public point is none
 */
export function verify(publicPoint: Bytes, digest: Bytes, signature: Bytes): boolean {
  const r = numberOf(signature.subarray(0, COORDINATE_LENGTH))
  const s = numberOf(signature.subarray(COORDINATE_LENGTH))
  if (!Fn.isValidNot0(r) || !Fn.isValidNot0(s)) return false
  const t = Fn.add(r, s)
  if (t === 0n) return false
  const point = BASE.multiplyUnsafe(s).add(Point.fromBytes(publicPoint).multiplyUnsafe(t))
  return !point.is0() && Fn.create(numberOf(digest) + point.x) === r
}

/**
 * The x coordinate of the point that two keys have in common.
 *
 * @param peer an uncompressed point
 * @returns undefined if it is not on the curve
 */
export function sharedCoordinate(scalar: Bytes, peer: Bytes): Bytes | undefined {
  const point = pointOf(peer)
  if (!point) return undefined
  const coordinate = secretBytes(COORDINATE_LENGTH)
  writeNumber(point.multiply(numberOf(scalar)).x, coordinate)
  return coordinate
}

/** Encrypts for a public point (GM/T 0003.4, 6.1). */
export function encrypt(publicPoint: Bytes, plaintext: Bytes): Sm2Ciphertext {
  const peer = Point.fromBytes(publicPoint)
  for (;;) {
    const nonce = randomNumber(Fn)
    const ciphertext = withShared(peer.multiply(nonce), (shared) => {
      const content = copyOfSecret(plaintext)
      // A stream of zeros hides nothing.
      const isHidden = applyStream(shared, content) || content.byteLength === 0
      return isHidden && { check: checkOf(shared, plaintext), content }
    })
    if (ciphertext) return { point: BASE.multiply(nonce).toBytes(false) as Bytes, ...ciphertext }
  }
}

/**
 * Decrypts (GM/T 0003.4, 7.1).
 *
 * @returns undefined if the point is not on the curve, or the check is not the plaintext's
 */
export function decrypt(scalar: Bytes, { point, check, content }: Sm2Ciphertext): Bytes | undefined {
  const ephemeral = pointOf(point)
  if (!ephemeral || content.byteLength === 0) return undefined
  return withShared(ephemeral.multiply(numberOf(scalar)), (shared) => {
    const plaintext = secretBytes(content.byteLength)
    plaintext.set(content)
    applyStream(shared, plaintext)
    if (equalInConstantTime(checkOf(shared, plaintext), check)) return plaintext
    plaintext.fill(0)
    return undefined
  })
}

type SharedPoint = InstanceType<typeof Point>

function pointOf(bytes: Bytes): SharedPoint | undefined {
  try {
    return Point.fromBytes(bytes)
  } catch {
    return undefined
  }
}

/** x₂‖y₂, for as long as `use` runs. */
function withShared<Result>(point: SharedPoint, use: (shared: Bytes) => Result): Result {
  const { x, y } = point.toAffine()
  const shared = secretBytes(2 * COORDINATE_LENGTH)
  try {
    writeNumber(x, shared.subarray(0, COORDINATE_LENGTH))
    writeNumber(y, shared.subarray(COORDINATE_LENGTH))
    return use(shared)
  } finally {
    shared.fill(0)
  }
}

/**
 * XORs bytes with what the shared point is derived to (GM/T 0003.4, 5.4.3).
 *
 * @returns whether any of it was other than zero
 */
function applyStream(shared: Bytes, bytes: Bytes): boolean {
  let any = 0
  for (let start = 0; start < bytes.byteLength; start += HASH_LENGTH) {
    const mask = hashed(shared, u32(start / HASH_LENGTH + 1))
    for (let at = 0; at < HASH_LENGTH && start + at < bytes.byteLength; at++) {
      any |= mask[at] as number
      bytes[start + at] = (bytes[start + at] as number) ^ (mask[at] as number)
    }
    mask.fill(0)
  }
  return any !== 0
}

/** C3 = SM3(x₂ ‖ M ‖ y₂). */
function checkOf(shared: Bytes, plaintext: Bytes): Bytes {
  return hashed(shared.subarray(0, COORDINATE_LENGTH), plaintext, shared.subarray(COORDINATE_LENGTH))
}

function hashed(...parts: readonly Uint8Array[]): Bytes {
  const whole = concatenate(parts, secretBytes(lengthOf(parts)))
  try {
    return hexToBytes(sm3(whole))
  } finally {
    whole.fill(0)
    // The library keeps its last block: now it is the one of nothing.
    sm3(NOTHING)
  }
}
