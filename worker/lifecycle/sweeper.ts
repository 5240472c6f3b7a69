import type { KeyId, Realm } from '../../src/contract/identifiers.js'
import { sweepLockName } from '../../src/contract/vault-names.js'
import { isRotationDue } from '../storage/deadlines.js'
import type { KeyRecord } from '../storage/schema.js'
import { StaleBirth } from '../storage/stored-material.js'
import type { VaultStore } from '../storage/vault-store.js'
import type { Births } from './births.js'
import { bringUpToDate } from './due-work.js'
import { type FreshMaterial, makeFreshMaterial, nextPosition } from './rotation.js'

/** Keys that one transaction of a sweep takes: a long one would keep requests and other tabs waiting. */
const SWEEP_BATCH = 100
/** The timer looks again at least this often: a clock can be set, a machine can sleep. Milliseconds. */
const LONGEST_NAP = 3_600_000

/** How long the first requests have the database to themselves. Milliseconds. */
const SOON = 100

const DONE = Promise.resolve()

export interface SweeperOptions {
  readonly vaultName: string
  readonly realm: Realm
  readonly store: VaultStore
  readonly births: Births
  /** Called when a replica was deleted, of which its primary has to hear. */
  readonly onDeparture: () => void
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
    const { realm, store, births } = this.#options
    const expected = await store.rawKey(keyId)
    const isRotating = expected && isRotationDue(expected, store.readClock())
    const fresh = isRotating ? await makeFreshMaterial(births, expected) : undefined
    const supply = supplyOf(fresh ? [fresh] : [])
    const tending = store.mutate(async (transaction) => {
      const key = await transaction.key(keyId)
      if (key) await bringUpToDate(transaction, realm, key, supply)
    })
    // Whoever needs the key finds it overdue still, and comes again.
    await tending.catch(unlessStale)
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
    const { vaultName, realm } = this.#options
    await navigator.locks.request(sweepLockName(vaultName, realm.region), async () => {
      // Whoever had the lock before may have done it all.
      while ((await this.#isDue()) && !this.#stopped) if (!(await this.#sweepBatch())) return
    })
  }

  async #isDue(): Promise<boolean> {
    const { store } = this.#options
    return (await store.readNextDue()) <= store.readClock().now
  }

  /** @returns whether anything was done */
  async #sweepBatch(): Promise<boolean> {
    const { realm, store, births, onDeparture } = this.#options
    const moment = store.readClock()
    const expected = await store.dueKeys(moment.now, SWEEP_BATCH)
    const rotating = expected.filter((key) => isRotationDue(key, moment))
    const fresh = await Promise.all(rotating.map((key) => makeFreshMaterial(births, key)))
    const supply = supplyOf(fresh)
    const sweeping = store.mutate(async (transaction) => {
      const keys = await transaction.dueKeys(SWEEP_BATCH)
      return Promise.all(keys.map((key) => bringUpToDate(transaction, realm, key, supply)))
    })
    // Recovery was set up meanwhile: the next batch makes its material for it.
    const done = (await sweeping.catch(unlessStale)) ?? [true]
    if (expected.some(({ set }) => set?.role === 'REPLICA')) onDeparture()
    return done.includes(true)
  }
}

/** Material for the rotations that it was made for. */
function supplyOf(fresh: readonly FreshMaterial[]): (key: KeyRecord) => FreshMaterial | undefined {
  const supply = new Map(fresh.map((made) => [made.keyId, made]))
  return (key) => {
    const made = supply.get(key.keyId)
    return made?.copy && made.copy.position !== nextPosition(key) ? undefined : made
  }
}

function unlessStale(error: unknown): undefined {
  if (!(error instanceof StaleBirth)) throw error
}
