/** GetKeyLastUsage: the last successful use of a key (DEL-32). */
import type { KmsClient, OperationInput, OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { shapes } from '../../../src/contract/model.js'
import { clockedVault, DAY, start } from '../fixtures/clock.js'
import { importMaterial, newExternalKey, randomBytes } from '../fixtures/import.js'
import { ciphertextOf, inputs, kinds, otherRegion } from '../fixtures/requests.js'
import { auditRecords, storedIn } from '../fixtures/stored.js'
import {
  call,
  errorOf,
  expectError,
  freshVault,
  keyArn,
  membersOf,
  newKey,
  openAgain,
  sharedVault,
  utf8,
} from '../fixtures/vault.js'

const text = utf8('text')

/** The operations that AWS tracks, by its own model. */
const tracked = shapes.KeyLastUsageTrackingOperation.enum as readonly OperationName[]

const lastUsage = (kms: KmsClient, KeyId: string) => membersOf(kms.getKeyLastUsage({ KeyId }))

async function lastOperation(kms: KmsClient, KeyId: string): Promise<string | undefined> {
  return (await lastUsage(kms, KeyId)).KeyLastUsage?.Operation
}

const requestIdOf = (answer: object) => (answer as { $metadata: { requestId: string } }).$metadata.requestId

describe('which requests count', () => {
  const shared = sharedVault()

  test('the twelve operations of the chapter, and the two newest: those of AWS’s model', () => {
    expect([...tracked].sort()).toEqual([
      'Decapsulate',
      'Decrypt',
      'DeriveSharedSecret',
      'Encapsulate',
      'Encrypt',
      'GenerateDataKey',
      'GenerateDataKeyPair',
      'GenerateDataKeyPairWithoutPlaintext',
      'GenerateDataKeyWithoutPlaintext',
      'GenerateMac',
      'ReEncrypt',
      'Sign',
      'Verify',
      'VerifyMac',
    ])
  })

  test.each(tracked)('%s: which, when, by which request, under which event of the audit log', async (operation) => {
    const { kms, name } = shared
    const { KeyId, Arn, CreationDate } = (await kms.createKey(kinds[operation] ?? {})).KeyMetadata
    const input = await inputs[operation]?.(kms, (await kms.describeKey({ KeyId })).KeyMetadata)
    const before = Date.now()
    const requestId = requestIdOf(await call(kms, operation, input))
    const after = Date.now()
    const usage = await lastUsage(kms, KeyId)
    expect(usage).toEqual({
      KeyId: Arn,
      KeyCreationDate: CreationDate,
      TrackingStartDate: expect.any(Date),
      KeyLastUsage: {
        Operation: operation,
        Timestamp: expect.any(Date),
        CloudTrailEventId: expect.any(String),
        KmsRequestId: requestId,
      },
    })
    const timestamp = usage.KeyLastUsage?.Timestamp?.getTime() as number
    expect(timestamp).toBeGreaterThanOrEqual(before)
    expect(timestamp).toBeLessThanOrEqual(after)
    const record = (await auditRecords(name)).find((each) => each.requestId === requestId)
    expect(record).toMatchObject({
      eventName: operation,
      eventId: usage.KeyLastUsage?.CloudTrailEventId,
      eventTime: timestamp,
    })
  })

  const untracked = Object.keys(inputs).filter((name) => !(tracked as readonly string[]).includes(name))

  test.each(untracked as OperationName[])('%s does not', async (operation) => {
    const { kms } = shared
    const key = (await kms.createKey(kinds[operation] ?? {})).KeyMetadata
    const input = await inputs[operation]?.(kms, key)
    if (operation === 'CancelKeyDeletion') await kms.scheduleKeyDeletion({ KeyId: key.KeyId })
    await call(kms, operation, input)
    expect(await lastUsage(kms, key.KeyId)).not.toHaveProperty('KeyLastUsage')
  })

  test('ReEncrypt counts for both keys', async () => {
    const { kms } = shared
    const [source, destination] = [await newKey(kms), await newKey(kms)]
    const CiphertextBlob = await ciphertextOf(kms, source.KeyId)
    const requestId = requestIdOf(await kms.reEncrypt({ CiphertextBlob, DestinationKeyId: destination.KeyId }))
    for (const { KeyId } of [source, destination])
      expect((await lastUsage(kms, KeyId)).KeyLastUsage).toMatchObject({
        Operation: 'ReEncrypt',
        KmsRequestId: requestId,
      })
  })

  test('a key that is found by its alias or by the ciphertext counts too', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const AliasName = `alias/${KeyId}`
    await kms.createAlias({ AliasName, TargetKeyId: KeyId })
    const { CiphertextBlob } = await kms.encrypt({ KeyId: AliasName, Plaintext: text })
    expect(await lastOperation(kms, KeyId)).toBe('Encrypt')
    await kms.decrypt({ CiphertextBlob })
    expect(await lastOperation(kms, KeyId)).toBe('Decrypt')
  })

  type Attempt = (kms: KmsClient, KeyId: string) => Promise<unknown>
  const failures: [what: string, error: string, attempt: Attempt, kind?: OperationInput<'CreateKey'>][] = [
    ['a dry run', 'DryRunOperationException', (kms, KeyId) => kms.encrypt({ KeyId, Plaintext: text, DryRun: true })],
    [
      'a disabled key',
      'DisabledException',
      async (kms, KeyId) => {
        await kms.disableKey({ KeyId })
        await kms.encrypt({ KeyId, Plaintext: text })
      },
    ],
    [
      'a changed ciphertext',
      'InvalidCiphertextException',
      async (kms, KeyId) => {
        const made = await ciphertextOf(kms, (await newKey(kms)).KeyId)
        const header = new Uint8Array(made)
        const own = KeyId.replaceAll('-', '').match(/../g) ?? []
        header.set(
          own.map((byte) => Number.parseInt(byte, 16)),
          2,
        )
        await kms.decrypt({ CiphertextBlob: header, KeyId })
      },
    ],
    [
      'a usage that it is not for',
      'InvalidKeyUsageException',
      (kms, KeyId) => kms.generateMac({ KeyId, Message: text, MacAlgorithm: 'HMAC_SHA_256' }),
    ],
    [
      'a wrong MAC',
      'KMSInvalidMacException',
      (kms, KeyId) => kms.verifyMac({ KeyId, Message: text, Mac: randomBytes(32), MacAlgorithm: 'HMAC_SHA_256' }),
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    ],
    [
      'a wrong signature',
      'KMSInvalidSignatureException',
      (kms, KeyId) =>
        kms.verify({ KeyId, Message: text, Signature: randomBytes(70), SigningAlgorithm: 'ECDSA_SHA_256' }),
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
    ],
    [
      'input that is not valid',
      'ValidationException',
      (kms, KeyId) => kms.encrypt({ KeyId, Plaintext: new Uint8Array(4097) }),
    ],
  ]
  test.each(failures)('%s does not: %s', async (_what, error, attempt, kind = {}) => {
    const { kms } = shared
    const { KeyId } = (await kms.createKey(kind)).KeyMetadata
    await expectError(attempt(kms, KeyId), error)
    expect(await lastUsage(kms, KeyId)).not.toHaveProperty('KeyLastUsage')
  })

  test('a ReEncrypt that is refused for its destination counts for neither key', async () => {
    const { kms } = shared
    const [source, destination] = [await newKey(kms), await newKey(kms)]
    const CiphertextBlob = await ciphertextOf(kms, source.KeyId)
    await kms.disableKey({ KeyId: destination.KeyId })
    await expectError(kms.reEncrypt({ CiphertextBlob, DestinationKeyId: destination.KeyId }), 'DisabledException')
    expect(await lastOperation(kms, source.KeyId)).toBe('Encrypt')
    expect(await lastOperation(kms, destination.KeyId)).toBeUndefined()
  })

  test('a failure does not take the last success away', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    await kms.encrypt({ KeyId, Plaintext: text })
    const before = await lastUsage(kms, KeyId)
    await errorOf(kms.encrypt({ KeyId, Plaintext: text, DryRun: true }))
    expect(await lastUsage(kms, KeyId)).toEqual(before)
  })

  test('it takes a key id or key ARN, and no alias; a key that does not exist is not found', async () => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    const AliasName = `alias/${KeyId}`
    await kms.createAlias({ AliasName, TargetKeyId: KeyId })
    expect((await kms.getKeyLastUsage({ KeyId: Arn })).KeyId).toBe(Arn)
    await expectError(kms.getKeyLastUsage({ KeyId: AliasName }), 'InvalidArnException')
    const missing = crypto.randomUUID()
    await expectError(
      kms.getKeyLastUsage({ KeyId: missing }),
      'NotFoundException',
      `Key '${keyArn(missing)}' does not exist`,
    )
  })
})

