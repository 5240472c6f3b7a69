/** PROT-5, REC-23 A backup comes back by an escrow key where there is no vault to ask for it. */
import { deleteVault, openVault } from 'browser-kms'
import { readBackup, requestFromBackup, restoreVault } from 'browser-kms/recovery'
import { openDB } from 'idb'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PendingAnswer } from '../../../worker/recovery/protectors/escrow-request.js'
import { expectError, freshVault, newKey, newVaultName } from '../fixtures/vault.js'
import { type Holder, holders } from './fixtures/holders.js'
import { backupOf, databasesAbout } from './fixtures.js'

const DAY = 86_400_000

async function backedUp(holder: Holder) {
  const { vault, kms } = await freshVault()
  await vault.recovery.setUp([
    { type: 'escrow', publicKey: holder.publicKey, label: 'the organisation' },
    { type: 'recoveryCode' },
  ])
  const { KeyId } = await newKey(kms)
  const Plaintext = new TextEncoder().encode('what was encrypted before')
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext })
  const backup = await backupOf(vault)
  const { protectors } = await readBackup(backup)
  const idOf = (wanted: string) => protectors.find(({ type }) => type === wanted)?.id ?? ''
  return { vault, backup, id: idOf('escrow'), codeId: idOf('recoveryCode'), CiphertextBlob, Plaintext }
}

function aName(): string {
  const name = newVaultName()
  onTestFinished(() => deleteVault(name))
  return name
}

interface Row {
  readonly vaultId: string
  readonly pending: PendingAnswer
}

/** What waits for answers about one vault, and a way to change it. */
async function waiting(request: Uint8Array) {
  const { vault: vaultId } = JSON.parse(new TextDecoder().decode(request)) as { vault: string }
  const database = await openDB('browser-kms//pending-answers')
  const rows = ((await database.getAll('pending')) as Row[]).filter((row) => row.vaultId === vaultId)
  database.close()
  return rows
}

describe.each(holders)('PROT-5 a holder with %s', (_kind, make) => {
  test('opens a backup, once, by what this browser has asked', async () => {
    const holder = await make()
    const { backup, id, CiphertextBlob, Plaintext } = await backedUp(holder)
    const request = await requestFromBackup(new Blob([backup as Uint8Array<ArrayBuffer>]), id)
    const escrow = await holder.answer(request)
    const name = aName()
    expect(await restoreVault(backup, { escrow }, { name })).toMatchObject({ ok: true, keys: 1 })
    const vault = await openVault({ name })
    onTestFinished(() => vault.close())
    expect((await vault.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext)
    expect(await waiting(request)).toEqual([])
    const again = newVaultName()
    await expectError(restoreVault(backup, { escrow }, { name: again }), 'IncorrectProtectorException', /ask again/)
    expect(await databasesAbout(again)).toEqual([])
  })

  test('answers the last request about a backup; what waits for it is no key that can be read', async () => {
    const holder = await make()
    const { backup, id } = await backedUp(holder)
    const first = await requestFromBackup(backup, id)
    const second = await requestFromBackup(backup, id)
    const rows = await waiting(second)
    const keys = rows.flatMap(({ pending }) =>
      Object.values(pending.replyKey).filter((each) => each instanceof CryptoKey),
    )
    expect(keys.map(({ extractable }) => extractable)).toEqual([false])
    const name = aName()
    const early = restoreVault(backup, { escrow: await holder.answer(first) }, { name })
    await expectError(early, 'IncorrectProtectorException')
    expect((await restoreVault(backup, { escrow: await holder.answer(second) }, { name })).ok).toBe(true)
  })
})

const [, [, makeHolder] = []] = holders as readonly (readonly [string, () => Promise<Holder>])[]
const hpkeHolder = () => (makeHolder as () => Promise<Holder>)()

describe('PROT-5 requestFromBackup', () => {
  test('is not answered when the answer is a month late, and forgets it', async () => {
    const holder = await hpkeHolder()
    const { backup, id } = await backedUp(holder)
    const request = await requestFromBackup(backup, id)
    const escrow = await holder.answer(request)
    const [row] = (await waiting(request)) as [Row]
    const database = await openDB('browser-kms//pending-answers')
    const { protectorId, pairId, createdAt } = row.pending
    const late = { ...row, pending: { ...row.pending, createdAt: createdAt - 31 * DAY } }
    await database.put('pending', late, [row.vaultId, protectorId, pairId])
    database.close()
    await expectError(restoreVault(backup, { escrow }, { name: aName() }), 'IncorrectProtectorException', /30 days/)
    expect(await waiting(request)).toEqual([])
  })

  test('a restore that does not come to its end has not used the answer up', async () => {
    const holder = await hpkeHolder()
    const { backup, id } = await backedUp(holder)
    const escrow = await holder.answer(await requestFromBackup(backup, id))
    const name = aName()
    const ending = new AbortController()
    const ended = restoreVault(
      backup,
      { escrow },
      { name, signal: ending.signal, onProgress: () => ending.abort(new Error('enough')) },
    )
    await expect(ended).rejects.toThrow('enough')
    expect((await restoreVault(backup, { escrow }, { name })).ok).toBe(true)
  })

  test('is for escrow keys, and for protectors that the backup has', async () => {
    const { backup, codeId } = await backedUp(await hpkeHolder())
    await expectError(requestFromBackup(backup, codeId), 'ValidationException', /escrow/)
    await expectError(requestFromBackup(backup, 'no-such-id'), 'NotFoundException', /readBackup/)
  })

  test.each<[string, unknown[], string]>([
    ['no backup', [7, 'id'], 'ValidationException'],
    ['other bytes', [new Uint8Array(9), 'id'], 'BackupFormatException'],
    ['no protector', [new Uint8Array(9)], 'ValidationException'],
    ['an unknown option', [new Uint8Array(9), 'id', { name: 'x' }], 'ValidationException'],
  ])('refuses %s', async (_name, given, error) => {
    await expectError((requestFromBackup as (...given: unknown[]) => Promise<unknown>)(...given), error)
  })
})
