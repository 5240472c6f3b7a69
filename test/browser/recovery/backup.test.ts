/** REC-20, REC-21, REC-25 Backups are made of one state of each Region, by nobody, at whatever pace they are read. */
import type { KmsClient } from 'browser-kms'
import { type BackupTarget, readBackup, type StoredBackup } from 'browser-kms/recovery'
import { describe, expect, test } from 'vitest'
import { changeStored } from '../fixtures/stored-records.js'
import { expectError, freshVault, newKey, openAgain, region } from '../fixtures/vault.js'
import { backupOf, collected, recoverableVault, restored } from './fixtures.js'

/** Aliases by the keys that they point to, of all that is listed. */
async function aliasesOf(kms: KmsClient): Promise<Record<string, string>> {
  const aliases: Record<string, string> = {}
  for (let Marker: string | undefined, isOver = false; !isOver; ) {
    const page = await kms.listAliases({ Limit: 100, ...(Marker && { Marker }) })
    for (const { AliasName, TargetKeyId } of page.Aliases) aliases[AliasName] = TargetKeyId as string
    Marker = page.NextMarker
    isOver = !page.Truncated
  }
  return aliases
}

test('REC-20 without recovery, the stream says what to do', async () => {
  const { vault } = await freshVault()
  await expectError(collected(vault.backups.create()), 'KMSInvalidStateException', /setUp/)
})

test('REC-20 what cannot be an option is told by the stream', async () => {
  const { vault } = await recoverableVault()
  await expectError(collected(vault.backups.create({ audit: true } as object)), 'ValidationException')
})

test('REC-21 changed by two tabs while it is made, it is one state: no change is in it in part', async () => {
  const { vault, kms, name, recoveryCode } = await recoverableVault()
  const other = await openAgain(name)
  const keys: string[] = []
  for (let count = 0; count < 150; count++) keys.push((await newKey(kms)).KeyId)
  keys.sort()
  const [first, last] = [keys[0] as string, keys.at(-1) as string]
  await kms.createAlias({ AliasName: 'alias/moving', TargetKeyId: first })
  let isOver = false
  // Each tab changes one key from the first page and one from the last, always in this order.
  const change = async (client: KmsClient, from: number) => {
    for (let count = from; !isOver; count += 2) {
      await client.updateKeyDescription({ KeyId: first, Description: String(count) })
      await client.updateKeyDescription({ KeyId: last, Description: String(count) })
      await client.updateAlias({ AliasName: 'alias/moving', TargetKeyId: count % 4 < 2 ? first : last })
      const { KeyId } = await newKey(client)
      await client.createAlias({ AliasName: `alias/key-${KeyId}`, TargetKeyId: KeyId })
    }
  }
  const changing = [change(kms, 0)]
  const backups: Uint8Array[] = []
  for (let count = 0; count < 2; count++) {
    if (count === 1) changing.push(change(other.kms, 1))
    backups.push(await backupOf(vault))
  }
  isOver = true
  await Promise.all(changing)
  const [alone] = backups as [Uint8Array]
  for (const backup of backups) {
    const { report, kms: back } = await restored(backup, recoveryCode)
    expect(report.ok).toBe(true)
    const { Keys } = await back.listKeys({ Limit: 1000 })
    expect(Keys).toHaveLength(report.keys)
    const existing = new Set(Keys.map(({ KeyId }) => KeyId))
    const aliases = await aliasesOf(back)
    for (const target of Object.values(aliases)) expect(existing).toContain(target)
    // A key is made before its alias: at most the last of each tab may have none.
    const made = [...existing].filter((KeyId) => !keys.includes(KeyId))
    const named = made.filter((KeyId) => aliases[`alias/key-${KeyId}`] === KeyId)
    expect(made.length - named.length).toBeLessThanOrEqual(2)
    if (backup !== alone) continue
    const described = async (KeyId: string) => Number((await back.describeKey({ KeyId })).KeyMetadata.Description)
    const difference = (await described(first)) - (await described(last))
    expect([0, 2]).toContain(difference)
  }
})

