/**
 * HPKE (RFC 9180) in base mode, with the hybrid KEM of ML-KEM-768 and X25519 (X-Wing, KEM 0x647a), HKDF-SHA256 and
 * AES-256-GCM: what is sealed today cannot be opened by a quantum computer later. By the library `hpke`; the KEM is
 * WebCrypto's where it has it, and noble's elsewhere.
 */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519, type Key } from 'hpke'
import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'

/** Bytes of a public key. */
export const PUBLIC_KEY_LENGTH = 1216
/** Bytes of a private key, which is the seed that all of it is derived from. */
export const SEED_LENGTH = 32
/** Bytes of an encapsulated secret, which goes with everything that is sealed. */
export const ENCAPSULATED_LENGTH = 1120

const SECRET_LENGTH = 32
const loadXWing = once(() => import('./x-wing.js'))

const EXPORT_CONTEXT = new Uint8Array(0)

const loadSuite = once(async () => {
  const { supports } = SubtleCrypto as { supports?: (operation: string, algorithm: string) => boolean }
  const isNative = supports?.call(SubtleCrypto, 'generateKey', 'MLKEM768-X25519') ?? false
  const kem = isNative ? KEM_MLKEM768_X25519 : (await loadXWing()).xWingKem
  return new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
})

/** The public key that belongs to a seed. */
export async function publicKeyOfSeed(seed: Bytes): Promise<Bytes> {
  // Not by WebCrypto, which gives the public half of a private key in few engines.
  return (await loadXWing()).publicKeyOf(seed)
}

/** What was sealed to a public key. */
export interface Sealed {
  /** {@link ENCAPSULATED_LENGTH} bytes. */
  readonly encapsulated: Bytes
  /** 16 bytes longer than the plaintext. */
  readonly ciphertext: Bytes
}

/** Encrypts for whoever has the private key. @param info is bound to it, and needed to open it */
export async function sealTo(publicKey: Bytes, info: Bytes, plaintext: Bytes): Promise<Sealed> {
  const suite = await loadSuite()
  const key = await suite.DeserializePublicKey(publicKey)
  const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info })
  return { encapsulated: encapsulatedSecret as Bytes, ciphertext: ciphertext as Bytes }
}

/** The private half, ready to open with: taken in once for as many things as are to be opened. */
export type OpeningKey = Key

/** For who keeps it for longer than a call, and forgets it then ({@link forgetOpeningKey}). @param seed the caller wipes it */
export async function openingKey(seed: Bytes): Promise<OpeningKey> {
  const suite = await loadSuite()
  return suite.DeserializePrivateKey(seed, false)
}

/** Has the private half ready for as long as `use` runs, and wipes it then. @param seed the caller wipes it */
export async function withOpeningKey<Result>(
  seed: Bytes,
  use: (key: OpeningKey) => Result | Promise<Result>,
): Promise<Result> {
  const key = await openingKey(seed)
  try {
    return await use(key)
  } finally {
    forgetOpeningKey(key)
  }
}

/** Wipes what can be wiped of one: where it is WebCrypto's, nothing of it was ever in JavaScript. */
export function forgetOpeningKey(key: OpeningKey): void {
  if ('bytes' in key && key.bytes instanceof Uint8Array) key.bytes.fill(0)
}

/** @returns undefined if it was not sealed to this key with this `info`, or was changed. The caller wipes it. */
export async function openWith(
  key: OpeningKey,
  { encapsulated, ciphertext }: Sealed,
  info: Bytes,
): Promise<Bytes | undefined> {
  const suite = await loadSuite()
  try {
    return (await suite.Open(key, encapsulated, ciphertext, { info })) as Bytes
  } catch {
    return undefined
  }
}

/** A secret of 32 bytes that whoever has the private key can make too. The caller wipes it. */
export async function exportTo(
  publicKey: Bytes,
  info: Bytes,
): Promise<{ readonly encapsulated: Bytes; readonly secret: Bytes }> {
  const suite = await loadSuite()
  const key = await suite.DeserializePublicKey(publicKey)
  const { encapsulatedSecret, exportedSecret } = await suite.SendExport(key, EXPORT_CONTEXT, SECRET_LENGTH, { info })
  return { encapsulated: encapsulatedSecret as Bytes, secret: exportedSecret as Bytes }
}

/** The secret that {@link exportTo} has made. With other keys or another `info`, it is another. The caller wipes it. */
export async function exportFrom(key: OpeningKey, encapsulated: Bytes, info: Bytes): Promise<Bytes> {
  const suite = await loadSuite()
  return (await suite.ReceiveExport(key, encapsulated, EXPORT_CONTEXT, SECRET_LENGTH, { info })) as Bytes
}
