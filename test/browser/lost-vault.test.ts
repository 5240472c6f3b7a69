/** REC-28 Evicted is not new: a vault that was lost is told from one that never was. And a deletion that is held up says so. */
import { deleteVault, openVault, VaultLostException } from 'browser-kms'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { errorOf, expectError, freshVault, newKey, newVaultName, openAgain } from './fixtures/vault.js'

const markerOf = (name: string) => localStorage.getItem(`browser-kms/${name}/marker`)

/** What a browser does that evicts or loses the databases of an origin, and keeps the rest. */
async function lose(name: string): Promise<void> {
  for (const { name: database } of await indexedDB.databases())
    if (database?.startsWith(`browser-kms/${name}/`))
      await new Promise((resolve) => Object.assign(indexedDB.deleteDatabase(database), { onsuccess: resolve }))
}

/** As a worker deletes or opens it, which has no `localStorage`. */
async function withoutMarker<Result>(work: () => Promise<Result>): Promise<Result> {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage') as PropertyDescriptor
  Object.defineProperty(globalThis, 'localStorage', { value: undefined, configurable: true })
  try {
    return await work()
  } finally {
    Object.defineProperty(globalThis, 'localStorage', own)
  }
}

/** Databases that have to do with a vault. */
async function databasesAbout(name: string): Promise<readonly (string | undefined)[]> {
  return (await indexedDB.databases()).map((database) => database.name).filter((database) => database?.includes(name))
}

describe('REC-28 a vault whose databases are gone', () => {
  test('is a VaultLostException, which names it and says since when it was here', async () => {
    const before = Date.now()
    const { vault, name } = await freshVault()
    await vault.close()
    await lose(name)
    const error = await errorOf(openVault({ name }))
    expect(error).toBeInstanceOf(VaultLostException)
    const { vaultName, since } = error as VaultLostException
    expect([error.name, error.$fault, vaultName]).toEqual(['VaultLostException', 'client', name])
    expect(since?.getTime()).toBeGreaterThanOrEqual(before)
    expect(error.message).toContain(`'${name}'`)
    expect(error.message).toContain('create: true')
    expect(await indexedDB.databases(), 'nothing was made').not.toContainEqual(
      expect.objectContaining({ name: expect.stringContaining(name) }),
    )
    await expectError(openVault({ name, create: false }), 'VaultLostException')
  })

  test('also while a tab has it open, whose vault is closed', async () => {
    const { vault, name } = await freshVault()
    const closed = new Promise((resolve) => vault.addEventListener('close', resolve))
    await lose(name)
    await closed
    await expectError(openVault({ name }), 'VaultLostException')
  })

  test.each<[string, (name: string) => Promise<unknown>]>([
    ['of which nothing was known', () => Promise.resolve()],
    [
      'whose databases only were there',
      (name) =>
        openVault({ name })
          .then((vault) => vault.close())
          .then(() => localStorage.removeItem(`browser-kms/${name}/marker`)),
    ],
  ])('also if a worker deleted one before it %s', async (_name, before) => {
    const name = newVaultName()
    await before(name)
    await withoutMarker(() => deleteVault(name))
    const { vault } = await freshVault({ name })
    await vault.close()
    expect(await databasesAbout(name), 'no note of the deletion').toHaveLength(1)
    await lose(name)
    await expectError(openVault({ name }), 'VaultLostException')
  })

  test('also if a worker deleted it, and one has made it anew', async () => {
    const { vault, name } = await freshVault()
    await vault.close()
    await withoutMarker(async () => {
      await deleteVault(name)
      const again = await openAgain(name)
      await again.vault.close()
    })
    await lose(name)
    await expectError(openVault({ name }), 'VaultLostException')
  })

  test('with create: true starts anew, once', async () => {
    const { vault, kms, name } = await freshVault()
    await newKey(kms)
    await vault.close()
    await lose(name)
    const again = await openAgain(name, { create: true })
    expect((await again.kms.listKeys({})).Keys).toEqual([])
    await again.vault.close()
    await lose(name)
    await expectError(openVault({ name }), 'VaultLostException')
  })

  test.each([
    ['{}', undefined],
    ['no JSON', undefined],
    ['', undefined],
    ['{"since":"2026-11-01T00:00:00.000Z"}', new Date('2026-11-01T00:00:00.000Z')],
    ['{"since":7}', undefined],
  ])('with the marker %j was here since %j', async (text, since) => {
    const name = newVaultName()
    localStorage.setItem(`browser-kms/${name}/marker`, text)
    onTestFinished(() => localStorage.removeItem(`browser-kms/${name}/marker`))
    expect(await errorOf(openVault({ name }))).toMatchObject({ name: 'VaultLostException', vaultName: name, since })
  })
})

