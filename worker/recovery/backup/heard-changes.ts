import { KMSInternalException } from '../../../src/contract/errors.js'
import type { AliasName, KeyId } from '../../../src/contract/identifiers.js'
import type { ChangeNotice } from '../../storage/change-feed.js'

/** Milliseconds that a notice takes at most: it is sent when the change is committed, by whichever tab. */
const NOTICE_TIMEOUT = 5_000

/** The numbers of the changes between which something has changed that was not read since. */
interface Span {
  readonly first: number
  readonly last: number
}

/**
 * Which keys and aliases of a Region were changed, by the numbers of the changes. Every change has a number, and is told to
 * all tabs with what it has changed: whoever has heard all numbers up to one knows of all changes up to that one.
 */
export class HeardChanges {
  /** All changes up to this one were heard. */
  #complete: number
  /** Changes that were heard beyond those. */
  readonly #ahead = new Set<number>()
  /** What has changed since it was read. */
  readonly #keys = new Map<KeyId, Span>()
  readonly #aliases = new Map<AliasName, Span>()
  #arrived = () => {}

  /** @param from the number of the last change that does not matter */
  constructor(from: number) {
    this.#complete = from
  }

  add({ count, keys, aliases, touched }: ChangeNotice): void {
    for (const { keyId } of keys) note(this.#keys, keyId, count)
    for (const keyId of touched) note(this.#keys, keyId, count)
    for (const aliasName of aliases) note(this.#aliases, aliasName, count)
    this.#ahead.add(count)
    while (this.#ahead.delete(this.#complete + 1)) this.#complete += 1
    this.#arrived()
  }

  /**
   * Waits until all changes up to one were heard.
   *
   * @throws KMSInternalException if one is not told: its tab was ended between the change and the word of it
   */
  async heardUpTo(count: number): Promise<void> {
    const until = performance.now() + NOTICE_TIMEOUT
    while (this.#complete < count) {
      const left = until - performance.now()
      if (left <= 0)
        throw new KMSInternalException('A tab was ended while it changed the vault. Begin the backup again.')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#arrived = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Some of what has to be read again. */
  some(most: number): { readonly keys: readonly KeyId[]; readonly aliases: readonly AliasName[] } {
    return { keys: [...this.#keys.keys()].slice(0, most), aliases: [...this.#aliases.keys()].slice(0, most) }
  }

  /** Whether all that has changed up to one was read since. */
  isSettledUpTo(count: number): boolean {
    return [...this.#keys.values(), ...this.#aliases.values()].every(({ first }) => first > count)
  }

  /** What was read as it was after so many changes needs no more for those. */
  settleKeys(keys: Iterable<KeyId>, count: number): void {
    settle(this.#keys, keys, count)
  }

  settleAliases(aliases: Iterable<AliasName>, count: number): void {
    settle(this.#aliases, aliases, count)
  }
}

/** Notices can come out of order. */
function note<Name>(changed: Map<Name, Span>, name: Name, count: number): void {
  const { first, last } = changed.get(name) ?? { first: count, last: count }
  changed.set(name, { first: Math.min(first, count), last: Math.max(last, count) })
}

function settle<Name>(changed: Map<Name, Span>, names: Iterable<Name>, count: number): void {
  for (const name of names) {
    const span = changed.get(name)
    if (!span) continue
    if (span.last <= count) changed.delete(name)
    else changed.set(name, { first: Math.max(span.first, count + 1), last: span.last })
  }
}
