/** AWS JSON 1.1 over HTTP: what is a request, and what is answered to what is none. */
import { runInNewContext } from 'node:vm'
import { InvalidCiphertextException, KMSInternalException, NotFoundException, type OperationName } from 'browser-kms'
import { type AwsJsonRequest, type AwsJsonResponse, handleAwsJson } from 'browser-kms/aws'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operations } from '../../../src/contract/model.js'
import { fakeClient, requestId, send } from './fixtures.js'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const names = Object.keys(operations) as OperationName[]
const errorOf = ({ statusCode, body }: AwsJsonResponse) => ({ statusCode, ...JSON.parse(body) })

/** A client every call of which fails. */
const failing = (error: unknown) =>
  fakeClient(() => {
    throw error
  }).client

test.each(names)('%s: the target names the operation', async (operation) => {
  const { client, calls } = fakeClient()
  const { statusCode, headers, body } = await send(client, operation)
  expect(statusCode).toBe(200)
  expect(headers).toEqual({ 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': requestId })
  expect(body).toBe(operations[operation].output === null ? '' : '{}')
  expect(calls.map(({ operation }) => operation.toLowerCase())).toEqual([operation.toLowerCase()])
})

describe('requests', () => {
  const body = '{"Limit":3}'
  test.each<[string, Partial<AwsJsonRequest>]>([
    ['a body of text', { body }],
    ['a body of bytes', { body: new TextEncoder().encode(body) }],
    ['a body of a buffer', { body: new TextEncoder().encode(body).buffer }],
    ['a body of a view', { body: new DataView(new TextEncoder().encode(` ${body}`).buffer, 1) }],
    ['a body of another window', { body: runInNewContext(`Uint8Array.of(${new TextEncoder().encode(body)})`) }],
    ['headers in a Headers object', { body, headers: new Headers({ 'X-Amz-Target': 'TrentService.ListKeys' }) }],
    ['headers without a prototype', { body, headers: withoutPrototype({ 'x-amz-target': 'TrentService.ListKeys' }) }],
    ['headers in lower case', { body, headers: { 'x-amz-target': 'TrentService.ListKeys' } }],
    ['headers in upper case', { body, headers: { 'X-AMZ-TARGET': 'TrentService.ListKeys' } }],
    ['a path with a query', { body, path: '/?X-Amz-Expires=60' }],
    ['no path', { body, path: '' }],
    ['a method in lower case', { body, method: 'post' }],
  ])('%s', async (_title, changes) => {
    const { client, calls } = fakeClient()
    await send(client, 'ListKeys', body, changes)
    expect(calls).toEqual([{ operation: 'listKeys', input: { Limit: 3 } }])
  })

  test.each([undefined, '', new Uint8Array()])('an empty body has no members', async (empty) => {
    const { client, calls } = fakeClient()
    const { headers } = { headers: { 'x-amz-target': 'TrentService.ListKeys' } }
    await handleAwsJson(client, { method: 'POST', headers, body: empty })
    expect(calls).toEqual([{ operation: 'listKeys', input: {} }])
  })
})

describe('ValidationException, with a sentence that says what to do', () => {
  const headers = { 'x-amz-target': 'TrentService.ListKeys' }
  test.each<[what: string, changes: object, sentence: RegExp]>([
    ['headers in a Map', { headers: new Map(Object.entries(headers)) }, /Object\.fromEntries makes one/],
    ['headers in a list', { headers: Object.entries(headers) }, /headers must be a plain object/],
    [
      'headers of a class',
      {
        headers: new (class {
          'x-amz-target' = 'TrentService.ListKeys'
        })(),
      },
      /class instance/,
    ],
    ['a header that is a list', { headers: { 'x-amz-target': ['TrentService.ListKeys'] } }, /must be a text/],
    ['no headers', { headers: undefined }, /headers must be a plain object; it is missing/],
    ['a misspelt member', { Body: '{}' }, /it is written body/],
    ['a body that is an object', { body: { Limit: 3 } }, /body must be bytes/],
    ['a body that is a Blob', { body: new Blob(['{}']) }, /await blob\.arrayBuffer\(\)/],
    ['a method that is none', { method: 1 }, /method must be a text/],
  ])('%s', async (_what, changes, sentence) => {
    const { client, calls } = fakeClient()
    const { statusCode, __type, message } = errorOf(await send(client, 'ListKeys', '{}', changes))
    expect([statusCode, __type, calls]).toEqual([400, 'ValidationException', []])
    expect(message).toMatch(sentence)
  })
})

describe('UnknownOperationException, without a message', () => {
  const headers = { 'x-amz-target': 'TrentService.ListKeys' }
  test.each<[string, Partial<AwsJsonRequest>, number]>([
    ['no target', { headers: {} }, 400],
    ['an unknown operation', { headers: { 'x-amz-target': 'TrentService.EncryptAll' } }, 400],
    ['the target of another service', { headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } }, 400],
    ['no service', { headers: { 'x-amz-target': 'ListKeys' } }, 400],
    ['a method of vault.kms', { headers: { 'x-amz-target': 'TrentService.listKeys' } }, 400],
    ['constructor', { headers: { 'x-amz-target': 'TrentService.constructor' } }, 400],
    ['__proto__', { headers: { 'x-amz-target': 'TrentService.__proto__' } }, 400],
    ['GET', { headers, method: 'GET' }, 404],
    ['another path', { headers, path: '/keys' }, 404],
  ])('%s', async (_title, changes, statusCode) => {
    const { client, calls } = fakeClient()
    const response = await send(client, 'ListKeys', '{}', changes)
    expect(errorOf(response)).toEqual({ statusCode, __type: 'UnknownOperationException' })
    expect(response.headers['x-amzn-RequestId']).toMatch(uuid)
    expect(calls).toEqual([])
  })
})

describe('SerializationException', () => {
  test.each([
    ['bad JSON', '{'],
    ['two objects', '{}{}'],
    ['text', 'KeyId=x'],
    ['XML', '<Encrypt/>'],
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['null', 'null'],
    ['deep nesting', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
    ['deep nesting in a member', `{"KeyId":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
    ['a list', '[{"KeyId":"x"}]'],
    ['a number where text belongs', '{"KeyId":1}'],
    ['bad base64', '{"KeyId":"x","Plaintext":"a"}'],
  ])('%s', async (_title, body) => {
    const { client, calls } = fakeClient()
    const { statusCode, __type } = errorOf(await send(client, 'Encrypt', body))
    expect([statusCode, __type, calls]).toEqual([400, 'SerializationException', []])
  })
})

test('a body beyond all bounds is RequestEntityTooLargeException', async () => {
  const { client } = fakeClient()
  const body = `{"Description":"${'x'.repeat(17_000_000)}"}`
  expect(errorOf(await send(client, 'CreateKey', body))).toEqual({
    statusCode: 413,
    __type: 'RequestEntityTooLargeException',
    message: 'HTTP content length exceeded 16777216 bytes.',
  })
})

describe('errors of the client', () => {
  test('become what AWS sends', async () => {
    const response = await send(failing(new NotFoundException("Invalid keyId 'x'", requestId)), 'DescribeKey')
    expect(errorOf(response)).toEqual({ statusCode: 400, __type: 'NotFoundException', message: "Invalid keyId 'x'" })
    expect(response.headers['x-amzn-RequestId']).toBe(requestId)
  })

  test('without a request id get a fresh one', async () => {
    const { headers } = await send(failing(new NotFoundException('x')), 'DescribeKey')
    expect(headers['x-amzn-RequestId']).toMatch(uuid)
  })

  test('of the server are HTTP 500', async () => {
    const { statusCode } = await send(failing(new KMSInternalException('x')), 'DescribeKey')
    expect(statusCode).toBe(500)
  })

  test('for which AWS sends no message have none', async () => {
    const response = await send(failing(new InvalidCiphertextException('Told to callers of vault.kms.')), 'Decrypt')
    expect(JSON.parse(response.body)).toEqual({ __type: 'InvalidCiphertextException' })
  })

  test.each([new TypeError('secret'), 'secret', undefined])('a defect is not told: %s', async (thrown) => {
    const { statusCode, __type, message } = errorOf(await send(failing(thrown), 'Decrypt'))
    expect([statusCode, __type]).toEqual([500, 'KMSInternalException'])
    expect(message).not.toContain('secret')
  })
})

test('what was secret in an answer, and in a request, is wiped', async () => {
  const Plaintext = new Uint8Array(4).fill(7)
  const { client } = fakeClient(() => ({ Plaintext }))
  const { body } = await send(client, 'Decrypt')
  expect(JSON.parse(body)).toEqual({ Plaintext: 'BwcHBw==' })
  expect(Plaintext).toEqual(new Uint8Array(4))
})

test('any request at all is answered with JSON, or nothing', async () => {
  const { client } = fakeClient()
  const text = fc.oneof(fc.string(), fc.constantFrom('POST', '/', 'TrentService.Encrypt', 'x-amz-target', '{}'))
  const requests = fc.record({
    method: text,
    path: text,
    headers: fc.dictionary(text, text),
    body: fc.oneof(text, fc.json(), fc.uint8Array(), fc.constant(undefined)),
  })
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const { statusCode, headers, body } = await handleAwsJson(client, request)
      expect(statusCode).toBeGreaterThanOrEqual(200)
      expect(headers['x-amzn-RequestId']).toMatch(uuid)
      if (statusCode !== 200) expect(JSON.parse(body)).toHaveProperty('__type')
    }),
    { numRuns: 500 },
  )
})

test('what is no request at all is an error too', async () => {
  const { client } = fakeClient()
  for (const request of [undefined, null, {}, { method: 1 }, { method: 'POST', headers: null }])
    expect((await handleAwsJson(client, request as never)).statusCode).toBeGreaterThanOrEqual(400)
})

function withoutPrototype(headers: Record<string, string>): Record<string, string> {
  return Object.assign(Object.create(null), headers)
}
