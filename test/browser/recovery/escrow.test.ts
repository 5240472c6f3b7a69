/** PROT-5 escrow: an organisation opens what the device asks for, and sees to whom it answers; nothing in between sees it. */
import type { Vault } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import type { RecoveryRecord } from '../../../worker/recovery/recovery-record.js'
import { allStored } from '../fixtures/stored-records.js'
import { expectError, freshVault, newKey, openAgain } from '../fixtures/vault.js'
import { type Holder, holders } from './fixtures/holders.js'

async function withEscrow(holder: Holder): Promise<{ vault: Vault; name: string; id: string; recoveryCode: string }> {
  const { vault, kms, name } = await freshVault()
  const { protectors, recoveryCode = '' } = await vault.recovery.setUp([
    { type: 'escrow', publicKey: holder.publicKey, label: 'the organisation' },
    { type: 'recoveryCode' },
  ])
  await newKey(kms)
  return { vault, name, id: protectors[0]?.id ?? '', recoveryCode }
}

describe.each(holders)('PROT-5 a holder with %s', (_kind, make) => {
  test('opens the vault, once for each request, also after a reload', async () => {
    const holder = await make()
    const { vault, name, id } = await withEscrow(holder)
    const escrow = await holder.answer(await vault.recovery.request(id))
    const other = (await openAgain(name)).vault
    await vault.close()
    const { recoveryCode = '' } = await other.recovery.add({ escrow }, { type: 'recoveryCode' })
    expect(await other.recovery.verify({ recoveryCode })).toBe(true)
    await expectError(other.recovery.add({ escrow }, { type: 'recoveryCode' }), 'IncorrectProtectorException')
    const [record] = await allStored<RecoveryRecord>(name, 'recovery', 'recovery')
    expect(record?.pendingAnswers).toEqual([])
  })

  test('answers one request: the one before it is forgotten', async () => {
    const holder = await make()
    const { vault, id } = await withEscrow(holder)
    const [first, second] = [await vault.recovery.request(id), await vault.recovery.request(id)]
    expect(await vault.recovery.verify({ escrow: await holder.answer(first) })).toBe(false)
    expect(await vault.recovery.verify({ escrow: await holder.answer(second) })).toBe(true)
  })

  test('renews the pair, and is asked anew after it', async () => {
    const holder = await make()
    const { vault, id, recoveryCode } = await withEscrow(holder)
    const old = await holder.answer(await vault.recovery.request(id))
    expect(await vault.recovery.renewPair({ recoveryCode })).toMatchObject({ copies: 1, problems: [] })
    expect(await vault.recovery.verify({ escrow: old })).toBe(false)
    const answer = await holder.answer(await vault.recovery.request(id))
    expect(await vault.recovery.renewPair({ escrow: answer })).toMatchObject({ copies: 1, problems: [] })
    expect(await vault.recovery.verify({ recoveryCode })).toBe(true)
  })
})

describe('PROT-5 request', () => {
  test('is for escrow keys, and for protectors that there are', async () => {
    const { vault } = await freshVault()
    const { protectors } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await expectError(vault.recovery.request(protectors[0]?.id ?? ''), 'ValidationException', /escrow/)
    await expectError(vault.recovery.request('no-such-id'), 'NotFoundException')
  })
})
