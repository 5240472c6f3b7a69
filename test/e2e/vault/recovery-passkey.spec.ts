/** Recovery by a passkey (PROT-4), of Chromium's virtual authenticator, through the vault. */
import { expect, type Page, test } from '@playwright/test'
import { plugAuthenticator } from '../fixtures/authenticator.js'

async function open(page: Page): Promise<void> {
  await plugAuthenticator(page)
  await page.goto('/vault.html')
  await page.waitForFunction(() => 'workbench' in globalThis)
}

test('PROT-4 a passkey opens the vault it was set up with, also after a reload, and a second one', async ({ page }) => {
  await open(page)
  const setUp = await page.evaluate(async () => {
    const vault = await browserKms.openVault({ worker: workbench.startWorker.plain() })
    const { protectors } = await vault.recovery.setUp([
      { type: 'recoveryCode' },
      { type: 'passkey', label: 'this laptop' },
    ])
    const before = await vault.recovery.verify({ passkey: true })
    await vault.recovery.add({ passkey: true }, { type: 'passkey', label: 'the other one' })
    await vault.recovery.renewPair({ passkey: true })
    return { types: protectors.map(({ type, label }) => [type, label]), before }
  })
  expect(setUp).toEqual({
    types: [
      ['recoveryCode', 'Recovery code'],
      ['passkey', 'this laptop'],
    ],
    before: true,
  })
  await page.reload()
  await page.waitForFunction(() => 'workbench' in globalThis)
  const after = await page.evaluate(async () => {
    const vault = await browserKms.openVault({ worker: workbench.startWorker.plain() })
    return vault.recovery.verify({ passkey: true })
  })
  expect(after).toBe(true)
})

test('PROT-4 a passkey is never the only protector', async ({ page }) => {
  await open(page)
  const refusals = await page.evaluate(async () => {
    const vault = await browserKms.openVault({ worker: workbench.startWorker.plain() })
    const refusal = (work: Promise<unknown>) => work.then(String, ({ name }: Error) => name)
    const alone = await refusal(vault.recovery.setUp([{ type: 'passkey' }, { type: 'passkey' }]))
    const { protectors, recoveryCode = '' } = await vault.recovery.setUp([
      { type: 'recoveryCode' },
      { type: 'passkey' },
    ])
    const left = await refusal(vault.recovery.remove({ recoveryCode }, protectors[0]?.id ?? ''))
    return { alone, left }
  })
  expect(refusals).toEqual({ alone: 'ValidationException', left: 'KMSInvalidStateException' })
})

test('PROT-4, REC-23 a passkey brings a backup back', async ({ page }) => {
  await open(page)
  const restored = await page.evaluate(async () => {
    const vault = await browserKms.openVault({ name: 'before' })
    await vault.recovery.setUp([{ type: 'recoveryCode' }, { type: 'passkey', label: 'this laptop' }])
    const { KeyMetadata } = await vault.kms.createKey({})
    const Plaintext = new TextEncoder().encode('what was encrypted before')
    const { CiphertextBlob } = await vault.kms.encrypt({ KeyId: KeyMetadata.KeyId, Plaintext })
    const backup = await new Response(vault.backups.create()).blob()
    await vault.close()
    await browserKms.deleteVault('before')
    const { ok, keys } = await browserKmsRecovery.restoreVault(backup, { passkey: true }, { name: 'after' })
    const after = await browserKms.openVault({ name: 'after' })
    const { Plaintext: back } = await after.kms.decrypt({ CiphertextBlob })
    return { ok, keys, text: new TextDecoder().decode(back), opens: await after.recovery.verify({ passkey: true }) }
  })
  expect(restored).toEqual({ ok: true, keys: 1, text: 'what was encrypted before', opens: true })
})
