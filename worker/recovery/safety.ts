/** Whether a vault is safe: rules in a table, each with a sentence for people (REC-27). */
import type { ProtectorType } from './records.js'

/** What the rules look at. */
export interface Facts {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly protectors: readonly ProtectorType[]
  readonly isBeingRenewed: boolean
  readonly keysWithoutCopy: number
  readonly keysToReEncrypt: number
  /** Milliseconds since 1970; undefined if there is none. */
  readonly lastBackup?: number | undefined
  /** Whether anything was changed since then. */
  readonly changedSinceBackup: boolean
  readonly lastRehearsal?: { readonly at: number; readonly ok: boolean } | undefined
}

interface Rule {
  readonly isBroken: (facts: Facts) => boolean
  /** A sentence for people: what could be lost, and what to do. What a developer has to call is no business of theirs. */
  readonly reason: (facts: Facts) => string
}

const DAY = 86_400_000
/** Days that a change may be in no backup. */
const LATE = 7
/** Days after which a rehearsal says little of now. */
const REHEARSED = 90

const days = (since: number, now: number) => Math.max(0, Math.floor((now - since) / DAY))
const many = (count: number, one: string, more: string) => (count === 1 ? `One ${one}` : `${count} ${more}`)

const rules: readonly Rule[] = [
  {
    isBroken: ({ keysWithoutCopy }) => keysWithoutCopy > 0,
    reason: ({ keysWithoutCopy }) =>
      `${many(keysWithoutCopy, 'key has', 'keys have')} no copy, because of a time before recovery was set up: lost with this browser. Symmetric keys can be given new material; new keys have to take the place of the others.`,
  },
  {
    isBroken: ({ keysToReEncrypt }) => keysToReEncrypt > 0,
    reason: ({ keysToReEncrypt }) =>
      `${many(keysToReEncrypt, 'key has', 'keys have')} older material without a copy: what was encrypted before it was renewed is lost with this browser until it is encrypted anew.`,
  },
  {
    isBroken: ({ protectors }) => new Set(protectors).size < 2,
    reason: ({ protectors }) =>
      protectors.length === 1
        ? 'There is only one protector: if it is lost or forgotten, so is everything. Add one of another kind.'
        : 'All protectors are of one kind, and can be lost together. Add one of another kind.',
  },
  {
    isBroken: ({ isBeingRenewed }) => isBeingRenewed,
    reason: () => 'The recovery pair is being renewed. If that was interrupted, it goes on with the next gesture.',
  },
  {
    isBroken: ({ lastBackup }) => lastBackup === undefined,
    reason: () => 'There is no backup: all keys are in this browser alone. Make one, and keep it somewhere else.',
  },
  {
    isBroken: ({ now, lastBackup, changedSinceBackup }) =>
      lastBackup !== undefined && changedSinceBackup && days(lastBackup, now) >= LATE,
    reason: ({ now, lastBackup = now }) =>
      `The last backup is ${days(lastBackup, now)} days old, and keys were changed since. Make another.`,
  },
  {
    isBroken: ({ lastRehearsal }) => lastRehearsal === undefined,
    reason: () => 'Nobody has tried yet whether the copies can be opened. Rehearse a recovery.',
  },
  {
    isBroken: ({ lastRehearsal }) => lastRehearsal?.ok === false,
    reason: () => 'The last rehearsal has found copies that cannot be used: see its report.',
  },
  {
    isBroken: ({ now, lastRehearsal }) => lastRehearsal?.ok === true && days(lastRehearsal.at, now) >= REHEARSED,
    reason: ({ now, lastRehearsal }) =>
      `The last rehearsal was ${days(lastRehearsal?.at ?? now, now)} days ago. Rehearse again.`,
  },
]

/** What is wrong, the worst first; nothing of a vault that is safe. */
export function reasonsFor(facts: Facts): readonly string[] {
  return rules.filter(({ isBroken }) => isBroken(facts)).map(({ reason }) => reason(facts))
}

/** Of a vault without a recovery pair. */
export const NOT_SET_UP =
  'No recovery is set up: if this browser loses its storage, all keys are lost, and with them all that they have encrypted. Set it up.'
