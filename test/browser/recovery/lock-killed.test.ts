/** LOCK-1 killed at any moment: afterwards the vault is locked at rest or it is not, and no key is lost. */
import { openVault, type Vault } from 'browser-kms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { randomBytes } from '../fixtures/random-bytes.js'
import { discard, newVaultName, region } from '../fixtures/vault.js'
import { encrypted, opened, usableIn } from './fixtures/locked.js'

const otherRegion = 'browser-local-2'
/** Material that is put to rest in several transactions, and brought back in more. */
const KEYS = 110

interface Killable {
  readonly vault: Vault
  readonly name: string
  readonly kill: () => void
}

async function killable(name = newVaultName()): Promise<Killable> {
  const worker = new Worker(new URL('../../../worker/entry.ts', import.meta.url), { type: 'module' })
  return { vault: await openVault({ name, worker }), name, kill: () => worker.terminate() }
}

/** A ciphertext of each key of two Regions, some of which share a key. */
async function fill(vault: Vault): Promise<{ readonly here: Uint8Array[]; readonly there: Uint8Array[] }> {
  const other = vault.region(otherRegion)
  const { KeyId } = (await vault.kms.createKey({ MultiRegion: true })).KeyMetadata
  await vault.kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
  const ids = await Promise.all(
    Array.from({ length: KEYS }, async () => (await vault.kms.createKey({})).KeyMetadata.KeyId),
  )
  const { KeyId: elsewhere } = (await other.createKey({})).KeyMetadata
  const shared = await encrypted(vault.kms, KeyId)
  return {
    here: [shared, ...(await Promise.all(ids.map((id) => encrypted(vault.kms, id))))],
    there: [shared, await encrypted(other, elsewhere)],
  }
}

async function checkAll(vault: Vault, { here, there }: Awaited<ReturnType<typeof fill>>): Promise<void> {
  const other = vault.region(otherRegion)
  const all = await Promise.all([
    ...here.map((blob) => opened(vault.kms, blob)),
    ...there.map((blob) => opened(other, blob)),
  ])
  expect(new Set(all)).toEqual(new Set(['text']))
}

async function usable(name: string): Promise<number> {
  return (await Promise.all([region, otherRegion].map((where) => usableIn(name, where)))).flat().length
}

/** Moments spread over what the work takes, at random within their parts. */
function momentsUntil(last: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index + Math.random()) * last) / count)
}

async function killedAfter(milliseconds: number, kill: () => void, work: Promise<unknown>): Promise<'done' | 'killed'> {
  const outcome = work.then(
    () => 'done' as const,
    () => 'killed' as const,
  )
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  kill()
  return outcome
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

describe('killed during', () => {
  test('enable and disable: the old state or the new one, at the next opening', { timeout: 300_000 }, async () => {
    const first = await killable()
    const { name } = first
    onTestFinished(() => discard({ vault: first.vault, kms: first.vault.kms, name }))
    const { recoveryCode = '' } = await first.vault.recovery.setUp([{ type: 'recoveryCode' }])
    const gesture = { recoveryCode }
    const blobs = await fill(first.vault)
    const enabling = await timeOf(() => first.vault.lock.enable(gesture))
    const disabling = await timeOf(() => first.vault.lock.disable(gesture))
    await first.vault.close()

    let isAtRest = false
    const seen = new Set<string>()
    for (const part of momentsUntil(1.1, 12)) {
      const { vault, kill } = await killable(name)
      expect(vault.locked).toBe(isAtRest)
      const moment = part * (isAtRest ? disabling : enabling)
      const work = isAtRest ? vault.lock.disable(gesture) : vault.lock.enable(gesture)
      // Others go on meanwhile.
      const made = vault.kms.createKey({}).catch(() => undefined)
      const end = await killedAfter(moment, kill, work)
      const newId = (await made)?.KeyMetadata.KeyId

      const { vault: again } = await killable(name)
      const wasAtRest = isAtRest
      isAtRest = again.locked
      seen.add(`${wasAtRest ? 'disable' : 'enable'} ${wasAtRest === isAtRest ? 'as before' : 'as wanted'}`)
      if (end === 'done') expect(isAtRest).toBe(!wasAtRest)
      if (isAtRest) {
        // The Regions that nobody has asked for yet are put to rest as soon as they are open, and nobody waits for that.
        await expect.poll(() => usable(name)).toBe(0)
        await again.unlock(gesture)
      }
      await checkAll(again, blobs)
      if (newId !== undefined) await encrypted(again.kms, newId)
      if (isAtRest) expect(await usable(name)).toBe(0)
      await again.close()
    }
    expect(seen.size, [...seen].join()).toBeGreaterThan(1)
  })

  test('the making of a vault that is locked at rest: nothing is set up, or all of it', async () => {
    const lock = { protectors: [{ type: 'recoveryCode' as const }], onRecoveryCode: () => {} }
    const whole = await timeOf(async () => {
      const name = newVaultName()
      const vault = await openVault({ name, lock })
      onTestFinished(() => discard({ vault, kms: vault.kms, name }))
    })
    for (const moment of momentsUntil(whole, 4)) {
      const name = newVaultName()
      const worker = new Worker(new URL('../../../worker/entry.ts', import.meta.url), { type: 'module' })
      const opening = openVault({ name, worker, lock })
      await killedAfter(moment, () => worker.terminate(), opening)
      const vault = await openVault({ name })
      const { state } = await vault.recovery.status()
      expect(vault.locked).toBe(state !== 'none')
      await vault.kms.createKey({ Description: String(randomBytes(1)) })
      expect((await usableIn(name)).length === 0).toBe(vault.locked)
      await discard({ vault, kms: vault.kms, name })
    }
  })
})
