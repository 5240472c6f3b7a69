/** Every operation of AWS KMS through the client of the AWS SDK, against what vault.kms takes and gives. */
import type { OperationName } from 'browser-kms'
import { expect, test } from 'vitest'
import { operations, shapes } from '../../../src/contract/model.js'
import { validRequest } from '../fixtures/requests.js'
import { call } from '../fixtures/vault.js'
import { callAws, recordsOf, sdkClient, sharedAws, wireAnswer } from './fixtures.js'

const shared = sharedAws()
const names = (Object.keys(operations) as OperationName[]).filter((name) => !name.includes('CustomKeyStore'))

const request = (operation: OperationName) => validRequest(shared.kms, operation)

const kindOf = (value: unknown) =>
  value instanceof Uint8Array
    ? 'bytes'
    : value instanceof Date
      ? 'moment'
      : Array.isArray(value)
        ? 'list'
        : typeof value

const kindsOf = ({ $metadata: _, ...members }: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, kindOf(value)]))

test('all 50 operations that do not concern custom key stores are here', () => {
  expect(names).toHaveLength(50)
})

test.each(names)('%s: the same members as vault.kms, and the request id of the audit record', async (operation) => {
  const ours = kindsOf(await call(shared.kms, operation, await request(operation)))
  const answer = await callAws(shared.aws, operation, await request(operation))
  expect(kindsOf(answer)).toEqual(ours)
  const { httpStatusCode, requestId, attempts } = answer.$metadata as Record<string, unknown>
  expect([httpStatusCode, attempts]).toEqual([200, 1])
  expect(await recordsOf(shared.name, requestId as string)).toMatchObject([{ eventName: operation }])
})

test.each(names.filter((name) => operations[name].output === null))('%s answers an empty body', async (operation) => {
  const bodies: unknown[] = []
  const aws = sdkClient(shared.vault)
  aws.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      bodies.push((result.response as { body: Uint8Array }).body.byteLength)
      return result
    },
    { step: 'deserialize', priority: 'low' },
  )
  await callAws(aws, operation, await request(operation))
  expect(bodies).toEqual([0])
})

test('every shape of the contract has its form in JSON', () => {
  const types = new Set(Object.values(shapes).map(({ type }) => type))
  expect([...types].sort()).toEqual(['blob', 'boolean', 'integer', 'list', 'map', 'string', 'structure', 'timestamp'])
})

test('bytes are base64, moments seconds with fractions, and absent members are absent', async () => {
  const { vault } = shared
  const { KeyMetadata } = await wireAnswer(vault, 'CreateKey', {})
  const { CreationDate, KeyId } = KeyMetadata as { CreationDate: number; KeyId: string }
  const { CreationDate: moment } = (await vault.kms.describeKey({ KeyId })).KeyMetadata
  expect(CreationDate).toBe(moment.getTime() / 1000)
  const encrypted = await wireAnswer(vault, 'Encrypt', {
    KeyId,
    Plaintext: btoa('text'),
    EncryptionContext: { a: 'b' },
  })
  const decrypted = await wireAnswer(vault, 'Decrypt', {
    CiphertextBlob: encrypted.CiphertextBlob,
    EncryptionContext: { a: 'b' },
  })
  expect(decrypted.Plaintext).toBe(btoa('text'))
  expect(await wireAnswer(vault, 'ListGrants', { KeyId })).toEqual({ Grants: [], Truncated: false })
})
