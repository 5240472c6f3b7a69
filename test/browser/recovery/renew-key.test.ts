/** REC-7 keys from before recovery: new material that has a copy, and what they encrypted, encrypted anew. */
import type { KmsClient, Vault } from 'browser-kms'
import { buildClient, KmsKeyring, MultiKeyring, RawAesKeyring, readMessageHeader } from 'browser-kms/envelope'
import { describe, expect, test } from 'vitest'
import { expectError, freshVault, newKey, region, utf8 } from '../fixtures/vault.js'

interface OldKey {
  readonly vault: Vault
  readonly kms: KmsClient
  readonly KeyId: string
  readonly Arn: string
}

/** A key that is older than the vault's recovery. */
async function oldKey(): Promise<OldKey> {
  const { vault, kms } = await freshVault()
  const { KeyId, Arn } = await newKey(kms)
  await vault.recovery.setUp([{ type: 'recoveryCode' }])
  return { vault, kms, KeyId, Arn }
}

type Reports = Awaited<ReturnType<typeof reportsOf>>

async function reportsOf(
  vault: Vault,
  keyId: string,
  messages: Parameters<Vault['recovery']['reEncrypt']>[1],
  options: Parameters<Vault['recovery']['reEncrypt']>[2] = {},
) {
  const reports = []
  for await (const report of vault.recovery.reEncrypt(keyId, messages, options)) reports.push(report)
  return reports
}

const materialOf = async (kms: KmsClient, CiphertextBlob: Uint8Array, EncryptionContext = {}) =>
  (
    await kms.reEncrypt({
      CiphertextBlob,
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: (await newKey(kms)).KeyId,
    })
  ).SourceKeyMaterialId

describe('REC-7 renewKey', () => {
  test.each<[string, (key: OldKey) => Promise<string>]>([
    ['key id', async ({ KeyId }) => KeyId],
    ['ARN', async ({ Arn }) => Arn],
    [
      'alias',
      async ({ kms, KeyId }) => {
        await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyId })
        return 'alias/notes'
      },
    ],
  ])('gives new material that has a copy, to a key that is named by its %s', async (_name, naming) => {
    const key = await oldKey()
    const { vault, kms, KeyId, Arn } = key
    const { KeyMetadata: before } = await kms.describeKey({ KeyId })
    expect((await vault.recovery.status()).keysWithoutCopy).toEqual([Arn])
    const renewed = await vault.recovery.renewKey(await naming(key))
    const { KeyMetadata: after } = await kms.describeKey({ KeyId })
    expect(renewed).toEqual({
      keyId: KeyId,
      keyArn: Arn,
      keyMaterialId: after.CurrentKeyMaterialId,
      mustReEncrypt: true,
      olderMaterialIds: [before.CurrentKeyMaterialId],
    })
    expect(await vault.recovery.status()).toMatchObject({ keysWithoutCopy: [], keysToReEncrypt: [Arn] })
    const { Rotations } = await kms.listKeyRotations({ KeyId })
    expect(Rotations).toMatchObject([{ RotationType: 'ON_DEMAND' }])
  })

  test('is listed until somebody says that all has been encrypted anew', async () => {
    const { vault, Arn, KeyId } = await oldKey()
    await expectError(vault.recovery.noteReEncrypted(KeyId), 'KMSInvalidStateException', /no copy/)
    await vault.recovery.renewKey(KeyId)
    await vault.recovery.noteReEncrypted(KeyId)
    expect(await vault.recovery.status()).toMatchObject({ keysWithoutCopy: [], keysToReEncrypt: [] })
    // A copy of the current material is all that there is: nothing to note.
    await vault.recovery.noteReEncrypted(Arn)
  })

  test('gives it to a multi-Region key and its replicas, by the primary', async () => {
    const { vault, kms } = await freshVault()
    const { KeyMetadata } = await kms.createKey({ MultiRegion: true })
    const { KeyId, Arn } = KeyMetadata
    await kms.replicateKey({ KeyId, ReplicaRegion: 'browser-local-2' })
    const replicaArn = Arn.replace(region, 'browser-local-2')
    const replica = vault.region('browser-local-2')
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    expect(new Set((await vault.recovery.status()).keysWithoutCopy)).toEqual(new Set([Arn, replicaArn]))
    await expectError(vault.recovery.renewKey(replicaArn), 'UnsupportedOperationException', /primary/)
    const { keyMaterialId, olderMaterialIds } = await vault.recovery.renewKey(KeyId)
    expect(olderMaterialIds).toEqual([KeyMetadata.CurrentKeyMaterialId])
    for (const client of [kms, replica])
      expect((await client.describeKey({ KeyId })).KeyMetadata.CurrentKeyMaterialId).toBe(keyMaterialId)
    expect(await vault.recovery.status()).toMatchObject({ keysWithoutCopy: [] })
    expect(new Set((await vault.recovery.status()).keysToReEncrypt)).toEqual(new Set([Arn, replicaArn]))
    await vault.recovery.noteReEncrypted(Arn)
    expect((await vault.recovery.status()).keysToReEncrypt).toEqual([])
  })

  test.each<[string, Parameters<KmsClient['createKey']>[0], RegExp]>([
    ['asymmetric', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, /new key/],
    ['HMAC', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }, /new key/],
    ['imported', { Origin: 'EXTERNAL' }, /import it again/],
  ])('refuses an %s key, and says what helps', async (_name, input, why) => {
    const { vault, kms } = await freshVault()
    const { KeyMetadata } = await kms.createKey(input)
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await expectError(vault.recovery.renewKey(KeyMetadata.KeyId), 'UnsupportedOperationException', why)
  })

  test('refuses where recovery is not set up, and a key that is not there', async () => {
    const { vault, kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    await expectError(vault.recovery.renewKey(KeyId), 'KMSInvalidStateException', /setUp/)
    await expectError(vault.recovery.renewKey(crypto.randomUUID()), 'NotFoundException')
  })
})