describe('REC-20 the stream', () => {
  test('waits for who reads it, and the vault goes on', async () => {
    const { vault, kms, recoveryCode } = await recoverableVault()
    await newKey(kms)
    const reader = vault.backups.create().getReader()
    const { value } = await reader.read()
    for (let count = 0; count < 5; count++) await newKey(kms)
    const parts = [value as Uint8Array]
    for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value)
    const { report } = await restored(new Blob(parts as Uint8Array<ArrayBuffer>[]), recoveryCode)
    expect(report.ok).toBe(true)
  })

  test('can be cancelled, and another one begun', async () => {
    const { vault, kms } = await recoverableVault()
    await newKey(kms)
    const reader = vault.backups.create().getReader()
    await reader.read()
    await reader.cancel()
    expect((await readBackup(await backupOf(vault))).keys).toBe(1)
  })

  test('ends with its signal, and with the vault', async () => {
    const { vault } = await recoverableVault()
    const ending = new AbortController()
    const reader = vault.backups.create({ signal: ending.signal }).getReader()
    await reader.read()
    ending.abort(new Error('enough'))
    const rest = async (from: typeof reader) => {
      for (let next = await from.read(); !next.done; next = await from.read());
    }
    await expect(rest(reader)).rejects.toThrow('enough')
    await expect(collected(vault.backups.create({ signal: ending.signal }))).rejects.toThrow('enough')
    const last = vault.backups.create().getReader()
    await last.read()
    await vault.close()
    await expect(rest(last)).rejects.toThrow(/closed/)
    await expectError(collected(vault.backups.create()), 'KMSInvalidStateException', /closed/)
  })
})

test('REC-20 the audit trail is in it if it is asked for', async () => {
  const { vault, kms, recoveryCode } = await recoverableVault()
  for (let count = 0; count < 50; count++) await newKey(kms)
  const [without, withAudit] = [await backupOf(vault), await backupOf(vault, { includeAudit: true })]
  expect(withAudit.byteLength).toBeGreaterThan(without.byteLength + 5_000)
  expect((await restored(withAudit, recoveryCode)).report.ok).toBe(true)
})

/** A target in memory. */
function sharedStore(): BackupTarget {
  let stored: StoredBackup | undefined
  return {
    name: 'our store',
    read: async () => stored,
    write: async (data) => {
      stored = { data, version: 'one' }
      return stored.version
    },
  }
}

test('REC-27 status knows of the last backup and the last rehearsal', async () => {
  const { vault, kms, recoveryCode } = await recoverableVault()
  await newKey(kms)
  expect(await vault.recovery.status()).not.toHaveProperty('lastBackup')
  await backupOf(vault)
  const told: unknown[] = []
  const report = await vault.recovery.rehearse({ recoveryCode }, { onProgress: (progress) => told.push(progress) })
  expect(report).toEqual({ ok: true, keys: 1, problems: [] })
  expect(told).toEqual([{ keysDone: 1, keys: 1 }])
  const { lastBackup, lastRehearsal } = await vault.recovery.status()
  // Where it is, the vault does not know.
  expect(lastBackup).toEqual({ at: expect.any(Date), target: 'the application' })
  expect(lastRehearsal).toEqual({ at: expect.any(Date), ok: true })
  await newKey(kms)
  const kept = await vault.backups.keepAt(sharedStore())
  await expect.poll(async () => (await vault.recovery.status()).lastBackup?.target).toBe('our store')
  await kept.stop()
})

describe('REC-25 rehearse', () => {
  test('finds copies that do not open, and names their keys', async () => {
    const { vault, kms, name, recoveryCode } = await recoverableVault()
    const [good, bad] = [await newKey(kms), await newKey(kms)]
    await changeStored<{ keyId: string; wrapped: Uint8Array }>(name, region, 'copies', (copy) =>
      copy.keyId === bad.KeyId ? { ...copy, wrapped: copy.wrapped.map((byte) => byte ^ 1) } : copy,
    )
    const report = await vault.recovery.rehearse({ recoveryCode })
    expect(report).toEqual({
      ok: false,
      keys: 1,
      problems: [{ keyArn: bad.Arn, problem: expect.stringContaining('does not open') }],
    })
    expect((await vault.recovery.status()).lastRehearsal?.ok).toBe(false)
    // Such a backup is restored without that key.
    const { report: restoring, kms: back } = await restored(await backupOf(vault), recoveryCode)
    expect(restoring).toMatchObject({ ok: false, keys: 1, problems: [{ keyArn: bad.Arn }] })
    expect((await back.listKeys({})).Keys.map(({ KeyId }) => KeyId)).toEqual([good.KeyId])
  })

  test('finds copies that were changed for those of another key', async () => {
    const { vault, kms, name, recoveryCode } = await recoverableVault()
    await newKey(kms)
    await newKey(kms)
    let other: { wrapped: Uint8Array; encapsulated: Uint8Array } | undefined
    await changeStored<{ wrapped: Uint8Array; encapsulated: Uint8Array }>(name, region, 'copies', (copy) => {
      const { wrapped, encapsulated } = other ?? copy
      other = copy
      return { ...copy, wrapped, encapsulated }
    })
    expect(await vault.recovery.rehearse({ recoveryCode })).toMatchObject({ ok: false, keys: 1 })
  })

  test('needs a gesture that opens', async () => {
    const { vault } = await recoverableVault()
    const other = await recoverableVault()
    await expectError(vault.recovery.rehearse({ recoveryCode: other.recoveryCode }), 'IncorrectProtectorException')
    await expectError(vault.recovery.rehearse({} as never), 'ValidationException')
  })
})
