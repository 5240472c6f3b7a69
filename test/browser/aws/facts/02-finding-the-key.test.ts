/** aws-facts section 2: finding the key. */
import { describe, expect, test } from 'vitest'
import { otherRegion } from '../../fixtures/requests.js'
import { aliasArn, keyArn, utf8 } from '../../fixtures/vault.js'
import { expectRefusal, newAwsKey, sdkClient, sharedAws } from '../fixtures.js'

const shared = sharedAws()
const unknownId = crypto.randomUUID()
const unknownMultiRegionId = `mrk-${crypto.randomUUID().replaceAll('-', '')}`

test.each([
  ['a well-formed unknown id', unknownId, `Key '${keyArn(unknownId)}' does not exist`],
  ['an unknown ARN of this Region', keyArn(unknownId), `Key '${keyArn(unknownId)}' does not exist`],
  ['mrk- and 32 hex digits', unknownMultiRegionId, `Key '${keyArn(unknownMultiRegionId)}' does not exist`],
  ['an ARN of another Region', keyArn(unknownId).replace('local-1', 'local-2'), 'Invalid arn browser-local-2'],
  ['an unknown alias', 'alias/none', `Alias ${aliasArn('alias/none')} is not found.`],
  ['fake-key-id', 'fake-key-id', "Invalid keyId 'fake-key-id'"],
  ['mrk-fake-key-id', 'mrk-fake-key-id', "Invalid keyId 'mrk-fake-key-id'"],
  ['32 hex digits without dashes', 'f'.repeat(32), `Invalid keyId '${'f'.repeat(32)}'`],
  ['invalid', 'invalid', "Invalid keyId 'invalid'"],
])('2 %s', async (_title, KeyId, message) => {
  await expectRefusal(shared.aws.describeKey({ KeyId }), 'NotFoundException', message)
})

test('2 the ARN is built from the Region of the endpoint', async () => {
  const elsewhere = sdkClient(shared.vault, { region: otherRegion })
  const arn = keyArn(unknownId).replace('browser-local-1', otherRegion)
  await expectRefusal(elsewhere.describeKey({ KeyId: unknownId }), 'NotFoundException', `Key '${arn}' does not exist`)
})

test.each([false, true])('2 an id that exists in another Region looks absent (MultiRegion %s)', async (MultiRegion) => {
  const elsewhere = sdkClient(shared.vault, { region: otherRegion })
  const { KeyId } = await newAwsKey(elsewhere, { MultiRegion })
  await expectRefusal(shared.aws.describeKey({ KeyId }), 'NotFoundException', `Key '${keyArn(KeyId)}' does not exist`)
})

describe('2 the same for', () => {
  const mac = { Message: utf8('text'), MacAlgorithm: 'HMAC_SHA_256' } as const
  const grant = { GranteePrincipal: 'arn:aws:iam::000000000000:user/x', Operations: ['Encrypt' as const] }
  test.each(['invalid', unknownId, unknownMultiRegionId])(
    'CreateGrant, ListGrants, GenerateMac, VerifyMac: %s',
    async (KeyId) => {
      const { aws } = shared
      await expectRefusal(aws.createGrant({ KeyId, ...grant }), 'NotFoundException')
      await expectRefusal(aws.listGrants({ KeyId }), 'NotFoundException')
      await expectRefusal(aws.generateMac({ KeyId, ...mac }), 'NotFoundException')
      await expectRefusal(aws.verifyMac({ KeyId, ...mac, Mac: utf8('mac') }), 'NotFoundException')
    },
  )
})

test('2 Encrypt takes id, ARN, alias name, alias ARN; DescribeKey an alias ARN', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  const AliasName = `alias/${KeyId}`
  await aws.createAlias({ AliasName, TargetKeyId: KeyId })
  for (const name of [KeyId, Arn, AliasName, aliasArn(AliasName)])
    expect((await aws.encrypt({ KeyId: name, Plaintext: utf8('x') })).KeyId).toBe(Arn)
  expect((await aws.describeKey({ KeyId: aliasArn(AliasName) })).KeyMetadata?.Arn).toBe(Arn)
})
