/** A clock set back by more than this is worth a record (TIME-1). Milliseconds. */
const NOTABLE_STEP = 300_000

/** What time it is, twice: a clock can be set. Milliseconds since 1970. */
export interface Moment {
  /** What the clock says: deletion and rotation go by it. */
  readonly now: number
  /** The highest that it has ever said: imported material expires by it, so that a clock set back prolongs nothing. */
  readonly latest: number
}

/** The clock of a vault, which remembers the highest time that it has seen, also over restarts (TIME-1). */
export class VaultClock {
  readonly #now: () => number
  readonly #onSetBack: (moment: Moment) => void
  #latest: number
  #isBehind = false

  /**
   * @param latest the highest time of earlier sessions
   * @param onSetBack called once each time the clock is found behind
   */
  constructor(now: () => number, latest: number, onSetBack: (moment: Moment) => void) {
    this.#now = now
    this.#latest = latest
    this.#onSetBack = onSetBack
  }

  read(): Moment {
    const now = this.#now()
    if (now > this.#latest) this.#latest = now
    const moment = { now, latest: this.#latest }
    const isBehind = now < this.#latest - NOTABLE_STEP
    if (isBehind && !this.#isBehind) this.#onSetBack(moment)
    this.#isBehind = isBehind
    return moment
  }

  /** Takes in what another session has seen. */
  learn(latest: number): void {
    if (latest > this.#latest) this.#latest = latest
  }
}
