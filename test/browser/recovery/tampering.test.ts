/** REC-22 Whoever stores backups cannot make one up, alter one, cut one, or mix two. */
import { restoreVault } from 'browser-kms/recovery'
import { describe, expect, test } from 'vitest'
import { sealBackup } from '../../../worker/recovery/backup/message.js'
import type { BackupRecord } from '../../../worker/recovery/backup/records.js'
import { factsToJson, protectorInHeader } from '../../../worker/recovery/backup/recovery-facts.js'
import { newWrap } from '../../../worker/recovery/protectors/wrapping.js'
import type { RecoveryRecord } from '../../../worker/recovery/recovery-record.js'
import { newBackupKey, rootPublicKeyOf } from '../../../worker/recovery/root.js'
import { RecoverySecret } from '../../../worker/recovery/secrets.js'
import { schemaVersion } from '../../../worker/storage/migrations.js'
import { allStored } from '../fixtures/stored-records.js'
import { accountId, errorOf, expectError, newKey, newVaultName, region } from '../fixtures/vault.js'
import { backupOf, collected, databasesAbout, type RecoverableVault, recoverableVault, restored } from './fixtures.js'

const counts = { keys: 0, materials: 0, copies: 0, aliases: 0, grants: 0, usage: 0, departures: 0, audit: 0 }

/** A vault with a key, its backup, and all that is stored of its recovery. */
async function victim(): Promise<RecoverableVault & { readonly backup: Uint8Array; readonly record: RecoveryRecord }> {
  const vault = await recoverableVault()
  await newKey(vault.kms)
  const backup = await backupOf(vault.vault)
  const [record] = await allStored<RecoveryRecord>(vault.name, 'recovery', 'recovery')
  return { ...vault, backup, record: record as RecoveryRecord }
}

