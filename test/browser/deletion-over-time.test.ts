/** What the passing of time does to keys that are scheduled for deletion (DEL-, STATE-25, TIME-1). */
import type { KeyStateDetail, KmsClient, Vault } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { type ClockedVault, clockedVault, DAY, start } from './fixtures/clock.js'
import { auditRecords, storedIn } from './fixtures/stored.js'
import { aliasArn, errorOf, expectError, expectErrors, keyArn, newKey, utf8 } from './fixtures/vault.js'

const text = utf8('kept')

/** A key in use, with an alias, tags and a ciphertext, scheduled for deletion seven days after `start`. */
async function doomed({ kms }: { readonly kms: KmsClient }, days = 7) {
  const { KeyId } = await newKey(kms)
  const AliasName = `alias/${KeyId}`
  await kms.createAlias({ AliasName, TargetKeyId: KeyId })
  await kms.tagResource({ KeyId, Tags: [{ TagKey: 'Project', TagValue: 'Alpha' }] })
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
  const { DeletionDate } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: days })
  return { KeyId, AliasName, CiphertextBlob, due: DeletionDate?.getTime() as number }
}

/** Whether a key's record and its material are still in IndexedDB. */
async function isStored(name: string, KeyId: string): Promise<{ key: boolean; materials: number }> {
  const keys = await storedIn(name, 'keys')
  const materials = await storedIn(name, 'materials')
  return {
    key: keys.some(({ keyId }) => keyId === KeyId),
    materials: materials.filter(({ keyId }) => keyId === KeyId).length,
  }
}

async function expectAllThere(kms: KmsClient, { KeyId, AliasName }: Awaited<ReturnType<typeof doomed>>): Promise<void> {
  for (const named of [KeyId, AliasName])
    expect((await kms.describeKey({ KeyId: named })).KeyMetadata.KeyState).toBe('PendingDeletion')
  await expectError(kms.encrypt({ KeyId, Plaintext: text }), 'KMSInvalidStateException')
}

async function expectGone(
  kms: KmsClient,
  { KeyId, AliasName, CiphertextBlob }: Awaited<ReturnType<typeof doomed>>,
): Promise<void> {
  const keyGone = `Key '${keyArn(KeyId)}' does not exist`
  const aliasGone = `Alias ${aliasArn(AliasName)} is not found.`
  const byKey: Promise<unknown>[] = [
    kms.describeKey({ KeyId }),
    kms.describeKey({ KeyId: keyArn(KeyId) }),
    kms.encrypt({ KeyId, Plaintext: text }),
    kms.decrypt({ KeyId, CiphertextBlob }),
    kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }),
    kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256' }),
    kms.reEncrypt({ SourceKeyId: KeyId, CiphertextBlob, DestinationKeyId: KeyId }),
    kms.enableKey({ KeyId }),
    kms.disableKey({ KeyId }),
    kms.scheduleKeyDeletion({ KeyId }),
    kms.cancelKeyDeletion({ KeyId }),
    kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: '' }] }),
    kms.untagResource({ KeyId, TagKeys: ['a'] }),
    kms.listResourceTags({ KeyId }),
    kms.listAliases({ KeyId }),
    kms.getKeyPolicy({ KeyId }),
    kms.listKeyPolicies({ KeyId }),
    kms.updateKeyDescription({ KeyId, Description: '' }),
    kms.createAlias({ AliasName: 'alias/new', TargetKeyId: KeyId }),
  ]
  await expectErrors(byKey, 'NotFoundException', keyGone)
  const byAlias: Promise<unknown>[] = [
    kms.describeKey({ KeyId: AliasName }),
    kms.encrypt({ KeyId: aliasArn(AliasName), Plaintext: text }),
    kms.deleteAlias({ AliasName }),
  ]
  await expectErrors(byAlias, 'NotFoundException', aliasGone)
  await expectError(kms.decrypt({ CiphertextBlob }), 'AccessDeniedException')
  expect((await kms.listKeys({})).Keys.map((entry) => entry.KeyId)).not.toContain(KeyId)
  expect((await kms.listAliases({})).Aliases.map((entry) => entry.AliasName)).not.toContain(AliasName)
}

const deletionOf = (vault: Vault, keyId: string) =>
  new Promise<KeyStateDetail>((resolve) => {
    vault.addEventListener('keystate', ({ detail }) => {
      if (detail.keyId === keyId && detail.keyState === undefined) resolve(detail)
    })
  })

test('DEL-5 DeletionDate is the moment of the request and exactly the days of the waiting period', async () => {
  const opened = await clockedVault(start)
  for (const days of [7, 8, 30]) expect((await doomed(opened, days)).due).toBe(start + days * DAY)
})

