/** Aliases (chapter 01, section 7; aws-facts 10). */
import { describe, expect, test } from 'vitest'
import { sharedKey } from './fixtures/keys.js'
import {
  aliasArn,
  call,
  expectError,
  freshVault,
  keyArn,
  membersOf,
  newKey,
  openAgain,
  sharedVault,
  utf8,
} from './fixtures/vault.js'

const shared = sharedVault()
const key = sharedKey(shared)
const other = sharedKey(shared)

const newName = () => `alias/${crypto.randomUUID()}`
async function newAlias(TargetKeyId = key.KeyId): Promise<string> {
  const AliasName = newName()
  await shared.kms.createAlias({ AliasName, TargetKeyId })
  return AliasName
}
async function entryOf(AliasName: string) {
  const { Aliases } = await shared.kms.listAliases({ Limit: 100 })
  return Aliases.find((alias) => alias.AliasName === AliasName)
}

describe('the life of an alias', () => {
  test('MGT-62 create, update and delete answer nothing', async () => {
    const AliasName = newName()
    expect(await membersOf(shared.kms.createAlias({ AliasName, TargetKeyId: key.KeyId }))).toEqual({})
    expect(await membersOf(shared.kms.updateAlias({ AliasName, TargetKeyId: other.KeyId }))).toEqual({})
    expect(await membersOf(shared.kms.deleteAlias({ AliasName }))).toEqual({})
    await expectError(
      shared.kms.describeKey({ KeyId: AliasName }),
      'NotFoundException',
      `Alias ${aliasArn(AliasName)} is not found.`,
    )
  })

  test('MGT-64 an entry has AliasName, AliasArn, the bare TargetKeyId, and equal dates at creation', async () => {
    const before = Date.now()
    const AliasName = await newAlias()
    const entry = await entryOf(AliasName)
    expect(entry).toEqual({
      AliasName,
      AliasArn: aliasArn(AliasName),
      TargetKeyId: key.KeyId,
      CreationDate: expect.any(Date),
      LastUpdatedDate: entry?.CreationDate,
    })
    expect(entry?.CreationDate?.getTime()).toBeGreaterThanOrEqual(before)
    expect(entry?.CreationDate?.getTime()).toBeLessThanOrEqual(Date.now())
  })

  test('MGT-62 the bare key id is stored also if an ARN was passed', async () => {
    const AliasName = newName()
    await shared.kms.createAlias({ AliasName, TargetKeyId: key.Arn })
    expect((await entryOf(AliasName))?.TargetKeyId).toBe(key.KeyId)
    await shared.kms.updateAlias({ AliasName, TargetKeyId: other.Arn })
    expect((await entryOf(AliasName))?.TargetKeyId).toBe(other.KeyId)
  })

  test('MGT-64 UpdateAlias changes TargetKeyId and LastUpdatedDate, and nothing else', async () => {
    const AliasName = await newAlias()
    const before = await entryOf(AliasName)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await shared.kms.updateAlias({ AliasName, TargetKeyId: other.KeyId })
    const after = await entryOf(AliasName)
    expect(after).toEqual({ ...before, TargetKeyId: other.KeyId, LastUpdatedDate: after?.LastUpdatedDate })
    expect(after?.LastUpdatedDate?.getTime()).toBeGreaterThan(before?.LastUpdatedDate?.getTime() ?? Number.NaN)
  })

  test('MGT-60 an alias leads to its key at once, and to the next one as soon as it was updated', async () => {
    const AliasName = await newAlias()
    const Plaintext = utf8('x')
    expect((await shared.kms.encrypt({ KeyId: AliasName, Plaintext })).KeyId).toBe(key.Arn)
    await shared.kms.updateAlias({ AliasName, TargetKeyId: other.KeyId })
    expect((await shared.kms.encrypt({ KeyId: AliasName, Plaintext })).KeyId).toBe(other.Arn)
    await shared.kms.deleteAlias({ AliasName })
    await expectError(shared.kms.encrypt({ KeyId: AliasName, Plaintext }), 'NotFoundException')
  })

  test('MGT-60 an alias changes nothing of the key', async () => {
    const before = (await shared.kms.describeKey({ KeyId: key.KeyId })).KeyMetadata
    const AliasName = await newAlias()
    await shared.kms.deleteAlias({ AliasName })
    expect((await shared.kms.describeKey({ KeyId: key.KeyId })).KeyMetadata).toEqual(before)
  })

  test('a deleted name can be taken again, with new dates', async () => {
    const AliasName = await newAlias()
    const first = await entryOf(AliasName)
    await shared.kms.deleteAlias({ AliasName })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await shared.kms.createAlias({ AliasName, TargetKeyId: other.KeyId })
    const second = await entryOf(AliasName)
    expect(second?.TargetKeyId).toBe(other.KeyId)
    expect(second?.CreationDate?.getTime()).toBeGreaterThan(first?.CreationDate?.getTime() ?? Number.NaN)
  })

  test('another tab sees an alias move at once', async () => {
    const { kms, name } = await freshVault()
    const tab = await openAgain(name)
    const [first, second] = [await newKey(kms), await newKey(kms)]
    await kms.createAlias({ AliasName: 'alias/moving', TargetKeyId: first.KeyId })
    const target = async () => (await tab.kms.describeKey({ KeyId: 'alias/moving' })).KeyMetadata.KeyId
    expect(await target()).toBe(first.KeyId)
    await kms.updateAlias({ AliasName: 'alias/moving', TargetKeyId: second.KeyId })
    expect(await target()).toBe(second.KeyId)
  })
})

