import { keyArn, type Realm } from '../src/contract/identifiers.js'
import { sweepLockName } from '../src/contract/vault-names.js'
import type { VaultStore } from './storage/vault-store.js'

/** Keys that one transaction of a sweep takes: a long one would keep other tabs waiting. */
const SWEEP_BATCH = 100
/** The timer looks again at least this often: a clock can be set, a machine can sleep. Milliseconds. */
const LONGEST_NAP = 3_600_000

const DONE = Promise.resolve()

export interface SweeperOptions {
  readonly vaultName: string
  readonly realm: Realm
  readonly store: VaultStore
  readonly now: () => number
}

/**
 * Does what falls due with time: so far the real deletion of keys whose waiting period is over. It runs before every
 * batch of requests when something is due (TIME-1), and by a timer while the vault is open; under a Web Lock, so that
 * exactly one tab does it (TIME-2).
 */
export class Sweeper {
  readonly #options: SweeperOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #sweeping: Promise<void> | undefined
  #stopped = false

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /** Sweeps if something is due; whoever waits for it sees the result. */
  sweepIfDue(): Promise<void> {
    if (!this.#options.store.isSweepDue(this.#options.now())) return DONE
    this.#sweeping ??= this.#sweepAndSchedule().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  /** Sets the timer for the next thing that falls due; to be called when that may have changed. */
  schedule(nextDue: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped || nextDue === Number.POSITIVE_INFINITY) return
    const nap = Math.min(Math.max(nextDue - this.#options.now(), 0), LONGEST_NAP)
    this.#timer = setTimeout(() => {
      // A failure is not lost: the next request sweeps again, and is told.
      this.#sweepAndSchedule().catch(() => {})
    }, nap)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #sweepAndSchedule(): Promise<void> {
    const { store, now } = this.#options
    if ((await store.readNextDue()) <= now()) await this.#sweep()
    this.schedule(await store.readNextDue())
  }

  async #sweep(): Promise<void> {
    const { vaultName, realm, store } = this.#options
    await navigator.locks.request(sweepLockName(vaultName, realm.region), async () => {
      // Whoever had the lock before may have done it all.
      while ((await store.readNextDue()) <= this.#options.now()) if ((await this.#sweepBatch()) === 0) return
    })
  }

  /** @returns how many keys were dealt with */
  async #sweepBatch(): Promise<number> {
    const { realm, store, now } = this.#options
    const moment = now()
    return store.mutate(async (transaction) => {
      const due = await transaction.dueKeys(SWEEP_BATCH)
      for (const { keyId, deletionDate } of due) {
        if (deletionDate === undefined || deletionDate > moment) continue
        await transaction.deleteKey(keyId)
        transaction.audit({
          eventTime: moment,
          eventName: 'DeleteKey',
          requestId: crypto.randomUUID(),
          resources: [keyArn(realm, keyId)],
        })
      }
      return due.length
    })
  }
}
