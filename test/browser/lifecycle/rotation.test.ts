/** Rotation of key material (ROT-1 to ROT-32), but for multi-Region keys (multi-region.test.ts) and imports (import.test.ts). */
import { type KeySpec, type KmsClient, keySpecs, type OperationInput, type OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { type ClockedVault, clockedVault, DAY, sharedClockedVault, start } from '../fixtures/clock.js'
import { importMaterial, newExternalKey, randomBytes } from '../fixtures/import.js'
import { auditRecords, storedIn } from '../fixtures/stored.js'
import {
  call,
  errorOf,
  expectError,
  freshVault,
  keyArn,
  membersOf,
  metadataOf,
  newKey,
  openAgain,
  sharedVault,
  utf8,
} from '../fixtures/vault.js'

const MINUTE = 60_000
const text = utf8('text')
const day = (days: number) => start + days * DAY
const materialIdForm = /^[a-f0-9]{64}$/

async function currentMaterial(kms: KmsClient, KeyId: string): Promise<string> {
  return (await metadataOf(kms, KeyId)).CurrentKeyMaterialId as string
}

/** When a key was rotated, and how. */
async function rotations(kms: KmsClient, KeyId: string): Promise<(readonly [date: number, type: string])[]> {
  const { Rotations } = await kms.listKeyRotations({ KeyId })
  return (Rotations ?? []).map(({ RotationDate, RotationType }) => [RotationDate?.getTime() ?? 0, RotationType ?? ''])
}

const automatic = (...dates: number[]) => dates.map((date) => [date, 'AUTOMATIC'])

async function nextDate(kms: KmsClient, KeyId: string): Promise<number | undefined> {
  return (await kms.getKeyRotationStatus({ KeyId })).NextRotationDate?.getTime()
}

/** A key that rotates automatically. */
async function rotatingKey(kms: KmsClient, RotationPeriodInDays = 90): Promise<string> {
  const { KeyId } = await newKey(kms)
  await kms.enableKeyRotation({ KeyId, RotationPeriodInDays })
  return KeyId
}

async function ciphertext(kms: KmsClient, KeyId: string): Promise<Uint8Array> {
  return (await kms.encrypt({ KeyId, Plaintext: text })).CiphertextBlob
}

async function expectDecrypted(kms: KmsClient, ciphertexts: readonly Uint8Array[]): Promise<void> {
  for (const CiphertextBlob of ciphertexts) expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
}

const eventsOf = async (name: string, eventName: string) =>
  (await auditRecords(name)).filter((record) => record.eventName === eventName)

const rotationOperations = [
  'EnableKeyRotation',
  'DisableKeyRotation',
  'RotateKeyOnDemand',
  'GetKeyRotationStatus',
  'ListKeyRotations',
] as const satisfies readonly OperationName[]

describe('ROT-8 which keys rotate', () => {
  const shared = sharedVault()
  const kinds: OperationInput<'CreateKey'>[] = Object.entries(keySpecs)
    .filter(([spec]) => spec !== 'SYMMETRIC_DEFAULT')
    .flatMap(([spec, { usages }]) =>
      Object.keys(usages).map((usage) => ({ KeySpec: spec as KeySpec, KeyUsage: usage as 'SIGN_VERIFY' })),
    )

  test.each(kinds)('$KeySpec for $KeyUsage does not, and is told so when its state is no reason', async (kind) => {
    const { kms } = shared
    const { KeyId, Arn } = (await kms.createKey(kind)).KeyMetadata
    for (const operation of rotationOperations)
      expect((await errorOf(call(kms, operation, { KeyId }))).name, operation).toBe('UnsupportedOperationException')
    await kms.disableKey({ KeyId })
    for (const operation of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'] as const)
      await expectError(call(kms, operation, { KeyId }), 'DisabledException', `${Arn} is disabled.`)
  })

  test('SYMMETRIC_DEFAULT of origin AWS_KMS does', async () => {
    const { KeyId } = await newKey(shared.kms)
    for (const operation of rotationOperations) await call(shared.kms, operation, { KeyId })
  })

  const wrongOrigin = (arn: string) => `${arn} origin is EXTERNAL which is not valid for this operation.`
  const external: [OperationName, name: string | undefined, message: (arn: string) => string][] = [
    ['EnableKeyRotation', 'UnsupportedOperationException', wrongOrigin],
    ['DisableKeyRotation', 'UnsupportedOperationException', wrongOrigin],
    [
      'RotateKeyOnDemand',
      'KMSInvalidStateException',
      (arn) => `No available key material pending rotation for the key: ${arn}.`,
    ],
    ['GetKeyRotationStatus', undefined, String],
    ['ListKeyRotations', undefined, String],
  ]
  test.each(external)('ROT-20 SYMMETRIC_DEFAULT of origin EXTERNAL: %s, %s', async (operation, name, message) => {
    const { kms } = shared
    const KeyId = await newExternalKey(kms)
    await importMaterial(kms, KeyId, randomBytes(32))
    const answer = call(kms, operation, { KeyId })
    if (name) return expectError(answer, name, message(keyArn(KeyId)))
    const { $metadata: _, ...members } = await answer
    expect(members).toEqual(
      operation === 'ListKeyRotations'
        ? { Rotations: [], Truncated: false }
        : { KeyId: keyArn(KeyId), KeyRotationEnabled: false },
    )
  })

  test.each(rotationOperations)('ROT-10 ROT-36 %s takes a key id or key ARN, and no alias', async (operation) => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    const AliasName = `alias/${KeyId}`
    await kms.createAlias({ AliasName, TargetKeyId: KeyId })
    await call(kms, operation, { KeyId: Arn })
    await expectError(call(kms, operation, { KeyId: AliasName }), 'InvalidArnException')
  })
})

describe('the schedule', () => {
  const shared = sharedClockedVault(start)

  test('rotation is off by default, and the status says nothing else then', async () => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual({ KeyId: Arn, KeyRotationEnabled: false })
  })

  const periods: [period: number | undefined, outcome: number | 'ValidationException'][] = [
    [undefined, 365],
    [90, 90],
    [365, 365],
    [2560, 2560],
    [89, 'ValidationException'],
    [2561, 'ValidationException'],
    [0, 'ValidationException'],
    [-365, 'ValidationException'],
    [90.5, 'ValidationException'],
  ]
  test.each(periods)('ROT-11 ROT-18 a period of %s days: %s', async (RotationPeriodInDays, outcome) => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    const enabling = kms.enableKeyRotation({
      KeyId,
      ...(RotationPeriodInDays !== undefined && { RotationPeriodInDays }),
    })
    if (outcome === 'ValidationException') await expectError(enabling, outcome)
    else expect(await membersOf(enabling)).toEqual({})
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual(
      outcome === 'ValidationException'
        ? { KeyId: Arn, KeyRotationEnabled: false }
        : {
            KeyId: Arn,
            KeyRotationEnabled: true,
            RotationPeriodInDays: outcome,
            NextRotationDate: new Date(day(outcome)),
          },
    )
  })

  test('ROT-18 enable, then disable: the status is true, then false', async () => {
    const { kms } = shared
    const KeyId = await rotatingKey(kms)
    expect((await kms.getKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(true)
    expect(await membersOf(kms.disableKeyRotation({ KeyId }))).toEqual({})
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual({
      KeyId: keyArn(KeyId),
      KeyRotationEnabled: false,
    })
    await kms.disableKeyRotation({ KeyId })
  })
})

test('ROT-12 the first rotation is a period after enabling, not after creation: the worked example', async () => {
  const opened = await clockedVault(Date.UTC(2022, 0, 1))
  const { kms, setClock } = opened
  const { KeyId } = await newKey(kms)
  setClock(Date.UTC(2022, 2, 15))
  await kms.enableKeyRotation({ KeyId })
  // Exactly 365 days: the leap year makes the second one fall on 14 March.
  const dates = [Date.UTC(2023, 2, 15), Date.UTC(2024, 2, 14), Date.UTC(2025, 2, 14)]
  for (const date of dates) {
    setClock(date - 1)
    expect(await nextDate(kms, KeyId)).toBe(date)
    setClock(date)
    await metadataOf(kms, KeyId)
  }
  expect(await rotations(kms, KeyId)).toEqual(automatic(...dates))
})

describe('ROT-13 a rotation that comes late', () => {
  const PERIOD = 90
  const lateness: [name: string, late: number, next: number][] = [
    ['on time', 0, day(180)],
    ['a millisecond', 1, day(180)],
    ['less than a period', PERIOD * DAY - 1, day(180)],
    ['a whole period', PERIOD * DAY, day(180 + 90)],
    ['three years', 3 * 365 * DAY, day(90 + 3 * 365 + 90)],
  ]
  const noticing: Readonly<Record<string, (kms: KmsClient, KeyId: string) => Promise<unknown>>> = {
    DescribeKey: (kms, KeyId) => kms.describeKey({ KeyId }),
    Encrypt: (kms, KeyId) => kms.encrypt({ KeyId, Plaintext: text }),
    GetKeyRotationStatus: (kms, KeyId) => kms.getKeyRotationStatus({ KeyId }),
    UpdateKeyDescription: (kms, KeyId) => kms.updateKeyDescription({ KeyId, Description: 'new' }),
  }
  const table = lateness.flatMap((row) => Object.keys(noticing).map((operation) => [...row, operation] as const))

  test.each(table)(
    'late by %s: one rotation, and the next date (%s, %s; noticed by %s)',
    async (_name, late, next, by) => {
      const { kms, setClock } = await clockedVault(start)
      const KeyId = await rotatingKey(kms, PERIOD)
      const before = await currentMaterial(kms, KeyId)
      setClock(day(PERIOD) - 1)
      await noticing[by]?.(kms, KeyId)
      expect(await currentMaterial(kms, KeyId)).toBe(before)
      setClock(day(PERIOD) + late)
      await noticing[by]?.(kms, KeyId)
      expect(await rotations(kms, KeyId)).toEqual(automatic(day(PERIOD) + late))
      expect(await nextDate(kms, KeyId)).toBe(next)
      expect(await currentMaterial(kms, KeyId)).not.toBe(before)
    },
  )

  test.each(lateness)(
    'found %s late when the vault is opened: one rotation (%s), and the next date %s',
    async (_, late, next) => {
      const first = await clockedVault(start)
      const KeyId = await rotatingKey(first.kms, PERIOD)
      const old = await ciphertext(first.kms, KeyId)
      await first.vault.close()
      const { kms } = await clockedVault(day(PERIOD) + late, { name: first.name })
      const recent = await ciphertext(kms, KeyId)
      expect(await rotations(kms, KeyId)).toEqual(automatic(day(PERIOD) + late))
      expect(await nextDate(kms, KeyId)).toBe(next)
      const ids = await Promise.all([old, recent].map((CiphertextBlob) => kms.decrypt({ CiphertextBlob })))
      expect(ids[0]?.KeyMaterialId).not.toBe(ids[1]?.KeyMaterialId)
      await expectDecrypted(kms, [old, recent])
    },
  )

  test('the first encryption after the date uses the new material already', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    const before = await currentMaterial(kms, KeyId)
    setClock(day(90))
    const { KeyMaterialId } = await kms.decrypt({ CiphertextBlob: await ciphertext(kms, KeyId) })
    expect(KeyMaterialId).toMatch(materialIdForm)
    expect(KeyMaterialId).not.toBe(before)
  })

  test('of many keys that are due at once each rotates once', async () => {
    const { kms, setClock, name } = await clockedVault(start)
    const keyIds = await Promise.all(Array.from({ length: 130 }, () => rotatingKey(kms)))
    setClock(day(91))
    await kms.listKeys({})
    for (const KeyId of keyIds) expect(await rotations(kms, KeyId)).toEqual(automatic(day(91)))
    expect(await eventsOf(name, 'RotateKey')).toHaveLength(130)
  })
})

