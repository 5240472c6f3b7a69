/**
 * The root of a vault: an Ed25519 pair that stays the same for its life. Its seed is part of the recovery secret; it speaks
 * for the keys of devices, which sign backups (REC-22).
 */
import { type Bytes, bytesToHex, encoder } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { BackupKey } from './recovery-record.js'

const ED25519 = { name: 'Ed25519' }

const load = once(async () => (await import('@noble/curves/ed25519.js')).ed25519)

/** @param rootSeed 32 bytes, left as they are */
export async function rootPublicKeyOf(rootSeed: Bytes): Promise<Bytes> {
  return (await load()).getPublicKey(rootSeed) as Bytes
}

/** A new key of this device, which the root has certified. */
export async function newBackupKey(vaultId: string, rootSeed: Bytes): Promise<BackupKey> {
  const { publicKey: handle, privateKey } = (await crypto.subtle.generateKey(ED25519, false, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', handle))
  const certificate = await signedByRoot(certifiedText(vaultId, publicKey), rootSeed)
  return { privateKey, publicKey, certificate }
}

/** The root's signature, 64 bytes. @param rootSeed left as it is */
export async function signedByRoot(text: Bytes, rootSeed: Bytes): Promise<Bytes> {
  return (await load()).sign(text, rootSeed) as Bytes
}

/** Whether the root has signed a text. */
export async function isSignedByRoot(text: Bytes, signature: Bytes, rootPublicKey: Bytes): Promise<boolean> {
  try {
    return (await load()).verify(signature, text, rootPublicKey, { zip215: false })
  } catch {
    // Of another length, or no point.
    return false
  }
}

/** Whether the root speaks for a device's key. */
export async function isCertified(
  vaultId: string,
  rootPublicKey: Bytes,
  { publicKey, certificate }: Pick<BackupKey, 'publicKey' | 'certificate'>,
): Promise<boolean> {
  return isSignedByRoot(certifiedText(vaultId, publicKey), certificate, rootPublicKey)
}

/** JSON of a list of texts is one text for one list. */
function certifiedText(vaultId: string, publicKey: Bytes): Bytes {
  return encoder.encode(JSON.stringify(['browser-kms device backup key 1', vaultId, bytesToHex(publicKey)]))
}
