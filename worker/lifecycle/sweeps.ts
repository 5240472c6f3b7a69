/** What a sweep does, loaded when something has fallen due. */
import type { KeyId, Realm } from '../../src/contract/identifiers.js'
import { isRotationDue } from '../storage/deadlines.js'
import type { KeyRecord } from '../storage/schema.js'
import { StaleBirth } from '../storage/stored-material.js'
import type { VaultStore } from '../storage/vault-store.js'
import type { Births } from './births.js'
import { bringUpToDate } from './due-work.js'
import { type FreshMaterial, makeFreshMaterial, nextPosition } from './rotation.js'

/** Keys that one transaction of a sweep takes: a long one would keep requests and other tabs waiting. */
const SWEEP_BATCH = 100

/** A Region, as far as a sweep has to know it. */
export interface SweptRegion {
  readonly realm: Realm
  readonly store: VaultStore
  readonly births: Births
  /** Called when a replica was deleted, of which its primary has to hear. */
  readonly onDeparture: () => void
}

/** Does what is due for one key. */
export async function tendKey({ realm, store, births }: SweptRegion, keyId: KeyId): Promise<void> {
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

/**
 * Does what is due for some keys.
 *
 * @returns whether anything was done
 */
export async function sweepBatch({ realm, store, births, onDeparture }: SweptRegion): Promise<boolean> {
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
