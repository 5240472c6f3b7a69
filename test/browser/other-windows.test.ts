/** What another window made is of other classes: its dates, buffers and objects are taken for what they are. */
import type { KmsClient } from 'browser-kms'
import { handleAwsJson } from 'browser-kms/aws'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expectError, newKey, sharedVault, utf8 } from './fixtures/vault.js'

const shared = sharedVault()

/** The classes of an iframe of this origin. */
function otherWindow(): typeof globalThis {
  const frame = document.body.appendChild(document.createElement('iframe'))
  onTestFinished(() => frame.remove())
  return frame.contentWindow as Window & typeof globalThis
}

/** The same value, made in the other window. */
function elsewhere(window: typeof globalThis, text: string): Uint8Array {
  const bytes = new window.TextEncoder().encode(text)
  expect(bytes instanceof Uint8Array).toBe(false)
  return bytes as Uint8Array
}

describe('vault.kms takes', () => {
  const kinds: readonly [kind: string, make: (window: typeof globalThis) => unknown][] = [
    ['a Uint8Array', (window) => elsewhere(window, 'attack at dawn')],
    ['an ArrayBuffer', (window) => elsewhere(window, 'attack at dawn').buffer],
    ['a DataView', (window) => new window.DataView(elsewhere(window, 'xattack at dawn').buffer, 1)],
    ['a Uint16Array', (window) => new window.Uint16Array(elsewhere(window, 'attack at dawn').buffer)],
  ]
  test.each(kinds)('%s of another window, by its bytes', async (_kind, make) => {
    const { KeyId } = await newKey(shared.kms)
    const Plaintext = make(otherWindow()) as Uint8Array
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId, Plaintext })
    expect((await shared.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('attack at dawn'))
  })

  test('a request whose objects and lists are another window’s', async () => {
    const window = otherWindow()
    const { KeyId } = await newKey(shared.kms)
    const parse = (value: unknown) => window.JSON.parse(JSON.stringify(value))
    await shared.kms.tagResource(parse({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }))
    const request = { ...parse({ KeyId, EncryptionContext: { note: '42' } }), Plaintext: utf8('x') }
    const { CiphertextBlob } = await shared.kms.encrypt(request)
    await expectError(shared.kms.decrypt({ CiphertextBlob }), 'InvalidCiphertextException')
  })

  test('a Date of another window: what is refused is the token, not the date', async () => {
    const { KeyMetadata } = await shared.kms.createKey({ Origin: 'EXTERNAL' })
    const request = {
      KeyId: KeyMetadata.KeyId,
      ImportToken: utf8('x'),
      EncryptedKeyMaterial: utf8('x'),
      ExpirationModel: 'KEY_MATERIAL_EXPIRES' as const,
      ValidTo: new (otherWindow().Date)(Date.now() + 86_400_000),
    }
    await expectError(shared.kms.importKeyMaterial(request), 'InvalidImportTokenException')
    await expectError(shared.kms.importKeyMaterial({ ...request, ValidTo: 'tomorrow' as never }), 'ValidationException')
  })

  test('no Map of another window, whose pairs would be lost', async () => {
    const { KeyId } = await newKey(shared.kms)
    const EncryptionContext = new (otherWindow().Map)([['note', '42']]) as never
    await expectError(
      (shared.kms as KmsClient).encrypt({ KeyId, Plaintext: utf8('x'), EncryptionContext }),
      'ValidationException',
      /a Map cannot be part of a request/,
    )
  })
})

test('handleAwsJson takes the Headers and the bytes of another window', async () => {
  const window = otherWindow()
  const headers = new window.Headers({ 'X-Amz-Target': 'TrentService.ListKeys' })
  for (const body of [elsewhere(window, '{"Limit":1}'), elsewhere(window, '{"Limit":1}').buffer as ArrayBuffer]) {
    const { statusCode } = await handleAwsJson(shared.kms, { method: 'POST', headers, body })
    expect(statusCode).toBe(200)
  }
})
