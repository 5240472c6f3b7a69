/** Quotas of a vault (QUOTA-1 to QUOTA-47); the rates themselves are tested in unit/throttle.test.ts. */
import { type KmsClient, openVault, type VaultOptions } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { clockedVault, DAY, start } from '../fixtures/clock.js'
import { newAliasName, otherRegion } from '../fixtures/requests.js'
import { auditRecords, storedIn } from '../fixtures/stored.js'
import { errorOf, expectError, freshVault, keyArn, newKey, newVaultName, openAgain, utf8 } from '../fixtures/vault.js'

const text = utf8('text')
const SECOND = 1000
const throttled = 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'

const alias = (kms: KmsClient, TargetKeyId: string, AliasName = newAliasName()) =>
  kms.createAlias({ AliasName, TargetKeyId })
const tags = (...names: string[]) => names.map((TagKey) => ({ TagKey, TagValue: 'value' }))

/** How many of these requests are answered. */
async function answered(requests: readonly Promise<unknown>[]): Promise<number> {
  return (await Promise.allSettled(requests)).filter(({ status }) => status === 'fulfilled').length
}

describe('QUOTA-5 keys in a Region', () => {
  test('count in every state, and no longer when they are deleted', async () => {
    const { kms, setClock } = await clockedVault(start, { quotas: { keys: 3 } })
    const [disabled, doomed] = [await newKey(kms), await newKey(kms)]
    await kms.createKey({ Origin: 'EXTERNAL' })
    await kms.disableKey({ KeyId: disabled.KeyId })
    await kms.scheduleKeyDeletion({ KeyId: doomed.KeyId, PendingWindowInDays: 7 })
    await expectError(kms.createKey({}), 'LimitExceededException')
    await kms.enableKey({ KeyId: disabled.KeyId })
    setClock(start + 7 * DAY)
    await newKey(kms)
    await expectError(kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }), 'LimitExceededException')
  })

  test('requests at the same moment do not get past the limit', async () => {
    const { kms } = await freshVault({ quotas: { keys: 3 } })
    expect(await answered(Array.from({ length: 20 }, () => kms.createKey({})))).toBe(3)
    expect((await kms.listKeys({})).Keys).toHaveLength(3)
  })

  test('QUOTA-1 each Region has its own; a replica counts in that of the replica', async () => {
    const { vault, kms } = await freshVault({ quotas: { keys: 2 } })
    const there = vault.region(otherRegion)
    const [first, second] = [
      (await kms.createKey({ MultiRegion: true })).KeyMetadata.KeyId,
      (await kms.createKey({ MultiRegion: true })).KeyMetadata.KeyId,
    ]
    await expectError(kms.createKey({}), 'LimitExceededException')
    await newKey(there)
    await kms.replicateKey({ KeyId: first, ReplicaRegion: otherRegion })
    await expectError(kms.replicateKey({ KeyId: second, ReplicaRegion: otherRegion }), 'LimitExceededException')
    expect((await there.listKeys({})).Keys).toHaveLength(2)
    const { MultiRegionConfiguration } = (await kms.describeKey({ KeyId: second })).KeyMetadata
    expect(MultiRegionConfiguration?.ReplicaKeys).toEqual([])
  })

  test('a lower quota takes nothing away, and lets nothing be added', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await newKey(kms)
    await vault.close()
    const again = await openAgain(name, { quotas: { keys: 1 } })
    await again.kms.encrypt({ KeyId, Plaintext: text })
    await expectError(again.kms.createKey({}), 'LimitExceededException')
  })

  test('none at all is a quota too', async () => {
    const { kms } = await freshVault({ quotas: { keys: 0 } })
    await expectError(kms.createKey({}), 'LimitExceededException')
  })
})

