/** What the worker says on a client's port beside Comlink's answers, unasked. */
import type { ErrorRecord } from './errors.js'

/** Milliseconds between two beats of the worker's, while it works on a request of the port. */
export const BEAT_INTERVAL = 5_000

/** The first word. Whoever can see the Web Lock, which the worker holds while it lives, hears of its end at once. */
interface Hello {
  readonly type: 'HELLO'
  readonly aliveLock: string
}

/** The worker lives, although it has no answer yet. */
interface Beat {
  readonly type: 'BEAT'
}

/** The connection has ended, and why. Nothing is answered any more. */
interface End {
  readonly type: 'END'
  readonly error: ErrorRecord
}

/** The vault was locked, or unlocked. Said on each port at the beginning, too, if the vault is locked. */
export interface LockWord {
  readonly type: 'LOCK'
  readonly isLocked: boolean
  /** Counts how often it was locked or unlocked, so that words that arrive late change nothing. */
  readonly turn: number
}

export type PortWord = Hello | Beat | End | LockWord

/** How the names of those Web Locks begin. */
export const ALIVE_LOCK_PREFIX = 'browser-kms/alive/'