describe('REC-7 reEncrypt of ciphertexts', () => {
  test('encrypts them under the current material, and leaves those that are', async () => {
    const { vault, kms, KeyId } = await oldKey()
    const EncryptionContext = { note: '42' }
    const { CiphertextBlob: plain } = await kms.encrypt({ KeyId, Plaintext: utf8('one') })
    const { CiphertextBlob: bound } = await kms.encrypt({ KeyId, Plaintext: utf8('two'), EncryptionContext })
    const { keyMaterialId } = await vault.recovery.renewKey(KeyId)
    const { CiphertextBlob: fresh } = await kms.encrypt({ KeyId, Plaintext: utf8('three') })
    const reports = await reportsOf(vault, KeyId, [
      plain,
      { message: bound, encryptionContext: EncryptionContext },
      new Blob([plain]),
      fresh,
      { message: bound },
      utf8('nothing of ours'),
    ])
    expect(reports.map(({ index, changed, error }) => [index, changed, error?.name])).toEqual([
      [0, true, undefined],
      [1, true, undefined],
      [2, true, undefined],
      [3, false, undefined],
      [4, false, 'InvalidCiphertextException'],
      [5, false, 'InvalidCiphertextException'],
    ])
    const bytes = (at: number) => reports[at]?.message as Uint8Array
    expect((await kms.decrypt({ CiphertextBlob: bytes(0) })).Plaintext).toEqual(utf8('one'))
    expect((await kms.decrypt({ CiphertextBlob: bytes(1), EncryptionContext })).Plaintext).toEqual(utf8('two'))
    expect(await materialOf(kms, bytes(0))).toBe(keyMaterialId)
    expect(await materialOf(kms, bytes(1), EncryptionContext)).toBe(keyMaterialId)
    expect(bytes(3)).toEqual(fresh)
    expect(reports[4]?.message).toBeUndefined()
  })

  test('takes what comes from wherever, one by one, and stops when it is told to', async () => {
    const { vault, kms, KeyId } = await oldKey()
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: utf8('one') })
    let asked = 0
    async function* source() {
      for (; asked < 100; asked++) yield CiphertextBlob
    }
    const abort = new AbortController()
    const reports = vault.recovery.reEncrypt(KeyId, source(), { signal: abort.signal })
    expect((await reports.next()).value).toMatchObject({ index: 0 })
    abort.abort()
    await expect(reports.next()).rejects.toMatchObject({ name: 'AbortError' })
    expect(asked).toBeLessThan(3)
  })
})