describe('QUOTA-6 aliases of a key', () => {
  test('CreateAlias and UpdateAlias towards a key that has all it can', async () => {
    const { kms } = await freshVault({ quotas: { aliasesPerKey: 2 } })
    const [full, other] = [await newKey(kms), await newKey(kms)]
    const [one, two, third] = [newAliasName(), newAliasName(), newAliasName()]
    await alias(kms, full.KeyId, one)
    await alias(kms, full.KeyId, two)
    await alias(kms, other.KeyId, third)
    await expectError(alias(kms, full.KeyId), 'LimitExceededException')
    await expectError(kms.updateAlias({ AliasName: third, TargetKeyId: full.KeyId }), 'LimitExceededException')
    expect((await kms.describeKey({ KeyId: third })).KeyMetadata.KeyId).toBe(other.KeyId)
    // One that is there already adds nothing.
    await kms.updateAlias({ AliasName: one, TargetKeyId: full.KeyId })
    await kms.deleteAlias({ AliasName: two })
    await kms.updateAlias({ AliasName: third, TargetKeyId: full.KeyId })
    await alias(kms, other.KeyId)
  })

  test('requests at the same moment do not get past the limit', async () => {
    const { kms } = await freshVault({ quotas: { aliasesPerKey: 2 } })
    const { KeyId } = await newKey(kms)
    expect(await answered(Array.from({ length: 10 }, () => alias(kms, KeyId)))).toBe(2)
  })

  test('50 by default', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    expect(await answered(Array.from({ length: 51 }, () => alias(kms, KeyId)))).toBe(50)
  })
})

describe('tags of a key', () => {
  test('TagResource: the quota is for the key, not for the request', async () => {
    const { kms } = await freshVault({ quotas: { tagsPerKey: 2 } })
    const { KeyId } = await newKey(kms)
    await kms.tagResource({ KeyId, Tags: tags('a', 'b') })
    await expectError(kms.tagResource({ KeyId, Tags: tags('c') }), 'LimitExceededException')
    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'new' }] })
    await kms.untagResource({ KeyId, TagKeys: ['b'] })
    await kms.tagResource({ KeyId, Tags: tags('c') })
    expect((await kms.listResourceTags({ KeyId })).Tags?.map(({ TagKey }) => TagKey)).toEqual(['a', 'c'])
  })

  test('as many as the quota allows can be given at creation', async () => {
    const { kms } = await freshVault({ quotas: { tagsPerKey: 2 } })
    const { KeyId } = (await kms.createKey({ Tags: tags('a', 'b') })).KeyMetadata
    await expectError(kms.tagResource({ KeyId, Tags: tags('c') }), 'LimitExceededException')
  })
})

describe('what was forgotten once', () => {
  test('QUOTA-5 a member of quotas that is undefined has its default', async () => {
    const { kms } = await freshVault({ quotas: { aliasesPerKey: undefined as never } })
    const { KeyId } = await newKey(kms)
    expect(await answered(Array.from({ length: 51 }, () => alias(kms, KeyId)))).toBe(50)
  })

  test.each([[null], [[]], [{ perSecond: null }], [{ profiel: 'guide' }], [{ perSecond: { CreateKey: Infinity } }]])(
    'requests of %o are refused by openVault with its own error',
    async (requests) => {
      const options = { name: newVaultName(), quotas: { requests } } as unknown as VaultOptions
      await expectError(openVault(options), 'ValidationException')
    },
  )

  test('replicas made at the same time do not exceed the quota of keys', async () => {
    const { vault, kms } = await freshVault({ quotas: { keys: 4 } })
    const primaries = await Promise.all([1, 2, 3, 4].map(() => kms.createKey({ MultiRegion: true })))
    const there = vault.region(otherRegion)
    for (let made = 0; made < 3; made++) await newKey(there)
    const replicas = primaries.map(({ KeyMetadata: { KeyId } }) =>
      kms.replicateKey({ KeyId: KeyId as string, ReplicaRegion: otherRegion }),
    )
    expect(await answered(replicas)).toBe(1)
    expect((await there.listKeys({})).Keys).toHaveLength(4)
  })

  test('the tags that CreateKey gives count too', async () => {
    const { kms } = await freshVault({ quotas: { tagsPerKey: 2 } })
    await expectError(kms.createKey({ Tags: tags('a', 'b', 'c') }), 'LimitExceededException')
  })

  test('the tags that ReplicateKey gives count too', async () => {
    const { kms } = await freshVault({ quotas: { tagsPerKey: 2 } })
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    const Tags = tags('a', 'b', 'c')
    await expectError(kms.replicateKey({ KeyId, ReplicaRegion: otherRegion, Tags }), 'LimitExceededException')
  })
})

describe('QUOTA-10 the on-demand rotations of a key cannot be set, nor the size of a policy (QUOTA-2)', () => {
  test.each(['onDemandRotationsPerKey', 'keyPolicyBytes'])('%s', async (name) => {
    await expectError(openVault({ name: newVaultName(), quotas: { [name]: 10 } }), 'ValidationException')
  })
})