test('TIME-1 the sweeper’s own timer rotates while the vault is open, without any call', async () => {
  const first = await clockedVault(start)
  const KeyId = await rotatingKey(first.kms)
  await first.vault.close()
  const { name } = await clockedVault(day(90) - 500, { name: first.name, running: true })
  await expect.poll(async () => (await eventsOf(name, 'RotateKey')).length).toBe(1)
  expect((await storedIn(name, 'materials')).filter(({ keyId }) => keyId === KeyId)).toHaveLength(2)
})

describe('changing the schedule', () => {
  const changes: [name: string, change: (kms: KmsClient, KeyId: string) => Promise<unknown>, next: number][] = [
    ['the same period leaves the date', (kms, KeyId) => kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 }), 90],
    [
      'another period counts from now',
      (kms, KeyId) => kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 200 }),
      210,
    ],
    ['no period is 365 days, from now', (kms, KeyId) => kms.enableKeyRotation({ KeyId }), 375],
    [
      'ROT-16 after disabling the same period counts from now',
      async (kms, KeyId) => {
        await kms.disableKeyRotation({ KeyId })
        await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
      },
      100,
    ],
  ]
  test.each(changes)('ROT-13 %s', async (_name, change, next) => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    setClock(day(10))
    await change(kms, KeyId)
    expect(await nextDate(kms, KeyId)).toBe(day(next))
    setClock(day(next) - 1)
    expect(await rotations(kms, KeyId)).toEqual([])
    setClock(day(next))
    expect(await rotations(kms, KeyId)).toEqual(automatic(day(next)))
  })

  test('ROT-16 a key whose rotation is off goes on with the material that it had, and its old ones', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    const old = await ciphertext(kms, KeyId)
    setClock(day(90))
    const current = await currentMaterial(kms, KeyId)
    await kms.disableKeyRotation({ KeyId })
    setClock(day(1000))
    const recent = await ciphertext(kms, KeyId)
    expect((await kms.decrypt({ CiphertextBlob: recent })).KeyMaterialId).toBe(current)
    await expectDecrypted(kms, [old, recent])
    expect(await rotations(kms, KeyId)).toEqual(automatic(day(90)))
  })
})

