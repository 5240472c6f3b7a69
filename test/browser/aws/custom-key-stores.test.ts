/** The operations on custom key stores, as AWS answers them in an account that has none (CKS-16 to CKS-20). */
import { describe, expect, test } from 'vitest'
import { expectError } from '../fixtures/vault.js'
import { expectRefusal, recordsOf, sdkErrorOf, sharedAws, wireAnswer } from './fixtures.js'

const shared = sharedAws()
const CustomKeyStoreId = 'cks-1234567890abcdef0'
const notFound = `There is no custom key store '${CustomKeyStoreId}'.`

test('CKS-19 DescribeCustomKeyStores lists none', async () => {
  expect(await wireAnswer(shared.vault, 'DescribeCustomKeyStores', {})).toEqual({
    CustomKeyStores: [],
    Truncated: false,
  })
})

describe('CKS-19 DescribeCustomKeyStores refuses', () => {
  test.each([
    ['an unknown id', { CustomKeyStoreId }, 'CustomKeyStoreNotFoundException', notFound],
    [
      'an unknown name',
      { CustomKeyStoreName: 'store' },
      'CustomKeyStoreNotFoundException',
      "There is no custom key store 'store'.",
    ],
    ['id and name', { CustomKeyStoreId, CustomKeyStoreName: 'store' }, 'ValidationException', /not both/],
    ['a marker of no page', { Marker: 'forged' }, 'InvalidMarkerException', /marker/],
    ['a limit of 1001', { Limit: 1001 }, 'ValidationException', /'limit'/],
  ])('%s', async (_title, input, name, message) => {
    await expectRefusal(shared.aws.describeCustomKeyStores(input), name, message)
    await expectError(shared.kms.describeCustomKeyStores(input), name, message)
  })
})

describe('CKS-16, CKS-17, CKS-18, CKS-20 what names a store finds none', () => {
  test.each([
    ['ConnectCustomKeyStore', () => shared.aws.connectCustomKeyStore({ CustomKeyStoreId })],
    ['DisconnectCustomKeyStore', () => shared.aws.disconnectCustomKeyStore({ CustomKeyStoreId })],
    ['DeleteCustomKeyStore', () => shared.aws.deleteCustomKeyStore({ CustomKeyStoreId })],
    ['UpdateCustomKeyStore', () => shared.aws.updateCustomKeyStore({ CustomKeyStoreId, NewCustomKeyStoreName: 'x' })],
    ['GenerateRandom', () => shared.aws.generateRandom({ NumberOfBytes: 8, CustomKeyStoreId })],
  ])('%s', async (operation, send) => {
    await expectRefusal(send(), 'CustomKeyStoreNotFoundException', notFound)
    const { $metadata } = await sdkErrorOf(send())
    expect(await recordsOf(shared.name, $metadata.requestId)).toMatchObject([
      { eventName: operation, errorCode: 'CustomKeyStoreNotFoundException', requestParameters: { CustomKeyStoreId } },
    ])
  })
})

test('CKS-7 whoever may not learns nothing', async () => {
  const nobody = await shared.vault.connect({ principal: 'user/nobody' })
  await expectError(nobody.describeCustomKeyStores(), 'AccessDeniedException')
  await expectError(nobody.deleteCustomKeyStore({ CustomKeyStoreId }), 'AccessDeniedException')
})

test('CreateCustomKeyStore says that it is not built', async () => {
  const created = shared.aws.createCustomKeyStore({ CustomKeyStoreName: 'store' })
  const message = 'CreateCustomKeyStore is not built yet in browser-kms.'
  await expectRefusal(created, 'UnsupportedOperationException', message)
})
