/** Databases that older versions have written open with all that is in them (design: versioned migrations from day one). */
import { deleteVault, openVault } from 'browser-kms'
import { type IDBPDatabase, openDB } from 'idb'
import { expect, onTestFinished, test } from 'vitest'
import { DAY } from '../fixtures/clock.js'
import { accountId, keyArn, newVaultName, region, utf8 } from '../fixtures/vault.js'

const text = utf8('text')
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const aes = () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

/** A database as version 1 made it: the stores, and the members of their records, are written out here for good. */
async function openVersion1(name: string): Promise<IDBPDatabase> {
  return openDB(`browser-kms/${name}/${region}`, 1, {
    upgrade(database) {
      database.createObjectStore('keys', { keyPath: 'keyId' }).createIndex('due', 'dueAt')
      database.createObjectStore('materials', { keyPath: ['keyId', 'materialId'] })
      database
        .createObjectStore('aliases', { keyPath: 'aliasName' })
        .createIndex('target', ['targetKeyId', 'aliasName'])
      database.createObjectStore('audit')
      database.createObjectStore('vault')
    },
  })
}

/** A database as version 3 made it. */
async function openVersion3(name: string): Promise<IDBPDatabase> {
  ;(await openVersion1(name)).close()
  return openDB(`browser-kms/${name}/${region}`, 3, {
    upgrade(database, _old, _new, transaction) {
      transaction.objectStore('keys').createIndex('unsettled', 'unsettledAt')
      database.createObjectStore('importTokens', { keyPath: ['keyId', 'tokenId'] }).createIndex('validTo', 'validTo')
      database.createObjectStore('departures', { keyPath: 'keyId' })
      database.createObjectStore('usage')
      void transaction.objectStore('vault').put({ since: 1 }, 'tracking')
      const grants = database.createObjectStore('grants', { keyPath: ['keyId', 'grantId'] })
      grants.createIndex('grantee', ['keyId', 'grantee'])
      grants.createIndex('listed', ['keyId', 'createdAt', 'grantId'])
      grants.createIndex('retiring', ['retiring', 'createdAt', 'keyId', 'grantId'])
    },
  })
}

/** A ciphertext as version 1 made it: 0xb1, form, key id, backing key id, nonce, AES-256-GCM; the header is its AAD. */
async function ciphertextOfVersion1(key: CryptoKey, keyId: string, materialId: string): Promise<Uint8Array> {
  const bytes = (digits: string) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const header = new Uint8Array([0xb1, 0, ...bytes(keyId.replaceAll('-', '')), ...bytes(materialId)])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const additionalData = new Uint8Array([...header, 0, 0, 0, 0])
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, text)
  return new Uint8Array([...header, ...iv, ...new Uint8Array(sealed)])
}

