/** Tags (chapter 01, section 9; aws-facts 10). */
import type { OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { call, errorOf, expectError, keyArn, membersOf, newKey, sharedVault } from './fixtures/vault.js'

const shared = sharedVault()

type Tags = NonNullable<OperationInput<'TagResource'>['Tags']>
const tag = (TagKey: string, TagValue = '') => ({ TagKey, TagValue })

async function taggedKey(...Tags: Tags): Promise<string> {
  return (await shared.kms.createKey({ Tags })).KeyMetadata.KeyId
}
async function tagsOf(KeyId: string): Promise<Tags> {
  return (await shared.kms.listResourceTags({ KeyId })).Tags
}

test('MGT-83 the worked example: upsert, list, untag twice', async () => {
  const { kms } = shared
  const KeyId = await taggedKey(tag('Project', 'Alpha'))
  await kms.tagResource({ KeyId, Tags: [tag('Purpose', 'Pretest'), tag('Department', 'Finance')] })
  await kms.tagResource({ KeyId, Tags: [tag('Purpose', 'Test')] })
  expect(await membersOf(kms.listResourceTags({ KeyId }))).toEqual({
    Tags: [tag('Department', 'Finance'), tag('Project', 'Alpha'), tag('Purpose', 'Test')],
    Truncated: false,
  })
  for (let round = 0; round < 2; round++)
    expect(await membersOf(kms.untagResource({ KeyId, TagKeys: ['Purpose'] }))).toEqual({})
  expect(await tagsOf(KeyId)).toEqual([tag('Department', 'Finance'), tag('Project', 'Alpha')])
})

test('MGT-81 TagResource answers nothing; key id and key ARN both name the key', async () => {
  const KeyId = await taggedKey()
  expect(await membersOf(shared.kms.tagResource({ KeyId: keyArn(KeyId), Tags: [tag('a', 'b')] }))).toEqual({})
  expect(await tagsOf(keyArn(KeyId))).toEqual([tag('a', 'b')])
})

test('MGT-80 tags sit beside the key, never in its metadata', async () => {
  const { KeyMetadata } = await shared.kms.createKey({ Tags: [tag('Project', 'Alpha')] })
  expect(KeyMetadata).not.toHaveProperty('Tags')
  expect(JSON.stringify((await shared.kms.describeKey({ KeyId: KeyMetadata.KeyId })).KeyMetadata)).not.toContain(
    'Alpha',
  )
})

test('MGT-80 keys and values are case-sensitive, a value may be empty', async () => {
  const KeyId = await taggedKey(tag('a', 'x'), tag('A', 'X'), tag('empty'))
  expect(await tagsOf(KeyId)).toEqual([tag('A', 'X'), tag('a', 'x'), tag('empty')])
  await shared.kms.untagResource({ KeyId, TagKeys: ['a'] })
  expect(await tagsOf(KeyId)).toEqual([tag('A', 'X'), tag('empty')])
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a tag may be called %s', async (TagKey) => {
  const KeyId = await taggedKey(tag(TagKey, 'created'))
  expect(await tagsOf(KeyId)).toEqual([tag(TagKey, 'created')])
  await shared.kms.tagResource({ KeyId, Tags: [tag(TagKey, 'changed'), tag('zebra')] })
  expect(await tagsOf(KeyId)).toEqual([tag(TagKey, 'changed'), tag('zebra')])
  await shared.kms.untagResource({ KeyId, TagKeys: [TagKey] })
  expect(await tagsOf(KeyId)).toEqual([tag('zebra')])
})

test('MGT-80 a key of 128 and a value of 256 characters are allowed', async () => {
  const longest = tag('k'.repeat(128), 'v'.repeat(256))
  expect(await tagsOf(await taggedKey(longest))).toEqual([longest])
})

describe('MGT-82 what is refused, by TagResource and CreateKey alike, changing nothing', () => {
  const lengthError = (value: string, path: string, bound: string) =>
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must have length ${bound}`
  const refused: [name: string, tags: Tags, error: string, message: string][] = [
    ['one tag key twice', [tag('a', '1'), tag('b'), tag('a', '2')], 'TagException', 'Duplicate tag keys'],
    ['51 tags', Array.from({ length: 51 }, (_, index) => tag(`key-${index}`)), 'TagException', 'Too many tags'],
    ...['aws:x', 'AWS:x', 'aWs:', 'Aws:autoscaling'].map((reserved): [string, Tags, string, string] => [
      `the reserved ${reserved}`,
      [tag('good'), tag(reserved)],
      'TagException',
      'Tags beginning with aws: are reserved',
    ]),
    [
      'a key of 129 characters',
      [tag('k'.repeat(129))],
      'ValidationException',
      lengthError('k'.repeat(129), 'tags.1.member.tagKey', 'less than or equal to 128'),
    ],
    [
      'a value of 257 characters',
      [tag('a'), tag('b', 'v'.repeat(257))],
      'ValidationException',
      lengthError('v'.repeat(257), 'tags.2.member.tagValue', 'less than or equal to 256'),
    ],
    [
      'an empty key',
      [tag('')],
      'ValidationException',
      lengthError('', 'tags.1.member.tagKey', 'greater than or equal to 1'),
    ],
  ]
  test.each(refused)('%s', async (_name, Tags, error, message) => {
    const KeyId = await taggedKey(tag('kept', 'yes'))
    await expectError(shared.kms.tagResource({ KeyId, Tags }), error, message)
    expect(await tagsOf(KeyId)).toEqual([tag('kept', 'yes')])
    await expectError(shared.kms.createKey({ Tags }), error, message)
  })

  test('a tag without a value', async () => {
    await expectError(
      call(shared.kms, 'TagResource', { KeyId: await taggedKey(), Tags: [{ TagKey: 'a' }] }),
      'ValidationException',
      "1 validation error detected: Value null at 'tags.1.member.tagValue' failed to satisfy constraint: Member must not be null",
    )
  })
})

test('MGT-82 a key cannot have more than 50 tags; a merge beyond that applies nothing', async () => {
  const fifty = Array.from({ length: 50 }, (_, index) => tag(`key-${index}`, 'old'))
  const KeyId = await taggedKey(...fifty)
  const { name, message } = await errorOf(
    shared.kms.tagResource({ KeyId, Tags: [tag('key-0', 'new'), tag('one more')] }),
  )
  expect([name, message]).toEqual(['LimitExceededException', 'The key would have 51 tags; it can have 50.'])
  expect((await tagsOf(KeyId)).filter(({ TagValue }) => TagValue !== 'old')).toEqual([])
  // Replacing needs no room.
  await shared.kms.tagResource({ KeyId, Tags: fifty.map(({ TagKey }) => tag(TagKey as string, 'new')) })
  expect(await tagsOf(KeyId)).toHaveLength(50)
})

test('MGT-81 no tags at all, and no tag keys at all, are refused', async () => {
  const KeyId = await taggedKey()
  await expectError(shared.kms.tagResource({ KeyId, Tags: [] }), 'ValidationException', 'At least one tag is needed.')
  await expectError(
    shared.kms.untagResource({ KeyId, TagKeys: [] }),
    'ValidationException',
    'At least one tag key is needed.',
  )
})

test('two merges at the same moment both count', async () => {
  const { KeyId } = await newKey(shared.kms)
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => shared.kms.tagResource({ KeyId, Tags: [tag(`key-${index}`)] })),
  )
  expect(await tagsOf(KeyId)).toHaveLength(20)
})
