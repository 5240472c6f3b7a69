/** What a stranger has found who tried to break recovery, backups and the lock. */
import { deleteVault, openVault } from 'browser-kms'
import { restoreVault } from 'browser-kms/recovery'
import { describe, expect, onTestFinished, test } from 'vitest'
import { publicKeyOfSeed } from '../../../worker/material/hpke.js'
import type { ProtectorRecord } from '../../../worker/recovery/records.js'
import type { RecoveryRecord } from '../../../worker/recovery/recovery-record.js'
import type { RegionRecovery } from '../../../worker/storage/schema.js'
import { clockedVault, start } from '../fixtures/clock.js'
import { allStored } from '../fixtures/stored-records.js'
import { expectError, newKey, newVaultName, region } from '../fixtures/vault.js'
import { encrypted, gesture, lockedVault, opened, passphrase, usableIn } from './fixtures/locked.js'
import { backupOf, databasesAbout, recoverableVault, restored } from './fixtures.js'

function begun<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function recordIn<Kept>(name: string, where: string, store: string, key: string): Promise<Kept> {
  const database = await begun(indexedDB.open(`browser-kms/${name}/${where}`))
  try {
    return await begun<Kept>(database.transaction(store).objectStore(store).get(key))
  } finally {
    database.close()
  }
}

/** As injected script can, for one moment. */
async function changeRecord<Kept>(
  name: string,
  where: string,
  key: string,
  change: (record: Kept) => Kept,
  store = where,
): Promise<void> {
  const database = await begun(indexedDB.open(`browser-kms/${name}/${where}`))
  try {
    const records = database.transaction(store, 'readwrite').objectStore(store)
    await begun(records.put(change(await begun<Kept>(records.get(key))), key))
  } finally {
    database.close()
  }
}

type Chunk = Uint8Array<ArrayBuffer>

/** A stream that gives some chunks, and then nothing more, and never ends. */
function stalled(...chunks: readonly Uint8Array[]): ReadableStream<Chunk> {
  const left = [...chunks]
  return new ReadableStream<Chunk>({
    pull(controller) {
      const next = left.shift()
      if (!next) return new Promise(() => {})
      controller.enqueue(next as Chunk)
    },
    cancel: () => new Promise(() => {}),
  })
}

test('REC-20 a backup of a vault whose clock is not whole comes back', async () => {
  const { vault, kms } = await clockedVault(start + 0.25)
  const { recoveryCode } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
  const { KeyId } = await newKey(kms)
  const blob = await encrypted(kms, KeyId)
  const back = await restored((await backupOf(vault)) as Chunk, recoveryCode as string)
  expect(back.report).toMatchObject({ ok: true, keys: 1 })
  expect(await opened(back.kms, blob)).toBe('text')
})

test('LOCK-1 REC-23 a vault that is locked at rest comes back without a handle', async () => {
  const { vault, kms } = await lockedVault()
  const { KeyId } = await newKey(kms)
  const blob = await encrypted(kms, KeyId)
  const name = newVaultName()
  onTestFinished(() => deleteVault(name))
  await restoreVault((await backupOf(vault)) as Chunk, gesture, { name })
  expect(await usableIn(name)).toEqual([])
  const again = await openVault({ name })
  onTestFinished(() => again.close())
  expect(again.locked).toBe(true)
  expect(await usableIn(name)).toEqual([])
  await again.unlock(gesture)
  expect(await opened(again.kms, blob)).toBe('text')
  expect(await usableIn(name)).toEqual([])
})

describe('REC-23 a restore from a stream that stops giving and never ends', () => {
  test.each(['before the header', 'after it'])('ends by its signal: %s', async (when) => {
    const { vault, recoveryCode } = await recoverableVault()
    await newKey(vault.kms)
    const backup = await backupOf(vault)
    const name = newVaultName()
    const ending = new AbortController()
    const source = stalled(...(when === 'after it' ? [backup.slice(0, -10)] : []))
    const restoring = restoreVault(source, { recoveryCode }, { name, signal: ending.signal })
    setTimeout(() => ending.abort(new Error('enough')), 2_000)
    await expect(restoring).rejects.toThrow('enough')
    expect(await databasesAbout(name)).toEqual([])
  })

  test('ends with the error of a wrong gesture', async () => {
    const { vault } = await recoverableVault()
    const { recoveryCode } = await recoverableVault()
    const source = stalled((await backupOf(vault)).slice(0, -10))
    const restoring = restoreVault(source, { recoveryCode }, { name: newVaultName() })
    await expectError(restoring, 'IncorrectProtectorException')
  })
})

