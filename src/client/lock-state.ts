import { KMSInvalidStateException } from '../contract/errors.js'
import type { LockWord } from '../contract/port-words.js'

/** What a page has heard of the lock of a vault. */
export class LockState {
  /** Called when the vault was locked or unlocked. */
  onChange = () => {}
  #isLocked = false
  #turn = -1
  #unlocked = new AbortController()

  get isLocked(): boolean {
    return this.#isLocked
  }

  /** Aborted, with the lock's error, when the vault is locked: work with keys that were handed out before ends then. */
  get unlocked(): AbortSignal {
    return this.#unlocked.signal
  }

  hear({ isLocked, turn }: LockWord): void {
    if (turn <= this.#turn) return
    this.#turn = turn
    if (isLocked === this.#isLocked) return
    this.#isLocked = isLocked
    if (isLocked) this.#unlocked.abort(new KMSInvalidStateException('The vault is locked.', undefined, 'locked'))
    else this.#unlocked = new AbortController()
    this.onChange()
  }
}
