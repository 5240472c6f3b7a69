/**
 * An escrow key (PROT-5): a public key of an organisation that keeps the private half, by X-Wing or by RSA. How the
 * organisation opens is in escrow-request.ts.
 */
import { type Bytes, concatenate, equalInConstantTime } from '../../../src/contract/bytes.js'
import { ValidationException } from '../../../src/contract/errors.js'
import { oneOf, structure } from '../../../src/contract/reader.js'
import { PUBLIC_KEY_LENGTH, sealTo } from '../../material/hpke.js'
import { copyOfSecret, secretBytes } from '../../material/secret-bytes.js'
import type { EscrowAlgorithm, Wrap } from '../records.js'
import type { ParameterForm } from './kind.js'

/** RSA as escrow holders have it, in an HSM or in AWS KMS: OAEP without a label, which AWS KMS does not have. */
export const RSA_OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' } as const
/** Bits of the modulus. 4096 are recommended, for secrets that have to last. */
const RSA_BITS = { least: 3072, most: 8192 } as const
const RSA_EXPONENT = Uint8Array.of(1, 0, 1)

const DIGEST_LENGTH = 32
const NOTHING = new Uint8Array(0)

export const escrow: ParameterForm<'escrow'> = {
  bound: ({ algorithm }) => [algorithm],
  toJson: ({ algorithm }) => ({ algorithm }),
  reader: structure({ algorithm: oneOf(['HPKE', 'RSAES_OAEP_SHA_256'] as const) }),
}

/**
 * What a public key is: one of X-Wing (1216 bytes) or the SubjectPublicKeyInfo of RSA in DER.
 *
 * @throws {ValidationException} for what is neither, and for RSA keys that are too short to trust
 */
export async function escrowAlgorithmOf(publicKey: Bytes): Promise<EscrowAlgorithm> {
  if (publicKey.byteLength !== PUBLIC_KEY_LENGTH) {
    await importRsaKey(publicKey)
    return 'RSAES_OAEP_SHA_256'
  }
  // Whether it is one of X-Wing, only its use tells.
  await sealTo(publicKey, NOTHING, NOTHING).catch(() => {
    throw noEscrowKey()
  })
  return 'HPKE'
}

/**
 * Seals a recovery secret to an escrow key.
 *
 * @param binding what it is sealed for
 */
export async function sealToHolder(
  algorithm: EscrowAlgorithm,
  publicKey: Bytes,
  binding: Bytes,
  secret: Bytes,
): Promise<Omit<Wrap, 'pairId'>> {
  if (algorithm === 'HPKE') return sealTo(publicKey, binding, secret)
  const key = await importRsaKey(publicKey)
  const message = await withDigest(secret, binding)
  try {
    const ciphertext = new Uint8Array(await crypto.subtle.encrypt(RSA_OAEP, key, message))
    return { encapsulated: new Uint8Array(0), ciphertext }
  } finally {
    message.fill(0)
  }
}

/** RSA-OAEP without a label authenticates nothing beside the secret: what it is for is sealed with it, as a SHA-256 digest. */
async function withDigest(secret: Bytes, binding: Bytes): Promise<Bytes> {
  return concatenate([secret, await digestOf(binding)], secretBytes(secret.byteLength + DIGEST_LENGTH))
}

/**
 * The secret of a message as {@link sealToHolder} sealed it by RSA, if it is for this; the caller wipes it.
 *
 * @returns undefined if it is for something else
 */
export async function secretOfMessage(message: Bytes, binding: Bytes): Promise<Bytes | undefined> {
  const end = message.byteLength - DIGEST_LENGTH
  if (end <= 0 || !equalInConstantTime(message.subarray(end), await digestOf(binding))) return undefined
  return copyOfSecret(message.subarray(0, end))
}

async function digestOf(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

async function importRsaKey(publicKey: Bytes): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('spki', publicKey, RSA_OAEP, true, ['encrypt']).catch(() => undefined)
  if (!key) throw noEscrowKey()
  const { modulusLength, publicExponent } = key.algorithm as RsaHashedKeyAlgorithm
  if (modulusLength < RSA_BITS.least || modulusLength > RSA_BITS.most)
    throw new ValidationException(
      `An escrow key of RSA must have ${RSA_BITS.least} to ${RSA_BITS.most} bits; 4096 are recommended. This one has ${modulusLength}.`,
    )
  if (!equalInConstantTime(publicExponent, RSA_EXPONENT))
    throw new ValidationException('An escrow key of RSA must have the public exponent 65537.')
  return key
}

function noEscrowKey(): ValidationException {
  return new ValidationException(
    `An escrow key must be a public key of X-Wing (${PUBLIC_KEY_LENGTH} bytes), or of RSA as a SubjectPublicKeyInfo in DER.`,
  )
}
