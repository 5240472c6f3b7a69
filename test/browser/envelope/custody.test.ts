/** Data keys never reach the page: it gets handles (BRW-1; issue 6, "data keys stay handles"). */
import {
  buildClient,
  CachingMaterialsManager,
  getLocalCryptographicMaterialsCache,
  KmsKeyring,
} from 'browser-kms/envelope'
import { expect, test } from 'vitest'
import { withHandle } from '../../../src/contract/data-keys.js'
import { accountId, freshVault, newKey, utf8 } from '../fixtures/vault.js'

const plaintext = utf8('meet me at noon')

/** A vault whose worker's messages are all looked at, before the package sees (and wipes) them. */
async function watchedVault() {
  const worker = new Worker(new URL('../../../worker/entry.ts', import.meta.url), { type: 'module' })
  const seen: Uint8Array[] = []
  const handles: CryptoKey[] = []
  const look = (value: unknown, depth = 0): void => {
    if (value instanceof CryptoKey) handles.push(value)
    else if (value instanceof ArrayBuffer) seen.push(new Uint8Array(value.slice(0)))
    else if (ArrayBuffer.isView(value))
      seen.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice())
    else if (typeof value === 'object' && value !== null && depth < 12)
      for (const member of Object.values(value)) look(member, depth + 1)
  }
  worker.addEventListener('message', ({ data }) => look(data))
  const opened = await freshVault({ worker })
  const holds = (secret: Uint8Array) =>
    seen.some((bytes) => {
      for (let at = 0; at + secret.byteLength <= bytes.byteLength; at++)
        if (secret.every((byte, index) => bytes[at + index] === byte)) return true
      return false
    })
  return { ...opened, holds, handles, forget: () => seen.splice(0) }
}

test.each([
  ['vault.envelope', 0x0478],
  ['a KMS keyring, signed', 0x0578],
  ['a KMS keyring, without key derivation', 0x0078],
  ['a KMS keyring, AES-128', 0x0114],
] as const)('%s: the bytes of the data key are in no message', async (name, suiteId) => {
  const { vault, kms, holds, handles, forget } = await watchedVault()
  const { KeyId, Arn } = await newKey(kms)
  const policy =
    suiteId === 0x0478 || suiteId === 0x0578 ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT'
  const { encrypt, decrypt } = buildClient(policy)
  const keyring = new KmsKeyring({ client: kms, generatorKeyId: Arn as string })
  const sealed =
    name === 'vault.envelope'
      ? await vault.envelope(KeyId).encrypt(plaintext, { note: '42' })
      : (await encrypt(keyring, plaintext, { suiteId, encryptionContext: { note: '42' } })).result
  const opened = await decrypt(keyring, sealed)
  expect(opened.plaintext).toEqual(plaintext)
  expect(handles.length).toBeGreaterThanOrEqual(2)
  expect(handles.every(({ extractable }) => !extractable)).toBe(true)
  // Asked for in the open, the data key is in a message: the search finds it.
  const [encrypted] = opened.messageHeader.encryptedDataKeys
  const { encryptionContext } = opened.messageHeader
  const before = holds
  const { Plaintext } = await kms.decrypt({
    CiphertextBlob: encrypted?.encryptedDataKey as Uint8Array,
    EncryptionContext: { ...encryptionContext },
  })
  expect(before(Plaintext)).toBe(true)
  forget()
  await decrypt(keyring, sealed)
  await encrypt(keyring, plaintext, { suiteId })
  expect(holds(Plaintext)).toBe(false)
})

test('several keys of one vault: the data key is encrypted under each, inside the worker', async () => {
  const { kms, holds, forget } = await watchedVault()
  const keys = [await newKey(kms), await newKey(kms), await newKey(kms)].map(({ Arn }) => Arn as string)
  const [generatorKeyId = '', ...keyIds] = keys
  const { encrypt, decrypt } = buildClient()
  const { result, messageHeader } = await encrypt(new KmsKeyring({ client: kms, generatorKeyId, keyIds }), plaintext)
  forget()
  for (const key of keys)
    expect((await decrypt(new KmsKeyring({ client: kms, keyIds: [key] }), result)).plaintext).toEqual(plaintext)
  const { encryptedDataKeys, encryptionContext } = messageHeader
  expect(encryptedDataKeys.map(({ providerInfo }) => new TextDecoder().decode(providerInfo))).toEqual(keys)
  const context = { EncryptionContext: { ...encryptionContext } }
  const opened = await Promise.all(
    encryptedDataKeys.map(({ encryptedDataKey }) => kms.decrypt({ CiphertextBlob: encryptedDataKey, ...context })),
  )
  const [first, ...others] = opened.map(({ Plaintext }) => Plaintext)
  for (const other of others) expect(other).toEqual(first)
  forget()
  await decrypt(new KmsKeyring({ client: kms, generatorKeyId, keyIds }), result)
  expect(holds(first as Uint8Array)).toBe(false)
})

