import type { LockState } from '../pipeline/row.js'
import type { RecoveredRegion } from '../recovery/recovered-region.js'
import type { MaterialRecord } from '../storage/schema.js'

/** What an unlocked vault has in memory: see `recovery/keyring.ts`. */
export interface Keyring {
  /** The same material with what the store does not keep of it. */
  revive(material: MaterialRecord, region: RecoveredRegion): Promise<MaterialRecord>
  /** The key that seals the marks of a Region; undefined if it has none that this opens. */
  markerKey(region: RecoveredRegion): Promise<CryptoKey | undefined>
  /** Drops all that can be used, and wipes what is bytes. */
  wipe(): void
}

/** Where a device slept, or a clock was set, a vault that was idle for too long is locked this late at most. Milliseconds. */
const LONGEST_NAP = 5_000

/**
 * Whether the vault of this worker is locked (LOCK-2 to LOCK-6). Each tab has a worker and a lock of its own: what opens
 * the vault is in this memory only, and the idle time is counted here.
 */
export class VaultLock implements LockState {
  readonly #now: () => number
  readonly #onIdle: () => void
  readonly #listeners = new Set<() => void>()
  /** Regions whose storage holds nothing that can be used. */
  readonly #atRest = new Set<string>()
  #keyring: Keyring | undefined
  #afterIdle = Number.POSITIVE_INFINITY
  #usedAt = { wall: 0, running: 0 }
  #timer: ReturnType<typeof setTimeout> | undefined
  #turn = 0

  /**
   * @param now milliseconds since 1970
   * @param onIdle called when the vault has locked itself
   */
  constructor(now: () => number, onIdle: () => void) {
    this.#now = now
    this.#onIdle = onIdle
  }

  /**
   * @param listener called when the vault was locked or unlocked, or is not locked at rest any more
   * @returns ends it
   */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get turn(): number {
    return this.#turn
  }

  get isAtRest(): boolean {
    return this.#atRest.size > 0
  }

  /** Looks at the clock first: no request is served by a vault that was idle for too long, whatever its timer did. */
  get isLocked(): boolean {
    if (this.#isIdle()) {
      this.lock()
      this.#onIdle()
    }
    return this.isAtRest && this.#keyring === undefined
  }

  /** To be called with what the storage of a Region says of itself. */
  noteRegion(region: string, isAtRest: boolean): void {
    this.#change(() => {
      if (isAtRest) this.#atRest.add(region)
      // While a vault is put to rest, what opens it is there before the first Region is.
      else if (this.#atRest.delete(region) && !this.isAtRest) this.#drop()
    })
  }

  /** @param afterIdle milliseconds without use of a key after which the vault locks itself */
  unlock(keyring: Keyring, afterIdle = Number.POSITIVE_INFINITY): void {
    this.#change(() => {
      this.#drop()
      this.#keyring = keyring
      this.#afterIdle = afterIdle
      this.noteUse()
    })
    this.#watch()
  }

  lock(): void {
    this.#change(() => this.#drop())
  }

  noteUse(): void {
    if (this.#keyring) this.#usedAt = { wall: this.#now(), running: performance.now() }
  }

  /** A stored material as it can be used; while the vault is locked, as it is stored. */
  revive(material: MaterialRecord, region: RecoveredRegion): MaterialRecord | Promise<MaterialRecord> {
    return this.#atRest.has(region.realm.region) ? (this.#keyring?.revive(material, region) ?? material) : material
  }

  async markerKey(region: RecoveredRegion): Promise<CryptoKey | undefined> {
    return this.#keyring?.markerKey(region)
  }

  /** By both clocks: that of the wall goes on while the device sleeps, and the other one is not set back by anybody. */
  #isIdle(): boolean {
    return this.#keyring !== undefined && this.#idleTime() >= this.#afterIdle
  }

  #idleTime(): number {
    const { wall, running } = this.#usedAt
    return Math.max(this.#now() - wall, performance.now() - running)
  }

  #watch(): void {
    clearTimeout(this.#timer)
    if (this.#afterIdle === Number.POSITIVE_INFINITY) return
    const left = Math.max(this.#afterIdle - this.#idleTime(), 0)
    this.#timer = setTimeout(
      () => {
        if (!this.isLocked) this.#watch()
      },
      Math.min(left, LONGEST_NAP),
    )
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#keyring?.wipe()
    this.#keyring = undefined
  }

  #change(change: () => void): void {
    const wasLocked = this.isAtRest && this.#keyring === undefined
    change()
    if (wasLocked === (this.isAtRest && this.#keyring === undefined)) return
    this.#turn += 1
    for (const listener of this.#listeners) listener()
  }
}