describe('MGT-61 names', () => {
  test.each([
    'alias/a',
    'alias/A-b_c/d',
    'alias/alias/twice',
    `alias/${'x'.repeat(250)}`,
    'alias/awsome',
    'alias/AWS/upper',
    'alias/aws',
  ])('%s is allowed', async (AliasName) => {
    await shared.kms.createAlias({ AliasName, TargetKeyId: other.KeyId })
    expect((await shared.kms.describeKey({ KeyId: AliasName })).KeyMetadata.KeyId).toBe(other.KeyId)
    await shared.kms.deleteAlias({ AliasName })
  })

  const prefix =
    'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html'
  const constraint = (AliasName: string, rule: string) =>
    `1 validation error detected: Value '${AliasName}' at 'aliasName' failed to satisfy constraint: Member must ${rule}`
  const pattern = 'satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$'
  const tooLong = `alias/${'x'.repeat(251)}`
  const refused: [name: string, error: string, message: string | undefined][] = [
    ['notes', 'ValidationException', prefix],
    ['Alias/notes', 'ValidationException', prefix],
    ['alias', 'ValidationException', prefix],
    ['alias/', 'ValidationException', prefix],
    ['alias/my:alias', 'ValidationException', 'alias/my:alias contains invalid characters for an alias'],
    ['alias/my alias', 'ValidationException', constraint('alias/my alias', pattern)],
    ['alias/größe', 'ValidationException', constraint('alias/größe', pattern)],
    ['alias/line\n', 'ValidationException', constraint('alias/line\n', pattern)],
    ['alias/*', 'ValidationException', constraint('alias/*', pattern)],
    [tooLong, 'ValidationException', constraint(tooLong, 'have length less than or equal to 256')],
    ['alias/aws/s3', 'NotAuthorizedException', undefined],
    ['alias/aws/', 'NotAuthorizedException', undefined],
  ]
  test.each(refused)('%j is refused by all three operations: %s', async (AliasName, error, message) => {
    const { kms } = shared
    await expectError(kms.createAlias({ AliasName, TargetKeyId: key.KeyId }), error, message)
    await expectError(kms.updateAlias({ AliasName, TargetKeyId: key.KeyId }), error, message)
    await expectError(kms.deleteAlias({ AliasName }), error, message)
  })

  test('case matters: alias/Foo and alias/foo can be two aliases', async () => {
    await shared.kms.createAlias({ AliasName: 'alias/Foo', TargetKeyId: key.KeyId })
    await shared.kms.createAlias({ AliasName: 'alias/foo', TargetKeyId: other.KeyId })
    expect((await shared.kms.describeKey({ KeyId: 'alias/Foo' })).KeyMetadata.KeyId).toBe(key.KeyId)
    expect((await shared.kms.describeKey({ KeyId: 'alias/foo' })).KeyMetadata.KeyId).toBe(other.KeyId)
  })

  test('the same name in another Region is another alias', async () => {
    const AliasName = await newAlias()
    const elsewhere = shared.vault.region('browser-local-2')
    const { KeyId } = await newKey(elsewhere)
    await elsewhere.createAlias({ AliasName, TargetKeyId: KeyId })
    expect((await elsewhere.describeKey({ KeyId: AliasName })).KeyMetadata.KeyId).toBe(KeyId)
    expect((await shared.kms.describeKey({ KeyId: AliasName })).KeyMetadata.KeyId).toBe(key.KeyId)
  })
})

