/** Protectors of an open vault (PROT-1, PROT-5, PROT-6): adding, removing, renaming, and gestures that open nothing. */
import type { Vault } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { errorOf, expectError, freshVault, openAgain } from '../fixtures/vault.js'

const passphrase = 'seven words that nobody puts together'

async function withCode(): Promise<{ vault: Vault; name: string; recoveryCode: string; id: string }> {
  const { vault, name } = await freshVault()
  const { recoveryCode = '', protectors } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
  return { vault, name, recoveryCode, id: protectors[0]?.id ?? '' }
}

/** A code that is well formed, of another vault. */
async function codeOfAnother(): Promise<string> {
  return (await withCode()).recoveryCode
}

const types = async (vault: Vault) => (await vault.recovery.status()).protectors.map(({ type }) => type)

describe('PROT-1 add', () => {
  test('makes a protector that opens what the others open', async () => {
    const { vault, recoveryCode } = await withCode()
    const added = await vault.recovery.add({ recoveryCode }, { type: 'passphrase', passphrase, label: 'mine' })
    expect(added).toEqual({
      protector: { id: expect.any(String), type: 'passphrase', label: 'mine', createdAt: expect.any(Date) },
    })
    expect(await vault.recovery.verify({ passphrase })).toBe(true)
    const { recoveryCode: second = '' } = await vault.recovery.add({ passphrase }, { type: 'recoveryCode' })
    expect(second).not.toBe(recoveryCode)
    for (const code of [recoveryCode, second]) expect(await vault.recovery.verify({ recoveryCode: code })).toBe(true)
    expect(await types(vault)).toEqual(['recoveryCode', 'passphrase', 'recoveryCode'])
  })

  test('needs a gesture that opens', async () => {
    const { vault } = await withCode()
    const recoveryCode = await codeOfAnother()
    await expectError(vault.recovery.add({ recoveryCode }, { type: 'recoveryCode' }), 'IncorrectProtectorException')
    expect(await types(vault)).toEqual(['recoveryCode'])
  })

  test('is refused for a seventeenth', async () => {
    const { vault, recoveryCode } = await withCode()
    for (let count = 1; count < 16; count++) await vault.recovery.add({ recoveryCode }, { type: 'recoveryCode' })
    await expectError(vault.recovery.add({ recoveryCode }, { type: 'recoveryCode' }), 'LimitExceededException')
  })
})

describe('PROT-1 remove', () => {
  test('takes a protector away, at once, in every tab', async () => {
    const { vault, name, recoveryCode, id } = await withCode()
    const other = (await openAgain(name)).vault
    await vault.recovery.add({ recoveryCode }, { type: 'passphrase', passphrase })
    await other.recovery.remove({ recoveryCode }, id)
    expect(await types(vault)).toEqual(['passphrase'])
    expect(await vault.recovery.verify({ recoveryCode })).toBe(false)
    expect(await vault.recovery.verify({ passphrase })).toBe(true)
  })

  test('does not take the last one, nor one that is not there', async () => {
    const { vault, recoveryCode, id } = await withCode()
    await expectError(vault.recovery.remove({ recoveryCode }, id), 'KMSInvalidStateException', /last/)
    await expectError(vault.recovery.remove({ recoveryCode }, 'no-such-id'), 'NotFoundException')
    expect(await vault.recovery.verify({ recoveryCode })).toBe(true)
  })
})

describe('rename', () => {
  test('changes the label and nothing else', async () => {
    const { vault, recoveryCode, id } = await withCode()
    await vault.recovery.rename(id, 'in the drawer')
    expect((await vault.recovery.status()).protectors).toMatchObject([{ id, label: 'in the drawer' }])
    expect(await vault.recovery.verify({ recoveryCode })).toBe(true)
    await expectError(vault.recovery.rename('no-such-id', 'x'), 'NotFoundException')
    await expectError(vault.recovery.rename(id, ''), 'ValidationException')
  })
})