describe('since when, and how long, it is known', () => {
  test('a key that was never used, made after tracking began, has no last use', async () => {
    const { kms, setClock } = await clockedVault(start)
    setClock(start + DAY)
    const { KeyId, Arn } = await newKey(kms)
    expect(await lastUsage(kms, KeyId)).toEqual({
      KeyId: Arn,
      KeyCreationDate: new Date(start + DAY),
      TrackingStartDate: new Date(start),
    })
  })

  test('the time is the vault’s own; the latest use counts', async () => {
    const { kms, setClock } = await clockedVault(start)
    const { KeyId } = await newKey(kms)
    const CiphertextBlob = await ciphertextOf(kms, KeyId)
    setClock(start + 5 * DAY)
    await kms.decrypt({ CiphertextBlob })
    expect((await lastUsage(kms, KeyId)).KeyLastUsage).toMatchObject({
      Operation: 'Decrypt',
      Timestamp: new Date(start + 5 * DAY),
    })
  })

  test('it survives that the vault is closed and opened, with TrackingStartDate, and is the same in another tab', async () => {
    const { vault, kms, name } = await clockedVault(start)
    const { KeyId } = await newKey(kms)
    await kms.encrypt({ KeyId, Plaintext: text })
    const before = await lastUsage(kms, KeyId)
    await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
    // Nobody asked since: closing writes what is known.
    await vault.close()
    const again = await clockedVault(start + 100 * DAY, { name })
    const after = await lastUsage(again.kms, KeyId)
    expect(after).toMatchObject({
      TrackingStartDate: before.TrackingStartDate,
      KeyLastUsage: { Operation: 'GenerateDataKey', Timestamp: new Date(start) },
    })
    const tab = await openAgain(name)
    expect(await lastUsage(tab.kms, KeyId)).toEqual(after)
  })

  test('of uses in two tabs the later one counts, whichever is written last', async () => {
    const one = await clockedVault(start)
    const other = await clockedVault(start + DAY, { name: one.name })
    const { KeyId } = await newKey(one.kms)
    const CiphertextBlob = await ciphertextOf(one.kms, KeyId)
    await other.kms.decrypt({ CiphertextBlob })
    expect(await lastOperation(other.kms, KeyId)).toBe('Decrypt')
    await one.kms.encrypt({ KeyId, Plaintext: text })
    expect((await lastUsage(one.kms, KeyId)).KeyLastUsage).toMatchObject({
      Operation: 'Decrypt',
      Timestamp: new Date(start + DAY),
    })
  })

  const states: [state: string, change: (kms: KmsClient, KeyId: string) => Promise<unknown>][] = [
    ['Disabled', (kms, KeyId) => kms.disableKey({ KeyId })],
    ['PendingDeletion', (kms, KeyId) => kms.scheduleKeyDeletion({ KeyId })],
  ]
  test.each(states)(
    'STATE-14 it is told of a key that is %s: that is when one wants to know',
    async (_state, change) => {
      const { kms } = await freshVault()
      const { KeyId } = await newKey(kms)
      await kms.encrypt({ KeyId, Plaintext: text })
      await change(kms, KeyId)
      await errorOf(kms.encrypt({ KeyId, Plaintext: text }))
      expect(await lastOperation(kms, KeyId)).toBe('Encrypt')
    },
  )

  test('a rotation and a new import leave it as it is', async () => {
    const { kms } = await freshVault()
    const KeyId = await newExternalKey(kms)
    await importMaterial(kms, KeyId, randomBytes(32))
    await kms.encrypt({ KeyId, Plaintext: text })
    const before = await lastUsage(kms, KeyId)
    await importMaterial(kms, KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL' })
    await kms.rotateKeyOnDemand({ KeyId })
    expect(await lastUsage(kms, KeyId)).toEqual(before)
  })

  test('each key of a multi-Region set has its own', async () => {
    const { vault, kms } = await freshVault()
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    const there = vault.region(otherRegion)
    await there.describeKey({ KeyId })
    const CiphertextBlob = await ciphertextOf(kms, KeyId)
    expect(await lastOperation(there, KeyId)).toBeUndefined()
    await there.decrypt({ CiphertextBlob })
    expect([await lastOperation(kms, KeyId), await lastOperation(there, KeyId)]).toEqual(['Encrypt', 'Decrypt'])
  })

  test('DEL-35 it goes with the key', async () => {
    const { kms, name, setClock } = await clockedVault(start)
    const { KeyId } = await newKey(kms)
    await kms.encrypt({ KeyId, Plaintext: text })
    await lastUsage(kms, KeyId)
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    setClock(start + 7 * DAY)
    await kms.listKeys({})
    expect(await storedIn(name, 'usage')).toEqual([])
    await expectError(kms.getKeyLastUsage({ KeyId }), 'NotFoundException')
  })
})

test('it is cheap: 500 uses are written with a handful of commits, and one record for the key', async () => {
  const { kms, name } = await freshVault()
  const { KeyId } = await newKey(kms)
  const packs = async () => (await storedIn(name, 'audit')).length
  const before = await packs()
  const started = performance.now()
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 50 }, () => kms.encrypt({ KeyId, Plaintext: text })))
  const { KeyLastUsage } = await lastUsage(kms, KeyId)
  expect(KeyLastUsage?.Operation).toBe('Encrypt')
  // One commit in 100 ms, and those of this question.
  const commits = (await packs()) - before
  expect(commits).toBeLessThanOrEqual(3 + (performance.now() - started) / 100)
  expect(await storedIn(name, 'usage')).toHaveLength(1)
  const records = await auditRecords(name)
  expect(records.filter(({ eventName }) => eventName === 'Encrypt')).toHaveLength(500)
  expect(records.findLast(({ eventName }) => eventName === 'Encrypt')?.eventId).toBe(KeyLastUsage?.CloudTrailEventId)
})
