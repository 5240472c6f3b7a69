/** Errors as callers meet them (SDK-50 to SDK-52). */
import * as publicFace from 'browser-kms'
import { AlreadyExistsException, DisabledException, KmsError, NotFoundException, type OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { operations } from '../../src/contract/model.js'
import { builtOperations } from '../../worker/operations/table.js'
import { call, errorOf, expectError, newKey, sharedVault, utf8 } from './fixtures/vault.js'

const shared = sharedVault()

/** SDK-51: the faults of the server, with their HTTP status; all others are the client's, with 400 (aws-facts 1). */
const serverFaults: Readonly<Record<string, number>> = {
  DependencyTimeoutException: 503,
  KMSInternalException: 500,
  KeyUnavailableException: 500,
}
/** QUOTA-44: what can succeed if it is tried again. */
const retryable = [...Object.keys(serverFaults), 'ThrottlingException']

/** That a vault was lost is no error of AWS and has other parameters; test/browser/lost-vault.test.ts looks at it. */
const ofAws = (name: string) => name.endsWith('Exception') && name !== 'VaultLostException'

const classes = Object.entries(publicFace).filter(([name]) => ofAws(name)) as [
  string,
  new (message: string, requestId?: string) => KmsError,
][]

test('every error that an operation declares, and every common one, has a class of its own', () => {
  const declared = new Set(Object.values(operations).flatMap(({ errors }) => errors as readonly string[]))
  const common = ['AccessDeniedException', 'ThrottlingException', 'ValidationException']
  const names = classes.map(([name]) => name)
  expect([...declared, ...common].filter((name) => !names.includes(name))).toEqual([])
})

test.each(classes)('SDK-51 %s: name, fault, status, whether to retry', (name, ErrorClass) => {
  const error = new ErrorClass('a message', 'a request')
  expect(error).toBeInstanceOf(KmsError)
  expect(error).toBeInstanceOf(Error)
  expect([error.name, error.message, String(error)]).toEqual([name, 'a message', `${name}: a message`])
  const httpStatusCode = serverFaults[name] ?? 400
  expect(error.$fault).toBe(name in serverFaults ? 'server' : 'client')
  expect(error.$metadata).toEqual({ httpStatusCode, requestId: 'a request', attempts: 1, totalRetryDelay: 0 })
  expect(error.$retryable).toEqual(
    retryable.includes(name) ? { throttling: name === 'ThrottlingException' } : undefined,
  )
})

describe('SDK-50 an error that comes from the worker', () => {
  test('is one of its class, with name, message, fault and metadata', async () => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    await kms.disableKey({ KeyId })
    const error = await errorOf(kms.encrypt({ KeyId, Plaintext: utf8('x') }))
    expect(error).toBeInstanceOf(DisabledException)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotFoundException)
    expect([error.name, error.message, error.$fault]).toEqual(['DisabledException', `${Arn} is disabled.`, 'client'])
    expect(error.$metadata).toEqual({
      httpStatusCode: 400,
      requestId: expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      attempts: 1,
      totalRetryDelay: 0,
    })
    expect(error.stack).toContain('DisabledException')
  })

  test('has the class of its name, whichever operation it comes from', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const AliasName = `alias/${KeyId}`
    await kms.createAlias({ AliasName, TargetKeyId: KeyId })
    const failures: Promise<unknown>[] = [
      kms.createAlias({ AliasName, TargetKeyId: KeyId }),
      kms.describeKey({ KeyId: 'alias/none' }),
      kms.describeKey({ KeyId: 'arn:' }),
      kms.listKeys({ Marker: 'forged' }),
      kms.putKeyPolicy({ KeyId, Policy: 'no JSON' }),
      kms.tagResource({ KeyId, Tags: [{ TagKey: 'aws:x', TagValue: '' }] }),
      kms.decrypt({ CiphertextBlob: utf8('none') }),
      kms.encrypt({ KeyId, Plaintext: utf8('x'), DryRun: true }),
      kms.cancelKeyDeletion({ KeyId }),
    ]
    const errors = await Promise.all(failures.map(errorOf))
    expect(errors.map(({ name }) => name)).toEqual([
      'AlreadyExistsException',
      'NotFoundException',
      'InvalidArnException',
      'InvalidMarkerException',
      'MalformedPolicyDocumentException',
      'TagException',
      'InvalidCiphertextException',
      'DryRunOperationException',
      'KMSInvalidStateException',
    ])
    for (const error of errors) expect(error.constructor).toBe(Object.fromEntries(classes)[error.name])
    expect(errors[0]).toBeInstanceOf(AlreadyExistsException)
    for (const { message } of errors) expect(message, 'a sentence that helps').toMatch(/\w+ \w+/)
    expect(new Set(errors.map(({ $metadata }) => $metadata.requestId)).size, 'a request id each').toBe(errors.length)
  })

  test('a request with several mistakes is told all of them at once', async () => {
    await expectError(
      call(shared.kms, 'CreateKey', { KeySpec: 'AES', Description: 7 }),
      'ValidationException',
      /^2 validation errors detected: Value 'AES' at 'keySpec' failed .*; Value at 'description' failed to satisfy constraint: Member must be a string$/,
    )
  })
})