/** What can be made of a record of recovery: a backup that is whole, and empty. */
async function forged(vaultName: string, record: RecoveryRecord): Promise<Uint8Array> {
  const createdAt = Date.now()
  const { vaultId, pair, backupKey, protectors, rootPublicKey } = record
  const header = {
    vaultName,
    vaultId,
    accountId,
    createdAt,
    schemaVersion,
    keys: 0,
    regions: { [region]: 0 },
    protectors: protectors.map((each) => protectorInHeader(each, pair.pairId)),
    rootPublicKey,
    backupPublicKey: backupKey.publicKey,
    backupCertificate: backupKey.certificate,
  }
  async function* records(): AsyncGenerator<BackupRecord> {
    const recovery = factsToJson(record)
    const regions = [{ region, counts }]
    yield { kind: 'manifest', value: { schemaVersion, vaultId, accountId, createdAt, regions, recovery } }
    yield { kind: 'region', value: { region, createdAt, trackingSince: createdAt } }
    yield { kind: 'regionEnd', value: { region, changes: 0, latest: createdAt, keys: 0, leftOut: 0 } }
    yield { kind: 'end', value: { records: 3 } }
  }
  const sealed = sealBackup({ header, pair, signingKey: backupKey.privateKey }, records())
  return collected(
    new ReadableStream({
      async pull(controller) {
        const { done, value } = await sealed.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    }),
  )
}

/** A recovery of the attacker's own, for a vault whose protectors' public keys are known. */
async function usurped(record: RecoveryRecord): Promise<RecoveryRecord> {
  const secret = RecoverySecret.random()
  const pairId = crypto.randomUUID()
  const { vaultId } = record
  const protectors = await Promise.all(
    record.protectors.map(async (each) => ({ ...each, wraps: [await newWrap(each, vaultId, pairId, secret.bytes)] })),
  )
  return {
    ...record,
    pair: { pairId, publicKey: await secret.publicKey(), createdAt: 0 },
    rootPublicKey: await rootPublicKeyOf(secret.rootSeed),
    backupKey: await newBackupKey(vaultId, secret.rootSeed),
    protectors,
  }
}

async function refused(backup: Uint8Array, recoveryCode: string, name = 'BackupFormatException'): Promise<void> {
  const vaultName = newVaultName()
  const error = await errorOf(restoreVault(backup, { recoveryCode }, { name: vaultName }))
  expect([error.name, error.message]).toEqual([name, error.message])
  expect(await databasesAbout(vaultName)).toEqual([])
}

test('what the forger makes is well made: with the vault’s own keys it is a backup', async () => {
  const { record, recoveryCode, name } = await victim()
  expect((await restored(await forged(name, record), recoveryCode)).report).toMatchObject({ ok: true, keys: 0 })
})

describe('REC-22 made up', () => {
  test('with a root of the attacker’s own: no protector vouches for it', async () => {
    const { record, recoveryCode, name } = await victim()
    await refused(await forged(name, await usurped(record)), recoveryCode, 'IncorrectProtectorException')
  })

  test('with the root’s name, and the attacker’s own secret', async () => {
    const { record, recoveryCode, name } = await victim()
    const { rootPublicKey } = record
    await refused(await forged(name, { ...(await usurped(record)), rootPublicKey }), recoveryCode)
  })

  test('with a device that the root has not certified', async () => {
    const { record, recoveryCode, name } = await victim()
    const { backupKey } = await usurped(record)
    await refused(await forged(name, { ...record, backupKey }), recoveryCode)
    const { certificate } = record.backupKey
    await refused(await forged(name, { ...record, backupKey: { ...backupKey, certificate } }), recoveryCode)
  })

  test('with a device of another vault of the same person', async () => {
    const [one, other] = [await victim(), await victim()]
    const { backupKey } = other.record
    await refused(await forged(one.name, { ...one.record, backupKey }), one.recoveryCode)
  })

  test('with the device’s name, and another key', async () => {
    const { record, recoveryCode, name } = await victim()
    const { privateKey } = (await usurped(record)).backupKey
    await refused(await forged(name, { ...record, backupKey: { ...record.backupKey, privateKey } }), recoveryCode)
  })
})

describe('REC-22 altered', () => {
  test('in a bit, wherever', async () => {
    const { backup, recoveryCode } = await victim()
    for (let count = 0; count < 12; count++) {
      const altered = backup.slice()
      const place = Math.floor((count / 12) * backup.byteLength) + 40
      altered[place] = (altered[place] as number) ^ 1
      const vaultName = newVaultName()
      const error = await errorOf(restoreVault(altered, { recoveryCode }, { name: vaultName }))
      // A protector that was altered opens nothing, which cannot be told from a wrong code.
      expect(['BackupFormatException', 'IncorrectProtectorException', 'ValidationException']).toContain(error.name)
      expect(await databasesAbout(vaultName)).toEqual([])
    }
  })

  test('cut short', async () => {
    const { backup, recoveryCode } = await victim()
    for (const length of [0, 1, 100, 3_000, backup.byteLength - 40, backup.byteLength - 1])
      await refused(backup.subarray(0, length), recoveryCode)
  })

  test('with more behind it', async () => {
    const { backup, recoveryCode } = await victim()
    await refused(new Uint8Array([...backup, 0]), recoveryCode)
  })

  test('mixed: the beginning of one, the end of another of the same vault', async () => {
    const { backup, vault, recoveryCode } = await victim()
    const other = await backupOf(vault)
    expect(other.byteLength).toBe(backup.byteLength)
    for (const part of [0.6, 0.9]) {
      const at = Math.floor(part * backup.byteLength)
      await refused(new Uint8Array([...backup.subarray(0, at), ...other.subarray(at)]), recoveryCode)
    }
  })
})

test('REC-22 a backup of before opens with the protectors of then, and not with those of now', async () => {
  const { backup, vault, recoveryCode } = await victim()
  const added = await vault.recovery.add({ recoveryCode }, { type: 'recoveryCode', label: 'newer' })
  await expectError(
    restoreVault(backup, { recoveryCode: added.recoveryCode as string }, { name: newVaultName() }),
    'IncorrectProtectorException',
  )
  const newer = await backupOf(vault)
  for (const code of [recoveryCode, added.recoveryCode as string])
    expect((await restored(newer, code)).report).toMatchObject({ ok: true, keys: 1 })
})
