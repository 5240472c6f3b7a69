/** What the types of the public face promise to callers. */
import { KMS } from '@aws-sdk/client-kms'
import { type KmsClient, openVault, type Vault } from 'browser-kms'
import { KmsKeyring } from 'browser-kms/envelope'
import { httpTarget } from 'browser-kms/recovery'
import { serveVault } from 'browser-kms/worker'
import { expectTypeOf, test } from 'vitest'

declare const vault: Vault

type Envelope = ReturnType<Vault['envelope']>
type Answer<Name extends keyof KmsClient> = KmsClient[Name] extends (...parameters: never[]) => Promise<infer Output>
  ? Output
  : never

test('what every answer holds needs no check', () => {
  expectTypeOf<Answer<'encrypt'>['CiphertextBlob']>().toEqualTypeOf<Uint8Array<ArrayBuffer>>()
  expectTypeOf<Answer<'decrypt'>['Plaintext']>().toEqualTypeOf<Uint8Array<ArrayBuffer>>()
  expectTypeOf<Answer<'createKey'>['KeyMetadata']['KeyId']>().toEqualTypeOf<string>()
  expectTypeOf<Answer<'listKeys'>['NextMarker']>().toEqualTypeOf<string | undefined>()
})

test('bytes that are given out fit what the platform takes', () => {
  type Platform = BlobPart & BufferSource & BodyInit
  expectTypeOf<Answer<'sign'>['Signature']>().toExtend<Platform>()
  expectTypeOf<Answer<'generateDataKey'>['Plaintext']>().toExtend<Platform>()
  expectTypeOf<Answer<'generateRandom'>['Plaintext']>().toExtend<Platform>()
  expectTypeOf<Awaited<ReturnType<Envelope['encrypt']>>>().toExtend<Platform>()
  expectTypeOf<Awaited<ReturnType<Envelope['decrypt']>>['plaintext']>().toExtend<Platform>()
})

test('a keyring takes the KMS client of the AWS SDK', () => {
  expectTypeOf(KmsKeyring).toBeConstructibleWith({ client: new KMS(), generatorKeyId: 'alias/notes' })
  expectTypeOf(KmsKeyring).toBeConstructibleWith({ client: (region: string) => new KMS({ region }) })
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

test('the events of a vault are typed', () => {
  vault.addEventListener('backup', ({ detail }) => {
    expectTypeOf(detail.state).toEqualTypeOf<'done' | 'pending' | 'failed' | 'conflict'>()
    expectTypeOf(detail.at).toEqualTypeOf<Date>()
  })
})

test('what targets give and take, others can give and take', () => {
  const target = httpTarget('https://dav.example/notes.bkms-backup', { headers: async () => ({ Authorization: 'x' }) })
  expectTypeOf(vault.backups.keepAt).toBeCallableWith(target)
  expectTypeOf(vault.backups.keepAt).toBeCallableWith({
    read: async () => ({ data: new Uint8Array(1), version: '1' }),
    write: async (data: Uint8Array, version: string | undefined) => `${data.byteLength} ${version}`,
  })
})

test('a lock is asked for, told of, and opened', () => {
  expectTypeOf(openVault).toBeCallableWith({
    lock: { protectors: [{ type: 'passphrase', passphrase: 'x' }], afterIdle: 1 },
  })
  expectTypeOf(vault.locked).toEqualTypeOf<boolean>()
  expectTypeOf(vault.unlock).toBeCallableWith({ recoveryCode: 'x' })
  expectTypeOf(vault.lock.enable).toBeCallableWith({ passkey: true }, { afterIdle: 600_000 })
  vault.addEventListener('lock', (event) => expectTypeOf(event).toEqualTypeOf<Event>())
})

test('every option has a default', () => {
  expectTypeOf(openVault).toBeCallableWith()
  expectTypeOf(serveVault).toBeCallableWith()
  expectTypeOf(serveVault).toBeCallableWith({ now: () => 0 })
})
