/** What is kept of a vault's recovery. Nothing in it is secret: who has it can make copies, and open none. */
import type { Bytes } from '../../src/contract/bytes.js'
import type { Revised } from '../storage/recovery-store.js'
import type { RegionRecovery } from '../storage/schema.js'
import type { Failures } from './failures.js'
import type { PendingAnswer } from './protectors/escrow-request.js'
import type { ProtectorRecord } from './records.js'

/** The public half of a recovery pair. */
export interface RecoveryPair {
  readonly pairId: string
  /** X-Wing, 1216 bytes. */
  readonly publicKey: Bytes
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** The key that this device signs backups with. */
export interface BackupKey {
  /** Ed25519, not extractable. */
  readonly privateKey: CryptoKey
  /** 32 bytes. */
  readonly publicKey: Bytes
  /** The root's signature over {@link certifiedText}. */
  readonly certificate: Bytes
}

/** When the vault locks by itself; kept by the lock. */
export interface LockSettings {
  readonly afterIdle?: number
}

export interface RecoveryRecord extends Revised {
  readonly version: 1
  /** Random; what is sealed for one vault opens in no other. */
  readonly vaultId: string
  /** Counts the changes that every Region has to know: of the pair, and of what may be stored. */
  readonly generation: number
  readonly createdAt: number
  readonly pair: RecoveryPair
  /** While it is renewed: the pair that copies were sealed to before. */
  readonly previousPair?: RecoveryPair
  /** Ed25519, 32 bytes; the same for the life of the vault. */
  readonly rootPublicKey: Bytes
  readonly backupKey: BackupKey
  readonly protectors: readonly ProtectorRecord[]
  /** Requests to holders of escrow keys that have no answer yet, one for each protector at most. */
  readonly pendingAnswers?: readonly PendingAnswer[]
  /** Gestures that opened nothing, in a row. */
  readonly failures?: Failures
  /** When protectors or the pair were changed last. */
  readonly changedAt: number
  /** Whether the Regions keep no usable handle (LOCK-1). */
  readonly atRest: boolean
  readonly lock?: LockSettings
  readonly lastBackup?: LastBackup
  readonly lastRehearsal?: { readonly at: number; readonly ok: boolean }
  /** Materials without a copy of which somebody has said that nothing is encrypted under them any more. */
  readonly reEncrypted?: readonly string[]
}

export interface LastBackup {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Where it was put, in words of the application's or of the target's. */
  readonly target: string
  /** Changes that each Region had seen then, by their names: what has changed since is known by it. */
  readonly changes: Readonly<Record<string, number>>
}

/** What the Regions have to know. */
export function regionRecoveryOf({ vaultId, generation, pair, atRest }: RecoveryRecord): RegionRecovery {
  return { vaultId, generation, isSettled: false, pairId: pair.pairId, publicKey: pair.publicKey, atRest }
}

/** Ids of the pairs whose copies can be opened. */
export function pairIdsOf({ pair, previousPair }: RecoveryRecord): readonly string[] {
  return [pair, previousPair].flatMap((each) => each?.pairId ?? [])
}
