/** REC-20, REC-23 A vault comes back from its backup as it was. */
import { openVault } from 'browser-kms'
import { readBackup, restoreVault } from 'browser-kms/recovery'
import { describe, expect, test } from 'vitest'
import { importMaterial } from '../fixtures/import.js'
import { allStored } from '../fixtures/stored-records.js'
import { expectError, freshVault, newKey, newVaultName, region } from '../fixtures/vault.js'
import { backupOf, databasesAbout, recoverableVault, restored } from './fixtures.js'

const Plaintext = new TextEncoder().encode('what was encrypted before')

test('REC-20 an empty vault', async () => {
  const { vault, name, recoveryCode } = await recoverableVault()
  const backup = await backupOf(vault)
  expect(await readBackup(backup)).toEqual({
    format: 'browser-kms/backup/1',
    vaultName: name,
    createdAt: expect.any(Date),
    protectors: [{ id: expect.any(String), type: 'recoveryCode', label: 'the code' }],
    keys: 0,
    regions: { [region]: 0 },
  })
  const { report } = await restored(backup, recoveryCode)
  expect(report).toEqual({ ok: true, keys: 0, byState: {}, problems: [], backupCreatedAt: expect.any(Date) })
})

test('REC-23 keys of every type and state, in two Regions, with all that belongs to them', async () => {
  const { vault, kms, recoveryCode } = await recoverableVault()
  const symmetric = await newKey(kms)
  const { CiphertextBlob } = await kms.encrypt({ KeyId: symmetric.KeyId, Plaintext })
  await kms.rotateKeyOnDemand({ KeyId: symmetric.KeyId })
  const { CiphertextBlob: newer } = await kms.encrypt({ KeyId: symmetric.KeyId, Plaintext })
  await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: symmetric.KeyId })
  await kms.tagResource({ KeyId: symmetric.KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] })
  await kms.createGrant({
    KeyId: symmetric.KeyId,
    GranteePrincipal: 'arn:aws:iam::000000000000:user/widget',
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: { a: 'b' } },
  })
  const make = async (
    KeySpec: 'ECC_NIST_P256' | 'HMAC_256' | 'RSA_2048',
    KeyUsage: 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC',
  ) => (await kms.createKey({ KeySpec, KeyUsage })).KeyMetadata.KeyId
  const curve = await make('ECC_NIST_P256', 'SIGN_VERIFY')
  const rsa = await make('RSA_2048', 'SIGN_VERIFY')
  const mac = await make('HMAC_256', 'GENERATE_VERIFY_MAC')
  const SigningAlgorithm = 'ECDSA_SHA_256'
  const { Signature } = await kms.sign({ KeyId: curve, Message: Plaintext, SigningAlgorithm })
  const { Mac } = await kms.generateMac({ KeyId: mac, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' })
  await kms.disableKey({ KeyId: mac })
  const { KeyId: doomed } = await newKey(kms)
  await kms.scheduleKeyDeletion({ KeyId: doomed, PendingWindowInDays: 7 })
  const { KeyMetadata: pending } = await kms.createKey({ Origin: 'EXTERNAL' })
  const imported = (await kms.createKey({ Origin: 'EXTERNAL' })).KeyMetadata.KeyId
  await importMaterial(kms, imported, new Uint8Array(32).fill(7))
  const { CiphertextBlob: importedBlob } = await kms.encrypt({ KeyId: imported, Plaintext })
  const other = vault.region('browser-local-2')
  const elsewhere = await newKey(other)
  const described = async (from: typeof kms) => (await from.describeKey({ KeyId: symmetric.KeyId })).KeyMetadata
  const before = await described(kms)

  const backup = await backupOf(vault)
  const { regions, keys } = await readBackup(new Blob([backup as Uint8Array<ArrayBuffer>]))
  expect([keys, regions]).toEqual([8, { [region]: 7, 'browser-local-2': 1 }])
  const {
    report,
    vault: again,
    kms: back,
  } = await restored(new Blob([backup as Uint8Array<ArrayBuffer>]), recoveryCode)
  expect(report).toMatchObject({
    ok: true,
    keys: 8,
    problems: [],
    byState: { Enabled: 5, Disabled: 1, PendingDeletion: 1, PendingImport: 1 },
  })

  expect(await described(back)).toEqual(before)
  for (const blob of [CiphertextBlob, newer])
    expect((await back.decrypt({ CiphertextBlob: blob })).Plaintext).toEqual(Plaintext)
  expect((await back.decrypt({ CiphertextBlob: importedBlob })).Plaintext).toEqual(Plaintext)
  expect((await back.encrypt({ KeyId: 'alias/notes', Plaintext })).KeyId).toBe(symmetric.Arn)
  expect((await back.listResourceTags({ KeyId: symmetric.KeyId })).Tags).toEqual([{ TagKey: 'a', TagValue: 'b' }])
  const grantsOf = async (from: typeof kms) => (await from.listGrants({ KeyId: symmetric.KeyId })).Grants
  expect(await grantsOf(back)).toEqual(await grantsOf(kms))
  expect(await back.verify({ KeyId: curve, Message: Plaintext, SigningAlgorithm, Signature })).toMatchObject({
    SignatureValid: true,
  })
  await back.sign({ KeyId: rsa, Message: Plaintext, SigningAlgorithm: 'RSASSA_PSS_SHA_256' })
  await expectError(
    back.verifyMac({ KeyId: mac, Message: Plaintext, Mac, MacAlgorithm: 'HMAC_SHA_256' }),
    'DisabledException',
  )
  await back.enableKey({ KeyId: mac })
  await back.verifyMac({ KeyId: mac, Message: Plaintext, Mac, MacAlgorithm: 'HMAC_SHA_256' })
  expect((await back.describeKey({ KeyId: doomed })).KeyMetadata.KeyState).toBe('PendingDeletion')
  expect((await back.describeKey({ KeyId: pending.KeyId })).KeyMetadata.KeyState).toBe('PendingImport')
  expect((await again.region('browser-local-2').describeKey({ KeyId: elsewhere.KeyId })).KeyMetadata.Enabled).toBe(true)
  // New keys get copies, and a backup of the restored vault opens too.
  await newKey(back)
  expect((await restored(await backupOf(again), recoveryCode)).report).toMatchObject({ ok: true, keys: 9 })
  expect((await again.recovery.rehearse({ recoveryCode })).ok).toBe(true)
})