test('DEL-5 not a millisecond before the date, and at the date the key is gone', async () => {
  const opened = await clockedVault(start)
  const { kms, name, setClock } = opened
  const key = await doomed(opened)
  setClock(key.due - 1)
  await expectAllThere(kms, key)
  expect(await isStored(name, key.KeyId)).toEqual({ key: true, materials: 1 })
  setClock(key.due)
  await expectGone(kms, key)
})

test('DEL-35 with the key go its material, its aliases and its record, in IndexedDB too', async () => {
  const opened = await clockedVault(start)
  const key = await doomed(opened)
  const survivor = await newKey(opened.kms)
  opened.setClock(key.due)
  await opened.kms.listKeys({})
  expect(await isStored(opened.name, key.KeyId)).toEqual({ key: false, materials: 0 })
  expect(await storedIn(opened.name, 'aliases')).toEqual([])
  expect(await isStored(opened.name, survivor.KeyId)).toEqual({ key: true, materials: 1 })
  expect(JSON.stringify([await storedIn(opened.name, 'keys'), await storedIn(opened.name, 'vault')])).not.toContain(
    key.KeyId,
  )
})

test('DEL-33 the deletion is recorded as DeleteKey, once, and the earlier records stay (DEL-9)', async () => {
  const opened = await clockedVault(start)
  const key = await doomed(opened)
  opened.setClock(key.due + 5)
  await opened.kms.listKeys({})
  await opened.vault.close()
  const records = await auditRecords(opened.name)
  const arn = keyArn(key.KeyId)
  const own = records.filter(({ resources }) => resources.includes(arn))
  expect(own.map(({ eventName }) => eventName).sort()).toEqual([
    'CreateAlias',
    'CreateKey',
    'DeleteKey',
    'Encrypt',
    'ScheduleKeyDeletion',
    'TagResource',
  ])
  const [deletion] = own.filter(({ eventName }) => eventName === 'DeleteKey')
  expect(deletion).toEqual({
    eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    eventTime: key.due + 5,
    eventName: 'DeleteKey',
    resources: [arn],
    serviceEventDetails: { keyId: key.KeyId },
  })
})

test('DEL-7 a deletion can be cancelled to the last moment, and not after', async () => {
  const opened = await clockedVault(start)
  const { kms, setClock } = opened
  const [saved, lost] = [await doomed(opened), await doomed(opened)]
  setClock(saved.due - 1)
  await kms.cancelKeyDeletion({ KeyId: saved.KeyId })
  setClock(lost.due)
  await expectError(
    kms.cancelKeyDeletion({ KeyId: lost.KeyId }),
    'NotFoundException',
    `Key '${keyArn(lost.KeyId)}' does not exist`,
  )
  setClock(saved.due + 365 * DAY)
  await kms.enableKey({ KeyId: saved.KeyId })
  expect((await kms.decrypt({ CiphertextBlob: saved.CiphertextBlob })).Plaintext).toEqual(text)
})

test('a deletion that was cancelled and scheduled again counts from the second request', async () => {
  const opened = await clockedVault(start)
  const { kms, setClock } = opened
  const key = await doomed(opened)
  setClock(start + 3 * DAY)
  await kms.cancelKeyDeletion({ KeyId: key.KeyId })
  await kms.scheduleKeyDeletion({ KeyId: key.KeyId, PendingWindowInDays: 7 })
  setClock(key.due)
  await expectAllThere(kms, key)
  setClock(start + 10 * DAY)
  await expectGone(kms, key)
})

test('DEL-9 an alias of a deleted key is free for another', async () => {
  const opened = await clockedVault(start)
  const key = await doomed(opened)
  const other = await newKey(opened.kms)
  opened.setClock(key.due)
  await opened.kms.createAlias({ AliasName: key.AliasName, TargetKeyId: other.KeyId })
  expect((await opened.kms.describeKey({ KeyId: key.AliasName })).KeyMetadata.KeyId).toBe(other.KeyId)
})

test('many keys that are due at once all go', async () => {
  const opened = await clockedVault(start)
  const { kms, setClock, name } = opened
  const keys = await Promise.all(Array.from({ length: 130 }, () => newKey(kms)))
  await Promise.all(keys.map(({ KeyId }) => kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })))
  const survivor = await newKey(kms)
  setClock(start + 7 * DAY)
  expect((await kms.listKeys({ Limit: 1000 })).Keys.map(({ KeyId }) => KeyId)).toEqual([survivor.KeyId])
  expect(await storedIn(name, 'materials')).toHaveLength(1)
})