describe('PROT-6 what opens nothing', () => {
  test.each<[string, () => Promise<object>]>([
    ['a passphrase', async () => ({ passphrase: 'another one, as long' })],
    ['a code of another vault', async () => ({ recoveryCode: await codeOfAnother() })],
    ['an answer that nobody asked for', async () => ({ escrow: new Uint8Array(1200) })],
    ['a type that the vault has no protector of', async () => ({ escrow: new Uint8Array(7) })],
  ])('is one error, whatever it is: %s', async (_name, gesture) => {
    const { vault } = await freshVault()
    await vault.recovery.setUp([{ type: 'passphrase', passphrase }, { type: 'recoveryCode' }])
    const given = (await gesture()) as never
    const error = await errorOf(vault.recovery.add(given, { type: 'recoveryCode' }))
    expect([error.name, error.$fault]).toEqual(['IncorrectProtectorException', 'client'])
    expect(error.message).toBe(
      'It opens nothing here. Check what was given; after five failures in a row the vault waits before it tries again.',
    )
    expect(await vault.recovery.verify(given)).toBe(false)
  })

  test('five times in a row makes the vault wait, also in another tab and after a reload', async () => {
    const { vault, name, recoveryCode } = await withCode()
    const wrong = await codeOfAnother()
    for (let failure = 0; failure < 5; failure++)
      expect(await vault.recovery.verify({ recoveryCode: wrong })).toBe(false)
    const other = (await openAgain(name)).vault
    await vault.close()
    expect(await other.recovery.verify({ recoveryCode: wrong })).toBe(false)
    // Two seconds now, from the failure on, also for what opens; less what the way back has taken.
    const failed = performance.now()
    expect(await other.recovery.verify({ recoveryCode })).toBe(true)
    expect(performance.now() - failed).toBeGreaterThan(1_000)
  })

  test('a row ends with a gesture that opens', async () => {
    const { vault, recoveryCode } = await withCode()
    const wrong = await codeOfAnother()
    for (const code of [wrong, wrong, wrong, wrong, recoveryCode, wrong, wrong, wrong, wrong])
      await vault.recovery.verify({ recoveryCode: code })
    expect(await vault.recovery.verify({ recoveryCode })).toBe(true)
  })

  test('PROT-3 a mistyped code names its group, and is no failure', async () => {
    const { vault, recoveryCode } = await withCode()
    const mistyped = `${recoveryCode.slice(0, 7)}${recoveryCode[7] === '7' ? '8' : '7'}${recoveryCode.slice(8)}`
    for (let slip = 0; slip < 7; slip++)
      await expectError(vault.recovery.verify({ recoveryCode: mistyped }), 'ValidationException', /group/)
  })

  test.each<[unknown, RegExp]>([
    [undefined, /gesture/],
    [{}, /one of/],
    [{ passphrase, recoveryCode: 'x' }, /recoveryCode/],
    [{ passkey: false }, /passkey/],
    [{ passphrase: 7 }, /must be a text/],
  ])('is no gesture: %j', async (gesture, why) => {
    const { vault } = await withCode()
    await expectError(vault.recovery.verify(gesture as never), 'ValidationException', why)
  })

  test('never repeats a secret in an error', async () => {
    const { vault } = await withCode()
    const secret = 'my-secret-which-is-no-code'
    const error = await errorOf(vault.recovery.verify({ recoveryCode: secret }))
    expect(error.message).not.toContain(secret)
    expect((await errorOf(vault.recovery.verify({ passphrase: secret.repeat(100) }))).message).not.toContain(secret)
  })
})

describe('holders of ports', () => {
  test('have no recovery', async () => {
    const { vault } = await withCode()
    const port = await vault.connectPort({ principal: 'root' })
    port.postMessage({
      id: 'x',
      type: 'APPLY',
      path: ['recovery'],
      argumentList: [{ type: 'RAW', value: { call: 'status', input: {} } }],
    })
    const answers: unknown[] = []
    port.onmessage = ({ data }) => answers.push(data)
    await (await vault.connect({ principal: 'root' })).listKeys({})
    expect(answers.filter((answer) => (answer as { id?: string }).id === 'x')).toEqual([])
  })
})
