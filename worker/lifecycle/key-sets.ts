/**
 * Multi-Region keys: a set is one primary and its replicas, one key in a Region, each Region a database (MRK-2). No
 * transaction reaches over two databases, so that a change of a set is made where it belongs, marked as unsettled in
 * the same transaction, and carried to the other Regions from there, step by step. Each step can be taken twice and
 * leaves a whole set behind: a worker that dies between two of them is followed by one that goes on. What a set has to
 * tell is always read from its primary.
 */
import type { KeyId } from '../../src/contract/identifiers.js'
import { once } from '../../src/contract/once.js'
import { keySetLockName } from '../../src/contract/vault-names.js'
import { DAY } from './key-facts.js'
import type { RegionOfSets, RegionsOfSets } from './regions-of-sets.js'

/** A set that cannot be settled, because a Region cannot be opened, is tried again after this long. Milliseconds. */
const RETRY = 5_000
/** Another tab settles its own changes; this one looks whether it has. Milliseconds. */
const COURTESY = 1_000

const DONE = Promise.resolve()

const loadSettlement = once(() => import('./set-settlement.js'))

export interface KeySetsOptions extends RegionsOfSets {
  readonly vaultName: string
  /** The Regions that are open. */
  readonly regions: () => readonly Promise<RegionOfSets>[]
}

/** Keeps the keys of every multi-Region set in agreement. */
export class KeySets {
  readonly #options: KeySetsOptions
  #nextAt = Number.POSITIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined
  #settling: Promise<void> | undefined
  #stopped = false

  constructor(options: KeySetsOptions) {
    this.#options = options
  }

  /** Runs work that nobody else may do for the same set at the same time, in any tab. */
  withLock<Result>(keyId: KeyId, work: () => Promise<Result>): Promise<Result> {
    return navigator.locks.request(keySetLockName(this.#options.vaultName, keyId), work)
  }

  /** To be called when something has become unsettled: here, or in another tab, which gets the chance to settle it. */
  expect(at: number, isOurs: boolean): void {
    const time = isOurs ? at : Math.max(at, this.#options.now() + COURTESY)
    if (time >= this.#nextAt) return
    this.#nextAt = time
    this.#schedule()
  }

  /** Settles what is due; whoever waits for it sees the result. A failure is tried again later. */
  settleIfDue(): Promise<void> {
    return this.#nextAt > this.#options.now() && !this.#settling ? DONE : this.#settleWhileDue()
  }

  /** What becomes unsettled while others are being settled is settled next. */
  async #settleWhileDue(): Promise<void> {
    while (this.#nextAt <= this.#options.now() || this.#settling) {
      this.#settling ??= this.#settleAll().finally(() => {
        this.#settling = undefined
        this.#schedule()
      })
      await this.#settling
    }
  }

  /**
   * Brings one set to rest.
   *
   * @param region of a member, where to begin
   */
  settle(keyId: KeyId, region: string): Promise<void> {
    return this.withLock(keyId, async () => (await loadSettlement()).settleSet(this.#options, keyId, region))
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#stopped || this.#nextAt === Number.POSITIVE_INFINITY) return
    const nap = Math.min(Math.max(this.#nextAt - this.#options.now(), 0), DAY)
    this.#timer = setTimeout(() => void this.settleIfDue(), nap)
  }

  async #settleAll(): Promise<void> {
    const { now, regions } = this.#options
    this.#nextAt = Number.POSITIVE_INFINITY
    try {
      for (const { realm, store } of await Promise.all(regions())) {
        for (const { keyId, primaryRegion } of await store.departures()) {
          await this.settle(keyId, primaryRegion)
          await store.mutate((transaction) => transaction.deleteDeparture(keyId))
        }
        for (const { keyId, unsettledAt = 0 } of await store.unsettledKeys()) {
          if (unsettledAt <= now()) await this.settle(keyId, realm.region)
          else this.#nextAt = Math.min(this.#nextAt, unsettledAt)
        }
      }
    } catch {
      this.#nextAt = Math.min(this.#nextAt, now() + RETRY)
    }
  }
}
