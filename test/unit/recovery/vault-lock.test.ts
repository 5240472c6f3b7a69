/** When a vault that is locked at rest locks itself (LOCK-4), by a clock that the test sets and one that it does not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RecoveredRegion } from '../../../worker/recovery/recovered-region.js'
import type { MaterialRecord } from '../../../worker/storage/schema.js'
import { type Keyring, VaultLock } from '../../../worker/vault/vault-lock.js'

const region = 'browser-local-1'
/** Keyrings are told of a Region, and the lock of its name. */
const here = { realm: { region } } as RecoveredRegion
const elsewhere = { realm: { region: 'browser-local-2' } } as RecoveredRegion
const MINUTE = 60_000

function watched() {
  let now = 1_000_000
  const told: boolean[] = []
  const lock = new VaultLock(
    () => now,
    () => {},
  )
  lock.listen(() => told.push(lock.isLocked))
  return {
    lock,
    told,
    setClock: (moment: number) => {
      now = moment
    },
    pass: (time: number) => {
      now += time
      vi.advanceTimersByTime(time)
    },
  }
}

function keyring() {
  const wipe = vi.fn()
  const revive = vi.fn(async (material: MaterialRecord) => ({ ...material, createdAt: 1 }))
  return { wipe, revive, markerKey: async () => undefined } satisfies Keyring
}

const material = { keyId: 'key', materialId: 'material', createdAt: 0, handles: {} } as unknown as MaterialRecord

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('LOCK-2 a vault is locked if the storage of a Region is, until it is unlocked', async () => {
  const { lock, told } = watched()
  expect(lock.isLocked).toBe(false)
  lock.noteRegion(region, true)
  expect(lock.isLocked).toBe(true)
  expect(lock.revive(material, here)).toBe(material)
  lock.unlock(keyring())
  expect(lock.isLocked).toBe(false)
  expect(await lock.revive(material, here)).toEqual({ ...material, createdAt: 1 })
  expect(lock.revive(material, elsewhere)).toBe(material)
  lock.lock()
  lock.lock()
  expect(told).toEqual([true, false, true])
  expect(lock.turn).toBe(3)
})

test('LOCK-4 locking wipes what opens the vault, once for each unlocking', () => {
  const { lock } = watched()
  const [first, second] = [keyring(), keyring()]
  lock.noteRegion(region, true)
  lock.unlock(first)
  lock.unlock(second)
  expect(first.wipe).toHaveBeenCalledOnce()
  expect(second.wipe).not.toHaveBeenCalled()
  lock.lock()
  expect(second.wipe).toHaveBeenCalledOnce()
})

test('a vault that is not locked at rest any more keeps nothing that opens it, and is not locked', () => {
  const { lock, told } = watched()
  const ring = keyring()
  lock.noteRegion(region, true)
  lock.noteRegion('browser-local-2', true)
  lock.unlock(ring)
  lock.noteRegion(region, false)
  expect(ring.wipe).not.toHaveBeenCalled()
  lock.noteRegion('browser-local-2', false)
  expect(ring.wipe).toHaveBeenCalledOnce()
  expect(lock.isLocked).toBe(false)
  expect(told).toEqual([true, false])
})

describe('LOCK-4 the idle time', () => {
  test('counts from the last use of a key, and the timer tells of it', () => {
    const { lock, told, pass } = watched()
    lock.noteRegion(region, true)
    lock.unlock(keyring(), 10 * MINUTE)
    pass(9 * MINUTE)
    lock.noteUse()
    pass(9 * MINUTE)
    expect(lock.isLocked).toBe(false)
    pass(MINUTE)
    expect(told).toEqual([true, false, true])
  })

  test('a device that slept is locked at the first look, before its timer runs', () => {
    const { lock, setClock } = watched()
    lock.noteRegion(region, true)
    lock.unlock(keyring(), 10 * MINUTE)
    setClock(1_000_000 + 10 * MINUTE)
    expect(lock.isLocked).toBe(true)
  })

  test('a device that slept is locked soon after it woke, if nobody looks', () => {
    const { lock, told, setClock } = watched()
    lock.noteRegion(region, true)
    lock.unlock(keyring(), 10 * MINUTE)
    setClock(1_000_000 + 10 * MINUTE)
    vi.advanceTimersByTime(5_000)
    expect(told.at(-1)).toBe(true)
    expect(lock.turn).toBe(3)
  })

  test('a clock that is set back does not keep it open', () => {
    const { lock, setClock } = watched()
    lock.noteRegion(region, true)
    lock.unlock(keyring(), 10 * MINUTE)
    setClock(0)
    vi.advanceTimersByTime(10 * MINUTE)
    expect(lock.isLocked).toBe(true)
  })

  test('there is none unless it was asked for', () => {
    const { lock, pass } = watched()
    lock.noteRegion(region, true)
    lock.unlock(keyring())
    expect(vi.getTimerCount()).toBe(0)
    pass(365 * 24 * 60 * MINUTE)
    expect(lock.isLocked).toBe(false)
  })

  test('no timer is left when it was locked', () => {
    const { lock } = watched()
    lock.noteRegion(region, true)
    lock.unlock(keyring(), 10 * MINUTE)
    lock.lock()
    expect(vi.getTimerCount()).toBe(0)
  })
})
