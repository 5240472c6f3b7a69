/**
 * Sealed copies of material (REC-2 to REC-6). At its birth, and only then, a material is wrapped under a key that exists
 * for this one wrap. HPKE exports that key to the recovery key, whose private half is not on the device: whoever has it
 * can bring the material back, and nobody else.
 *
 * Where WebCrypto makes the material, it also wraps it and takes it in again, as a handle that is not extractable: the
 * bytes are never in JavaScript. The secret that the one-time key is made of is, until it is wiped.
 */
import { type Bytes, encoder } from '../../src/contract/bytes.js'
import { exportFrom, exportTo, type OpeningKey, openWith, sealTo } from './hpke.js'
import { type CopyForm, oneTime, oneTimeUses, type WrappedKey, wrappedKey } from './wrapped-key.js'

/** What a copy is bound to: moved anywhere else, it does not open (REC-4). */
export interface CopyBinding {
  readonly vaultId: string
  /** Where the material was born; replicas of other Regions have the same copy. */
  readonly region: string
  readonly keyId: string
  readonly materialId: string
  readonly keySpec: string
  readonly keyUsage: string
  /** Rotations of the key before this material: 0 for the first. */
  readonly position: number
}

/** The sealed copy of one material. */
export interface SealedCopy {
  readonly pairId: string
  /** Where the material was born. */
  readonly region: string
  readonly position: number
  readonly form: CopyForm
  /** For the recovery key: 1,120 bytes. */
  readonly encapsulated: Bytes
  /** Where the recovery pair was renewed since the birth: the secret of the one-time key, sealed to the new pair. */
  readonly secret?: Bytes
  /** The material, encrypted with AES-256-GCM under the one-time key. */
  readonly wrapped: Bytes
  /** Of symmetric and HMAC keys; key pairs have their public key. See check-values.ts. */
  readonly check?: Bytes
}

/** The public half of a recovery pair. */
export interface RecoveryPublicKey {
  readonly pairId: string
  readonly publicKey: Bytes
}

/** A material that is being born: it keeps itself once, in one form. */
export interface Birth {
  /** @param key extractable; nobody else keeps it */
  keep(form: 'raw' | 'pkcs8', key: CryptoKey): Promise<WrappedKey>
  /** @param bytes the caller wipes them */
  keepBytes(form: CopyForm, bytes: Bytes): Promise<void>
  /** The copy, once the material is in it. @param check of symmetric and HMAC keys */
  copy(check?: Bytes): SealedCopy
}

/** Begins the birth of one material. */
export async function beginBirth({ pairId, publicKey }: RecoveryPublicKey, binding: CopyBinding): Promise<Birth> {
  const { region, position } = binding
  const born: { form: CopyForm; encapsulated: Bytes; wrapped: Bytes }[] = []
  /** The form is bound as well, and known only when the material keeps itself. */
  const keepAs = async (form: CopyForm, wrap: (key: CryptoKey) => Promise<ArrayBuffer>): Promise<WrappedKey> => {
    if (born.length > 0) throw new TypeError('a material has one copy')
    const { encapsulated, secret } = await exportTo(publicKey, infoOf(binding, form))
    const key = await oneTimeKey(secret)
    const wrapped = new Uint8Array(await wrap(key))
    born.push({ form, encapsulated, wrapped })
    return wrappedKey(form, key, wrapped)
  }
  return {
    keep: (form, key) => keepAs(form, (wrapping) => crypto.subtle.wrapKey(form, key, wrapping, oneTime)),
    async keepBytes(form, bytes) {
      await keepAs(form, (key) => crypto.subtle.encrypt(oneTime, key, bytes))
    },
    copy(check) {
      const [kept] = born
      if (!kept) throw new TypeError('the material has kept no copy of itself')
      return { pairId, region, position, ...kept, ...(check && { check }) }
    },
  }
}

/**
 * Begins to bring a material back. Whether it is the right one shows when it is unwrapped or opened.
 *
 * @param opening the private half of the pair that the copy was sealed to
 * @param binding what the copy has to be bound to
 */
export async function openCopy(opening: OpeningKey, binding: CopyBinding, copy: SealedCopy): Promise<WrappedKey> {
  const secret = await openSecret(opening, binding, copy)
  return wrappedKey(copy.form, await oneTimeKey(secret), copy.wrapped)
}

/**
 * The same copy for another recovery pair. The material stays as it is wrapped; the secret of its one-time key is sealed
 * anew. Whoever could open the copy before has to have it to go on doing so: it is not kept.
 */
export async function resealCopy(
  opening: OpeningKey,
  { pairId, publicKey }: RecoveryPublicKey,
  binding: CopyBinding,
  copy: SealedCopy,
): Promise<SealedCopy> {
  const secret = await openSecret(opening, binding, copy)
  try {
    // The tag tells whether it is the secret; the material goes through WebCrypto, as what takes any bytes, and no further.
    const key = await oneTimeKey(secret.slice())
    await crypto.subtle.unwrapKey('raw', copy.wrapped, key, oneTime, 'HKDF', false, ['deriveBits'])
    const { encapsulated, ciphertext } = await sealTo(publicKey, infoOf(binding, copy.form), secret)
    return { ...copy, pairId, encapsulated, secret: ciphertext }
  } finally {
    secret.fill(0)
  }
}

async function openSecret(
  opening: OpeningKey,
  binding: CopyBinding,
  { form, encapsulated, secret: ciphertext }: SealedCopy,
): Promise<Bytes> {
  const info = infoOf(binding, form)
  if (!ciphertext) return exportFrom(opening, encapsulated, info)
  const secret = await openWith(opening, { encapsulated, ciphertext }, info)
  if (!secret) throw new TypeError('the copy was sealed to another key, or is bound to something else')
  return secret
}

async function oneTimeKey(secret: Bytes): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, oneTimeUses)
  } finally {
    secret.fill(0)
  }
}

/** JSON of a list of texts and numbers is one text for one list. */
function infoOf(binding: CopyBinding, form: CopyForm): Bytes {
  const { vaultId, region, keyId, materialId, keySpec, keyUsage, position } = binding
  return encoder.encode(
    JSON.stringify([
      'browser-kms sealed copy 1',
      vaultId,
      region,
      keyId,
      materialId,
      keySpec,
      keyUsage,
      position,
      form,
    ]),
  )
}
