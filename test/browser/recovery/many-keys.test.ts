/** REC-21, REC-23 A vault of ten thousand keys is backed up and comes back, with every one of them. */
import type { KmsClient } from 'browser-kms'
import { readBackup } from 'browser-kms/recovery'
import { expect, test } from 'vitest'
import { region } from '../fixtures/vault.js'
import { backupOf, recoverableVault, restored } from './fixtures.js'

const KEYS = 10_000
const IN_FLIGHT = 200
/** One key in so many has made a ciphertext. */
const EVERY = 97

const timeout = 600_000

test('ten thousand keys are backed up and come back, each of them', { timeout }, async () => {
  const { vault, kms, recoveryCode } = await recoverableVault()
  const ciphertexts: Uint8Array[] = []
  for (let count = 0; count < KEYS; count += IN_FLIGHT)
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async (_, index) => {
        const { KeyId } = (await kms.createKey({ Description: `key ${count + index}` })).KeyMetadata
        if ((count + index) % EVERY === 0) ciphertexts.push(await encrypted(kms, KeyId))
      }),
    )
  const before = await idsOf(kms)
  expect(before).toHaveLength(KEYS)
  const backup = await backupOf(vault)
  expect(await readBackup(backup)).toMatchObject({ keys: KEYS, regions: { [region]: KEYS } })
  await vault.close()

  const { report, kms: back } = await restored(backup, recoveryCode)
  expect(report).toMatchObject({ ok: true, keys: KEYS, byState: { Enabled: KEYS }, problems: [] })
  expect(await idsOf(back)).toEqual(before)
  for (const CiphertextBlob of ciphertexts) {
    const { Plaintext, KeyId } = await back.decrypt({ CiphertextBlob })
    expect(KeyId?.endsWith(new TextDecoder().decode(Plaintext))).toBe(true)
  }
})

async function encrypted(kms: KmsClient, KeyId: string): Promise<Uint8Array> {
  return (await kms.encrypt({ KeyId, Plaintext: new TextEncoder().encode(KeyId) })).CiphertextBlob as Uint8Array
}

async function idsOf(kms: KmsClient): Promise<string[]> {
  const ids: string[] = []
  for (let Marker: string | undefined; ; ) {
    const page = await kms.listKeys({ Limit: 1000, ...(Marker && { Marker }) })
    ids.push(...page.Keys.map(({ KeyId }) => KeyId))
    if (!page.Truncated) return ids
    Marker = page.NextMarker
  }
}
