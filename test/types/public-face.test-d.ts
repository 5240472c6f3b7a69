/** What the types of the public face promise to callers. */
import { type KmsClient, openVault, type Vault } from 'browser-kms'
import { serveVault } from 'browser-kms/worker'
import { expectTypeOf, test } from 'vitest'

declare const vault: Vault

test('what every answer holds needs no check', () => {
  type Answer<Name extends keyof KmsClient> = KmsClient[Name] extends (...parameters: never[]) => Promise<infer Output>
    ? Output
    : never
  expectTypeOf<Answer<'encrypt'>['CiphertextBlob']>().toEqualTypeOf<Uint8Array>()
  expectTypeOf<Answer<'decrypt'>['Plaintext']>().toEqualTypeOf<Uint8Array>()
  expectTypeOf<Answer<'createKey'>['KeyMetadata']['KeyId']>().toEqualTypeOf<string>()
  expectTypeOf<Answer<'listKeys'>['NextMarker']>().toEqualTypeOf<string | undefined>()
})

test('a request of a wrong shape does not compile', () => {
  // @ts-expect-error a plaintext is bytes
  void vault.kms.encrypt({ KeyId: 'alias/notes', Plaintext: 'text' })
  // @ts-expect-error KeyId is missing
  void vault.kms.encrypt({ Plaintext: new Uint8Array(1) })
  // @ts-expect-error a misspelt member
  void vault.kms.decrypt({ CiphertextBlob: new Uint8Array(1), EncryptionContxt: {} })
  // @ts-expect-error no such key spec
  void vault.kms.createKey({ KeySpec: 'AES_256' })
})

test('every option has a default', () => {
  expectTypeOf(openVault).toBeCallableWith()
  expectTypeOf(serveVault).toBeCallableWith()
  expectTypeOf(serveVault).toBeCallableWith({ now: () => 0 })
})
