/** Requests over the wire that no client of AWS would send, to a real vault: AWS's error, soon, and the vault lives on. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operations } from '../../../src/contract/model.js'
import { auditRecords } from '../fixtures/stored.js'
import { newKey, sharedVault, utf8 } from '../fixtures/vault.js'
import { noMessage, post, recordsOf, uuid, wireAnswer } from './fixtures.js'

const opened = sharedVault()

async function expectError(
  answer: ReturnType<typeof post>,
  name: string,
  message: string | RegExp | symbol,
): Promise<void> {
  const { statusCode, headers, body } = await answer
  const told = message instanceof RegExp ? expect.stringMatching(message) : message
  expect(JSON.parse(body)).toEqual({ __type: name, ...(message !== noMessage && { message: told }) })
  expect(statusCode).toBe(400)
  expect(headers).toEqual({ 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': uuid })
}

describe('10 MB', () => {
  const TEN_MEGABYTES = 10_000_000
  const plaintext = utf8('x'.repeat(TEN_MEGABYTES)).toBase64()
  test.each([
    [
      'plaintext',
      'Encrypt',
      { KeyId: 'x', Plaintext: plaintext },
      /^1 validation error detected: Value at 'plaintext' failed/,
    ],
    ['name', 'DescribeKey', { KeyId: 'x'.repeat(TEN_MEGABYTES) }, /a request cannot hold so much text$/],
    ['list', 'Encrypt', { KeyId: 'x', Plaintext: 'AAAA', GrantTokens: Array(3_000_000).fill('x') }, /validation error/],
  ])('%s', async (_title, operation, body, message) => {
    await expectError(post(opened.vault, operation, body), 'ValidationException', message)
  })

  test('text that is no JSON', async () => {
    await expectError(post(opened.vault, 'Encrypt', 'x'.repeat(TEN_MEGABYTES)), 'SerializationException', noMessage)
  })
})

test('deep nesting', async () => {
  const body = `{"EncryptionContext":${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}}`
  const message = 'Start of structure or map found where not expected.'
  await expectError(post(opened.vault, 'Decrypt', body), 'SerializationException', message)
})

describe('members that the API does not have', () => {
  test.each(['Misspelt', '__proto__', 'constructor', 'keyId', 'SourceArn'])('%s', async (member) => {
    const { KeyId } = await newKey(opened.kms)
    const body = `{"KeyId":"${KeyId}","Plaintext":"AAAA",${JSON.stringify(member)}:{"a":1}}`
    await expectError(
      post(opened.vault, 'Encrypt', body),
      'ValidationException',
      /failed to satisfy constraint: Member must be one of the members of the request: \[KeyId, Plaintext, /,
    )
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })

  test('AWS’s own __type is let pass, and null is absent', async () => {
    const { KeyId, Arn } = await newKey(opened.kms)
    const { KeyMetadata } = await wireAnswer(opened.vault, 'DescribeKey', { __type: 'x', KeyId, GrantTokens: null })
    expect(KeyMetadata).toMatchObject({ Arn })
  })
})

test('an encryption context whose key is __proto__ is one like any other', async () => {
  const { KeyId } = await newKey(opened.kms)
  const context = '"EncryptionContext":{"__proto__":"x"}'
  const encrypted = await post(opened.vault, 'Encrypt', `{"KeyId":"${KeyId}","Plaintext":"AAAA",${context}}`)
  const { CiphertextBlob } = JSON.parse(encrypted.body)
  const decrypted = await post(opened.vault, 'Decrypt', `{"CiphertextBlob":"${CiphertextBlob}",${context}}`)
  expect(JSON.parse(decrypted.body).Plaintext).toBe('AAAA')
  await expectError(post(opened.vault, 'Decrypt', { CiphertextBlob }), 'InvalidCiphertextException', noMessage)
})

test('numbers in an encryption context are read as text (MGT-53)', async () => {
  const { KeyId } = await newKey(opened.kms)
  const encrypted = await wireAnswer(opened.vault, 'Encrypt', {
    KeyId,
    Plaintext: 'AAAA',
    EncryptionContext: { note: 42 },
  })
  const { CiphertextBlob } = encrypted
  const decrypted = await wireAnswer(opened.vault, 'Decrypt', { CiphertextBlob, EncryptionContext: { note: '42' } })
  expect(decrypted.Plaintext).toBe('AAAA')
})

test('what reaches the vault is audited under the id of the response, what does not is not', async () => {
  const refused = await post(opened.vault, 'DescribeKey', {})
  const requestId = refused.headers['x-amzn-RequestId']
  expect(await recordsOf(opened.name, requestId)).toMatchObject([{ errorCode: 'ValidationException' }])
  const unread = await post(opened.vault, 'DescribeKey', '{')
  const ids = (await auditRecords(opened.name)).map((record) => record.requestId)
  expect(ids).not.toContain(unread.headers['x-amzn-RequestId'])
})

test('any JSON for any operation is answered, and a good request after it', async () => {
  const anyMembers = fc.dictionary(fc.constantFrom('KeyId', 'Plaintext', 'Limit', 'Tags', '__proto__'), fc.jsonValue())
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(operations)), anyMembers, async (operation, members) => {
      const { statusCode, headers, body } = await post(opened.vault, operation, members)
      expect(headers['x-amzn-RequestId']).toEqual(uuid)
      if (statusCode !== 200)
        expect([statusCode, JSON.parse(body).__type]).toEqual([400, expect.stringMatching(/Exception$/)])
    }),
    { numRuns: 300 },
  )
  expect((await post(opened.vault, 'ListKeys')).statusCode).toBe(200)
})
