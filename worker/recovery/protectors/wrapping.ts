/** The recovery secret under a protector's public key, and the protector's word for the vault it belongs to (PROT-1). */
import type { Bytes } from '../../../src/contract/bytes.js'
import { openingKey, openWith } from '../../material/hpke.js'
import type { ProtectorRecord, ProtectorType, Wrap } from '../records.js'
import { isSignedByRoot, signedByRoot } from '../root.js'
import { certificateBinding, type Identity, vouchBinding, wrapBinding } from './binding.js'
import { seedOf, vouchKeyOf } from './derivation.js'
import { sealToHolder } from './escrow.js'

/** Bytes of a recovery secret: the seed of the recovery pair, followed by the seed of the vault's root. */
export const RECOVERY_SECRET_LENGTH = 64

/** Seals a recovery secret to a protector. Nothing of what opens it is needed. */
export async function newWrap<Type extends ProtectorType>(
  protector: Identity<Type> & { readonly publicKey: Bytes },
  vaultId: string,
  pairId: string,
  secret: Bytes,
): Promise<Wrap> {
  const { parameters, publicKey } = protector
  const algorithm = 'algorithm' in parameters ? parameters.algorithm : 'HPKE'
  const { encapsulated, ciphertext } = await sealToHolder(
    algorithm,
    publicKey,
    wrapBinding(protector, vaultId, pairId),
    secret,
  )
  return { pairId, encapsulated, ciphertext }
}

/**
 * The record with the secret of another pair besides, in place of one of the same pair.
 *
 * @param secret 64 bytes: left as they are
 */
export async function rewrap(
  record: ProtectorRecord,
  vaultId: string,
  pairId: string,
  secret: Bytes,
): Promise<ProtectorRecord> {
  const others = record.wraps.filter((wrap) => wrap.pairId !== pairId)
  return { ...record, wraps: [...others, await newWrap(record, vaultId, pairId, secret)] }
}

/** The record with the secret of one pair alone, when the pairs before it are not used any more. */
export function withOnlyWrap(record: ProtectorRecord, pairId: string): ProtectorRecord {
  return { ...record, wraps: record.wraps.filter((wrap) => wrap.pairId === pairId) }
}

/**
 * Opens the recovery secret.
 *
 * @param protectorSecret 32 bytes, left as they are
 * @returns 64 bytes, which the caller wipes; undefined if the protector's secret is another, or there is none of this pair
 */
export async function openWrap(
  record: ProtectorRecord,
  vaultId: string,
  pairId: string,
  protectorSecret: Bytes,
): Promise<Bytes | undefined> {
  const wrap = record.wraps.find((each) => each.pairId === pairId)
  if (!wrap) return undefined
  const seed = await seedOf(protectorSecret)
  try {
    return await openWith(await openingKey(seed), wrap, wrapBinding(record, vaultId, pairId))
  } finally {
    seed.fill(0)
  }
}

/** The root's word for a protector: 64 bytes. @param secret the recovery secret, of which the root's seed is part */
export function newCertificate<Type extends ProtectorType>(
  protector: Identity<Type> & { readonly publicKey: Bytes },
  vaultId: string,
  secret: Bytes,
): Promise<Bytes> {
  return signedByRoot(certificateBinding(protector, vaultId), secret.subarray(RECOVERY_SECRET_LENGTH / 2))
}

/** Whether a protector is one that somebody with a gesture has added, with the public key that it had then. */
export async function isCertifiedProtector(
  record: ProtectorRecord,
  vaultId: string,
  rootPublicKey: Bytes,
): Promise<boolean> {
  const { certificate } = record
  return certificate !== undefined && isSignedByRoot(certificateBinding(record, vaultId), certificate, rootPublicKey)
}

/** A protector's word for its vault's root: an HMAC-SHA-256 of 32 bytes. */
export async function newVouch<Type extends ProtectorType>(
  identity: Identity<Type>,
  vaultId: string,
  rootPublicKey: Bytes,
  protectorSecret: Bytes,
): Promise<Bytes> {
  const key = await vouchKeyOf(protectorSecret)
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, vouchBinding(identity, vaultId, rootPublicKey)))
}

/** Whether a protector has given its word for this root. WebCrypto compares in constant time. */
export async function vouches(
  record: ProtectorRecord,
  vaultId: string,
  rootPublicKey: Bytes,
  protectorSecret: Bytes,
): Promise<boolean> {
  if (!record.vouch) return false
  const key = await vouchKeyOf(protectorSecret)
  return crypto.subtle.verify('HMAC', key, record.vouch, vouchBinding(record, vaultId, rootPublicKey))
}
