/** Envelope encryption under the keys of a vault (KR-3 to KR-11, KR-20). */
import { buildClient, type Keyring, KmsKeyring, MultiKeyring, ValidationException } from 'browser-kms/envelope'
import { describe, expect, test } from 'vitest'
import { connectUser, userArn } from '../authorization/fixtures.js'
import { sameBytes } from '../fixtures/same-bytes.js'
import { auditRecords } from '../fixtures/stored.js'
import { freshVault, newKey, sharedVault, utf8 } from '../fixtures/vault.js'

const { encrypt, decrypt, encryptStream, decryptStream } = buildClient()
const shared = sharedVault()
const plaintext = utf8('meet me at noon')
const encryptionContext = { note: '42' }
const failure = (promise: Promise<unknown>): Promise<AggregateError> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: AggregateError) => error,
  )

async function keyringOf(kms = shared.kms): Promise<{ keyring: KmsKeyring; KeyId: string; Arn: string }> {
  const { KeyId, Arn } = await newKey(kms)
  return { keyring: new KmsKeyring({ client: kms, generatorKeyId: Arn as string }), KeyId, Arn: Arn as string }
}

test('a message is opened with the key that made it, and with discovery; the context is bound', async () => {
  const { keyring, Arn } = await keyringOf()
  const { result, messageHeader } = await encrypt(keyring, plaintext, { encryptionContext })
  expect(
    messageHeader.encryptedDataKeys.map(({ providerId, providerInfo }) => [
      providerId,
      new TextDecoder().decode(providerInfo),
    ]),
  ).toEqual([['aws-kms', Arn]])
  const discovery = new KmsKeyring({ client: shared.kms, discovery: true })
  for (const reader of [keyring, discovery])
    expect((await decrypt(reader, result, { encryptionContext })).plaintext).toEqual(plaintext)
  expect((await failure(decrypt(keyring, result, { encryptionContext: { note: '43' } }))).name).toBe(
    'EncryptionContextError',
  )
  expect((await failure(encrypt(discovery, plaintext))).name).toBe('ValidationException')
})

test('KR-5 a keyring with an alias encrypts, and says why it cannot decrypt', async () => {
  const { kms } = shared
  const { KeyId } = await newKey(kms)
  await kms.createAlias({ AliasName: 'alias/envelope', TargetKeyId: KeyId })
  const keyring = new KmsKeyring({ client: kms, generatorKeyId: 'alias/envelope' })
  const { result } = await encrypt(keyring, plaintext)
  const { errors } = await failure(decrypt(keyring, result))
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('by their ARN: alias/envelope')])
})

test('KR-7 a discovery filter', async () => {
  const { keyring } = await keyringOf()
  const { result } = await encrypt(keyring, plaintext)
  const discovery = (accountIDs: string[]) =>
    new KmsKeyring({ client: shared.kms, discovery: true, discoveryFilter: { partition: 'aws', accountIDs } })
  expect((await decrypt(discovery(['000000000000']), result)).plaintext).toEqual(plaintext)
  expect((await failure(decrypt(discovery(['111122223333']), result))).name).toBe('DataKeyUnwrapError')
  expect(() => discovery([])).toThrow(ValidationException)
})

test('several keys: any of them opens the message, and with none the reasons are told', async () => {
  const { kms } = shared
  const [one, two] = [await keyringOf(), await keyringOf()]
  const both = new KmsKeyring({ client: kms, generatorKeyId: one.Arn, keyIds: [two.Arn] })
  const { result, messageHeader } = await encrypt(both, plaintext)
  expect(messageHeader.encryptedDataKeys).toHaveLength(2)
  await kms.disableKey({ KeyId: one.KeyId })
  expect((await decrypt(both, result)).plaintext).toEqual(plaintext)
  await kms.disableKey({ KeyId: two.KeyId })
  const { errors } = await failure(decrypt(both, result))
  expect(errors.map(({ name }) => name)).toEqual(['DisabledException', 'DisabledException'])
  const multi = new MultiKeyring({ generator: (await keyringOf()).keyring, children: [(await keyringOf()).keyring] })
  expect((await decrypt(multi, (await encrypt(multi, plaintext)).result)).plaintext).toEqual(plaintext)
})

test('KR-9 KR-11 multi-Region keys stand in for one another', async () => {
  const { vault, kms } = await freshVault()
  const { KeyMetadata } = await kms.createKey({ MultiRegion: true })
  const Arn = KeyMetadata.Arn as string
  const there = 'browser-local-2'
  await kms.replicateKey({ KeyId: KeyMetadata.KeyId, ReplicaRegion: there })
  await vault.region(there).describeKey({ KeyId: KeyMetadata.KeyId })
  const replica = Arn.replace('browser-local-1', there)
  const { result } = await encrypt(new KmsKeyring({ client: kms, generatorKeyId: Arn }), plaintext)
  const reader = new KmsKeyring({ client: (region) => vault.region(region), keyIds: [replica] })
  expect((await decrypt(reader, result)).plaintext).toEqual(plaintext)
  expect(() => new KmsKeyring({ client: kms, keyIds: [Arn, replica] })).toThrow(/twice/)
})