describe('STATE-25 a vault that was closed meanwhile', () => {
  async function reopened({ vault, name }: ClockedVault, moment: number): Promise<ClockedVault> {
    await vault.close()
    return clockedVault(moment, { name })
  }

  test('a month later the key is gone at the first call', async () => {
    const opened = await clockedVault(start)
    const key = await doomed(opened)
    const { kms, name } = await reopened(opened, start + 40 * DAY)
    await expectError(kms.decrypt({ CiphertextBlob: key.CiphertextBlob }), 'AccessDeniedException')
    await expectGone(kms, key)
    expect(await isStored(name, key.KeyId)).toEqual({ key: false, materials: 0 })
  })

  test('a millisecond before the date it is still there', async () => {
    const opened = await clockedVault(start)
    const key = await doomed(opened)
    const { kms } = await reopened(opened, key.due - 1)
    await expectAllThere(kms, key)
    await kms.cancelKeyDeletion({ KeyId: key.KeyId })
  })

  test('TIME-1 without any call, opening it is enough', async () => {
    const opened = await clockedVault(start)
    const key = await doomed(opened)
    const { vault, name } = await reopened(opened, key.due)
    await expect.poll(() => isStored(name, key.KeyId)).toEqual({ key: false, materials: 0 })
    await vault.close()
  })
})

describe('TIME-1 clocks that jump', () => {
  test('what was deleted stays deleted when the clock is set back', async () => {
    const opened = await clockedVault(start)
    const { kms, setClock } = opened
    const key = await doomed(opened)
    setClock(key.due)
    await kms.listKeys({})
    setClock(start)
    await expectGone(kms, key)
  })

  test('a clock far ahead that is corrected before it was noticed destroys nothing', async () => {
    const opened = await clockedVault(start)
    const { kms, setClock } = opened
    const key = await doomed(opened)
    setClock(start + 1000 * DAY)
    setClock(start + DAY)
    await expectAllThere(kms, key)
    await kms.cancelKeyDeletion({ KeyId: key.KeyId })
    await kms.enableKey({ KeyId: key.KeyId })
    expect((await kms.decrypt({ CiphertextBlob: key.CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('a clock far ahead never touches keys that are not scheduled for deletion', async () => {
    const { kms, setClock } = await clockedVault(start)
    const { KeyId } = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    setClock(start + 100 * 365 * DAY)
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    setClock(start)
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('a clock set back delays a deletion, as a late one does less harm than an early one', async () => {
    const opened = await clockedVault(start)
    const key = await doomed(opened)
    opened.setClock(start - 30 * DAY)
    await expectAllThere(opened.kms, key)
    opened.setClock(key.due)
    await expectGone(opened.kms, key)
  })
})

describe('TIME-1 the sweeper’s own timer', () => {
  test('deletes while the vault is open, without any call, and tells of it', async () => {
    const opened = await clockedVault(start)
    const key = await doomed(opened)
    await opened.vault.close()
    // Its clock stands still until somebody listens, however long a busy machine takes to open it.
    const { vault, name, runClock } = await clockedVault(key.due - 500, { name: opened.name })
    const deletion = deletionOf(vault, key.KeyId)
    runClock(key.due - 500)
    expect(await deletion).toEqual({
      keyId: key.KeyId,
      keyArn: keyArn(key.KeyId),
      region: 'browser-local-1',
      keyState: undefined,
    })
    expect(await isStored(name, key.KeyId)).toEqual({ key: false, materials: 0 })
  })

  test('TIME-2 with three openings of a vault, one does the work: a single DeleteKey is recorded', async () => {
    const opened = await clockedVault(start)
    const key = await doomed(opened)
    await opened.vault.close()
    const { name } = opened
    // Their clocks too stand still until somebody listens.
    const vaults = await Promise.all([1, 2, 3].map(() => clockedVault(key.due - 300, { name })))
    const told = vaults.map(({ vault }) => deletionOf(vault, key.KeyId))
    for (const { runClock } of vaults) runClock(key.due - 300)
    await Promise.all(told)
    for (const { kms } of vaults)
      expect((await errorOf(kms.describeKey({ KeyId: key.KeyId }))).name).toBe('NotFoundException')
    const deletions = (await auditRecords(name)).filter(({ eventName }) => eventName === 'DeleteKey')
    expect(deletions).toHaveLength(1)
  })
})

test('another opening of the vault, whose clock is behind, sees the deletion', async () => {
  const opened = await clockedVault(start)
  const key = await doomed(opened)
  const tab = await clockedVault(start, { name: opened.name })
  await expectAllThere(tab.kms, key)
  opened.setClock(key.due)
  await opened.kms.listKeys({})
  // It has used the key a moment ago: it hears of the change soon (ROT-6), not at once.
  await expect
    .poll(async () => (await errorOf(tab.kms.encrypt({ KeyId: key.KeyId, Plaintext: text }))).name)
    .toBe('NotFoundException')
  await expectGone(tab.kms, key)
})
