/** Editing, enabling and disabling keys (chapter 01, section 10). */
import { describe, expect, test } from 'vitest'
import {
  call,
  expectError,
  expectErrors,
  freshVault,
  keyArn,
  membersOf,
  metadataOf,
  newKey,
  openAgain,
  sharedVault,
  utf8,
} from './fixtures/vault.js'

const shared = sharedVault()

describe('MGT-86 UpdateKeyDescription', () => {
  test.each([0, 1, 8192])('a description of %i characters; nothing else changes', async (length) => {
    const { KeyMetadata } = await shared.kms.createKey({ Description: 'before' })
    const Description = 'é'.repeat(length)
    const { KeyId } = KeyMetadata
    expect(await membersOf(shared.kms.updateKeyDescription({ KeyId, Description }))).toEqual({})
    expect(await metadataOf(shared.kms, KeyId)).toEqual({ ...KeyMetadata, Description })
  })

  test('8193 characters are refused, and the description stays', async () => {
    const { KeyMetadata } = await shared.kms.createKey({ Description: 'before' })
    await expectError(
      shared.kms.updateKeyDescription({ KeyId: KeyMetadata.KeyId, Description: 'x'.repeat(8193) }),
      'ValidationException',
      /at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192$/,
    )
    expect(await metadataOf(shared.kms, KeyMetadata.KeyId)).toEqual(KeyMetadata)
  })

  test.each(['KeyId', 'Description'])('%s is required', async (missing) => {
    const { [missing]: _, ...input }: Record<string, string> = { KeyId: crypto.randomUUID(), Description: '' }
    await expectError(
      call(shared.kms, 'UpdateKeyDescription', input),
      'ValidationException',
      /Member must not be null$/,
    )
  })
})

describe('MGT-87 EnableKey and DisableKey', () => {
  test('change KeyState and Enabled and nothing else, answer nothing, and may be repeated', async () => {
    const key = await newKey(shared.kms)
    const { KeyId } = key
    for (const round of [1, 2]) {
      expect(await membersOf(shared.kms.disableKey({ KeyId })), `round ${round}`).toEqual({})
      expect(await metadataOf(shared.kms, KeyId)).toEqual({ ...key, KeyState: 'Disabled', Enabled: false })
    }
    for (const round of [1, 2]) {
      expect(await membersOf(shared.kms.enableKey({ KeyId: keyArn(KeyId) })), `round ${round}`).toEqual({})
      expect(await metadataOf(shared.kms, KeyId)).toEqual(key)
    }
  })

  test('survive closing and opening the vault', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId, Arn } = await newKey(kms)
    await kms.disableKey({ KeyId })
    await vault.close()
    const again = await openAgain(name)
    await expectError(again.kms.encrypt({ KeyId, Plaintext: utf8('x') }), 'DisabledException', `${Arn} is disabled.`)
    await again.kms.enableKey({ KeyId })
    await again.kms.encrypt({ KeyId, Plaintext: utf8('x') })
  })
})

describe('MGT-88 disabling is strictly immediate', () => {
  test('for the calls of the same tab that come after it, even in flight together', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    await kms.encrypt({ KeyId, Plaintext: utf8('cached') })
    await kms.disableKey({ KeyId })
    const answers = Array.from({ length: 20 }, () => kms.encrypt({ KeyId, Plaintext: utf8('x') }))
    await expectErrors(answers, 'DisabledException')
  })

  test('what does not use the material still works', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    await kms.disableKey({ KeyId })
    await kms.createAlias({ AliasName: `alias/${KeyId}`, TargetKeyId: KeyId })
    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: '' }] })
    await kms.updateKeyDescription({ KeyId, Description: 'still described' })
    await kms.putKeyPolicy({ KeyId, Policy: (await kms.getKeyPolicy({ KeyId })).Policy })
    await kms.scheduleKeyDeletion({ KeyId })
  })

  test('changes of one key made at the same moment all count', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    await Promise.all([
      kms.disableKey({ KeyId }),
      kms.updateKeyDescription({ KeyId, Description: 'both' }),
      kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
    ])
    expect(await metadataOf(shared.kms, KeyId)).toMatchObject({ KeyState: 'Disabled', Description: 'both' })
    expect((await kms.listResourceTags({ KeyId })).Tags).toEqual([{ TagKey: 'a', TagValue: 'b' }])
  })
})
