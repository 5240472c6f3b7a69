/** Killed at any moment (REC-2, PROT-1): afterwards the old state or the new one, and never a key without a copy that is not listed. */
import { openVault, type Vault } from 'browser-kms'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RecoveryRecord } from '../../../worker/recovery/recovery-record.js'
import { openedCopies } from '../fixtures/opened-copies.js'
import { allStored } from '../fixtures/stored-records.js'
import { freshVault, keyArn, newKey, newVaultName, openAgain, region } from '../fixtures/vault.js'

/** A vault whose worker can be killed. */
async function killable(name = newVaultName()): Promise<{ vault: Vault; name: string; kill: () => void }> {
  const worker = new Worker(new URL('../../../worker/entry.ts', import.meta.url), { type: 'module' })
  const vault = await openVault({ name, worker })
  return { vault, name, kill: () => worker.terminate() }
}

/** Kills the worker some milliseconds after some work has begun, and waits for how the work ends. */
async function killedDuring(
  kill: () => void,
  milliseconds: number,
  work: Promise<unknown>,
): Promise<'done' | 'killed'> {
  const outcome = work.then(
    () => 'done' as const,
    () => 'killed' as const,
  )
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  kill()
  return outcome
}

async function recordOf(name: string): Promise<RecoveryRecord | undefined> {
  const databases = (await indexedDB.databases()).map((database) => database.name)
  if (!databases.includes(`browser-kms/${name}/recovery`)) return undefined
  return (await allStored<RecoveryRecord>(name, 'recovery', 'recovery'))[0]
}

async function sealedKey(vault: Vault): Promise<string> {
  const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })
  return KeyMetadata.KeyId
}

/** Moments spread over what the work takes, some of them at random. */
function momentsUntil(last: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.random() * (last / count) + (index * last) / count)
}

/** Milliseconds that some work takes here and now. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

test('REC-3 killed during setUp: another tab that is open learns of it by itself', async () => {
  const trial = await killable()
  onTestFinished(() => discard(trial.vault, trial.name))
  const whole = await timeOf(() => trial.vault.recovery.setUp([{ type: 'recoveryCode' }]))
  let ends = 0
  for (const moment of [...momentsUntil(0.9 * whole, 6), 2 * whole]) {
    const { vault, name, kill } = await killable()
    const other = await openAgain(name)
    // Nobody calls anything of recovery there.
    await killedDuring(kill, moment, vault.recovery.setUp([{ type: 'recoveryCode' }]))
    if (await recordOf(name)) {
      ends += 1
      const hasCopy = async () => {
        const { KeyId } = await newKey(other.kms)
        return (await allStored<{ keyId: string }>(name, region, 'copies')).some(({ keyId }) => keyId === KeyId)
      }
      await expect.poll(hasCopy, { timeout: 20_000 }).toBe(true)
    }
    await discard(vault, name)
  }
  expect(ends).toBeGreaterThan(0)
})

describe('killed during', () => {
  test('setUp: nothing is set up, or all of it, and what is sealed has its copy after the next opening', async () => {
    const trial = await killable()
    onTestFinished(() => discard(trial.vault, trial.name))
    await sealedKey(trial.vault)
    const whole = await timeOf(() => trial.vault.recovery.setUp([{ type: 'recoveryCode' }]))
    const found = new Set<string>()
    for (const moment of momentsUntil(1.2 * whole, 12)) {
      const { vault, name, kill } = await killable()
      const native = await newKey(vault.kms)
      const sealed = [await sealedKey(vault), await sealedKey(vault)]
      await vault.recovery.status()
      const end = await killedDuring(kill, moment, vault.recovery.setUp([{ type: 'recoveryCode' }]))
      const again = (await openAgain(name)).vault
      const status = await again.recovery.status()
      const record = await recordOf(name)
      found.add(`${end} ${status.state}`)
      if (end === 'done') expect(status.state).toBe('at-risk')
      if (status.state === 'none') {
        expect(record).toBeUndefined()
        expect(new Set(status.keysWithoutCopy)).toEqual(new Set([native.Arn, ...sealed.map(keyArn)]))
        await again.recovery.setUp([{ type: 'recoveryCode' }])
      }
      expect((await again.recovery.status()).keysWithoutCopy).toEqual([native.Arn])
      const later = await newKey(again.kms)
      expect((await again.recovery.status()).keysWithoutCopy).not.toContain(later.Arn)
      await discard(again, name)
    }
    expect(found.size, [...found].join()).toBeGreaterThan(0)
  })

  test('add: the protectors are as before, or there is one more', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const whole = await timeOf(() => vault.recovery.add({ recoveryCode }, { type: 'recoveryCode' }))
    let count = 2
    for (const moment of momentsUntil(1.2 * whole, 10)) {
      const other = await killable(name)
      await other.vault.recovery.status()
      const end = await killedDuring(
        other.kill,
        moment,
        other.vault.recovery.add({ recoveryCode }, { type: 'recoveryCode' }),
      )
      const { protectors } = await vault.recovery.status()
      expect([count, count + 1]).toContain(protectors.length)
      if (end === 'done') expect(protectors).toHaveLength(count + 1)
      count = protectors.length
      expect(await vault.recovery.verify({ recoveryCode })).toBe(true)
    }
  })

  test('renewPair: every copy opens at any time, and the next gesture ends it', async () => {
    const { vault, kms, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    for (let key = 0; key < 120; key++) await newKey(kms)
    const whole = await timeOf(() => vault.recovery.renewPair({ recoveryCode }))
    for (const moment of momentsUntil(1.1 * whole, 8)) {
      const other = await killable(name)
      await other.vault.recovery.status()
      const end = await killedDuring(other.kill, moment, other.vault.recovery.renewPair({ recoveryCode }))
      const midway = await openedCopies(name, { recoveryCode })
      expect(midway).toMatchObject({ broken: [], missing: [] })
      expect(midway.proved).toHaveLength(120)
      if (end === 'done') expect((await recordOf(name))?.previousPair).toBeUndefined()
      expect(await vault.recovery.verify({ recoveryCode })).toBe(true)
      const record = await recordOf(name)
      expect(record?.previousPair).toBeUndefined()
      expect(record?.protectors.map(({ wraps }) => wraps.map(({ pairId }) => pairId))).toEqual([[record?.pair.pairId]])
      const { proved, ...rest } = await openedCopies(name, { recoveryCode })
      expect(rest).toEqual({ broken: [], missing: [] })
      expect(proved).toHaveLength(120)
    }
    expect((await vault.recovery.status()).keysWithoutCopy).toEqual([])
  })

  test('CreateKey: no key without its copy', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    for (const moment of momentsUntil(60, 10)) {
      const other = await killable(name)
      await other.vault.kms.listKeys({})
      await killedDuring(other.kill, moment, Promise.all(Array.from({ length: 20 }, () => newKey(other.vault.kms))))
    }
    expect(await openedCopies(name, { recoveryCode })).toMatchObject({ broken: [], missing: [] })
    expect((await vault.recovery.status()).keysWithoutCopy).toEqual([])
  })
})

async function discard(vault: Vault, name: string): Promise<void> {
  await vault.close()
  const { deleteVault } = await import('browser-kms')
  await deleteVault(name)
}
