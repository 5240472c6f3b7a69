/** Making protectors, and opening a vault's recovery secret with what a person has. */
import { type Bytes, equalInConstantTime } from '../../../src/contract/bytes.js'
import type { GestureMessage, NewProtectorMessage } from '../../../src/contract/protectors.js'
import { publicKeyOfSeed } from '../../material/hpke.js'
import type { ProtectorOf, ProtectorRecord } from '../records.js'
import { protectorSecret, seedOf } from './derivation.js'
import { escrowAlgorithmOf } from './escrow.js'
import { openAnswer, type PendingAnswer } from './escrow-request.js'
import type { NewKeying, SecretType } from './kind.js'
import { defaultLabels, secretKinds } from './table.js'
import { newCertificate, newVouch, newWrap, openWrap, RECOVERY_SECRET_LENGTH, vouches } from './wrapping.js'

/** What a protector is made for. */
export interface Protected {
  readonly vaultId: string
  /** Ed25519, 32 bytes. */
  readonly rootPublicKey: Bytes
  readonly pairId: string
  /** 64 bytes; see wrapping.ts. */
  readonly secret: Bytes
}

export interface NewProtector {
  readonly record: ProtectorRecord
  /** Of a recovery code: shown once, and kept nowhere. */
  readonly recoveryCode?: string
}

/**
 * A new protector.
 *
 * @param given left as it is; see {@link wipeGiven}
 * @param now milliseconds since 1970
 * @throws {ValidationException} for what would protect nothing
 */
export async function newProtector(given: NewProtectorMessage, vault: Protected, now: number): Promise<NewProtector> {
  const named = { id: crypto.randomUUID(), label: given.label ?? defaultLabels[given.type], createdAt: now }
  switch (given.type) {
    case 'passphrase':
      return keyed({ ...named, type: given.type }, await secretKinds.passphrase.make(given), vault)
    case 'recoveryCode':
      return keyed({ ...named, type: given.type }, await secretKinds.recoveryCode.make(given), vault)
    case 'passkey':
      return keyed({ ...named, type: given.type }, await secretKinds.passkey.make(given), vault)
    case 'escrow': {
      const { publicKey } = given
      const parameters = { algorithm: await escrowAlgorithmOf(publicKey) }
      const protector = { ...named, type: given.type, parameters, publicKey }
      const { vaultId, pairId, secret } = vault
      const certificate = await newCertificate(protector, vaultId, secret)
      return { record: { ...protector, certificate, wraps: [await newWrap(protector, vaultId, pairId, secret)] } }
    }
  }
}

type Named<Type extends SecretType> = Pick<ProtectorOf<Type>, 'id' | 'type' | 'label' | 'createdAt'>

async function keyed<Type extends SecretType>(
  named: Named<Type>,
  { parameters, keying, recoveryCode }: NewKeying<Type>,
  { vaultId, pairId, rootPublicKey, secret }: Protected,
): Promise<{ readonly record: ProtectorOf<Type>; readonly recoveryCode?: string }> {
  const wiped: Bytes[] = [keying]
  try {
    const own = await protectorSecret(named.type, named.id, keying)
    wiped.push(own)
    const seed = await seedOf(own)
    wiped.push(seed)
    const protector = { ...named, parameters, publicKey: await publicKeyOfSeed(seed) }
    const record = {
      ...protector,
      certificate: await newCertificate(protector, vaultId, secret),
      wraps: [await newWrap(protector, vaultId, pairId, secret)],
      vouch: await newVouch(protector, vaultId, rootPublicKey, own),
    }
    return { record, ...(recoveryCode !== undefined && { recoveryCode }) }
  } finally {
    for (const bytes of wiped) bytes.fill(0)
  }
}

/**
 * The secret by which one protector opens, of what the person has given.
 *
 * @returns 32 bytes, which the caller wipes; undefined for a gesture that is for other types, or for another passkey
 * @throws {ValidationException} for a mistyped code, before any work
 */
export async function secretOf(record: ProtectorRecord, gesture: GestureMessage): Promise<Bytes | undefined> {
  const keying = await keyingOf(record, gesture)
  if (!keying) return undefined
  try {
    return await protectorSecret(record.type, record.id, keying)
  } finally {
    keying.fill(0)
  }
}

async function keyingOf(record: ProtectorRecord, gesture: GestureMessage): Promise<Bytes | undefined> {
  if (record.type === 'passphrase' && 'passphrase' in gesture)
    return secretKinds.passphrase.keyingOf(record.parameters, gesture)
  if (record.type === 'recoveryCode' && 'recoveryCode' in gesture)
    return secretKinds.recoveryCode.keyingOf(record.parameters, gesture)
  if (record.type !== 'passkey' || !('passkey' in gesture)) return undefined
  const { credentialId } = record.parameters
  const isThis = equalInConstantTime(credentialId, gesture.passkey.credentialId)
  return isThis ? secretKinds.passkey.keyingOf(record.parameters, gesture.passkey) : undefined
}

/** What a gesture is tried on. */
export interface Openable {
  readonly vaultId: string
  readonly pairId: string
  /** Ed25519, 32 bytes: each protector but escrow has to vouch for it. */
  readonly rootPublicKey: Bytes
  readonly protectors: readonly ProtectorRecord[]
  /** Requests to escrow holders that have no answer yet. */
  readonly pending?: readonly PendingAnswer[]
}

export interface Opened {
  /** The protector that has opened. */
  readonly protectorId: string
  /** 64 bytes, which the caller wipes; see wrapping.ts. */
  readonly secret: Bytes
}

/**
 * Opens the recovery secret with the first protector that the gesture fits. That it belongs to the pair's public key and the
 * root's is for the caller to check.
 *
 * @param gesture left as it is; see {@link wipeGiven}
 * @returns undefined if it fits none: an `IncorrectProtectorException`
 * @throws {ValidationException} for a mistyped code, before any work
 */
export async function openProtectors(vault: Openable, gesture: GestureMessage): Promise<Opened | undefined> {
  for (const record of vault.protectors) {
    const secret =
      record.type === 'escrow' ? await openByHolder(record, vault, gesture) : await openOne(record, vault, gesture)
    if (secret?.byteLength === RECOVERY_SECRET_LENGTH) return { protectorId: record.id, secret }
    // Only a holder of an escrow key can answer with something else.
    secret?.fill(0)
  }
  return undefined
}

async function openOne(
  record: ProtectorRecord,
  { vaultId, pairId, rootPublicKey }: Openable,
  gesture: GestureMessage,
): Promise<Bytes | undefined> {
  const own = await secretOf(record, gesture)
  if (!own) return undefined
  try {
    const secret = await openWrap(record, vaultId, pairId, own)
    if (await vouches(record, vaultId, rootPublicKey, own)) return secret
    secret?.fill(0)
    return undefined
  } finally {
    own.fill(0)
  }
}

async function openByHolder(
  record: ProtectorRecord<'escrow'>,
  { vaultId, pairId, pending = [] }: Openable,
  gesture: GestureMessage,
): Promise<Bytes | undefined> {
  if (!('escrow' in gesture)) return undefined
  for (const request of pending) {
    if (request.pairId !== pairId) continue
    const secret = await openAnswer(record, vaultId, request, gesture.escrow)
    if (secret) return secret
  }
  return undefined
}

/** Wipes what can be wiped of a gesture or of a new protector's parts: texts cannot. */
export function wipeGiven(given: GestureMessage | NewProtectorMessage): void {
  if ('prfOutput' in given) given.prfOutput.fill(0)
  else if ('passkey' in given) given.passkey.prfOutput.fill(0)
}