test('KR-10 discovery in one Region: keys of others are passed over, replicas stand in', async () => {
  const { vault, kms } = await freshVault()
  const there = 'browser-local-2'
  const single = await keyringOf(kms)
  const { KeyMetadata } = await kms.createKey({ MultiRegion: true })
  await kms.replicateKey({ KeyId: KeyMetadata.KeyId, ReplicaRegion: there })
  await vault.region(there).describeKey({ KeyId: KeyMetadata.KeyId })
  const multi = new KmsKeyring({ client: kms, generatorKeyId: KeyMetadata.Arn as string })
  const discovery = new KmsKeyring({ client: vault.region(there), discovery: true, discoveryRegion: there })
  const { result } = await encrypt(multi, plaintext)
  expect((await decrypt(discovery, result)).plaintext).toEqual(plaintext)
  const { errors } = await failure(decrypt(discovery, (await encrypt(single.keyring, plaintext)).result))
  expect(errors).toEqual([])
  expect(() => new KmsKeyring({ client: kms, keyIds: [single.Arn], discoveryRegion: there })).toThrow(
    ValidationException,
  )
})

test('KR-14 keys of several Regions, each through its own client', async () => {
  const { vault, kms } = await freshVault()
  const there = vault.region('browser-local-2')
  const keys = [await newKey(kms), await newKey(there), await newKey(kms)].map(({ Arn }) => Arn as string)
  const [generatorKeyId = '', ...keyIds] = keys
  const keyring = new KmsKeyring({ client: (region) => vault.region(region), generatorKeyId, keyIds })
  const { result, messageHeader } = await encrypt(keyring, plaintext)
  expect(messageHeader.encryptedDataKeys).toHaveLength(3)
  for (const key of keys) {
    const reader = new KmsKeyring({ client: (region) => vault.region(region), keyIds: [key] })
    expect((await decrypt(reader, result)).plaintext).toEqual(plaintext)
  }
})

test('KR-20 a grant by subset of the context suits signed messages, one by the whole does not', async () => {
  const { kms, vault } = shared
  const { keyring, KeyId, Arn } = await keyringOf()
  const { result } = await encrypt(keyring, plaintext, { encryptionContext })
  const client = await connectUser(vault, 'reader')
  const reader = new KmsKeyring({ client, keyIds: [Arn] })
  const grant = { KeyId, GranteePrincipal: userArn('reader'), Operations: ['Decrypt' as const] }
  await kms.createGrant({ ...grant, Constraints: { EncryptionContextEquals: encryptionContext } })
  expect((await failure(decrypt(reader, result))).errors[0]).toMatchObject({ name: 'AccessDeniedException' })
  await kms.createGrant({ ...grant, Constraints: { EncryptionContextSubset: encryptionContext } })
  expect((await decrypt(reader, result)).plaintext).toEqual(plaintext)
})

test('KR-21 one GenerateDataKey a message, one Decrypt to open it; the vault’s audit trail has the context', async () => {
  const { vault, kms, name } = await freshVault()
  const { keyring } = await keyringOf(kms)
  const { result } = await encrypt(keyring, plaintext, { encryptionContext, suiteId: 0x0478 })
  await decrypt(keyring, result)
  await vault.close()
  const records = (await auditRecords(name)).filter(({ eventName }) => eventName !== 'CreateKey')
  expect(records.map(({ eventName, requestParameters }) => [eventName, requestParameters?.EncryptionContext])).toEqual([
    ['GenerateDataKey', encryptionContext],
    ['Decrypt', encryptionContext],
  ])
})

describe('streams', () => {
  const collect = async (readable: ReadableStream<Uint8Array>) =>
    new Uint8Array(await new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())

  test.each([4096, 65_536])('a file of 3 MB in frames of %i', async (frameLength) => {
    const { keyring } = await keyringOf()
    const bytes = new Uint8Array(3_000_000)
    for (let offset = 0; offset < bytes.byteLength; offset += 65_536)
      crypto.getRandomValues(bytes.subarray(offset, offset + 65_536))
    const sealed = await collect(
      new Blob([bytes]).stream().pipeThrough(encryptStream(keyring, { suiteId: 0x0478, frameLength })),
    )
    const opened = await collect(
      new Blob([sealed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(decryptStream(keyring)),
    )
    expect(sameBytes(opened, bytes)).toBe(true)
  })

  test('a keyring that fails ends the stream with its error', async () => {
    const broken: Keyring = {
      wrap: () => Promise.reject(new Error('no key today')),
      unwrap: async () => ({ errors: [new Error('no key today')] }),
    }
    const { keyring } = await keyringOf()
    const { result } = await encrypt(keyring, plaintext, { suiteId: 0x0478 })
    const blob = new Blob([result])
    await expect(collect(blob.stream().pipeThrough(encryptStream(broken)))).rejects.toThrow()
    await expect(collect(blob.stream().pipeThrough(decryptStream(broken)))).rejects.toThrow()
  })
})