describe('is no loss:', () => {
  test('a vault that never was, with create: true and without', async () => {
    for (const create of [true, false, undefined])
      await freshVault({ name: newVaultName(), ...(create !== undefined && { create }) })
  })

  test('a vault that is there: create: true opens it as it is', async () => {
    const { kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const again = await openAgain(name, { create: true })
    expect((await again.kms.describeKey({ KeyId })).KeyMetadata.KeyId).toBe(KeyId)
  })

  test('a vault that this browser knew before it had a marker', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await vault.close()
    localStorage.removeItem(`browser-kms/${name}/marker`)
    const again = await openAgain(name)
    expect((await again.kms.describeKey({ KeyId })).KeyMetadata.KeyId).toBe(KeyId)
    expect(markerOf(name)).not.toBeNull()
  })

  test('a vault of which another Region is there', async () => {
    const { vault, name } = await freshVault({ region: 'browser-local-2' })
    await vault.close()
    const again = await openAgain(name, { region: 'browser-local-3' })
    expect((await again.kms.listKeys({})).Keys).toEqual([])
  })

  test('a vault that was deleted, whoever has it open', async () => {
    const { kms, name } = await freshVault()
    await openAgain(name)
    await newKey(kms)
    await deleteVault(name)
    expect(markerOf(name)).toBeNull()
    await openAgain(name)
  })

  test('a vault that was deleted while others opened it', async () => {
    const name = newVaultName()
    const opening = [1, 2, 3].map(() => openVault({ name }))
    const deleting = deleteVault(name)
    const vaults = await Promise.all(opening)
    await deleting
    await Promise.all(vaults.map((vault) => vault.close()))
    expect(markerOf(name)).toBeNull()
    await freshVault({ name })
  })

  test('a vault that was deleted where the marker is out of reach', async () => {
    const { vault, name } = await freshVault()
    await vault.close()
    await withoutMarker(() => deleteVault(name))
    expect(markerOf(name), 'nobody could remove it').not.toBeNull()
    const again = await openAgain(name)
    expect(await databasesAbout(name)).toHaveLength(1)
    await again.vault.close()
    await lose(name)
    await expectError(openVault({ name }), 'VaultLostException')
  })

  test('a vault that a worker and a page have deleted: nothing is left of it', async () => {
    const name = newVaultName()
    await withoutMarker(() => deleteVault(name))
    expect(await databasesAbout(name), 'a note').toHaveLength(1)
    await deleteVault(name)
    expect(await databasesAbout(name)).toEqual([])
  })

  test('an opening that fails', async () => {
    const name = newVaultName()
    await errorOf(openVault({ name, worker: '/no/such/worker.js' }))
    expect(markerOf(name)).toBeNull()
    await freshVault({ name })
  })
})

test.each([
  ['looks whether the vault is there', 'databases'],
  ['remembers that it is', 'deleteDatabase'],
] as const)('an opening that is aborted while it %s gives no vault', async (_name, method) => {
  const { vault, name } = await freshVault()
  await vault.close()
  if (method === 'deleteDatabase') localStorage.removeItem(`browser-kms/${name}/marker`)
  const aborting = new AbortController()
  const reason = new Error('nobody waits')
  const original = indexedDB[method].bind(indexedDB) as (name: string) => never
  const spy = vi.spyOn(indexedDB, method).mockImplementation((database?: string) => {
    aborting.abort(reason)
    return original(database as string)
  })
  onTestFinished(() => spy.mockRestore())
  await expect(openVault({ name, signal: aborting.signal })).rejects.toBe(reason)
  expect(spy).toHaveBeenCalled()
  spy.mockRestore()
  // Nobody has it open.
  await deleteVault(name)
})

test('where storage is denied, or full, a vault opens as ever, and nothing is remembered', async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage') as PropertyDescriptor
  onTestFinished(() => void Object.defineProperty(globalThis, 'localStorage', own))
  const denied = (name: string) => () => {
    throw new DOMException('denied', name)
  }
  for (const replaced of [
    { get: denied('SecurityError') },
    { get: () => null },
    { get: () => ({ getItem: () => null, setItem: denied('QuotaExceededError'), removeItem: () => {} }) },
  ]) {
    Object.defineProperty(globalThis, 'localStorage', { ...replaced, configurable: true })
    const { vault, kms, name } = await freshVault()
    await newKey(kms)
    await vault.close()
    await deleteVault(name)
    await freshVault({ name })
  }
})

/** A connection that does not let go, as that of a frozen tab. */
async function holdOpen(name: string, region = 'browser-local-1'): Promise<IDBDatabase> {
  const request = indexedDB.open(`browser-kms/${name}/${region}`)
  await new Promise((resolve) => Object.assign(request, { onsuccess: resolve }))
  onTestFinished(() => request.result.close())
  return request.result
}

describe('deleteVault while somebody does not let go', () => {
  test('says who, and what to do; opening meanwhile says that the deletion waits; then both go on', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await vault.close()
    const connection = await holdOpen(name)
    const deleting = deleteVault(name)
    await expectError(
      deleting,
      'KMSInvalidStateException',
      `The vault '${name}' is not deleted yet: code of this site that is none of browser-kms has one of its databases open, and does not let go of it. Close the other tabs and windows of this site; the browser deletes the vault as soon as nobody has it open.`,
    )
    const opening = errorOf(openVault({ name }))
    expect((await opening).message).toMatch(/^The database of the vault '.+' does not open: its deletion, or a newer/)
    connection.close()
    const again = await openAgain(name)
    await expectError(again.kms.describeKey({ KeyId }), 'NotFoundException')
  })

  test('counts the openings that have not let go', async () => {
    const { vault, name } = await freshVault()
    await vault.close()
    await holdOpen(name)
    // The locks of two workers whose tabs are frozen.
    const release: (() => void)[] = []
    onTestFinished(() => {
      for (const each of release) each()
    })
    for (const id of ['one', 'two'])
      void navigator.locks.request(
        `browser-kms/${name}/alive/${id}`,
        () => new Promise<void>((resolve) => release.push(resolve)),
      )
    const { message } = await errorOf(deleteVault(name))
    expect(message).toContain('2 tabs or windows have it open')
  })
})