test('what a cache keeps are handles that derive, and cannot be read', async () => {
  const { kms, holds, handles, forget } = await watchedVault()
  const { Arn } = await newKey(kms)
  const keyring = new KmsKeyring({ client: kms, generatorKeyId: Arn as string })
  const cache = getLocalCryptographicMaterialsCache(10)
  const materials = new CachingMaterialsManager({ backingMaterials: keyring, cache, maxAge: 60_000 })
  const { encrypt, decrypt } = buildClient()
  const one = await encrypt(materials, plaintext, { suiteId: 0x0478 })
  const two = await encrypt(materials, plaintext, { suiteId: 0x0478 })
  const [edk] = one.messageHeader.encryptedDataKeys
  expect(two.messageHeader.encryptedDataKeys).toEqual(one.messageHeader.encryptedDataKeys)
  expect(two.messageHeader.commitKey).not.toEqual(one.messageHeader.commitKey)
  expect((await decrypt(materials, two.result)).plaintext).toEqual(plaintext)
  expect(handles.map(({ algorithm, extractable }) => [algorithm.name, extractable])).toEqual([
    ['HKDF', false],
    ['HKDF', false],
  ])
  forget()
  const { Plaintext } = await kms.decrypt({ CiphertextBlob: edk?.encryptedDataKey as Uint8Array })
  expect(holds(Plaintext)).toBe(true)
})

test('a wish for a handle is checked, and takes no right that the request does not have', async () => {
  const { vault, kms } = await freshVault()
  const { KeyId } = await newKey(kms)
  type Wishing = { [withHandle](operation: string, input: object, wish: unknown): Promise<unknown> }
  const ask = (client: unknown, operation: string, input: object, wish: unknown) =>
    (client as Wishing)[withHandle](operation, input, wish).then(
      () => 'answered',
      ({ name }: Error) => name,
    )
  const messageId = new Uint8Array(32)
  const good = { suiteId: 0x0478, usage: 'encrypt', messageId }
  const input = { KeyId, NumberOfBytes: 32 }
  expect(await ask(kms, 'GenerateDataKey', input, good)).toBe('answered')
  for (const bad of [
    { ...good, suiteId: 0x0046 },
    { ...good, suiteId: 0x6700 },
    { ...good, usage: 'wrapKey' },
    { ...good, messageId: new Uint8Array(16) },
    { ...good, messageId: 'a' },
    { ...good, alsoUnder: [1] },
    { ...good, alsoUnder: Array.from({ length: 33 }, () => KeyId) },
    {},
    7,
  ])
    expect(await ask(kms, 'GenerateDataKey', input, bad), JSON.stringify(bad)).toBe('ValidationException')
  // Another length than the suite's, and operations that give no data key.
  expect(await ask(kms, 'GenerateDataKey', { KeyId, NumberOfBytes: 16 }, good)).toBe('ValidationException')
  for (const operation of [
    'Encrypt',
    'GenerateRandom',
    'GenerateDataKeyWithoutPlaintext',
    'DeriveSharedSecret',
    'constructor',
  ])
    expect(await ask(kms, operation, { KeyId, NumberOfBytes: 32 }, good), operation).toBe('ValidationException')
  const widget = await vault.connect({ principal: 'user/widget' })
  expect(await ask(widget, 'GenerateDataKey', input, good)).toBe('AccessDeniedException')
  await kms.createGrant({
    KeyId,
    GranteePrincipal: `arn:aws:iam::${accountId}:user/widget`,
    Operations: ['GenerateDataKey'],
  })
  expect(await ask(widget, 'GenerateDataKey', input, good)).toBe('answered')
  // Encrypting under further keys is Encrypt, which the grant does not allow.
  expect(await ask(widget, 'GenerateDataKey', input, { ...good, alsoUnder: [KeyId] })).toBe('AccessDeniedException')
})