describe('rotation and the state of the key', () => {
  test('ROT-21 while it is disabled it does not rotate, and the status can be read but not changed', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    await kms.disableKey({ KeyId })
    const status = await membersOf(kms.getKeyRotationStatus({ KeyId }))
    expect(status).toMatchObject({ KeyRotationEnabled: true, NextRotationDate: new Date(day(90)) })
    setClock(day(400))
    expect(await rotations(kms, KeyId)).toEqual([])
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual(status)
    for (const operation of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'] as const)
      await expectError(call(kms, operation, { KeyId }), 'DisabledException', `${keyArn(KeyId)} is disabled.`)
  })

  interface Spell {
    readonly name: string
    /** Days after the key was made, all of them. */
    readonly rotationEnabled: number
    readonly disabled?: number
    readonly enabled: number
    readonly rotated: readonly number[]
    readonly next: number
  }
  const spells: readonly Spell[] = [
    { name: 'back before the date', rotationEnabled: 0, disabled: 10, enabled: 50, rotated: [], next: 90 },
    { name: 'a day before the date', rotationEnabled: 0, disabled: 10, enabled: 89, rotated: [], next: 90 },
    { name: 'at the date', rotationEnabled: 0, disabled: 10, enabled: 90, rotated: [90], next: 180 },
    { name: 'after the date', rotationEnabled: 0, disabled: 10, enabled: 100, rotated: [100], next: 190 },
    { name: 'long after the date', rotationEnabled: 0, disabled: 10, enabled: 1000, rotated: [1000], next: 1090 },
    {
      name: 'material older than the period',
      rotationEnabled: 80,
      disabled: 85,
      enabled: 100,
      rotated: [100],
      next: 190,
    },
    { name: 'EnableKey of an enabled key is no reason', rotationEnabled: 80, enabled: 100, rotated: [], next: 170 },
  ]
  test.each(spells)(
    'ROT-22 EnableKey, $name: rotated on day $rotated, next on day $next',
    async ({ rotationEnabled, disabled, enabled, rotated, next }) => {
      const { kms, setClock } = await clockedVault(start)
      const { KeyId } = await newKey(kms)
      setClock(day(rotationEnabled))
      await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
      if (disabled !== undefined) {
        setClock(day(disabled))
        await kms.disableKey({ KeyId })
      }
      setClock(day(enabled))
      await kms.enableKey({ KeyId })
      expect(await rotations(kms, KeyId)).toEqual(automatic(...rotated.map(day)))
      expect(await nextDate(kms, KeyId)).toBe(day(next))
      setClock(day(next))
      expect(await rotations(kms, KeyId)).toEqual(automatic(...[...rotated, next].map(day)))
    },
  )

  test('ROT-23 while deletion is pending the status reads false, nothing rotates, and cancelling restores it', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    const before = await membersOf(kms.getKeyRotationStatus({ KeyId }))
    setClock(day(80))
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 })
    const off = { KeyId: keyArn(KeyId), KeyRotationEnabled: false }
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual(off)
    for (const operation of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'] as const)
      await expectError(
        call(kms, operation, { KeyId }),
        'KMSInvalidStateException',
        `${keyArn(KeyId)} is pending deletion.`,
      )
    setClock(day(100))
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual(off)
    await kms.cancelKeyDeletion({ KeyId })
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual(before)
    expect(await rotations(kms, KeyId)).toEqual([])
    setClock(day(101))
    await kms.enableKey({ KeyId })
    expect(await rotations(kms, KeyId)).toEqual(automatic(day(101)))
    expect(await nextDate(kms, KeyId)).toBe(day(191))
  })
})

