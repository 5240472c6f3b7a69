import type { KeyId } from '../../src/contract/identifiers.js'
import { once } from '../../src/contract/once.js'
import { sweepLockName } from '../../src/contract/vault-names.js'
import type { SweptRegion } from './sweeps.js'

/** The timer looks again at least this often: a clock can be set, a machine can sleep. Milliseconds. */
const LONGEST_NAP = 3_600_000

/** How long the first requests have the database to themselves. Milliseconds. */
const SOON = 100

const DONE = Promise.resolve()

const loadSweeps = once(() => import('./sweeps.js'))

export interface SweeperOptions extends SweptRegion {
  readonly vaultName: string
}

/**
 * Does what falls due with time: expiry of imported material, the real deletion of keys, automatic rotation. It runs
 * before requests that look at the whole vault or change it, and by a timer while the vault is open (TIME-1); under a
 * Web Lock, so that exactly one tab does it (TIME-2). Requests that use a key do not wait for all the others: theirs is
 * tended by itself.
 */
export class Sweeper {
  readonly #options: SweeperOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #sweeping: Promise<void> | undefined
  #isSoon = false
  #stopped = false

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /** Sweeps if something is due; whoever waits for it sees the result. */
  sweepIfDue(): Promise<void> {
    const { store } = this.#options
    if (!store.isSweepDue(store.readClock().now)) return DONE
    this.#sweeping ??= this.#sweepAndSchedule().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  /** Sweeps if something is due, when the requests that are coming in have had their turn. */
  sweepSoon(): void {
    const { store } = this.#options
    if (this.#isSoon || this.#stopped || !store.isSweepDue(store.readClock().now)) return
    this.#isSoon = true
    setTimeout(() => {
      this.#isSoon = false
      // A failure is not lost: a request that has to see the result sweeps again, and is told.
      if (!this.#stopped) this.sweepIfDue().catch(() => {})
    }, SOON)
  }

  /** Sets the timer for the next thing that falls due; to be called when that may have changed. */
  schedule(nextDue: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped || nextDue === Number.POSITIVE_INFINITY) return
    const { store } = this.#options
    const nap = Math.min(Math.max(nextDue - store.readClock().now, 0), LONGEST_NAP)
    this.#timer = setTimeout(() => {
      // The longest nap is over, or a clock was set back: not yet.
      if (!store.isSweepDue(store.readClock().now)) this.schedule(nextDue)
      else this.sweepSoon()
    }, nap)
  }

  /** Does what is due for one key. Transactions are serialised over all tabs, so that it happens once without a lock. */
  async tend(keyId: KeyId): Promise<void> {
    const { tendKey } = await loadSweeps()
    await tendKey(this.#options, keyId)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #sweepAndSchedule(): Promise<void> {
    const { store } = this.#options
    if (await this.#isDue()) await this.#sweep()
    this.schedule(await store.readNextDue())
  }

  async #sweep(): Promise<void> {
    const { sweepBatch } = await loadSweeps()
    const { vaultName, realm } = this.#options
    await navigator.locks.request(sweepLockName(vaultName, realm.region), async () => {
      // Whoever had the lock before may have done it all.
      while ((await this.#isDue()) && !this.#stopped) if (!(await sweepBatch(this.#options))) return
    })
  }

  async #isDue(): Promise<boolean> {
    const { store } = this.#options
    return (await store.readNextDue()) <= store.readClock().now
  }
}