describe('MGT-62 errors', () => {
  test('a name that is taken: AlreadyExistsException, also by the same key', async () => {
    const AliasName = await newAlias()
    for (const TargetKeyId of [key.KeyId, other.KeyId])
      await expectError(
        shared.kms.createAlias({ AliasName, TargetKeyId }),
        'AlreadyExistsException',
        `An alias with the name ${aliasArn(AliasName)} already exists`,
      )
  })

  test('of two requests for one name at the same moment, one gets it', async () => {
    const AliasName = newName()
    const outcomes = await Promise.allSettled([
      shared.kms.createAlias({ AliasName, TargetKeyId: key.KeyId }),
      shared.kms.createAlias({ AliasName, TargetKeyId: other.KeyId }),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('an alias as target: ValidationException', async () => {
    const existing = await newAlias()
    for (const TargetKeyId of [existing, aliasArn(existing), 'alias/none']) {
      const AliasName = newName()
      const message = 'Aliases must refer to keys. Not aliases'
      await expectError(shared.kms.createAlias({ AliasName, TargetKeyId }), 'ValidationException', message)
      await expectError(shared.kms.updateAlias({ AliasName: existing, TargetKeyId }), 'ValidationException', message)
    }
  })

  test('an unknown target: NotFoundException', async () => {
    const unknown = crypto.randomUUID()
    const message = `Key '${keyArn(unknown)}' does not exist`
    const AliasName = await newAlias()
    await expectError(
      shared.kms.createAlias({ AliasName: newName(), TargetKeyId: unknown }),
      'NotFoundException',
      message,
    )
    await expectError(shared.kms.updateAlias({ AliasName, TargetKeyId: unknown }), 'NotFoundException', message)
  })

  test('UpdateAlias and DeleteAlias of an unknown alias: NotFoundException', async () => {
    const AliasName = newName()
    const message = `Alias ${aliasArn(AliasName)} is not found.`
    await expectError(shared.kms.updateAlias({ AliasName, TargetKeyId: key.KeyId }), 'NotFoundException', message)
    await expectError(shared.kms.deleteAlias({ AliasName }), 'NotFoundException', message)
  })

  test.each(['AliasName', 'TargetKeyId'])('%s is required', async (missing) => {
    const { [missing]: _, ...input }: Record<string, string> = { AliasName: newName(), TargetKeyId: key.KeyId }
    const member = missing.charAt(0).toLowerCase() + missing.slice(1)
    await expectError(
      call(shared.kms, 'CreateAlias', input),
      'ValidationException',
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    )
  })

  test('QUOTA-6 the 51st alias of a key is refused, by CreateAlias and by UpdateAlias to it', async () => {
    const { KeyId } = await newKey(shared.kms)
    const names = await Promise.all(Array.from({ length: 50 }, () => newAlias(KeyId)))
    const elsewhere = await newAlias(other.KeyId)
    const message = 'The key has 50 aliases already, which is the limit.'
    await expectError(
      shared.kms.createAlias({ AliasName: newName(), TargetKeyId: KeyId }),
      'LimitExceededException',
      message,
    )
    await expectError(
      shared.kms.updateAlias({ AliasName: elsewhere, TargetKeyId: KeyId }),
      'LimitExceededException',
      message,
    )
    expect((await shared.kms.listAliases({ KeyId, Limit: 100 })).Aliases).toHaveLength(50)
    // An alias that is there already takes no new place.
    await shared.kms.updateAlias({ AliasName: names[0] as string, TargetKeyId: KeyId })
    await shared.kms.deleteAlias({ AliasName: names[0] as string })
    await shared.kms.updateAlias({ AliasName: elsewhere, TargetKeyId: KeyId })
  })
})

describe('MGT-64 ListAliases', () => {
  test('with a KeyId, by id or ARN, only that key’s aliases', async () => {
    const { KeyId, Arn } = await newKey(shared.kms)
    const names = (await Promise.all([newAlias(KeyId), newAlias(KeyId)])).sort()
    for (const given of [KeyId, Arn]) {
      const { Aliases, Truncated } = await shared.kms.listAliases({ KeyId: given })
      expect(Aliases.map(({ AliasName }) => AliasName)).toEqual(names)
      expect(Truncated).toBe(false)
    }
  })

  test('a key without aliases has none', async () => {
    const { KeyId } = await newKey(shared.kms)
    expect(await membersOf(shared.kms.listAliases({ KeyId }))).toEqual({ Aliases: [], Truncated: false })
  })

  test('of a key that is not there: NotFoundException', async () => {
    const unknown = crypto.randomUUID()
    await expectError(
      shared.kms.listAliases({ KeyId: unknown }),
      'NotFoundException',
      `Key '${keyArn(unknown)}' does not exist`,
    )
  })
})