describe('RotateKeyOnDemand', () => {
  test('ROT-27 ROT-31 answers the key ARN; the rotation is complete and listed, with automatic rotation off', async () => {
    const { kms, setClock } = await clockedVault(start)
    const { KeyId, Arn, CurrentKeyMaterialId } = await newKey(kms)
    setClock(day(1))
    expect(await membersOf(kms.rotateKeyOnDemand({ KeyId }))).toEqual({ KeyId: Arn })
    expect(await rotations(kms, KeyId)).toEqual([[day(1), 'ON_DEMAND']])
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual({ KeyId: Arn, KeyRotationEnabled: false })
    const current = await currentMaterial(kms, KeyId)
    expect(current).toMatch(materialIdForm)
    expect(current).not.toBe(CurrentKeyMaterialId)
  })

  test('ROT-28 does not move the schedule: the worked example', async () => {
    const next = Date.UTC(2024, 3, 14)
    const { kms, setClock } = await clockedVault(next - 730 * DAY)
    const KeyId = await rotatingKey(kms, 730)
    const onDemand = Date.UTC(2024, 3, 10)
    setClock(onDemand)
    await kms.rotateKeyOnDemand({ KeyId })
    expect(await nextDate(kms, KeyId)).toBe(next)
    const dates = [next, next + 730 * DAY, next + 2 * 730 * DAY]
    for (const date of dates) {
      setClock(date)
      await metadataOf(kms, KeyId)
    }
    expect(await rotations(kms, KeyId)).toEqual([[onDemand, 'ON_DEMAND'], ...automatic(...dates)])
  })

  test('ROT-29 25 times in the life of a key; automatic rotations do not count, and go on', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    for (const date of [90, 180]) {
      setClock(day(date))
      await metadataOf(kms, KeyId)
    }
    const first = await ciphertext(kms, KeyId)
    setClock(day(181))
    for (let count = 0; count < 25; count++) await kms.rotateKeyOnDemand({ KeyId })
    const message = `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${keyArn(KeyId)}`
    await expectError(kms.rotateKeyOnDemand({ KeyId }), 'LimitExceededException', message)
    setClock(day(270))
    const all = await rotations(kms, KeyId)
    expect(all.map(([, type]) => type)).toEqual([
      'AUTOMATIC',
      'AUTOMATIC',
      ...Array<string>(25).fill('ON_DEMAND'),
      'AUTOMATIC',
    ])
    await expectError(kms.rotateKeyOnDemand({ KeyId }), 'LimitExceededException', message)
    await expectDecrypted(kms, [first])
    const other = await newKey(kms)
    await kms.rotateKeyOnDemand({ KeyId: other.KeyId })
  })

  test('ROT-29 requests at the same moment do not get past the limit', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const requests = Array.from({ length: 40 }, () => kms.rotateKeyOnDemand({ KeyId }))
    const outcomes = await Promise.allSettled(requests)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(25)
    expect(await rotations(kms, KeyId)).toHaveLength(25)
  })

  const near: [name: string, before: number, outcome: 'rotates' | 'ConflictException'][] = [
    ['21 minutes', 21 * MINUTE, 'rotates'],
    ['20 minutes and a millisecond', 20 * MINUTE + 1, 'rotates'],
    ['20 minutes', 20 * MINUTE, 'ConflictException'],
    ['a minute', MINUTE, 'ConflictException'],
    ['a millisecond', 1, 'ConflictException'],
  ]
  test.each(near)('ROT-30 %s before an automatic rotation (%s ms): %s', async (_name, before, outcome) => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    setClock(day(90) - before)
    if (outcome === 'rotates') await kms.rotateKeyOnDemand({ KeyId })
    else await expectError(kms.rotateKeyOnDemand({ KeyId }), outcome)
    setClock(day(90))
    const expected = [...(outcome === 'rotates' ? [[day(90) - before, 'ON_DEMAND']] : []), ...automatic(day(90))]
    expect(await rotations(kms, KeyId)).toEqual(expected)
    // The automatic rotation is over: nothing stands in the way.
    await kms.rotateKeyOnDemand({ KeyId })
  })

  test('ROT-30 a schedule that was switched off stands in nobody’s way', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    setClock(day(90) - MINUTE)
    await kms.disableKeyRotation({ KeyId })
    await kms.rotateKeyOnDemand({ KeyId })
  })
})