describe('quotas that can be none are refused by openVault', () => {
  const bad: unknown[] = [
    null,
    'guide',
    1,
    { keys: -1 },
    { keys: 1.5 },
    { keys: Number.NaN },
    { keys: Number.POSITIVE_INFINITY },
    { keys: '5' },
    { keys: null },
    { aliasesPerKey: -1 },
    { tagsPerKey: true },
    { grantsPerKey: 2n },
    { key: 5 },
    { requests: 'fast' },
    { requests: 5 },
    { requests: { profile: 'fast' } },
    { requests: { perSecond: { CreateKey: 0 } } },
    { requests: { perSecond: { CreateKey: -1 } } },
    { requests: { perSecond: { CreateKey: Number.NaN } } },
    { requests: { perSecond: { CreateKey: '5' } } },
    { requests: { perSecond: { CreateKeys: 5 } } },
    { requests: { perSecond: { Encrypt: 5 } } },
    { requests: { perSecond: { RSA_2048: 5 } } },
    { requests: { perSecond: { toString: 5 } } },
  ]
  test.each(bad.map((quotas) => [quotas]))('%o', async (quotas) => {
    const name = newVaultName()
    await expectError(openVault({ name, quotas } as VaultOptions), 'ValidationException')
    expect((await indexedDB.databases()).some((database) => database.name?.includes(name))).toBe(false)
  })

  test.each<VaultOptions['quotas'][]>([[undefined], [{}], [{ requests: {} }], [{ requests: { perSecond: {} } }]])(
    '%o is allowed, and limits nothing',
    async (quotas) => {
      const { kms } = await freshVault({ ...(quotas && { quotas }) })
      await Promise.all(Array.from({ length: 20 }, () => kms.createKey({})))
    },
  )
})

