/**
 * What a page and its worker say to each other about recovery (chapter 10). Loaded with recovery, and not before: nothing
 * of it is imported by what every application loads.
 */
import { type BackupMade, backupCalls, type RecoveryReport } from './backups.js'
import type { Bytes } from './bytes.js'
import { keyIdentifier } from './control.js'
import type { LockWord } from './port-words.js'
import {
  gestureMessage,
  type NewProtectorOptions,
  newProtectorMessage,
  newProtectorOptions,
  type PasskeyQuestion,
  protectorLabel,
} from './protectors.js'
import { listOf, oneOf, optional, type ReadBy, structure, text, wholeNumber } from './reader.js'

/** Protectors of a vault, at most. */
export const MOST_PROTECTORS = 16

/** Why {@link suffices} can be false. */
export const ONLY_PASSKEYS =
  'A passkey is never the only protector: some browsers cannot ask it, and some passkeys stay on one device. Add one of another kind, such as a passphrase or a recovery code.'

/** Whether protectors are enough for a vault; looked at before a passkey is made, and again in the worker. */
export function suffices(protectors: readonly { readonly type: NewProtectorOptions['type'] }[]): boolean {
  return protectors.some(({ type }) => type !== 'passkey')
}

/** Why {@link tellsEveryCode} can be false. */
export const ONE_CODE =
  'A vault is set up with one recovery code at most: one is told, and another would open nothing for anybody. Add another one with vault.recovery.add.'

/** Whether the one code that is told of new protectors is that of all of them. */
export function tellsEveryCode(protectors: readonly { readonly type: NewProtectorOptions['type'] }[]): boolean {
  return protectors.filter(({ type }) => type === 'recoveryCode').length <= 1
}

const protectorId = text({ shortest: 1, longest: 64 })

/** What `setUp` takes. */
export const protectorInputs = listOf(newProtectorOptions, { least: 1, most: MOST_PROTECTORS })

const nothing = structure({})
export const renameInput = structure({ protectorId, label: protectorLabel })
export const protectorIdInput = protectorId
export const keyInput = keyIdentifier

/** Milliseconds: a year at most, and no less than a person notices. */
export const afterIdle = optional(wholeNumber({ min: 1_000, max: 31_536_000_000 }))
/** What `vault.lock.enable` takes. */
export interface LockOptions {
  /**
   * Milliseconds without use of a key after which the vault locks itself, 1,000 to a year; time in which the device sleeps
   * counts too. Work of an envelope uses a key at its beginning only. Whoever holds a port to the vault uses keys as well: a
   * plug-in that asks for something now and then keeps the vault unlocked. Default: never.
   */
  readonly afterIdle?: number
}
export const lockOptions = structure({ afterIdle })

/** What each call of recovery takes. */
export const recoveryCalls = {
  setUp: structure({ protectors: listOf(newProtectorMessage, { least: 1, most: MOST_PROTECTORS }) }),
  status: nothing,
  verify: structure({ gesture: gestureMessage }),
  add: structure({ gesture: gestureMessage, protector: newProtectorMessage }),
  remove: structure({ gesture: gestureMessage, protectorId }),
  rename: renameInput,
  renewPair: structure({ gesture: gestureMessage }),
  request: structure({ protectorId }),
  /** What the page has to know to ask for a passkey. */
  passkeys: nothing,
  /** Of a key, that all ciphertexts of its older materials have been encrypted anew. */
  noteReEncrypted: structure({ keyId: keyIdentifier }),
  ...backupCalls,
  enableLock: structure({ gesture: gestureMessage, afterIdle }),
  disableLock: structure({ gesture: gestureMessage }),
  lockNow: nothing,
  unlock: structure({ gesture: gestureMessage }),
  /** Whether recovery is set up, and the vault locked at rest. */
  lockState: nothing,
  setUpLocked: structure({ protectors: listOf(newProtectorMessage, { least: 1, most: MOST_PROTECTORS }), afterIdle }),
} as const
export type RecoveryCall = keyof typeof recoveryCalls
export type RecoveryInput<Call extends RecoveryCall> = ReadBy<(typeof recoveryCalls)[Call]>

/** What the method `recovery` of the worker takes; the input is read by the table of the call. */
export const recoveryMessage = structure({
  call: oneOf(Object.keys(recoveryCalls) as RecoveryCall[]),
  input: (value: unknown) => value,
})

/** How a protector is told of. */
export interface Protector {
  readonly id: string
  readonly type: NewProtectorOptions['type']
  readonly label: string
  readonly createdAt: Date
}

/** A protector that was made. */
export interface NewProtector {
  readonly protector: Protector
  /** Of a recovery code: the code, which is shown once. */
  readonly recoveryCode?: string
}

/** What was set up. */
export interface RecoverySetUp {
  readonly protectors: readonly Protector[]
  /** The recovery code, if one was asked for, which is shown once. */
  readonly recoveryCode?: string
}

/** A pair that was renewed. */
export interface RenewedPair {
  /** Copies that are sealed to the new pair now. */
  readonly copies: number
  /** Copies that could not be opened, and are as lost as before. */
  readonly problems: readonly { readonly keyArn: string; readonly problem: string }[]
}

/** How a vault stands, as far as its worker knows. */
export interface WorkerStatus {
  readonly state: 'none' | 'at-risk' | 'safe'
  /** Sentences for people: what could be lost, and what helps. The worst first; none of a vault that is safe. */
  readonly reasons: readonly string[]
  readonly protectors: readonly Protector[]
  /**
   * ARNs of keys, of all Regions, whose current material has no copy: what they encrypt is lost with this browser. Symmetric
   * ones get new material by `vault.recovery.renewKey`.
   */
  readonly keysWithoutCopy: readonly string[]
  /**
   * ARNs of keys whose current material has a copy, and some older one has none: encrypt anew what they have encrypted, with
   * `vault.recovery.reEncrypt`, and say so, with `noteReEncrypted`.
   */
  readonly keysToReEncrypt: readonly string[]
  /**
   * The last backup. `target` is the name of the target where `vault.backups.keepAt` has put it; `the application` if it was
   * made by `vault.backups.create`: where it is, only the application knows. Of a vault that was restored,
   * `the backup that was restored`.
   */
  readonly lastBackup?: { readonly at: Date; readonly target: string }
  readonly lastRehearsal?: { readonly at: Date; readonly ok: boolean }
  /** There if the vault is locked at rest, whether it is unlocked here or not. */
  readonly lock?: {
    /** Milliseconds without use of a key after which it locks itself; absent if it does not. */
    readonly afterIdle?: number
  }
}

/** What each call of recovery answers. */
export interface RecoveryAnswers {
  setUp: RecoverySetUp
  status: WorkerStatus
  verify: boolean
  add: NewProtector
  remove: undefined
  rename: undefined
  renewPair: RenewedPair
  request: Bytes
  passkeys: PasskeyQuestion
  noteReEncrypted: undefined
  createBackup: BackupMade
  noteBackup: undefined
  rehearse: RecoveryReport
  enableLock: LockWord
  disableLock: LockWord
  lockNow: LockWord
  unlock: LockWord
  lockState: { readonly isSetUp: boolean; readonly isAtRest: boolean }
  setUpLocked: RecoverySetUp & { readonly lock: LockWord }
}