describe('a rotation that goes on: a replica that is not ready keeps it from its end', () => {
  const HOUR = 3_600_000
  const otherRegion = 'browser-local-2'
  const wait = (opened: ClockedVault) => opened.setClock(start + HOUR)

  /** A multi-Region key with a replica that is Creating for an hour, whose rotation was asked for. */
  async function rotating(): Promise<{ opened: ClockedVault; KeyId: string; before: string }> {
    const opened = await clockedVault(start, { replicationDelay: HOUR })
    const { kms } = opened
    const { KeyId, CurrentKeyMaterialId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    await kms.rotateKeyOnDemand({ KeyId })
    return { opened, KeyId, before: CurrentKeyMaterialId as string }
  }

  test('ROT-31 OnDemandRotationStartDate shows meanwhile, and the rotation is listed when it is complete', async () => {
    const { opened, KeyId, before } = await rotating()
    const { kms } = opened
    const status = { KeyRotationEnabled: true, NextRotationDate: new Date(day(90)) }
    const going = await kms.getKeyRotationStatus({ KeyId })
    expect(going).toMatchObject({ ...status, OnDemandRotationStartDate: new Date(start) })
    expect(await rotations(kms, KeyId)).toEqual([])
    const all = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    expect(all.Rotations).toEqual([{ KeyId, KeyMaterialId: before, KeyMaterialState: 'CURRENT' }])
    expect((await kms.decrypt({ CiphertextBlob: await ciphertext(kms, KeyId) })).KeyMaterialId).toBe(before)
    wait(opened)
    expect(await currentMaterial(kms, KeyId)).not.toBe(before)
    const over = await kms.getKeyRotationStatus({ KeyId })
    expect(over).toMatchObject(status)
    expect(over).not.toHaveProperty('OnDemandRotationStartDate')
    expect(await rotations(kms, KeyId)).toEqual([[start + HOUR, 'ON_DEMAND']])
  })

  test('no other rotation begins meanwhile', async () => {
    const { opened, KeyId } = await rotating()
    const { kms } = opened
    await expectError(kms.rotateKeyOnDemand({ KeyId }), 'ConflictException')
    wait(opened)
    await metadataOf(kms, KeyId)
    await kms.rotateKeyOnDemand({ KeyId })
  })

  test('ROT-17 DisableKeyRotation does not cancel it', async () => {
    const { opened, KeyId, before } = await rotating()
    const { kms } = opened
    await kms.disableKeyRotation({ KeyId })
    expect(await membersOf(kms.getKeyRotationStatus({ KeyId }))).toEqual({
      KeyId: keyArn(KeyId),
      KeyRotationEnabled: false,
      OnDemandRotationStartDate: new Date(start),
    })
    wait(opened)
    expect(await currentMaterial(kms, KeyId)).not.toBe(before)
    expect(await rotations(kms, KeyId)).toEqual([[start + HOUR, 'ON_DEMAND']])
  })
})

describe('ListKeyRotations', () => {
  /** A key with an automatic, an on-demand and another automatic rotation; its materials, the first one first. */
  async function rotatedKey({ kms, setClock }: ClockedVault): Promise<{ KeyId: string; materials: string[] }> {
    const KeyId = await rotatingKey(kms)
    const materials = [await currentMaterial(kms, KeyId)]
    for (const date of [90, 100, 180]) {
      setClock(day(date))
      if (date === 100) await kms.rotateKeyOnDemand({ KeyId })
      materials.push(await currentMaterial(kms, KeyId))
    }
    return { KeyId, materials }
  }

  test('ROT-24 ROT-25 ROT-26 both modes: oldest first, with exactly the fields of the table', async () => {
    const opened = await clockedVault(start)
    const { KeyId, materials } = await rotatedKey(opened)
    const [first, ...others] = materials
    expect(new Set(materials).size).toBe(4)
    const rotated = [
      [90, 'AUTOMATIC', 'NON_CURRENT'],
      [100, 'ON_DEMAND', 'NON_CURRENT'],
      [180, 'AUTOMATIC', 'CURRENT'],
    ] as const
    const entries = rotated.map(([date, RotationType, KeyMaterialState], index) => ({
      KeyId,
      KeyMaterialId: others[index],
      KeyMaterialState,
      RotationDate: new Date(day(date)),
      RotationType,
    }))
    const list = (input: object) => membersOf(opened.kms.listKeyRotations({ KeyId, ...input }))
    expect(await list({})).toEqual({ Rotations: entries, Truncated: false })
    expect(await list({ IncludeKeyMaterial: 'ROTATIONS_ONLY' })).toEqual({ Rotations: entries, Truncated: false })
    expect(await list({ IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).toEqual({
      Rotations: [{ KeyId, KeyMaterialId: first, KeyMaterialState: 'NON_CURRENT' }, ...entries],
      Truncated: false,
    })
  })

  test('ROT-26 a key that was never rotated: no rotation, and one current material', async () => {
    const { kms } = await freshVault()
    const { KeyId, CurrentKeyMaterialId: KeyMaterialId } = await newKey(kms)
    expect(await membersOf(kms.listKeyRotations({ KeyId }))).toEqual({ Rotations: [], Truncated: false })
    expect(await membersOf(kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }))).toEqual({
      Rotations: [{ KeyId, KeyMaterialId, KeyMaterialState: 'CURRENT' }],
      Truncated: false,
    })
  })

  test('ROT-24 pages of two; what is rotated in between is neither repeated nor missed', async () => {
    const opened = await clockedVault(start)
    const { kms } = opened
    const { KeyId } = await rotatedKey(opened)
    const IncludeKeyMaterial = 'ALL_KEY_MATERIAL'
    const all = (await kms.listKeyRotations({ KeyId, IncludeKeyMaterial })).Rotations ?? []
    const page1 = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial, Limit: 2 })
    expect(page1).toMatchObject({ Rotations: all.slice(0, 2), Truncated: true, NextMarker: expect.any(String) })
    const Marker = page1.NextMarker as string
    const page2 = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial, Limit: 2, Marker })
    expect(page2).toMatchObject({ Rotations: all.slice(2), Truncated: false })
    expect(page2).not.toHaveProperty('NextMarker')
    await kms.rotateKeyOnDemand({ KeyId })
    const rest = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial, Limit: 1000, Marker })
    expect(rest.Rotations?.map(({ KeyMaterialState }) => KeyMaterialState)).toEqual([
      'NON_CURRENT',
      'NON_CURRENT',
      'CURRENT',
    ])
  })

  test('ROT-24 a marker is good for the list that gave it, and no other text is one', async () => {
    const opened = await clockedVault(start)
    const { kms } = opened
    const { KeyId } = await rotatedKey(opened)
    const other = await newKey(kms)
    await kms.rotateKeyOnDemand({ KeyId: other.KeyId })
    const { NextMarker: Marker } = await kms.listKeyRotations({ KeyId, Limit: 1 })
    const wrong: OperationInput<'ListKeyRotations'>[] = [
      { KeyId: other.KeyId, Marker },
      { KeyId, Marker, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' },
      { KeyId, Marker: `${Marker}A` },
      { KeyId, Marker: 'forged' },
      { KeyId, Marker: '1' },
      { KeyId, Marker: (await kms.listKeys({ Limit: 1 })).NextMarker },
    ]
    for (const input of wrong) await expectError(kms.listKeyRotations(input), 'InvalidMarkerException')
    for (const Limit of [0, 1001, -1]) await expectError(kms.listKeyRotations({ KeyId, Limit }), 'ValidationException')
    await expectError(call(kms, 'ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL' }), 'ValidationException')
  })
})