describe('request quotas', () => {
  test('QUOTA-47 are off by default', async () => {
    const { kms } = await clockedVault(start)
    await Promise.all(Array.from({ length: 60 }, () => kms.createKey({})))
    await Promise.all(Array.from({ length: 600 }, () => kms.listKeys({ Limit: 1 })))
  })

  test('QUOTA-40 QUOTA-41 what is too much does nothing, is told by its message, and is recorded', async () => {
    const { vault, kms, name, setClock } = await clockedVault(start, { quotas: { requests: 'guide' } })
    for (let count = 0; count < 5; count++) await newKey(kms)
    const error = await errorOf(kms.createKey({ Description: 'the sixth' }))
    expect(error).toMatchObject({ name: 'ThrottlingException', message: throttled })
    expect(error.$metadata.httpStatusCode).toBe(400)
    expect(error.$retryable).toBeDefined()
    expect((await kms.listKeys({})).Keys).toHaveLength(5)
    setClock(start + SECOND)
    await newKey(kms)
    await vault.close()
    const record = (await auditRecords(name)).find(({ requestId }) => requestId === error.$metadata.requestId)
    expect(record).toMatchObject({
      eventName: 'CreateKey',
      errorCode: 'ThrottlingException',
      errorMessage: throttled,
      requestParameters: { Description: 'the sixth' },
    })
    expect(await storedIn(name, 'keys')).toHaveLength(6)
  })

  test('QUOTA-41 a change that is throttled leaves the key as it was', async () => {
    const { vault, kms, name } = await clockedVault(start, { quotas: { requests: { perSecond: { DisableKey: 1 } } } })
    const [one, other] = [await newKey(kms), await newKey(kms)]
    await kms.disableKey({ KeyId: one.KeyId })
    const before = await storedIn(name, 'keys')
    await expectError(kms.disableKey({ KeyId: other.KeyId }), 'ThrottlingException', throttled)
    expect(await storedIn(name, 'keys')).toEqual(before)
    await kms.encrypt({ KeyId: other.KeyId, Plaintext: text })
    await vault.close()
    const refusals = (await auditRecords(name)).filter(({ errorCode }) => errorCode === 'ThrottlingException')
    expect(refusals.map(({ resources }) => resources)).toEqual([[keyArn(other.KeyId)]])
  })

  test('QUOTA-33 crypto and management have budgets of their own', async () => {
    const { kms } = await clockedVault(start, { quotas: { requests: { perSecond: { symmetric: 3, CreateAlias: 1 } } } })
    const { KeyId } = await newKey(kms)
    for (let count = 0; count < 3; count++) await kms.encrypt({ KeyId, Plaintext: text })
    await expectError(kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }), 'ThrottlingException', throttled)
    await expectError(kms.generateRandom({ NumberOfBytes: 8 }), 'ThrottlingException', throttled)
    await alias(kms, KeyId)
    await expectError(alias(kms, KeyId), 'ThrottlingException', throttled)
    for (let count = 0; count < 9; count++) await kms.describeKey({ KeyId })
  })

  test('QUOTA-21 the kind of key decides whose budget it is', async () => {
    const { kms } = await clockedVault(start, { quotas: { requests: { perSecond: { ecc: 1, symmetric: 1 } } } })
    const sign = async () => {
      const { KeyId } = (await kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })).KeyMetadata
      return kms.sign({ KeyId, Message: text, SigningAlgorithm: 'ECDSA_SHA_256' })
    }
    await sign()
    await expectError(sign(), 'ThrottlingException', throttled)
    const { KeyId } = (await kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })).KeyMetadata
    const generateMac = () => kms.generateMac({ KeyId, Message: text, MacAlgorithm: 'HMAC_SHA_256' })
    await generateMac()
    await expectError(generateMac(), 'ThrottlingException', throttled)
  })

  test('QUOTA-35 a dry run counts like a real request', async () => {
    const { kms } = await clockedVault(start, { quotas: { requests: { perSecond: { symmetric: 2 } } } })
    const { KeyId } = await newKey(kms)
    const dryRun = () => kms.encrypt({ KeyId, Plaintext: text, DryRun: true })
    await expectError(dryRun(), 'DryRunOperationException')
    await expectError(dryRun(), 'DryRunOperationException')
    await expectError(dryRun(), 'ThrottlingException', throttled)
    await expectError(kms.encrypt({ KeyId, Plaintext: text }), 'ThrottlingException', throttled)
  })

  test('QUOTA-40 only what is valid otherwise is counted and refused', async () => {
    const { kms } = await clockedVault(start, { quotas: { requests: { perSecond: { symmetric: 1 } } } })
    const { KeyId } = await newKey(kms)
    const invalid = () => kms.encrypt({ KeyId, Plaintext: new Uint8Array(5000) })
    for (let count = 0; count < 3; count++) await expectError(invalid(), 'ValidationException')
    await kms.encrypt({ KeyId, Plaintext: text })
    await expectError(invalid(), 'ValidationException')
  })

  test('a request that has to wait for something first is counted once', async () => {
    const quotas = { requests: { perSecond: { symmetric: 1, RotateKeyOnDemand: 1 } } }
    const { kms, setClock } = await clockedVault(start, { quotas })
    const { KeyId } = await newKey(kms)
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    setClock(start + 90 * DAY)
    // Its rotation is due: it is rotated, then the request is taken up again.
    await kms.encrypt({ KeyId, Plaintext: text })
    await kms.rotateKeyOnDemand({ KeyId })
  })

  test('QUOTA-30 rates below one: one request in so many seconds', async () => {
    const { kms, setClock } = await clockedVault(start, { quotas: { requests: 'guide' } })
    const { KeyId } = (await kms.createKey({ Origin: 'EXTERNAL' })).KeyMetadata
    const parameters = () =>
      kms.getParametersForImport({ KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' })
    await parameters()
    setClock(start + 4 * SECOND - 1)
    await expectError(parameters(), 'ThrottlingException', throttled)
    setClock(start + 4 * SECOND)
    await parameters()
  })

  test('QUOTA-31 all principals share the budget', async () => {
    const { vault, kms } = await clockedVault(start, { quotas: { requests: { perSecond: { symmetric: 1 } } } })
    const { KeyId } = await newKey(kms)
    const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }]
    const user = await vault.connect({ principal: 'user/other', policies })
    await user.encrypt({ KeyId, Plaintext: text })
    await expectError(kms.encrypt({ KeyId, Plaintext: text }), 'ThrottlingException', throttled)
  })

  test('QUOTA-42 EnableKey and DisableKey in turn: the changes of one key have a budget of their own', async () => {
    const { kms, setClock } = await clockedVault(start, { quotas: { requests: { perSecond: { changesPerKey: 3 } } } })
    const [hot, cool] = [await newKey(kms), await newKey(kms)]
    await kms.disableKey({ KeyId: hot.KeyId })
    await kms.enableKey({ KeyId: hot.KeyId })
    await kms.updateKeyDescription({ KeyId: hot.KeyId, Description: 'hot' })
    await expectError(kms.disableKey({ KeyId: hot.KeyId }), 'ThrottlingException', throttled)
    await kms.disableKey({ KeyId: cool.KeyId })
    await kms.encrypt({ KeyId: hot.KeyId, Plaintext: text })
    await kms.describeKey({ KeyId: hot.KeyId })
    setClock(start + SECOND)
    await kms.disableKey({ KeyId: hot.KeyId })
  })
})