describe('operations that are not built yet', () => {
  const KeyId = crypto.randomUUID()
  const CustomKeyStoreId = 'cks-1234567890abcdef0'
  const bytes = utf8('bytes')
  /** A valid request of each; when one is built, its row here has no more effect and goes. */
  const requests: { readonly [Operation in OperationName]?: object } = {
    ConnectCustomKeyStore: { CustomKeyStoreId },
    CreateCustomKeyStore: { CustomKeyStoreName: 'store' },
    CreateGrant: { KeyId, GranteePrincipal: 'arn:aws:iam::000000000000:role/x', Operations: ['Encrypt'] },
    DeleteCustomKeyStore: { CustomKeyStoreId },
    DeleteImportedKeyMaterial: { KeyId },
    DescribeCustomKeyStores: {},
    DisableKeyRotation: { KeyId },
    DisconnectCustomKeyStore: { CustomKeyStoreId },
    EnableKeyRotation: { KeyId, RotationPeriodInDays: 90 },
    GetKeyLastUsage: { KeyId },
    GetKeyRotationStatus: { KeyId },
    GetParametersForImport: { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
    ImportKeyMaterial: { KeyId, ImportToken: bytes, EncryptedKeyMaterial: bytes },
    ListGrants: { KeyId },
    ListKeyRotations: { KeyId },
    ListRetirableGrants: { RetiringPrincipal: 'arn:aws:iam::000000000000:role/x' },
    ReplicateKey: { KeyId, ReplicaRegion: 'browser-local-2' },
    RetireGrant: { GrantToken: 'token' },
    RevokeGrant: { KeyId, GrantId: 'grant' },
    RotateKeyOnDemand: { KeyId },
    UpdateCustomKeyStore: { CustomKeyStoreId },
    UpdatePrimaryRegion: { KeyId, PrimaryRegion: 'browser-local-2' },
  }
  const names = Object.keys(operations) as OperationName[]
  const notBuilt = names.filter((operation) => !builtOperations.includes(operation))

  test('all 56 operations are built or listed here', () => {
    expect(names).toHaveLength(56)
    expect(notBuilt.filter((operation) => !(operation in requests))).toEqual([])
  })

  test.each(notBuilt)('%s answers UnsupportedOperationException, and says so plainly', async (operation) => {
    await expectError(
      call(shared.kms, operation, requests[operation]),
      'UnsupportedOperationException',
      `${operation} is not built yet in browser-kms.`,
    )
  })

  test.each(notBuilt)('%s is told of a request that is wrong first', async (operation) => {
    await expectError(
      call(shared.kms, operation, { ...requests[operation], Misspelt: 1 }),
      'ValidationException',
      /^1 validation error detected: Value at 'misspelt' failed to satisfy constraint: Member must be one of the members of the request/,
    )
  })
})