describe('what a rotation leaves as it was', () => {
  test('ROT-1 all of the key but its material', async () => {
    const { kms } = await freshVault()
    const Tags = [{ TagKey: 'Project', TagValue: 'Alpha' }]
    const { KeyId, CurrentKeyMaterialId } = (await kms.createKey({ Description: 'notes', Tags })).KeyMetadata
    await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyId })
    const GranteePrincipal = 'arn:aws:iam::000000000000:user/grantee'
    await kms.createGrant({ KeyId, GranteePrincipal, Operations: ['Encrypt'] })
    const everything = async () => {
      const { CurrentKeyMaterialId: _, ...metadata } = await metadataOf(kms, 'alias/notes')
      const lists = [
        await membersOf(kms.listAliases({ KeyId })),
        await membersOf(kms.listResourceTags({ KeyId })),
        await membersOf(kms.listGrants({ KeyId })),
      ]
      return { metadata, policy: (await kms.getKeyPolicy({ KeyId })).Policy, lists }
    }
    const before = await everything()
    await kms.rotateKeyOnDemand({ KeyId })
    expect(await everything()).toEqual(before)
    expect(await currentMaterial(kms, KeyId)).not.toBe(CurrentKeyMaterialId)
  })

  test('ROT-2 ROT-3 every version decrypts: with rotation off, in another tab, after a restart', async () => {
    const { vault, kms, name, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    const tab = await clockedVault(start, { name })
    const ciphertexts = [await ciphertext(kms, KeyId), await ciphertext(tab.kms, KeyId)]
    for (const date of [90, 180, 270]) {
      for (const each of [setClock, tab.setClock]) each(day(date))
      ciphertexts.push(await ciphertext(kms, KeyId), await ciphertext(tab.kms, KeyId))
    }
    await kms.rotateKeyOnDemand({ KeyId })
    // ROT-6: another tab hears of it soon, and may use the old material until then.
    await new Promise((resolve) => setTimeout(resolve, 100))
    ciphertexts.push(await ciphertext(tab.kms, KeyId))
    const ids = await Promise.all(
      ciphertexts.map(async (CiphertextBlob) => (await kms.decrypt({ CiphertextBlob })).KeyMaterialId),
    )
    const materials = (await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations ?? []
    const [v1, v2, v3, v4, v5] = materials.map(({ KeyMaterialId }) => KeyMaterialId)
    expect(ids).toEqual([v1, v1, v2, v2, v3, v3, v4, v4, v5])
    await kms.disableKeyRotation({ KeyId })
    await expectDecrypted(kms, ciphertexts)
    await expectDecrypted(tab.kms, ciphertexts)
    await vault.close()
    await tab.vault.close()
    await expectDecrypted((await clockedVault(day(271), { name })).kms, ciphertexts)
  })

  test('ROT-3 the version in a ciphertext is authenticated: another one is refused, and so is one that never was', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const old = await ciphertext(kms, KeyId)
    await kms.rotateKeyOnDemand({ KeyId })
    const current = Uint8Array.fromHex((await currentMaterial(kms, KeyId)) as string)
    for (const version of [current, randomBytes(32)]) {
      const forged = new Uint8Array(old)
      forged.set(version, 18)
      await expectError(kms.decrypt({ CiphertextBlob: forged }), 'InvalidCiphertextException')
    }
  })

  test('ROT-4 data keys that were made before are decrypted to the same bytes', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const { CiphertextBlob, Plaintext } = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
    await kms.rotateKeyOnDemand({ KeyId })
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext)
  })

  test('ROT-5 a key counts once against the quota, however many versions it has', async () => {
    const { kms } = await freshVault({ quotas: { keys: 2 } })
    const { KeyId } = await newKey(kms)
    for (let count = 0; count < 3; count++) await kms.rotateKeyOnDemand({ KeyId })
    await newKey(kms)
    await expectError(kms.createKey({}), 'LimitExceededException')
  })

  test('ROT-6 rotation interrupts nothing: what is encrypted meanwhile decrypts, with either version', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const made: Promise<Uint8Array>[] = []
    for (let round = 0; round < 5; round++) {
      for (let count = 0; count < 20; count++) made.push(ciphertext(kms, KeyId))
      made.push(kms.rotateKeyOnDemand({ KeyId }).then(() => ciphertext(kms, KeyId)))
      await new Promise((resolve) => setTimeout(resolve, round))
    }
    await expectDecrypted(kms, await Promise.all(made))
    expect(await rotations(kms, KeyId)).toHaveLength(5)
  })
})

