/** REC-27 status, and the audit trail of recovery (AUD-2). */
import { describe, expect, test } from 'vitest'
import { clockedVault, DAY, start } from '../fixtures/clock.js'
import { auditRecords } from '../fixtures/stored.js'
import { expectError, freshVault, newKey, openAgain, region } from '../fixtures/vault.js'

const passphrase = 'seven words that nobody puts together'

describe('REC-27 status', () => {
  test('says what is missing until it is there', async () => {
    const { vault, kms } = await freshVault()
    await newKey(kms)
    expect(await vault.recovery.status()).toMatchObject({ state: 'none' })
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const { state, reasons, ...rest } = await vault.recovery.status()
    expect(state).toBe('at-risk')
    expect(reasons).toEqual([
      expect.stringContaining('no copy'),
      expect.stringContaining('only one protector'),
      expect.stringContaining('no backup'),
      expect.stringContaining('Rehearse'),
    ])
    expect(rest).toMatchObject({ keysToReEncrypt: [], mayBeEvicted: expect.any(Boolean) })
    await vault.recovery.add({ recoveryCode }, { type: 'passphrase', passphrase })
    expect((await vault.recovery.status()).reasons).toHaveLength(3)
  })

  test('lists keys of all Regions, and none that is deleted or waits for its material', async () => {
    const { vault, kms, setClock } = await clockedVault(start)
    const [here, there] = [await newKey(kms), await newKey(vault.region('browser-local-2'))]
    const gone = await newKey(kms)
    await kms.scheduleKeyDeletion({ KeyId: gone.KeyId, PendingWindowInDays: 7 })
    await kms.createKey({ Origin: 'EXTERNAL' })
    const listed = async () => new Set((await vault.recovery.status()).keysWithoutCopy)
    expect(await listed()).toEqual(new Set([here.Arn, there.Arn, gone.Arn]))
    setClock(start + 8 * DAY)
    await kms.listKeys({})
    expect(await listed()).toEqual(new Set([here.Arn, there.Arn]))
  })

  test('times are those of the vault', async () => {
    const { vault } = await clockedVault(start)
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    expect((await vault.recovery.status()).protectors).toMatchObject([{ createdAt: new Date(start) }])
  })

  test('tells that the vault is locked at rest, and after which time without use it locks itself', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    expect(await vault.recovery.status()).not.toHaveProperty('lock')
    await vault.lock.enable({ recoveryCode })
    expect((await vault.recovery.status()).lock).toEqual({})
    await vault.lock.enable({ recoveryCode }, { afterIdle: 3_600_000 })
    expect((await vault.recovery.status()).lock).toEqual({ afterIdle: 3_600_000 })
    const other = await openAgain(name)
    expect(other.vault.locked).toBe(true)
    expect((await other.vault.recovery.status()).lock).toEqual({ afterIdle: 3_600_000 })
    await vault.lock.disable({ recoveryCode })
    expect(await vault.recovery.status()).not.toHaveProperty('lock')
  })

  test('is the same in every tab', async () => {
    const { vault, name } = await freshVault()
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const other = await openAgain(name)
    expect(await other.vault.recovery.status()).toEqual(await vault.recovery.status())
  })
})

describe('AUD-2 what is done to recovery is in the trail', () => {
  test('each call, with whom and which protector, failures too, and nothing secret', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '', protectors } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const [{ id = '' } = {}] = protectors
    await vault.recovery.verify({ recoveryCode })
    await vault.recovery.verify({ passphrase })
    const { protector } = await vault.recovery.add({ recoveryCode }, { type: 'passphrase', passphrase, label: 'mine' })
    await vault.recovery.rename(id, 'in the drawer')
    await expectError(vault.recovery.remove({ passphrase }, 'no-such-id'), 'NotFoundException')
    await expectError(vault.recovery.remove({ passphrase: 'another one, as long' }, id), 'IncorrectProtectorException')
    await vault.recovery.renewPair({ passphrase })
    await vault.recovery.remove({ passphrase }, id)
    const records = await auditRecords(name, region)
    const told = records.map(({ eventName, errorCode, serviceEventDetails }) => ({
      eventName,
      ...(errorCode && { errorCode }),
      ...serviceEventDetails,
    }))
    expect(told).toEqual([
      { eventName: 'SetUpRecovery', protectors: [{ id, type: 'recoveryCode' }] },
      { eventName: 'VerifyProtector', protectorId: id },
      { eventName: 'VerifyProtector', opens: false },
      { eventName: 'AddProtector', openedBy: id, protectorId: protector.id, type: 'passphrase' },
      { eventName: 'RenameProtector', protectorId: id },
      {
        eventName: 'RemoveProtector',
        errorCode: 'NotFoundException',
        openedBy: protector.id,
        protectorId: 'no-such-id',
      },
      { eventName: 'RemoveProtector', errorCode: 'IncorrectProtectorException', protectorId: id },
      { eventName: 'RenewRecoveryPair', openedBy: protector.id, pairId: expect.any(String) },
      { eventName: 'RemoveProtector', openedBy: protector.id, protectorId: id, type: 'recoveryCode' },
    ])
    expect(new Set(records.map(({ userArn }) => userArn))).toEqual(new Set(['arn:aws:iam::000000000000:root']))
    const text = JSON.stringify(records)
    for (const secret of [passphrase, 'another one, as long', recoveryCode, recoveryCode.slice(0, 11)])
      expect(text).not.toContain(secret)
  })
})