describe('requests that reach two Regions', () => {
  const primaries = async (kms: KmsClient, count: number) => {
    const made = await Promise.all(Array.from({ length: count }, () => kms.createKey({ MultiRegion: true })))
    return made.map(({ KeyMetadata }) => KeyMetadata.KeyId)
  }

  test('QUOTA-28 a ReplicateKey counts as two CreateKey where the replica is made', async () => {
    const { vault, kms, setClock } = await clockedVault(start, { quotas: { requests: 'guide' } })
    const keyIds = await primaries(kms, 3)
    setClock(start + SECOND)
    const [first, second, third] = keyIds.map((KeyId) => ({ KeyId, ReplicaRegion: otherRegion }))
    await kms.replicateKey(first as { KeyId: string; ReplicaRegion: string })
    await kms.replicateKey(second as { KeyId: string; ReplicaRegion: string })
    await expectError(
      kms.replicateKey(third as { KeyId: string; ReplicaRegion: string }),
      'ThrottlingException',
      throttled,
    )
    const there = vault.region(otherRegion)
    await newKey(there)
    await expectError(there.createKey({}), 'ThrottlingException', throttled)
    // Nothing was counted as CreateKey here.
    await Promise.all(Array.from({ length: 5 }, () => kms.createKey({})))
    // What was refused has left nothing, in either Region.
    const { MultiRegionConfiguration } = (await kms.describeKey({ KeyId: third?.KeyId })).KeyMetadata
    expect(MultiRegionConfiguration?.ReplicaKeys).toEqual([])
    expect((await there.listKeys({})).Keys).toHaveLength(3)
  })

  test('QUOTA-28 what counts as two CreateKey passes a rate of one, where nothing came before it', async () => {
    const { vault, kms, setClock } = await clockedVault(start, {
      quotas: { requests: { perSecond: { CreateKey: 1 } } },
    })
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    const there = vault.region(otherRegion)
    await expectError(there.createKey({}), 'ThrottlingException', throttled)
    setClock(start + SECOND)
    await there.createKey({})
  })

  test('QUOTA-27 QUOTA-28 and as one ReplicateKey where the primary is', async () => {
    const { vault, kms } = await clockedVault(start, { quotas: { requests: { perSecond: { ReplicateKey: 1 } } } })
    const [one, other] = await primaries(kms, 2)
    await kms.replicateKey({ KeyId: one, ReplicaRegion: otherRegion })
    await expectError(kms.replicateKey({ KeyId: other, ReplicaRegion: otherRegion }), 'ThrottlingException', throttled)
    const there = vault.region(otherRegion)
    const { KeyId } = (await there.createKey({ MultiRegion: true })).KeyMetadata
    await there.replicateKey({ KeyId, ReplicaRegion: 'browser-local-3' })
  })

  test('QUOTA-29 an UpdatePrimaryRegion counts once in both', async () => {
    const quotas = { requests: { perSecond: { UpdatePrimaryRegion: 1 } } }
    const { vault, kms, setClock } = await clockedVault(start, { quotas })
    const there = vault.region(otherRegion)
    const [KeyId] = await primaries(kms, 1)
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    await there.describeKey({ KeyId })
    await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: otherRegion })
    await there.describeKey({ KeyId })
    const back = () => there.updatePrimaryRegion({ KeyId, PrimaryRegion: 'browser-local-1' })
    await expectError(back(), 'ThrottlingException', throttled)
    setClock(start + SECOND)
    await back()
    await expect.poll(async () => (await kms.describeKey({ KeyId })).KeyMetadata.KeyState).toBe('Enabled')
  })
})
