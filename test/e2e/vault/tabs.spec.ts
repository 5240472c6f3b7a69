/** All tabs of an origin have one vault: what one changes, the others see. */
import { expect, type Page, test } from '@playwright/test'

async function tab(page: Page): Promise<void> {
  await page.goto('/vault.html')
  await page.waitForFunction(() => 'browserKms' in globalThis)
}

test('a key made in one tab is there in the other, and after both are closed', async ({ context }) => {
  const [first, second] = [await context.newPage(), await context.newPage()]
  await Promise.all([tab(first), tab(second)])

  const made = await first.evaluate(async () => {
    const vault = await browserKms.openVault()
    const { KeyMetadata } = await vault.kms.createKey({ Description: 'shared' })
    const { CiphertextBlob } = await vault.kms.encrypt({
      KeyId: KeyMetadata.KeyId,
      Plaintext: new TextEncoder().encode('meet me at noon'),
    })
    return { keyId: KeyMetadata.KeyId, ciphertext: [...CiphertextBlob] }
  })
  const decrypt = async ({ keyId, ciphertext }: typeof made) => {
    const vault = await browserKms.openVault()
    const { KeyMetadata } = await vault.kms.describeKey({ KeyId: keyId })
    const { Plaintext } = await vault.kms.decrypt({ CiphertextBlob: Uint8Array.from(ciphertext) })
    return [KeyMetadata.Description, new TextDecoder().decode(Plaintext)]
  }
  expect(await second.evaluate(decrypt, made)).toEqual(['shared', 'meet me at noon'])

  await Promise.all([first.close(), second.close()])
  const third = await context.newPage()
  await tab(third)
  expect(await third.evaluate(decrypt, made)).toEqual(['shared', 'meet me at noon'])
})
