/**
 * Who made a backup, and that it is whole (REC-22).
 *
 * A backup is one message of the AWS Encryption SDK, with a committing suite. Its data key is made for it at random,
 * sealed with HPKE to the recovery public key, and forgotten. The device's backup key signs the pairs of the encryption
 * context and the encrypted data key; the root of the vault certifies the backup key; the protector that opens the backup
 * vouches for the root. A reader believes nothing of the content before that chain holds, from the gesture on:
 *
 *     gesture → secret → vouches for the root → certifies the backup key → signs pairs and encrypted data key
 *                      → opens the data key → header tag, key commitment, tags of all frames
 *
 * What somebody can try who stores backups, or carries them, and knows all public keys:
 *
 * - *Make one up.* Anybody can seal a data key of their own to the recovery public key. It takes a signature by a backup key
 *   that the root has certified; the root's private half is in the recovery secret, and nowhere else. Another root takes a
 *   vouch, which is a MAC under a key that only what the person has can make. (Escrow cannot vouch: see SECURITY.md.)
 * - *Mix two.* The signature covers the encrypted data key, so that the header of one does not go with the key of another;
 *   the encrypted data key is bound by its HPKE `info` to the pairs besides. Every frame is encrypted under a key that is
 *   derived from the data key and the message's id, and both are committed to in the header: frames, manifests or records of
 *   another backup, older or newer, are not authentic in this one, of whichever vault they are.
 * - *Change, cut, repeat, reorder.* Any bit of the header is covered by the signature, the tag of the header, or the key
 *   commitment; any bit of a frame by its tag, its place by its number, and the end by the mark of the last frame. After it
 *   nothing may come. The last record says how many there were, as the message's own end does.
 * - *Add to one.* Who could write a frame under the data key would have to know it. The device forgets it when the message
 *   is done. Who can open the backup knows it too: a person with a gesture, who can read all keys anyhow.
 * - *Pass an old one off as new.* That cannot be told from a backup alone: the header says when it was made, by the device's
 *   clock, and the report repeats it (REC-24).
 * - *Exhaust the reader.* Lengths are checked before anything is held: a context has at most 65,535 bytes, there is one
 *   encrypted data key, frames are of {@link FRAME_LENGTH} bytes at most, and records have bounds of their own.
 */

import { BACKUP_PROVIDER, type BackupHeader, SIGNATURE } from '../../../src/contract/backup-header.js'
import { type Bytes, concatenate, encoder } from '../../../src/contract/bytes.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { type EncryptionContext, serializeContext } from '../../../src/envelope/encryption-context.js'
import { type EncryptedDataKey, type MessageHeader, writeDataKey } from '../../../src/envelope/header.js'
import { ENCAPSULATED_LENGTH, type OpeningKey, openWith, sealTo } from '../../material/hpke.js'

/** Bytes of plaintext in a frame of a backup. */
export const FRAME_LENGTH = 65_536

const DATA_KEY_LENGTH = 32
const TAG_LENGTH = 16
const dataKeyPurpose = encoder.encode('browser-kms backup data key 1')
const signaturePurpose = encoder.encode('browser-kms backup signature 1')

/** What the backup key signs. Fields have their lengths in front, and pairs are in order: one text for one header. */
export function signedText(pairs: EncryptionContext, dataKey: EncryptedDataKey): Bytes {
  return concatenate([signaturePurpose, serializeContext(pairs), ...writeDataKey(dataKey)])
}

/** What the sealed data key is bound to. */
async function infoOf(pairs: EncryptionContext): Promise<Bytes> {
  const digest = await crypto.subtle.digest('SHA-256', serializeContext(pairs))
  return concatenate([dataKeyPurpose, new Uint8Array(digest)])
}

/** The pairs that are signed: all but the signature. */
function signedPairs({ [SIGNATURE]: _, ...pairs }: EncryptionContext): EncryptionContext {
  return pairs
}

/** A recovery pair, as what seals to it knows it. */
export interface RecoveryPublicKey {
  readonly pairId: string
  readonly publicKey: Bytes
}

/** Seals the data key of a new backup. @param pairs of its header, but for the signature */
export async function sealDataKey(
  { pairId, publicKey }: RecoveryPublicKey,
  pairs: EncryptionContext,
  dataKey: Bytes,
): Promise<EncryptedDataKey> {
  const { encapsulated, ciphertext } = await sealTo(publicKey, await infoOf(pairs), dataKey)
  return {
    providerId: BACKUP_PROVIDER,
    providerInfo: encoder.encode(pairId),
    encryptedDataKey: concatenate([encapsulated, ciphertext]),
  }
}

/**
 * Opens the data key of a backup. The caller wipes it.
 *
 * @throws BackupFormatException if it was sealed to another pair, or for another header
 */
export async function openDataKey(opening: OpeningKey, message: MessageHeader): Promise<Bytes> {
  const { encryptedDataKey } = onlyDataKey(message)
  const encapsulated = encryptedDataKey.slice(0, ENCAPSULATED_LENGTH)
  const ciphertext = encryptedDataKey.slice(ENCAPSULATED_LENGTH)
  const info = await infoOf(signedPairs(message.encryptionContext))
  const dataKey =
    ciphertext.byteLength === DATA_KEY_LENGTH + TAG_LENGTH
      ? await openWith(opening, { encapsulated, ciphertext }, info)
      : undefined
  if (!dataKey) throw altered('its data key does not open with the recovery key')
  return dataKey
}

/** Id of the recovery pair that a backup was sealed to; of strangers, until the backup is proved. */
export function pairIdOf(message: MessageHeader): string {
  return new TextDecoder().decode(onlyDataKey(message).providerInfo)
}

/** Signs the pairs of a new backup, and its encrypted data key. @param privateKey Ed25519 */
export async function signHeader(
  privateKey: CryptoKey,
  pairs: EncryptionContext,
  dataKey: EncryptedDataKey,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, signedText(pairs, dataKey)))
}

/**
 * Checks that the backup key has signed the header.
 *
 * @throws BackupFormatException if it has not
 */
export async function checkSignature(message: MessageHeader, header: BackupHeader): Promise<void> {
  const { encryptionContext } = message
  const text = signedText(signedPairs(encryptionContext), onlyDataKey(message))
  const { backupPublicKey, signature } = header
  if (!(await isSignedBy(backupPublicKey, signature, text))) throw altered('its signature does not fit')
}

/** Whether an Ed25519 key has signed a text. */
async function isSignedBy(publicKey: Bytes, signature: Bytes, signed: Bytes): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, signature, signed)
  } catch (error) {
    // Some engines take a public key that is no point of the curve only to refuse it here.
    if (error instanceof DOMException) return false
    throw error
  }
}

function onlyDataKey({ encryptedDataKeys }: MessageHeader): EncryptedDataKey {
  const [only] = encryptedDataKeys
  if (!only || encryptedDataKeys.length > 1) throw altered('it has another number of data keys than one')
  return only
}

/** The error for a backup of which something is not as its vault has made it. */
export function altered(what: string): BackupFormatException {
  return new BackupFormatException(
    `This backup was altered, or was not made by the vault that it names: ${what}. Nothing of it was used. Use another backup.`,
  )
}