test('version 1: keys, aliases and ciphertexts are as they were, and can what is new', async () => {
  const name = newVaultName()
  const createdAt = Date.now() - 400 * DAY
  const keyId = crypto.randomUUID()
  const scheduledId = crypto.randomUUID()
  const materialId = hex(crypto.getRandomValues(new Uint8Array(32)))
  const aead = await aes()
  const common = {
    revision: 0,
    createdAt,
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    currentMaterialId: materialId,
    custody: 'native',
    tags: { Project: 'Alpha' },
  }
  const deletionDate = Date.now() + 7 * DAY
  const database = await openVersion1(name)
  const vaultRecord = { accountId, region, createdAt, markerKey: await aes(), sealingKey: await aes() }
  await database.put('vault', vaultRecord, 'identity')
  await database.put('vault', { keys: 2, changes: 3 }, 'counters')
  await database.put('keys', { ...common, keyId, description: 'old', state: 'Enabled' })
  await database.put('keys', {
    ...common,
    keyId: scheduledId,
    description: '',
    state: 'PendingDeletion',
    deletionDate,
    dueAt: deletionDate,
  })
  await database.put('materials', { keyId, materialId, createdAt, handles: { aead } })
  await database.put('materials', { keyId: scheduledId, materialId, createdAt, handles: { aead } })
  await database.put('aliases', { aliasName: 'alias/old', targetKeyId: keyId, createdAt, updatedAt: createdAt })
  database.close()

  const opened = Date.now()
  const vault = await openVault({ name })
  onTestFinished(async () => {
    await vault.close()
    await deleteVault(name)
  })
  const { kms } = vault
  expect((await kms.describeKey({ KeyId: 'alias/old' })).KeyMetadata).toMatchObject({
    KeyId: keyId,
    KeyState: 'Enabled',
    Description: 'old',
    CreationDate: new Date(createdAt),
    CurrentKeyMaterialId: materialId,
    MultiRegion: false,
  })
  expect((await kms.describeKey({ KeyId: scheduledId })).KeyMetadata).toMatchObject({
    KeyState: 'PendingDeletion',
    DeletionDate: new Date(deletionDate),
  })
  expect((await kms.listResourceTags({ KeyId: keyId })).Tags).toEqual([{ TagKey: 'Project', TagValue: 'Alpha' }])
  const CiphertextBlob = await ciphertextOfVersion1(aead, keyId, materialId)
  expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)

  await kms.rotateKeyOnDemand({ KeyId: keyId })
  expect(
    (await kms.listKeyRotations({ KeyId: keyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations,
  ).toMatchObject([
    { KeyMaterialId: materialId, KeyMaterialState: 'NON_CURRENT' },
    { KeyMaterialState: 'CURRENT', RotationType: 'ON_DEMAND' },
  ])
  expect((await kms.decrypt({ CiphertextBlob })).KeyMaterialId).toBe(materialId)
  const usage = await kms.getKeyLastUsage({ KeyId: keyId })
  expect(usage).toMatchObject({ KeyId: keyArn(keyId), KeyLastUsage: { Operation: 'Decrypt' } })
  // What happened before is not known.
  expect(usage.TrackingStartDate?.getTime()).toBeGreaterThanOrEqual(opened)
  await kms.cancelKeyDeletion({ KeyId: scheduledId })
  expect((await kms.describeKey({ KeyId: scheduledId })).KeyMetadata?.KeyState).toBe('Disabled')
})

test('version 3: keys and grants are as they were, and new material can be made, rotated to and deleted', async () => {
  const name = newVaultName()
  const createdAt = Date.now() - DAY
  const keyId = crypto.randomUUID()
  const materialId = hex(crypto.getRandomValues(new Uint8Array(32)))
  const aead = await aes()
  const database = await openVersion3(name)
  await database.put(
    'vault',
    { accountId, region, createdAt, markerKey: await aes(), sealingKey: await aes() },
    'identity',
  )
  await database.put('vault', { keys: 1, changes: 1 }, 'counters')
  await database.put('keys', {
    keyId,
    revision: 0,
    createdAt,
    description: '',
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    state: 'Enabled',
    currentMaterialId: materialId,
    custody: 'native',
    tags: {},
  })
  await database.put('materials', { keyId, materialId, createdAt, handles: { aead } })
  const grantId = 'a'.repeat(64)
  const grantee = `arn:aws:iam::${accountId}:user/widget`
  const grant = { keyId, grantId, createdAt, grantee, operations: ['Decrypt'], issuingAccount: accountId }
  await database.put('grants', grant)
  database.close()

  const vault = await openVault({ name })
  onTestFinished(async () => {
    await vault.close()
    await deleteVault(name)
  })
  const { kms } = vault
  expect((await kms.listGrants({ KeyId: keyId })).Grants).toMatchObject([{ GrantId: grantId }])
  const CiphertextBlob = await ciphertextOfVersion1(aead, keyId, materialId)
  const widget = await vault.connect({ principal: 'user/widget' })
  expect((await widget.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  await kms.rotateKeyOnDemand({ KeyId: keyId })
  expect((await kms.decrypt({ CiphertextBlob })).KeyMaterialId).toBe(materialId)
  const { KeyMetadata } = await kms.createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })
  expect(KeyMetadata?.KeyState).toBe('Enabled')
})
