/** aws-facts section 4: the KeyId in answers is the key ARN. */
import type { OperationName } from 'browser-kms'
import { expect, test } from 'vitest'
import { validRequest } from '../../fixtures/requests.js'
import { keyArn } from '../../fixtures/vault.js'
import { callAws, newAwsKey, sharedAws } from '../fixtures.js'

const shared = sharedAws()

const answersArn = [
  'CancelKeyDeletion',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetKeyRotationStatus',
  'GetParametersForImport',
  'GetPublicKey',
  'ImportKeyMaterial',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'Sign',
  'Verify',
  'VerifyMac',
] as const satisfies readonly OperationName[]

test.each(answersArn)('4 %s', async (operation) => {
  const { aws, vault } = shared
  const input = (await validRequest(vault.kms, operation)) as { readonly KeyId: string }
  const { KeyId } = await callAws(aws, operation, input)
  expect(KeyId).toBe(keyArn(input.KeyId))
})

test('4 ReEncrypt: KeyId and SourceKeyId', async () => {
  const { aws } = shared
  const [source, destination] = [await newAwsKey(aws), await newAwsKey(aws)]
  const { CiphertextBlob } = await aws.encrypt({ KeyId: source.KeyId, Plaintext: new Uint8Array(1) })
  const { SourceKeyId, KeyId } = await aws.reEncrypt({ CiphertextBlob, DestinationKeyId: destination.KeyId })
  expect([SourceKeyId, KeyId]).toEqual([source.Arn, destination.Arn])
})

test('4 bare ids are KeyMetadata.KeyId, ListKeys’ KeyId, and the TargetKeyId of an alias', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws)
  const AliasName = `alias/${KeyId}`
  await aws.createAlias({ AliasName, TargetKeyId: Arn })
  expect((await aws.describeKey({ KeyId: Arn })).KeyMetadata?.KeyId).toBe(KeyId)
  expect((await aws.listKeys({ Limit: 1000 })).Keys).toContainEqual({ KeyId, KeyArn: Arn })
  expect((await aws.listAliases({ KeyId })).Aliases?.[0]?.TargetKeyId).toBe(KeyId)
})