describe('REC-7 reEncrypt of messages', () => {
  const content = utf8('the body of a message '.repeat(1000))
  const context = { note: '42' }

  const headOf = (message: Uint8Array) => readMessageHeader(message)

  /** A frame's bytes are found again in the other message. */
  function hasSameBody(one: Uint8Array, other: Uint8Array): boolean {
    const tail = (message: Uint8Array) => message.slice(-content.byteLength)
    return tail(one).every((byte, at) => byte === tail(other)[at])
  }

  async function opened(key: OldKey, message: Uint8Array): Promise<Uint8Array> {
    return (await key.vault.envelope(key.KeyId).decrypt(message, context)).plaintext
  }

  const first = (reports: Reports) => reports[0]?.message as Uint8Array<ArrayBuffer>

  test('of vault.envelope: by default all is encrypted anew, because a second header would give the body away', async () => {
    const key = await oldKey()
    const { vault, kms, KeyId } = key
    const message = await vault.envelope(KeyId).encrypt(content, context)
    const { keyMaterialId } = await vault.recovery.renewKey(KeyId)
    const reports = await reportsOf(vault, KeyId, [message, new Blob([message])])
    expect(reports.map(({ changed, error }) => [changed, error])).toEqual([
      [true, undefined],
      [true, undefined],
    ])
    expect(await opened(key, first(reports))).toEqual(content)
    expect(hasSameBody(first(reports), message)).toBe(false)
    const [dataKey] = headOf(first(reports))?.encryptedDataKeys ?? []
    expect(await materialOf(kms, dataKey?.encryptedDataKey as Uint8Array, context)).toBe(keyMaterialId)
    const blob = reports[1]?.message as Blob
    expect(await opened(key, new Uint8Array(await blob.arrayBuffer()))).toEqual(content)
    expect(await reportsOf(vault, KeyId, [first(reports)])).toMatchObject([{ changed: false }])
  })

  test('with untouched bodies: the data keys in the header alone, of bytes and of a Blob', async () => {
    const key = await oldKey()
    const { vault, kms, KeyId } = key
    const message = await vault.envelope(KeyId).encrypt(content, context)
    const { keyMaterialId } = await vault.recovery.renewKey(KeyId)
    const reports = await reportsOf(vault, KeyId, [message, new Blob([message], { type: 'x/y' })], {
      bodies: 'untouched',
    })
    expect(hasSameBody(first(reports), message)).toBe(true)
    expect(await opened(key, first(reports))).toEqual(content)
    const header = headOf(first(reports))
    expect({ ...header, encryptedDataKeys: [] }).toEqual({ ...headOf(message), encryptedDataKeys: [] })
    const blob = reports[1]?.message as Blob
    expect(blob.type).toBe('x/y')
    expect(await opened(key, new Uint8Array(await blob.arrayBuffer()))).toEqual(content)
    const [dataKey] = header?.encryptedDataKeys ?? []
    expect(await materialOf(kms, dataKey?.encryptedDataKey as Uint8Array, context)).toBe(keyMaterialId)
  })

  test.each<[string, 0x0178 | 0x0478 | 0x0578 | 0x0378, 'touched' | 'untouched', boolean]>([
    ['version 1, not signed: a fresh nonce for the header', 0x0178, 'untouched', true],
    ['version 1, signed', 0x0378, 'touched', false],
    ['version 2, not signed', 0x0478, 'touched', true],
    ['version 2, signed', 0x0578, 'touched', false],
  ])('of suites of %s (%i): bodies are %s by default', async (_name, suiteId, expected, canBeUntouched) => {
    const key = await oldKey()
    const { vault, kms, KeyId, Arn } = key
    const commitmentPolicy = suiteId < 0x0400 ? 'FORBID_ENCRYPT_ALLOW_DECRYPT' : 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'
    const { encrypt, decrypt } = buildClient({ commitmentPolicy })
    const keyring = new KmsKeyring({ client: kms, generatorKeyId: Arn })
    const options = { suiteId, encryptionContext: context, frameLength: 4096 } as const
    const { result } = await encrypt(keyring, content, options)
    await vault.recovery.renewKey(KeyId)
    const reports = await reportsOf(vault, KeyId, [result])
    expect(reports).toMatchObject([{ changed: true }])
    expect((await decrypt(keyring, first(reports))).plaintext).toEqual(content)
    expect(headOf(first(reports))).toMatchObject({ suiteId, frameLength: 4096 })
    expect(hasSameTail(first(reports), result)).toBe(expected === 'untouched')
    const [kept] = await reportsOf(vault, KeyId, [result], { bodies: 'untouched' })
    expect(kept?.changed).toBe(canBeUntouched)
    if (!canBeUntouched) expect(kept?.error?.message).toContain('signed')
  })

  test('for several keys of the vault: the others stay', async () => {
    const key = await oldKey()
    const { vault, kms, KeyId, Arn } = key
    const other = await newKey(kms)
    const { encrypt, decrypt } = buildClient({})
    const both = new KmsKeyring({ client: kms, generatorKeyId: Arn, keyIds: [other.Arn] })
    const { result } = await encrypt(both, content, { suiteId: 0x0478 })
    await vault.recovery.renewKey(KeyId)
    for (const bodies of ['renewed', 'untouched'] as const) {
      const reports = await reportsOf(vault, KeyId, [result], { bodies })
      for (const generatorKeyId of [Arn, other.Arn]) {
        const keyring = new KmsKeyring({ client: kms, generatorKeyId })
        expect((await decrypt(keyring, first(reports))).plaintext).toEqual(content)
      }
    }
  })

  test('for a key that is none of the vault: never lost to whoever has it', async () => {
    const { vault, kms, KeyId, Arn } = await oldKey()
    const generator = new KmsKeyring({ client: kms, generatorKeyId: Arn })
    const raw = new RawAesKeyring({
      keyNamespace: 'mine',
      keyName: 'one',
      wrappingKey: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
    })
    const { encrypt, decrypt } = buildClient({})
    const { result } = await encrypt(new MultiKeyring({ generator, children: [raw] }), content, { suiteId: 0x0478 })
    await vault.recovery.renewKey(KeyId)
    expect(await reportsOf(vault, KeyId, [result])).toMatchObject([
      { changed: false, error: { message: expect.stringContaining('mine') } },
    ])
    const reports = await reportsOf(vault, KeyId, [result], { bodies: 'untouched' })
    expect((await decrypt(raw, first(reports))).plaintext).toEqual(content)
  })

  test('that was changed, or is of another key, is told and left', async () => {
    const { vault, kms, KeyId } = await oldKey()
    const message = await vault.envelope(KeyId).encrypt(content, context)
    const other = await vault.envelope((await newKey(kms)).KeyId).encrypt(content, context)
    await vault.recovery.renewKey(KeyId)
    const at = message.byteLength - content.byteLength - 60
    for (const bodies of ['renewed', 'untouched'] as const) {
      const reports = await reportsOf(vault, KeyId, [flipped(message, at), other, message], { bodies })
      expect(reports.map(({ changed, error }) => [changed, error !== undefined])).toEqual([
        [false, true],
        [false, true],
        [true, false],
      ])
    }
  })

  function hasSameTail(one: Uint8Array, other: Uint8Array): boolean {
    return one.slice(-2000).every((byte, at) => byte === other.slice(-2000)[at])
  }
})

function flipped(message: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(message)
  changed[at] = (changed[at] as number) ^ 1
  return changed
}
