/** Setting recovery up (REC-1, REC-2, REC-7), and what it leaves where. */
import { openVault, type Vault } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { allStored } from '../fixtures/stored-records.js'
import { expectError, freshVault, keyArn, newKey, openAgain, region } from '../fixtures/vault.js'

const passphrase = 'seven words that nobody puts together'

const copyCount = async (name: string, where = region) => (await allStored(name, where, 'copies')).length

const stateOf = async (vault: Vault) => (await vault.recovery.status()).state

describe('REC-1 before recovery is set up', () => {
  test('status is none, says what could be lost, and lists every key', async () => {
    const { vault, kms } = await freshVault()
    const { Arn } = await newKey(kms)
    const status = await vault.recovery.status()
    expect(status).toMatchObject({ state: 'none', protectors: [], keysWithoutCopy: [Arn] })
    expect(status.reasons).toEqual([expect.stringContaining('Set it up')])
  })

  test.each<[string, (vault: Vault) => Promise<unknown>]>([
    ['verify', (vault) => vault.recovery.verify({ passphrase })],
    ['add', (vault) => vault.recovery.add({ passphrase }, { type: 'recoveryCode' })],
    ['remove', (vault) => vault.recovery.remove({ passphrase }, 'x')],
    ['rename', (vault) => vault.recovery.rename('x', 'label')],
    ['renewPair', (vault) => vault.recovery.renewPair({ passphrase })],
    ['request', (vault) => vault.recovery.request('x')],
  ])('%s says to set it up', async (_name, call) => {
    const { vault } = await freshVault()
    await expectError(call(vault), 'KMSInvalidStateException', /setUp/)
  })
})