describe('ROT-7 which operations name the material', () => {
  const shared = sharedVault()

  test.each([
    ['GenerateDataKey', { KeySpec: 'AES_256' }],
    ['GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }],
    ['GenerateDataKeyPair', { KeyPairSpec: 'ECC_NIST_P256' }],
    ['GenerateDataKeyPairWithoutPlaintext', { KeyPairSpec: 'ECC_NIST_P256' }],
  ] as const)('%s', async (operation, input) => {
    const { kms } = shared
    const { KeyId, CurrentKeyMaterialId } = await newKey(kms)
    expect((await call(kms, operation, { KeyId, ...input })).KeyMaterialId).toBe(CurrentKeyMaterialId)
    await kms.rotateKeyOnDemand({ KeyId })
    const current = await currentMaterial(kms, KeyId)
    expect(current).toMatch(materialIdForm)
    expect((await call(kms, operation, { KeyId, ...input })).KeyMaterialId).toBe(current)
  })

  test('Encrypt does not; Decrypt names the one that the ciphertext was made with', async () => {
    const { kms } = shared
    const { KeyId, CurrentKeyMaterialId } = await newKey(kms)
    const { CiphertextBlob, ...rest } = await kms.encrypt({ KeyId, Plaintext: text })
    expect(rest).not.toHaveProperty('KeyMaterialId')
    await kms.rotateKeyOnDemand({ KeyId })
    expect((await kms.decrypt({ CiphertextBlob })).KeyMaterialId).toBe(CurrentKeyMaterialId)
  })

  test('ReEncrypt names both, and moves to the newest, also within one key', async () => {
    const { kms } = shared
    const { KeyId, CurrentKeyMaterialId } = await newKey(kms)
    const old = await ciphertext(kms, KeyId)
    await kms.rotateKeyOnDemand({ KeyId })
    const current = await currentMaterial(kms, KeyId)
    const moved = await kms.reEncrypt({ CiphertextBlob: old, DestinationKeyId: KeyId })
    expect(moved).toMatchObject({
      SourceKeyMaterialId: CurrentKeyMaterialId,
      DestinationKeyMaterialId: current,
    })
    expect(await kms.decrypt({ CiphertextBlob: moved.CiphertextBlob })).toMatchObject({
      KeyMaterialId: current,
      Plaintext: text,
    })
    const other = await newKey(kms)
    expect(await kms.reEncrypt({ CiphertextBlob: old, DestinationKeyId: other.KeyId })).toMatchObject({
      SourceKeyMaterialId: CurrentKeyMaterialId,
      DestinationKeyMaterialId: other.CurrentKeyMaterialId,
    })
  })

  test('asymmetric and HMAC keys name none', async () => {
    const { kms } = shared
    for (const kind of [
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
    ] as const)
      expect((await kms.createKey(kind)).KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId')
  })
})

describe('TIME-2 with two tabs open at the moment, what falls due happens once', () => {
  interface DueEvent {
    readonly eventName: string
    /** Makes a key whose time comes on day 90. */
    readonly make: (kms: KmsClient) => Promise<string>
    readonly after: string | undefined
  }
  const events: readonly DueEvent[] = [
    { eventName: 'RotateKey', make: (kms) => rotatingKey(kms, 90), after: 'Enabled' },
    {
      eventName: 'DeleteExpiredKeyMaterial',
      make: async (kms) => {
        const KeyId = await newExternalKey(kms)
        await importMaterial(kms, KeyId, randomBytes(32), { ValidTo: new Date(day(90)) })
        return KeyId
      },
      after: 'PendingImport',
    },
    {
      eventName: 'DeleteKey',
      make: async (kms) => {
        const { KeyId } = await newKey(kms)
        await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 })
        return KeyId
      },
      after: undefined,
    },
  ]
  const ways: [name: string, ask: (kms: KmsClient, KeyId: string) => Promise<unknown>][] = [
    ['lists', (kms) => kms.listKeys({})],
    ['uses of each key', (kms, KeyId) => kms.encrypt({ KeyId, Plaintext: text })],
    ['changes of each key', (kms, KeyId) => kms.updateKeyDescription({ KeyId, Description: 'new' })],
  ]
  const table = events.flatMap((event) => ways.map(([name, ask]) => ({ ...event, way: name, ask })))

  test.each(table)('$eventName, noticed by $way', async ({ eventName, make, after, ask }) => {
    const first = await clockedVault(day(60))
    const second = await clockedVault(day(60), { name: first.name })
    const keyIds = await Promise.all(Array.from({ length: 8 }, () => make(first.kms)))
    const due = eventName === 'RotateKey' ? day(150) : day(90)
    const tabs = [first, second]
    for (const { kms } of tabs) await kms.listKeys({})
    for (const { setClock } of tabs) setClock(due)
    await Promise.allSettled(tabs.flatMap(({ kms }) => keyIds.map((KeyId) => ask(kms, KeyId))))
    for (const { kms } of tabs)
      for (const KeyId of keyIds) {
        const state = await kms.describeKey({ KeyId }).then(
          ({ KeyMetadata }) => KeyMetadata.KeyState,
          () => undefined,
        )
        expect(state).toBe(after)
        if (eventName === 'RotateKey') expect(await rotations(kms, KeyId)).toEqual(automatic(due))
      }
    const records = await eventsOf(first.name, eventName)
    expect(records.map(({ resources }) => resources).sort()).toEqual(keyIds.map((KeyId) => [keyArn(KeyId)]).sort())
  })

  test('clocks that run: three openings, none of them asked for anything', async () => {
    const first = await clockedVault(start)
    const KeyId = await rotatingKey(first.kms)
    await first.vault.close()
    const { name } = first
    const tabs = await Promise.all([1, 2, 3].map(() => clockedVault(day(90) - 300, { name, running: true })))
    await expect.poll(async () => (await eventsOf(name, 'RotateKey')).length).toBe(1)
    for (const { kms } of tabs) expect(await rotations(kms, KeyId)).toHaveLength(1)
    expect(await eventsOf(name, 'RotateKey')).toHaveLength(1)
  })
})