test('REC-23 custody is as it was', async () => {
  const { vault, kms, recoveryCode } = await recoverableVault({ digestSigning: true })
  const make = async (input: Parameters<typeof kms.createKey>[0]) => (await kms.createKey(input)).KeyMetadata.KeyId
  const keys = [
    await newKey(kms).then(({ KeyId }) => KeyId),
    await make({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    await make({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
    await make({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' }),
  ]
  const before = await Promise.all(keys.map((keyId) => vault.custodyOf(keyId)))
  const { vault: again, report } = await restored(await backupOf(vault), recoveryCode)
  expect(report.ok).toBe(true)
  expect(await Promise.all(keys.map((keyId) => again.custodyOf(keyId)))).toEqual(before)
})

describe('REC-20 what has no copy', () => {
  test('is listed when the backup is made and when it is restored, with its aliases gone', async () => {
    const { vault, kms } = await freshVault()
    const old = await newKey(kms)
    await kms.createAlias({ AliasName: 'alias/old', TargetKeyId: old.KeyId })
    const { recoveryCode } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const kept = await newKey(kms)
    const told: unknown[] = []
    const backup = await backupOf(vault, { onProgress: (progress) => told.push(progress) })
    expect(told.at(-1)).toEqual({
      keysDone: 2,
      keys: 2,
      leftOut: [{ keyArn: old.Arn, problem: expect.stringContaining('no copy') }],
    })
    const { report, kms: back } = await restored(backup, recoveryCode as string)
    expect(report).toMatchObject({ ok: false, keys: 1, problems: [{ keyArn: old.Arn }] })
    expect((await back.listKeys({})).Keys).toEqual([{ KeyId: kept.KeyId, KeyArn: kept.Arn }])
    expect((await back.listAliases({})).Aliases).toEqual([])
  })

  test('older material of a key that has a copy now', async () => {
    const { vault, kms } = await freshVault()
    const { KeyId, Arn } = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext })
    const { recoveryCode } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await kms.rotateKeyOnDemand({ KeyId })
    const { CiphertextBlob: newer } = await kms.encrypt({ KeyId, Plaintext })
    const { report, kms: back } = await restored(await backupOf(vault), recoveryCode as string)
    expect(report).toMatchObject({
      ok: false,
      keys: 1,
      problems: [{ keyArn: Arn, problem: /older/i }].map(({ keyArn }) => ({ keyArn })),
    })
    expect((await back.decrypt({ CiphertextBlob: newer })).Plaintext).toEqual(Plaintext)
    await expect(back.decrypt({ CiphertextBlob })).rejects.toThrow()
  })
})

describe('REC-23 restoreVault', () => {
  test('makes no vault over one that is there', async () => {
    const { vault, name, recoveryCode } = await recoverableVault()
    const backup = await backupOf(vault)
    await expectError(restoreVault(backup, { recoveryCode }, { name }), 'KMSInvalidStateException', /does not exist/)
    await newKey(vault.kms)
  })

  test('a wrong gesture opens nothing, and leaves nothing', async () => {
    const { vault, recoveryCode } = await recoverableVault()
    const other = await recoverableVault()
    const name = newVaultName()
    const backup = await backupOf(vault)
    await expectError(
      restoreVault(backup, { recoveryCode: other.recoveryCode }, { name }),
      'IncorrectProtectorException',
    )
    expect(await databasesAbout(name)).toEqual([])
    await restored(backup, recoveryCode)
  })

  test('ended by its signal, it leaves nothing, and can be done again', async () => {
    const { vault, kms, recoveryCode } = await recoverableVault()
    for (let count = 0; count < 70; count++) await newKey(kms)
    const backup = await backupOf(vault)
    const name = newVaultName()
    const ending = new AbortController()
    const work = restoreVault(
      backup,
      { recoveryCode },
      { name, signal: ending.signal, onProgress: () => ending.abort(new Error('enough')) },
    )
    await expect(work).rejects.toThrow('enough')
    expect(await databasesAbout(name)).toEqual([])
    const told: unknown[] = []
    const { report } = await restored(backup, recoveryCode, { onProgress: (progress) => told.push(progress) })
    expect(report.keys).toBe(70)
    expect(told.at(-1)).toEqual({ keysDone: 70, keys: 70 })
  })

  test('what a killed restore has left behind is no vault: openVault makes a new one, and restoreVault restores', async () => {
    const { vault, kms, recoveryCode } = await recoverableVault()
    await newKey(kms)
    const backup = await backupOf(vault)
    const leftBehind = async (name: string) => {
      const { kms: there, vault: half } = await restored(backup, recoveryCode, { name })
      expect((await there.listKeys({})).Keys).toHaveLength(1)
      await half.close()
      await new Promise((resolve) =>
        Object.assign(indexedDB.open(`browser-kms//restoring/${name}`), {
          onsuccess: ({ target }: { target: IDBOpenDBRequest }) => resolve(target.result.close()),
        }),
      )
      localStorage.removeItem(`browser-kms/${name}/marker`)
    }
    const opened = newVaultName()
    await leftBehind(opened)
    const fresh = await openVault({ name: opened })
    expect((await fresh.kms.listKeys({})).Keys).toEqual([])
    expect(await databasesAbout(opened)).toEqual([`browser-kms/${opened}/${region}`])
    await fresh.close()
    const again = newVaultName()
    await leftBehind(again)
    expect((await restoreVault(backup, { recoveryCode }, { name: again })).keys).toBe(1)
  })

  test.each<[string, unknown[]]>([
    ['no backup', [7, { recoveryCode: 'x' }]],
    ['no gesture', [new Uint8Array(1), {}]],
    ['two gestures', [new Uint8Array(1), { recoveryCode: 'x', passphrase: 'y' }]],
    ['an unknown option', [new Uint8Array(1), { recoveryCode: 'x' }, { as: 'z' }]],
    ['a name that cannot be', [new Uint8Array(1), { recoveryCode: 'x' }, { name: '../x' }]],
  ])('refuses %s', async (_name, given) => {
    await expectError((restoreVault as (...given: unknown[]) => Promise<unknown>)(...given), 'ValidationException')
  })

  test('what a stream fails with is told as it is', async () => {
    const { vault, recoveryCode } = await recoverableVault()
    const backup = await backupOf(vault)
    let pulls = 0
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulls += 1
        if (pulls === 1) controller.enqueue(backup.slice(0, backup.byteLength - 10))
        else controller.error(new RangeError('the network is gone'))
      },
    })
    const name = newVaultName()
    await expect(restoreVault(stream, { recoveryCode }, { name })).rejects.toThrow('the network is gone')
    expect(await databasesAbout(name)).toEqual([])
  })
})

test('REC-23, LOCK-1 a vault that is locked at rest is backed up while it is locked, and comes back locked at rest', async () => {
  const { vault, kms, recoveryCode } = await recoverableVault()
  const { KeyId, Arn } = await newKey(kms)
  const curve = (await kms.createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })).KeyMetadata.KeyId
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext })
  await vault.lock.enable({ recoveryCode })
  await vault.lock.now()
  const { report, vault: again, kms: back, name } = await restored(await backupOf(vault), recoveryCode)
  expect(report).toMatchObject({ ok: true, keys: 2, byState: { Enabled: 2 } })
  expect(again.locked).toBe(true)
  const materials = await allStored<{ handles: object; sealed?: Uint8Array }>(name, region, 'materials')
  expect(materials.map(({ handles, sealed }) => [handles, sealed])).toEqual([
    [{}, undefined],
    [{}, undefined],
  ])
  const [identity] = (await allStored<object>(name, region, 'vault')).filter((entry) => 'accountId' in entry)
  expect(Object.values(identity ?? {}).filter((value) => value instanceof CryptoKey)).toEqual([])
  await expectError(back.decrypt({ CiphertextBlob }), 'KMSInvalidStateException', /locked/)
  await again.unlock({ recoveryCode })
  expect(await back.decrypt({ CiphertextBlob })).toMatchObject({ KeyId: Arn, Plaintext })
  await back.sign({ KeyId: curve, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' })
})
