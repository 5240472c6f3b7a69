/**
 * RSA signatures over a digest (RFC 8017: EMSA-PKCS1-v1_5 and EMSA-PSS), which WebCrypto cannot make because it always
 * hashes. Only for vaults that ask for `digestSigning`. The exponentiation is noble's, on BigInts: not constant time,
 * hence blinded (each signature uses a random factor), and checked before it leaves, so that a fault cannot give the key
 * away. A BigInt cannot be wiped; it stays in the worker's memory until it is collected.
 */

import { DER } from '@noble/curves/abstract/der.js'
import { invert, pow } from '@noble/curves/abstract/modular.js'
import { numberToBytesBE } from '@noble/curves/utils.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { type Bytes, bytesToHex, concatenate, hexToBytes } from '../../src/contract/bytes.js'
import { numberOf, randomSecret } from './secret-bytes.js'

const INTEGER = 0x02
/** Where the modulus begins in the SubjectPublicKeyInfo of RSA keys of 2048 to 4096 bits. */
const MODULUS_OFFSET = 33

const hashes = { 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const
/** DigestInfo up to the digest (RFC 8017, 9.2, note 1). */
const digestInfoPrefixes = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
} as const

/** What the padding of a digest depends on. */
export interface DigestPadding {
  readonly scheme: 'RSA-PSS' | 'RSASSA-PKCS1-v1_5'
  readonly hash: keyof typeof hashes
}

/** Signs a digest with the private exponent, as many bytes as the modulus. */
export function signDigest(publicKey: Bytes, privateExponent: Bytes, digest: Bytes, padding: DigestPadding): Bytes {
  const length = privateExponent.byteLength
  const { modulus, exponent } = numbersOf(publicKey, length)
  const message = numberOf(encode(digest, length, padding))
  const factor = randomBelow(modulus, length)
  const blinded = (message * pow(factor, exponent, modulus)) % modulus
  const signature = (pow(blinded, numberOf(privateExponent), modulus) * invert(factor, modulus)) % modulus
  if (pow(signature, exponent, modulus) !== message) throw new TypeError('the signature failed its own check')
  return numberToBytesBE(signature, length) as Bytes
}

/** Whether a signature is one over a digest. All of this is public. */
export function verifyDigest(
  publicKey: Bytes,
  length: number,
  digest: Bytes,
  signature: Bytes,
  padding: DigestPadding,
): boolean {
  if (signature.byteLength !== length) return false
  const { modulus, exponent } = numbersOf(publicKey, length)
  const number = numberOf(signature)
  if (number >= modulus) return false
  const encoded = numberToBytesBE(pow(number, exponent, modulus), length) as Bytes
  return padding.scheme === 'RSA-PSS'
    ? isPssEncoding(encoded, digest, padding)
    : bytesToHex(encoded) === bytesToHex(pkcs1Encoding(digest, length, padding))
}

/** The modulus, and the exponent behind it: imported keys have others than 65537. */
function numbersOf(publicKey: Bytes, length: number): { readonly modulus: bigint; readonly exponent: bigint } {
  const end = MODULUS_OFFSET + length
  return {
    modulus: numberOf(publicKey.subarray(MODULUS_OFFSET, end)),
    exponent: numberOf(DER._tlv.decode(INTEGER, publicKey.subarray(end)).v),
  }
}

function encode(digest: Bytes, length: number, padding: DigestPadding): Bytes {
  return padding.scheme === 'RSA-PSS' ? pssEncoding(digest, length, padding) : pkcs1Encoding(digest, length, padding)
}

/** EMSA-PKCS1-v1_5 (RFC 8017, 9.2). */
function pkcs1Encoding(digest: Bytes, length: number, { hash }: DigestPadding): Bytes {
  const info = concatenate([hexToBytes(digestInfoPrefixes[hash]), digest])
  const filling = new Uint8Array(length - info.byteLength - 3).fill(0xff)
  return concatenate([Uint8Array.of(0, 1), filling, Uint8Array.of(0), info])
}

/** EMSA-PSS (RFC 8017, 9.1.1) with a salt as long as the digest. The modulus has 8 × length bits: one bit is masked. */
function pssEncoding(digest: Bytes, length: number, { hash }: DigestPadding): Bytes {
  const salt = crypto.getRandomValues(new Uint8Array(digest.byteLength))
  const check = hashes[hash](concatenate([new Uint8Array(8), digest, salt]))
  const block = new Uint8Array(length - check.byteLength - 1)
  block[block.byteLength - salt.byteLength - 1] = 1
  block.set(salt, block.byteLength - salt.byteLength)
  return concatenate([masked(block, check, hash), check, Uint8Array.of(0xbc)])
}

/** EMSA-PSS verification (RFC 8017, 9.1.2). */
function isPssEncoding(encoded: Bytes, digest: Bytes, { hash }: DigestPadding): boolean {
  const checkStart = encoded.byteLength - digest.byteLength - 1
  const check = encoded.subarray(checkStart, -1)
  if (encoded.at(-1) !== 0xbc || (encoded[0] as number) > 0x7f) return false
  const block = masked(encoded.slice(0, checkStart), check, hash)
  const saltStart = block.byteLength - digest.byteLength
  const filling = block.subarray(0, saltStart - 1)
  if (filling.some((byte) => byte !== 0) || block[saltStart - 1] !== 1) return false
  const expected = hashes[hash](concatenate([new Uint8Array(8), digest, block.subarray(saltStart)]))
  return bytesToHex(expected) === bytesToHex(check)
}

/** XORs a block with MGF1 of a seed (RFC 8017, B.2.1), and clears its topmost bit. */
function masked(block: Bytes, seed: Uint8Array, hash: keyof typeof hashes): Bytes {
  const size = hashes[hash].outputLen
  for (let counter = 0; counter * size < block.byteLength; counter++) {
    const mask = hashes[hash](concatenate([seed, numberToBytesBE(counter, 4)]))
    for (let index = 0; index < size && counter * size + index < block.byteLength; index++)
      block[counter * size + index] = (block[counter * size + index] as number) ^ (mask[index] as number)
  }
  block[0] = (block[0] as number) & 0x7f
  return block
}

/** A number between 1 and the modulus; 64 bits more than needed make its distribution even. */
function randomBelow(modulus: bigint, length: number): bigint {
  const bytes = randomSecret(length + 8)
  try {
    return (numberOf(bytes) % (modulus - 1n)) + 1n
  } finally {
    bytes.fill(0)
  }
}
