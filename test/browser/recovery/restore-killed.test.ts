/** REC-20, REC-23 A worker that is killed at any moment of a backup or a restore: the vault is as it was, and there is no half vault. */
import { deleteVault, openVault } from 'browser-kms'
import { type RestoreOptions, restoreVault } from 'browser-kms/recovery'
import { expect, onTestFinished, test } from 'vitest'
import { newKey, newVaultName, openAgain } from '../fixtures/vault.js'
import { backupOf, collected, databasesAbout, recoverableVault } from './fixtures.js'

/** Keys of several pages. */
const KEYS = 150

/** Moments spread over what the work takes, at random within their parts. */
function momentsUntil(last: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index + Math.random()) * last) / count)
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function newWorker(): Worker {
  return new Worker(new URL('../../../worker/entry.ts', import.meta.url), { type: 'module' })
}

async function filledVault() {
  const opened = await recoverableVault()
  await Promise.all(Array.from({ length: KEYS }, () => newKey(opened.kms)))
  await opened.vault.region('browser-local-2').createKey({})
  return opened
}

test('restore: nothing is there, or all of it, and it can be done again', async () => {
  const { vault, recoveryCode } = await filledVault()
  const backup = await backupOf(vault)
  const restore = (name: string, options: RestoreOptions) =>
    restoreVault(backup, { recoveryCode }, { name, ...options })
  const name = newVaultName()
  onTestFinished(() => deleteVault(name))
  const whole = await timeOf(() => restore(name, {}))
  await deleteVault(name)
  const ends = new Set<string>()
  for (const moment of momentsUntil(1.2 * whole, 10)) {
    const worker = newWorker()
    // From its first word on: of a worker that says nothing at all, one has to wait whether it will.
    worker.addEventListener('message', () => setTimeout(() => worker.terminate(), moment), { once: true })
    const end = await restore(name, { worker }).then(
      () => 'done',
      ({ name }: Error) => name,
    )
    ends.add(end)
    if (end !== 'done') {
      expect(await databasesAbout(name)).toEqual([])
      await restore(name, {})
    }
    const again = await openVault({ name })
    const { Keys } = await again.kms.listKeys({ Limit: 1000 })
    expect(Keys).toHaveLength(KEYS)
    expect((await again.region('browser-local-2').listKeys({})).Keys).toHaveLength(1)
    expect((await again.recovery.status()).keysWithoutCopy).toEqual([])
    await again.close()
    await deleteVault(name)
  }
  expect([...ends].filter((end) => end !== 'done')).toEqual(['KMSInternalException'])
})

test('backup: its stream fails or is whole, and the vault goes on', async () => {
  const { vault, name, kms, recoveryCode } = await filledVault()
  const { KeyId = '' } = (await kms.listKeys({ Limit: 1 })).Keys?.[0] ?? {}
  const whole = await timeOf(() => backupOf(vault))
  for (const moment of momentsUntil(1.2 * whole, 8)) {
    const worker = newWorker()
    const other = await openVault({ name, worker })
    setTimeout(() => worker.terminate(), moment)
    const backup = await collected(other.backups.create()).catch(({ name }: Error) => name)
    await other.close()
    if (typeof backup === 'string') expect(backup).toBe('KMSInternalException')
    else {
      const restored = newVaultName()
      onTestFinished(() => deleteVault(restored))
      expect(await restoreVault(backup, { recoveryCode }, { name: restored })).toMatchObject({
        ok: true,
        keys: KEYS + 1,
      })
    }
    await (await openAgain(name)).kms.describeKey({ KeyId })
  }
  expect((await vault.recovery.rehearse({ recoveryCode })).ok).toBe(true)
})
