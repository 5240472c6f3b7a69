/** aws-facts section 7: states, deletion, rotation. Also section 11: limits that have changed. */
import { expect, test } from 'vitest'
import { DAY, sharedClockedVault, start } from '../../fixtures/clock.js'
import {
  answerOf,
  expectRefusal,
  materialId,
  newAwsKey,
  noMessage,
  p256,
  rsaSigner,
  sharedAws,
  wireAnswer,
} from '../fixtures.js'

const shared = sharedAws(sharedClockedVault(start))
const dataKey = (KeyId: string) => shared.aws.generateDataKey({ KeyId, KeySpec: 'AES_256' })

test('7 a disabled key', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  await aws.disableKey({ KeyId })
  await expectRefusal(dataKey(KeyId), 'DisabledException')
  await expectRefusal(aws.rotateKeyOnDemand({ KeyId }), 'DisabledException', `${Arn} is disabled.`)
})

test('7 the state is checked before the spec: RotateKeyOnDemand of a disabled RSA key', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws, rsaSigner)
  await aws.disableKey({ KeyId })
  await expectRefusal(aws.rotateKeyOnDemand({ KeyId }), 'DisabledException', `${Arn} is disabled.`)
})

test('7 a key that is pending deletion: used, or scheduled again', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws)
  await aws.scheduleKeyDeletion({ KeyId })
  await expectRefusal(dataKey(KeyId), 'KMSInvalidStateException')
  await expectRefusal(aws.scheduleKeyDeletion({ KeyId }), 'KMSInvalidStateException')
})

test('7 a key that is pending import: used, or rotated', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws, { Origin: 'EXTERNAL' })
  const message = `${Arn} is pending import.`
  await expectRefusal(dataKey(KeyId), 'KMSInvalidStateException', message)
  await expectRefusal(aws.rotateKeyOnDemand({ KeyId }), 'KMSInvalidStateException', message)
})

test('7 ScheduleKeyDeletion without a window: 30 days', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  expect(await answerOf(aws.scheduleKeyDeletion({ KeyId }))).toEqual({
    KeyId: Arn,
    KeyState: 'PendingDeletion',
    PendingWindowInDays: 30,
    DeletionDate: new Date(start + 30 * DAY),
  })
})

test('7 CancelKeyDeletion: Disabled, not Enabled; a disabled key can be scheduled', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws)
  await aws.disableKey({ KeyId })
  await aws.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
  await aws.cancelKeyDeletion({ KeyId })
  expect((await aws.describeKey({ KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Disabled', Enabled: false })
})

test('7 rotation of a new key is off: GetKeyRotationStatus answers that and the key, nothing else', async () => {
  const { aws, vault } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  expect(await wireAnswer(vault, 'GetKeyRotationStatus', { KeyId })).toEqual({ KeyId: Arn, KeyRotationEnabled: false })
})

test.each([undefined, 90, 180])('7 rotation on, period %s', async (RotationPeriodInDays) => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  await aws.enableKeyRotation({ KeyId, RotationPeriodInDays })
  const period = RotationPeriodInDays ?? 365
  expect(await answerOf(aws.getKeyRotationStatus({ KeyId }))).toEqual({
    KeyId: Arn,
    KeyRotationEnabled: true,
    RotationPeriodInDays: period,
    NextRotationDate: new Date(start + period * DAY),
  })
})

test.each([true, false])('7 RotateKeyOnDemand, automatic rotation on: %s', async (isOn) => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  if (isOn) await aws.enableKeyRotation({ KeyId })
  const materialIdNow = async () => (await aws.describeKey({ KeyId })).KeyMetadata?.CurrentKeyMaterialId
  const [before, { NextRotationDate }] = [await materialIdNow(), await aws.getKeyRotationStatus({ KeyId })]
  expect(await answerOf(aws.rotateKeyOnDemand({ KeyId }))).toEqual({ KeyId: Arn })
  expect(await materialIdNow()).toEqual(materialId)
  expect(await materialIdNow()).not.toBe(before)
  expect((await aws.getKeyRotationStatus({ KeyId })).NextRotationDate).toEqual(NextRotationDate)
})

test.each([p256, rsaSigner])(
  '7 RotateKeyOnDemand on $KeySpec: UnsupportedOperationException, no message',
  async (kind) => {
    const { KeyId } = await newAwsKey(shared.aws, kind)
    await expectRefusal(shared.aws.rotateKeyOnDemand({ KeyId }), 'UnsupportedOperationException', noMessage)
  },
)

test('7, 11 the limit of on-demand rotations is 25 today', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  for (let count = 0; count < 25; count++) await aws.rotateKeyOnDemand({ KeyId })
  await expectRefusal(
    aws.rotateKeyOnDemand({ KeyId }),
    'LimitExceededException',
    `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${Arn}`,
  )
})

test('7 ListKeyRotations: empty for a new key, then an entry for each rotation', async () => {
  const { aws, vault } = shared
  const { KeyId } = await newAwsKey(aws)
  expect(await wireAnswer(vault, 'ListKeyRotations', { KeyId })).toEqual({ Rotations: [], Truncated: false })
  await aws.rotateKeyOnDemand({ KeyId })
  const { Rotations } = await aws.listKeyRotations({ KeyId })
  expect(Rotations).toHaveLength(1)
  expect(Rotations?.[0]).toMatchObject({ KeyId, RotationType: 'ON_DEMAND', RotationDate: new Date(start) })
})