describe('REC-1 setUp', () => {
  test('tells the protectors, and the code once', async () => {
    const { vault } = await freshVault()
    const before = Date.now()
    const { protectors, recoveryCode } = await vault.recovery.setUp([
      { type: 'passphrase', passphrase, label: 'mine' },
      { type: 'recoveryCode' },
    ])
    expect(protectors).toEqual([
      { id: expect.any(String), type: 'passphrase', label: 'mine', createdAt: expect.any(Date) },
      { id: expect.any(String), type: 'recoveryCode', label: 'Recovery code', createdAt: expect.any(Date) },
    ])
    expect(protectors[0]?.createdAt.getTime()).toBeGreaterThanOrEqual(before)
    expect(recoveryCode).toEqual(expect.any(String))
    expect(await vault.recovery.verify({ recoveryCode: recoveryCode as string })).toBe(true)
    expect(await vault.recovery.verify({ passphrase })).toBe(true)
    expect((await vault.recovery.status()).protectors).toEqual(protectors)
  })

  test('is done once', async () => {
    const { vault, name } = await freshVault()
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const again = await openAgain(name)
    for (const each of [vault, again.vault])
      await expectError(each.recovery.setUp([{ type: 'recoveryCode' }]), 'KMSInvalidStateException', /already/)
  })

  test('of two tabs at the same time, one sets it up', async () => {
    const { vault, name } = await freshVault()
    const other = await openAgain(name)
    const outcomes = await Promise.allSettled(
      [vault, other.vault].map((each) => each.recovery.setUp([{ type: 'recoveryCode' }])),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test.each<[string, unknown, RegExp]>([
    ['no protector', [], /at least 1/],
    ['no list', { type: 'recoveryCode' }, /must be a list/],
    ['seventeen protectors', Array.from({ length: 17 }, () => ({ type: 'recoveryCode' })), /at most 16/],
    ['an unknown type', [{ type: 'password', passphrase }], /passphrase/],
    ['a misspelt member', [{ type: 'recoveryCode', lable: 'x' }], /label/],
    ['a short passphrase', [{ type: 'passphrase', passphrase: 'seven77' }], /8 characters/],
    ['an escrow key that is none', [{ type: 'escrow', publicKey: new Uint8Array(7) }], /escrow key/],
  ])('takes no set-up with %s', async (_name, protectors, why) => {
    const { vault, name } = await freshVault()
    await expectError(vault.recovery.setUp(protectors as never), 'ValidationException', why)
    expect(await stateOf(vault)).toBe('none')
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(`browser-kms/${name}/recovery`)
  })
})

describe('REC-2 from then on every new key leaves a copy', () => {
  test('in the Region at hand, in others, and in those that are made later', async () => {
    const { vault, kms, name } = await freshVault()
    await newKey(vault.region('browser-local-2'))
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await newKey(kms)
    await newKey(vault.region('browser-local-2'))
    await newKey(vault.region('browser-local-3'))
    expect(await copyCount(name)).toBe(1)
    expect(await copyCount(name, 'browser-local-2')).toBe(1)
    expect(await copyCount(name, 'browser-local-3')).toBe(1)
    expect((await vault.recovery.status()).keysWithoutCopy).toHaveLength(1)
  })

  test('also those of another tab that was open, and of one that is opened later', async () => {
    const { vault, name } = await freshVault()
    const other = await openAgain(name)
    await newKey(other.kms)
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await newKey(other.kms)
    await newKey((await openAgain(name)).kms)
    expect(await copyCount(name)).toBe(2)
  })

  test('also where another tab makes keys all the while: none that setUp has not seen', async () => {
    const { vault, name } = await freshVault()
    const other = await openAgain(name)
    let isOver = false
    const early: string[] = []
    const making = (async () => {
      while (!isOver) early.push((await newKey(other.kms)).Arn)
    })()
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const late = await Promise.all(Array.from({ length: 5 }, async () => (await newKey(other.kms)).Arn))
    isOver = true
    await making
    const { keysWithoutCopy } = await vault.recovery.status()
    expect(keysWithoutCopy.filter((arn) => late.includes(arn))).toEqual([])
    expect((await copyCount(name)) + keysWithoutCopy.length).toBe(early.length + late.length)
  })

  test('required: without recovery no key is made, and with it every one', async () => {
    const { vault, kms } = await freshVault({ recovery: 'required' })
    await expectError(kms.createKey({}), 'KMSInvalidStateException', /setUp/)
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await newKey(kms)
    expect((await vault.recovery.status()).keysWithoutCopy).toEqual([])
  })
})

describe('REC-7 keys that were made before', () => {
  test('get their copy if their material is in sealed custody, and are listed if it is native', async () => {
    const { vault, kms, name } = await freshVault({ digestSigning: true })
    const native = await newKey(kms)
    await kms.createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })
    await kms.createKey({ KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' })
    await kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const { protectors } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    expect(protectors).toHaveLength(1)
    expect(await copyCount(name)).toBe(3)
    expect((await vault.recovery.status()).keysWithoutCopy).toEqual([native.Arn])
  })

  test('in all Regions, also those that nobody has asked for since the vault was opened', async () => {
    const { vault, name } = await freshVault()
    const elsewhere = await newKey(vault.region('browser-local-9'))
    await vault.close()
    const again = await openAgain(name)
    await again.vault.recovery.setUp([{ type: 'recoveryCode' }])
    const { keysWithoutCopy } = await again.vault.recovery.status()
    expect(keysWithoutCopy).toEqual([keyArn(elsewhere.KeyId).replace(region, 'browser-local-9')])
  })
})

describe('what is stored', () => {
  test('holds neither passphrase nor code, and no key that could be taken out', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode } = await vault.recovery.setUp([{ type: 'passphrase', passphrase }, { type: 'recoveryCode' }])
    const [record] = (await allStored(name, 'recovery', 'recovery')) as [Record<string, unknown>]
    const text = JSON.stringify(record, (_name, value) => (value instanceof Uint8Array ? `${value}` : value))
    expect(text).not.toContain(passphrase)
    expect(text).not.toContain(recoveryCode?.slice(0, 6))
    const { privateKey } = record.backupKey as { privateKey: CryptoKey }
    expect([privateKey.type, privateKey.extractable]).toEqual(['private', false])
  })

  test('is no Region, and goes with the vault', async () => {
    const { vault, name } = await freshVault()
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const other = await openAgain(name)
    await other.vault.recovery.status()
    await vault.close()
    await (await import('browser-kms')).deleteVault(name)
    expect((await indexedDB.databases()).filter((each) => each.name?.includes(name))).toEqual([])
    const anew = await openVault({ name })
    expect(await stateOf(anew)).toBe('none')
    await anew.close()
  })

  test('REC-28 does not hide that the keys are lost', async () => {
    const { vault, name } = await freshVault()
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await vault.close()
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(`browser-kms/${name}/${region}`).onsuccess = resolve
    })
    await expectError(openVault({ name }), 'VaultLostException')
    const anew = await openVault({ name, create: true })
    expect(await stateOf(anew)).toBe('none')
    await anew.close()
  })
})