test('LOCK-1 where the record of recovery is lost, no new recovery takes the copies away', async () => {
  const { vault, kms, name } = await lockedVault()
  await newKey(kms)
  await vault.close()
  await new Promise((resolve) => {
    indexedDB.deleteDatabase(`browser-kms/${name}/recovery`).onsuccess = resolve
  })
  const again = await openVault({ name })
  onTestFinished(() => again.close())
  await expectError(again.recovery.setUp([{ type: 'recoveryCode' }]), 'KMSInvalidStateException')
  expect(await allStored(name, region, 'copies')).toHaveLength(1)
})

describe('REC-1 what somebody could put into the storage in one moment', () => {
  const foreignKey = () => publicKeyOfSeed(crypto.getRandomValues(new Uint8Array(32)))

  test.each(['a protector', 'a public key'])('%s gets no secret when the pair is renewed', async (what) => {
    const { vault, name, recoveryCode } = await recoverableVault()
    const publicKey = await foreignKey()
    const escrow = { id: 'another', type: 'escrow', label: 'Support', parameters: { algorithm: 'HPKE' }, publicKey }
    await changeRecord<RecoveryRecord>(name, 'recovery', 'record', (record) => {
      const [own] = record.protectors as [ProtectorRecord]
      const added = { ...own, ...escrow } as ProtectorRecord
      return { ...record, protectors: what === 'a protector' ? [own, added] : [{ ...own, publicKey }] }
    })
    const label = what === 'a protector' ? 'Support' : 'the code'
    await expectError(vault.recovery.renewPair({ recoveryCode }), 'KMSInvalidStateException', new RegExp(label))
    const [record] = await allStored<RecoveryRecord>(name, 'recovery', 'recovery')
    expect(record?.previousPair).toBeUndefined()
    if (what !== 'a protector') return
    await vault.recovery.remove({ recoveryCode }, 'another')
    await vault.recovery.renewPair({ recoveryCode })
  })

  test('another key of a Region is told of with the next gesture, and replaced', async () => {
    const { vault, kms, name, recoveryCode } = await recoverableVault()
    const { publicKey: own } = await recordIn<RegionRecovery>(name, region, 'vault', 'recovery')
    const publicKey = await foreignKey()
    await changeRecord<RegionRecovery>(name, region, 'recovery', (recovery) => ({ ...recovery, publicKey }), 'vault')
    await expectError(vault.recovery.verify({ recoveryCode }), 'KMSInvalidStateException', /browser-local-1/)
    expect((await recordIn<RegionRecovery>(name, region, 'vault', 'recovery')).publicKey).toEqual(own)
    await newKey(kms)
    expect(await vault.recovery.rehearse({ recoveryCode })).toMatchObject({ ok: true, keys: 1 })
  })

  test('renewed pairs go on, and what is made anew after a restore is renewed too', async () => {
    const { vault, kms, recoveryCode } = await recoverableVault()
    await newKey(kms)
    await vault.recovery.add({ recoveryCode }, { type: 'passphrase', passphrase })
    await vault.recovery.renewPair({ passphrase })
    const back = await restored((await backupOf(vault)) as Chunk, recoveryCode)
    expect(await back.vault.recovery.renewPair({ passphrase })).toEqual({ copies: 1, problems: [] })
    expect(await back.vault.recovery.rehearse({ recoveryCode })).toMatchObject({ ok: true })
  })
})

test('PROT-5 nothing is kept for the answer of a holder who was removed', async () => {
  const { vault, name, recoveryCode } = await recoverableVault()
  const { publicKey } = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1) },
    false,
    ['encrypt', 'decrypt'],
  )
  const spki = await crypto.subtle.exportKey('spki', publicKey)
  const { protector } = await vault.recovery.add({ recoveryCode }, { type: 'escrow', publicKey: spki })
  await vault.recovery.request(protector.id)
  const pending = async () => (await allStored<RecoveryRecord>(name, 'recovery', 'recovery'))[0]?.pendingAnswers
  expect(await pending()).toHaveLength(1)
  await vault.recovery.remove({ recoveryCode }, protector.id)
  expect(await pending()).toEqual([])
})
