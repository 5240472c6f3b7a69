/**
 * The key-state truth table (chapter 03), for the states that a key can be put into so far. The table is written down
 * here a second time, by hand from STATE-13, so that a mistake in the generated one shows.
 */
import type { KeyMetadata, KmsClient, OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { builtOperations } from '../../worker/operations/table.js'
import { guardKeyState } from '../../worker/state-guard.js'
import { ciphertextOf, inputs, kinds, newAlias } from './fixtures/requests.js'
import { call, errorOf, expectError, freshVault, keyArn, newKey, sharedVault, utf8 } from './fixtures/vault.js'

const states = ['Enabled', 'Disabled', 'PendingDeletion'] as const
type State = (typeof states)[number]

/** STATE-13, the first three columns: `✓` succeeds, `X` fails, `?` depends on the key; numbers are the footnotes. */
const truthTable: readonly [operations: string, ...(Record<number, string> & [string, string, string])][] = [
  ['CancelKeyDeletion', 'X [4]', 'X [4]', '✓'],
  ['CreateAlias, TagResource, UntagResource, UpdateKeyDescription', '✓', '✓', 'X [3]'],
  ['CreateGrant', '✓', 'X [1]', 'X [2] or [3]'],
  ['Encrypt, Decrypt, ReEncrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext', '✓', 'X [1]', 'X [2] or [3]'],
  ['GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext', '✓', 'X [1]', 'X [2] or [3]'],
  ['DeleteAlias, DescribeKey, GetKeyPolicy, ListAliases, ListGrants, ListKeyPolicies', '✓', '✓', '✓'],
  ['ListResourceTags, PutKeyPolicy, RetireGrant, RevokeGrant', '✓', '✓', '✓'],
  ['DeleteImportedKeyMaterial', '✓ [9]', '✓ [9]', '✓ [9]'],
  ['DisableKey, EnableKey', '✓', '✓', 'X [3]'],
  ['DisableKeyRotation, EnableKeyRotation, RotateKeyOnDemand', '? [7]', 'X [1] or [7]', 'X [3] or [7]'],
  ['GenerateMac, VerifyMac, Sign, Verify', '✓', 'X [1]', 'X [2] or [3]'],
  ['GetKeyRotationStatus, ListKeyRotations', '? [7]', '? [7]', '? [7]'],
  ['GetParametersForImport', '? [9]', '? [9]', 'X [8] or [9]'],
  ['GetPublicKey', '✓', '✓', 'X [2] or [3]'],
  ['ImportKeyMaterial', '? [9]', '? [9]', 'X [8] or [9]'],
  ['ReplicateKey', '✓', 'X [1]', 'X [2] or [3]'],
  ['ScheduleKeyDeletion', '✓', '✓', 'X [3]'],
  ['UpdateAlias', '✓', '✓', '? [10]'],
  ['UpdatePrimaryRegion', '✓', 'X [1]', 'X [2] or [3]'],
]

type Failure = readonly [error: string, message: string]
const disabled: Failure = ['DisabledException', 'is disabled.']
const pendingDeletion: Failure = ['KMSInvalidStateException', 'is pending deletion.']
const notPendingDeletion: Failure = ['KMSInvalidStateException', 'is not pending deletion.']
const wrongOrigin: Failure = [
  'UnsupportedOperationException',
  'origin is AWS_KMS which is not valid for this operation.',
]

/** What a cell means for a key of origin AWS_KMS, by the footnotes (STATE-17, STATE-20, STATE-21). */
const meanings: Readonly<Record<string, Failure | 'succeeds'>> = {
  '✓': 'succeeds',
  '? [7]': 'succeeds',
  'X [1]': disabled,
  'X [1] or [7]': disabled,
  'X [2] or [3]': pendingDeletion,
  'X [3]': pendingDeletion,
  'X [3] or [7]': pendingDeletion,
  '? [10]': pendingDeletion,
  'X [4]': notPendingDeletion,
  '✓ [9]': wrongOrigin,
  '? [9]': wrongOrigin,
  'X [8] or [9]': wrongOrigin,
}

const cells = truthTable.flatMap(([operations, ...signs]) =>
  operations.split(', ').flatMap((operation) =>
    states.map((state, column) => ({
      operation: operation as OperationName,
      state,
      meaning: meanings[signs[column] as string] as Failure | 'succeeds',
    })),
  ),
)

/** Operations that use no existing key, so that no state can stop them (STATE-14). */
const withoutKey = ['CreateKey', 'GenerateRandom', 'ListKeys']

const built = builtOperations
const text = utf8('text')

async function putInto(state: State, kms: KmsClient, KeyId: string): Promise<void> {
  if (state === 'Disabled') await kms.disableKey({ KeyId })
  if (state === 'PendingDeletion') await kms.scheduleKeyDeletion({ KeyId })
  expect((await kms.describeKey({ KeyId })).KeyMetadata.KeyState).toBe(state)
}

test('STATE-12 the table written down here has 42 operations, and each cell of it a meaning', () => {
  expect(cells).toHaveLength(42 * states.length)
  expect(cells.filter(({ meaning }) => meaning === undefined)).toEqual([])
})

test.each(cells)(
  'STATE-13 the generated table agrees: $operation, $state, a key of origin AWS_KMS',
  ({ operation, state, meaning }) => {
    const guard = () => guardKeyState(operation, { arn: 'ARN', state, origin: 'AWS_KMS', isCurrentAliasTarget: false })
    if (meaning === 'succeeds') expect(guard).not.toThrow()
    else expect(guard).toThrow(expect.objectContaining({ name: meaning[0], message: `ARN ${meaning[1]}` }))
  },
)

test('STATE-31 every operation that is built has a test below, or uses no existing key', () => {
  expect(built.filter((operation) => !(operation in inputs) && !withoutKey.includes(operation))).toEqual([])
})

describe('STATE-31 every cell that can be reached, against a vault', () => {
  const shared = sharedVault()
  // Keys of other origins and multi-Region keys reach states of their own: see lifecycle/.
  const isPlain = (operation: OperationName) => !kinds[operation]?.Origin && !kinds[operation]?.MultiRegion
  const reachable = cells.filter(
    ({ operation }) => operation in inputs && built.includes(operation) && isPlain(operation),
  )

  test.each(reachable)('$operation on a key that is $state: $meaning', async ({ operation, state, meaning }) => {
    const { kms } = shared
    const key = (await kms.createKey(kinds[operation] ?? {})).KeyMetadata
    const input = await inputs[operation]?.(kms, key)
    await putInto(state, kms, key.KeyId)
    await expectMeaning(call(kms, operation, input), meaning, key)
  })

  test.each(cells.filter(({ operation }) => operation === 'ReEncrypt'))(
    'STATE-18 ReEncrypt to a key that is $state: $meaning',
    async ({ state, meaning }) => {
      const { kms } = shared
      const key = await newKey(kms)
      const CiphertextBlob = await ciphertextOf(kms, (await newKey(kms)).KeyId)
      await putInto(state, kms, key.KeyId)
      await expectMeaning(kms.reEncrypt({ CiphertextBlob, DestinationKeyId: key.KeyId }), meaning, key)
    },
  )

  test('footnote 10: UpdateAlias succeeds if only the key that the alias names now is pending deletion', async () => {
    const { kms } = shared
    const [key, other] = [await newKey(kms), await newKey(kms)]
    const AliasName = await newAlias(kms, key)
    await putInto('PendingDeletion', kms, key.KeyId)
    await kms.updateAlias({ AliasName, TargetKeyId: other.KeyId })
    expect((await kms.describeKey({ KeyId: AliasName })).KeyMetadata.KeyId).toBe(other.KeyId)
  })

  test.each(['key id', 'key ARN', 'alias name'])(
    'STATE-20 the message names the key by its ARN, also if the request names it by %s',
    async (form) => {
      const { kms } = shared
      const key = await newKey(kms)
      const alias = await newAlias(kms, key)
      await putInto('Disabled', kms, key.KeyId)
      const KeyId = form === 'key id' ? key.KeyId : form === 'key ARN' ? key.Arn : alias
      await expectError(kms.encrypt({ KeyId, Plaintext: text }), 'DisabledException', `${key.Arn} is disabled.`)
    },
  )

  test('STATE-14 CreateKey, GenerateRandom and ListKeys succeed whatever the states of keys are', async () => {
    const { kms } = shared
    for (const state of states) await putInto(state, kms, (await newKey(kms)).KeyId)
    await kms.createKey({})
    await kms.generateRandom({ NumberOfBytes: 1 })
    await kms.listKeys({})
  })
})

describe('what DescribeKey tells of the state', () => {
  test('STATE-2 Enabled is true when and only when KeyState is Enabled', async () => {
    const { kms } = await freshVault()
    for (const state of states) {
      const { KeyId } = await newKey(kms)
      await putInto(state, kms, KeyId)
      const { KeyMetadata } = await kms.describeKey({ KeyId })
      expect([KeyMetadata.KeyState, KeyMetadata.Enabled]).toEqual([state, state === 'Enabled'])
    }
  })

  test('STATE-3 DeletionDate appears in PendingDeletion only, PendingDeletionWindowInDays never', async () => {
    const { kms } = await freshVault()
    for (const state of states) {
      const { KeyId } = await newKey(kms)
      await putInto(state, kms, KeyId)
      const { KeyMetadata } = await kms.describeKey({ KeyId })
      expect(KeyMetadata).not.toHaveProperty('PendingDeletionWindowInDays')
      if (state === 'PendingDeletion') expect(KeyMetadata.DeletionDate).toBeInstanceOf(Date)
      else expect(KeyMetadata).not.toHaveProperty('DeletionDate')
    }
  })

  test.each(['Enabled', 'Disabled'] as const)(
    'DEL-7 a key that was %s is Disabled after CancelKeyDeletion, and EnableKey makes it usable',
    async (before) => {
      const { kms } = await freshVault()
      const { KeyId, Arn } = await newKey(kms)
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: utf8('kept') })
      await putInto(before, kms, KeyId)
      await kms.scheduleKeyDeletion({ KeyId })
      expect((await kms.cancelKeyDeletion({ KeyId })).KeyId).toBe(Arn)
      expect((await kms.describeKey({ KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Disabled', Enabled: false })
      await expectError(kms.decrypt({ CiphertextBlob }), 'DisabledException', `${Arn} is disabled.`)
      await kms.enableKey({ KeyId })
      expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('kept'))
    },
  )

  test('DEL-14 a cancelled deletion leaves no DeletionDate, and aliases, tags, policy, description and material as they were', async () => {
    const { kms } = await freshVault()
    const { KeyId } = (await kms.createKey({ Description: 'notes', Tags: [{ TagKey: 'Project', TagValue: 'Alpha' }] }))
      .KeyMetadata
    await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyId })
    await kms.disableKey({ KeyId })
    const everything = async () => {
      const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/notes' })
      const { Tags } = await kms.listResourceTags({ KeyId })
      const { Policy } = await kms.getKeyPolicy({ KeyId })
      const { Aliases } = await kms.listAliases({ KeyId })
      return { KeyMetadata, Tags, Policy, Aliases }
    }
    const before = await everything()
    await kms.scheduleKeyDeletion({ KeyId })
    await kms.cancelKeyDeletion({ KeyId })
    expect(await everything()).toEqual(before)
  })

  test('DEL-10 ScheduleKeyDeletion answers KeyId, DeletionDate, KeyState and PendingWindowInDays', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const before = Date.now()
    const { $metadata: _, ...answer } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    const after = Date.now()
    const { DeletionDate } = (await kms.describeKey({ KeyId })).KeyMetadata
    expect(answer).toEqual({ KeyId: keyArn(KeyId), DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays: 7 })
    expect(answer.DeletionDate?.getTime()).toBeGreaterThanOrEqual(before + 7 * 86_400_000)
    expect(answer.DeletionDate?.getTime()).toBeLessThanOrEqual(after + 7 * 86_400_000)
  })

  test('DEL-4 the waiting period is 7 to 30 days, 30 if none is named', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    for (const PendingWindowInDays of [6, 31, 0, -7, 7.5])
      expect((await errorOf(kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays }))).name).toBe('ValidationException')
    expect((await kms.describeKey({ KeyId })).KeyMetadata.KeyState).toBe('Enabled')
    expect((await kms.scheduleKeyDeletion({ KeyId })).PendingWindowInDays).toBe(30)
    await kms.cancelKeyDeletion({ KeyId })
    expect((await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 })).PendingWindowInDays).toBe(30)
  })
})

async function expectMeaning(answer: Promise<unknown>, meaning: Failure | 'succeeds', key: KeyMetadata): Promise<void> {
  if (meaning === 'succeeds') await answer
  else await expectError(answer, meaning[0], `${key.Arn} ${meaning[1]}`)
}
