/** What a page and its worker say to each other about backups, restores and rehearsals. Loaded with them. */
import { gestureMessage, type PasskeyQuestion } from './protectors.js'
import { flag, handleOf, json, mapOf, structure, text, wholeNumber } from './reader.js'
import type { KeyState } from './shapes.js'
import { vaultName } from './vault-names.js'

const port = handleOf<MessagePort>('a MessagePort', (value) => value instanceof MessagePort)

/** Calls of an open vault. */
export const backupCalls = {
  /**
   * Over `stream` goes the backup (port-stream.ts), over `progress` a {@link BackupProgress} now and then. One that is kept
   * at a target counts as a backup when it is there, and `noteBackup` tells; others when they are made.
   */
  createBackup: structure({ stream: port, progress: port, includeAudit: flag, isKept: flag }),
  noteBackup: structure({
    at: wholeNumber({ max: 8.64e15 }),
    target: text({ shortest: 1, longest: 2048 }),
    changes: mapOf(wholeNumber({}), { most: 1_000, longestName: 32 }),
  }),
  rehearse: structure({ gesture: gestureMessage, progress: port }),
} as const

const vaultId = text({ shortest: 1, longest: 100 })
/** As a backup's header has them. */
const protectorsInHeader = json({ longest: 65_535 })

/** Calls of a worker that has no vault, and gets none: one is restored, for another worker to open. */
export const restoreCalls = {
  /** What the page has to know before it can ask the person: of the protectors in a backup's header. */
  prepareRestore: structure({ vaultId, protectors: protectorsInHeader }),
  /** Over `stream` comes the backup (port-stream.ts), over `progress` goes a {@link BackupProgress} now and then. */
  restore: structure({ name: vaultName, gesture: gestureMessage, stream: port, progress: port }),
  /** Asks the holder of an escrow key; its answer is waited for until a vault is restored by it. */
  requestFromBackup: structure({
    vaultId,
    protectors: protectorsInHeader,
    protectorId: text({ shortest: 1, longest: 64 }),
  }),
  /** Waits for no answer about this vault any more. */
  forgetRequests: structure({ vaultId }),
} as const

/** What the method `recovery` of a worker without a vault takes; the input is read by the table of the call. */
export const restoreMessage = structure({
  call: text({ longest: 100 }),
  input: (value: unknown) => value,
})

/** What a worker says before it restores. */
export interface PreparedRestore {
  readonly passkeys: PasskeyQuestion
  /** The worker holds this Web Lock while it lives: whoever gets it knows that the worker is gone. */
  readonly aliveLock: string
}

/** How far it is. */
export interface BackupProgress {
  readonly keysDone: number
  /** Of how many; when a backup is made, of how many there were when it was begun. */
  readonly keys: number
}

/** A key that something is wrong with, and what. */
export interface KeyProblem {
  readonly keyArn: string
  /** A sentence for people. */
  readonly problem: string
}

/** A backup that was made. */
export interface BackupMade {
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Keys of the vault, when it was begun. */
  readonly keys: number
  /** Keys that are not in it, or not with all of their material. */
  readonly leftOut: readonly KeyProblem[]
  /** Changes that each Region had seen, by their names. */
  readonly changes: Readonly<Record<string, number>>
}

/** What a check of all copies has found. */
export interface RecoveryReport {
  /** Whether every key can be brought back, with all of its material. */
  readonly ok: boolean
  /** Keys that can be brought back. */
  readonly keys: number
  readonly problems: readonly KeyProblem[]
}

/** What a restore has brought back. */
export interface RestoreReport extends RecoveryReport {
  /** Keys by their states. */
  readonly byState: Readonly<Partial<Record<KeyState, number>>>
  /** How old everything is: what was changed since, and keys that were deleted since, are as they were then. */
  readonly backupCreatedAt: Date
}
