/** The Region of a request to a vault: credential scope, then host, then the vault's own. */
import { expect, test } from 'vitest'
import { fakeVault, send } from './fixtures.js'

const vault = fakeVault('browser-local-1')
const target = { 'x-amz-target': 'TrentService.ListKeys' }
const scope = (region: string) => `AKIDEXAMPLE/20260101/${region}/kms/aws4_request`
const authorization = (region: string) =>
  `AWS4-HMAC-SHA256 Credential=${scope(region)}, SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6`
const presigned = (region: string) =>
  `/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope(region))}&X-Amz-Signature=x`

async function regionFor(headers: Readonly<Record<string, string>>, path = '/'): Promise<string> {
  const { body } = await send(vault, 'ListKeys', '{}', { headers: { ...target, ...headers }, path })
  return JSON.parse(body).NextMarker
}

test.each([
  ['the credential scope', { Authorization: authorization('eu-west-1') }, 'eu-west-1'],
  ['header names in any case', { AUTHORIZATION: authorization('eu-west-1') }, 'eu-west-1'],
  ['without spaces', { authorization: authorization('eu-west-1').replaceAll(', ', ',') }, 'eu-west-1'],
  [
    'the scope before the host',
    { authorization: authorization('eu-west-1'), host: 'kms.us-east-1.amazonaws.com' },
    'eu-west-1',
  ],
  ['a Region of this project', { authorization: authorization('browser-local-2') }, 'browser-local-2'],
  ['the host', { Host: 'kms.us-east-1.amazonaws.com' }, 'us-east-1'],
  ['the host with a port', { host: 'kms.us-east-1.amazonaws.com:443' }, 'us-east-1'],
  ['a FIPS host', { host: 'kms-fips.us-gov-west-1.amazonaws.com' }, 'us-gov-west-1'],
  ['a dual-stack host', { host: 'kms.eu-north-1.api.aws' }, 'eu-north-1'],
  ['a VPC endpoint', { host: 'vpce-0abc-1def.kms.ap-south-1.vpce.amazonaws.com' }, 'ap-south-1'],
  ['a host in China', { host: 'kms.cn-north-1.amazonaws.com.cn' }, 'cn-north-1'],
  ['neither', { host: 'localhost:8080' }, 'browser-local-1'],
  [
    'the scope of another service',
    { authorization: authorization('eu-west-1').replace('/kms/', '/s3/') },
    'browser-local-1',
  ],
  ['a header that is none', { authorization: 'Bearer token' }, 'browser-local-1'],
])('%s', async (_title, headers, region) => {
  expect(await regionFor(headers)).toBe(region)
})

test('the query of a presigned URL', async () => {
  expect(await regionFor({}, presigned('eu-west-1'))).toBe('eu-west-1')
  expect(await regionFor({ authorization: authorization('us-east-1') }, presigned('eu-west-1'))).toBe('us-east-1')
  expect(await regionFor({}, '/?X-Amz-Credential=%E0%A4%A')).toBe('browser-local-1')
})

test.each(['', 'REGION', 'x'.repeat(100), '../..'])('a scope of no Region: %s', async (region) => {
  const headers = { ...target, authorization: authorization(region) }
  const { statusCode, body } = await send(vault, 'ListKeys', '{}', { headers })
  // A slash makes it no scope at all.
  if (region.includes('/')) expect(statusCode).toBe(200)
  else
    expect([statusCode, JSON.parse(body)]).toEqual([
      400,
      { __type: 'InvalidSignatureException', message: 'Credential should be scoped to a valid region.' },
    ])
})