test('a rotation in one tab is used by another, which has the old material in its cache', async () => {
  const { kms, name } = await freshVault()
  const { KeyId } = await newKey(kms)
  const tab = await openAgain(name)
  await ciphertext(tab.kms, KeyId)
  await kms.rotateKeyOnDemand({ KeyId })
  const current = await currentMaterial(kms, KeyId)
  await expect
    .poll(async () => (await tab.kms.decrypt({ CiphertextBlob: await ciphertext(tab.kms, KeyId) })).KeyMaterialId)
    .toBe(current)
})

describe('the record of a rotation', () => {
  test('AUD an automatic one has no request; one on demand follows its request', async () => {
    const { kms, name, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    const v1 = await currentMaterial(kms, KeyId)
    setClock(day(90))
    const v2 = await currentMaterial(kms, KeyId)
    setClock(day(91))
    const { $metadata } = await kms.rotateKeyOnDemand({ KeyId })
    const v3 = await currentMaterial(kms, KeyId)
    const record = (eventTime: number, rotationType: string, previous: string, current: string) => ({
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      eventTime,
      eventName: 'RotateKey',
      resources: [keyArn(KeyId)],
      serviceEventDetails: {
        keyId: KeyId,
        rotationType,
        keyOrigin: 'AWS_KMS',
        previousKeyMaterialId: previous,
        currentKeyMaterialId: current,
      },
    })
    expect(await eventsOf(name, 'RotateKey')).toEqual([
      record(day(90), 'AUTOMATIC', v1, v2),
      record(day(91), 'ON_DEMAND', v2, v3),
    ])
    expect(await eventsOf(name, 'RotateKeyOnDemand')).toMatchObject([
      { requestId: $metadata.requestId, requestParameters: { KeyId }, resources: [keyArn(KeyId)] },
    ])
  })

  test('EnableKeyRotation is recorded with its period', async () => {
    const { kms, name } = await freshVault()
    const KeyId = await rotatingKey(kms, 180)
    const [record] = await eventsOf(name, 'EnableKeyRotation')
    expect(record?.requestParameters).toEqual({ KeyId, RotationPeriodInDays: 180 })
  })
})

describe('TIME-1 clocks that jump', () => {
  test('rotation goes by what the clock says now: far ahead and back again before it was noticed rotates nothing', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    setClock(day(1000))
    setClock(day(1))
    expect(await rotations(kms, KeyId)).toEqual([])
    expect(await nextDate(kms, KeyId)).toBe(day(90))
  })

  test('what was noticed happened: one rotation, and no other when the clock is right again', async () => {
    const { kms, setClock } = await clockedVault(start)
    const KeyId = await rotatingKey(kms)
    const old = await ciphertext(kms, KeyId)
    setClock(day(1000))
    const recent = await ciphertext(kms, KeyId)
    setClock(day(1))
    expect(await rotations(kms, KeyId)).toEqual(automatic(day(1000)))
    await expectDecrypted(kms, [old, recent, await ciphertext(kms, KeyId)])
    setClock(day(90))
    expect(await rotations(kms, KeyId)).toHaveLength(1)
  })

  test('a clock that was ahead in an earlier session brings no rotation and no deletion forward', async () => {
    const first = await clockedVault(start)
    first.setClock(day(1000))
    await newKey(first.kms)
    first.setClock(start)
    const KeyId = await rotatingKey(first.kms)
    const doomed = await newKey(first.kms)
    await first.kms.scheduleKeyDeletion({ KeyId: doomed.KeyId, PendingWindowInDays: 7 })
    await first.vault.close()
    const { kms } = await clockedVault(day(7) - 1, { name: first.name })
    expect((await metadataOf(kms, doomed.KeyId)).KeyState).toBe('PendingDeletion')
    expect(await rotations(kms, KeyId)).toEqual([])
  })

  const steps: [minutes: number, records: number][] = [
    [4, 0],
    [5, 0],
    [6, 1],
    [600, 1],
  ]
  test.each(steps)(
    'a clock set back by %s minutes: %s ClockSetBack records, however often it is read',
    async (minutes, count) => {
      const { vault, kms, name, setClock } = await clockedVault(day(1))
      const { KeyId } = await newKey(kms)
      const back = day(1) - minutes * MINUTE
      setClock(back)
      for (let reading = 0; reading < 5; reading++) await kms.encrypt({ KeyId, Plaintext: text })
      await kms.listKeys({})
      await vault.close()
      const expected = {
        eventId: expect.any(String),
        eventTime: back,
        eventName: 'ClockSetBack',
        resources: [],
        serviceEventDetails: { latest: day(1) },
      }
      expect(await eventsOf(name, 'ClockSetBack')).toEqual(Array(count).fill(expected))
    },
  )

  test('a clock that runs again and is set back again is recorded again; one that creeps back is noticed too', async () => {
    const { vault, kms, name, setClock } = await clockedVault(day(1))
    for (const moment of [day(1) - 10 * MINUTE, day(2), day(2) - 4 * MINUTE, day(2) - 8 * MINUTE]) {
      setClock(moment)
      await kms.listKeys({})
    }
    await vault.close()
    expect((await eventsOf(name, 'ClockSetBack')).map(({ eventTime }) => eventTime)).toEqual([
      day(1) - 10 * MINUTE,
      day(2) - 8 * MINUTE,
    ])
  })

  test('a clock set back between two sessions is recorded', async () => {
    const first = await clockedVault(day(10))
    await newKey(first.kms)
    await first.vault.close()
    const { vault, kms, name } = await clockedVault(day(9), { name: first.name })
    await kms.listKeys({})
    await vault.close()
    expect(await eventsOf(name, 'ClockSetBack')).toHaveLength(1)
  })
})
