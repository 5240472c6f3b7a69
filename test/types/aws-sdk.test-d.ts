/** The methods of KmsClient are those of the `KMS` class of the AWS SDK: same names, same inputs, outputs that fit. */
import type { KMS, KMSClient } from '@aws-sdk/client-kms'
import type { KmsClient, OperationName } from 'browser-kms'
import { expectTypeOf, test } from 'vitest'

type MethodName = Uncapitalize<OperationName>
type Method = (...parameters: never) => Promise<unknown>

/** An operation in the SDK: one overload that answers with a promise, ours to match, and two that take a callback. */
interface SdkOverloads<Input, Options, Output> {
  (input: Input, options?: Options): Promise<Output>
  (input: Input, callback: (error: unknown, data?: Output) => void): void
  (input: Input, options: Options, callback: (error: unknown, data?: Output) => void): void
}
type SdkMethod<Name extends MethodName> =
  KMS[Name] extends SdkOverloads<infer Input, infer Options, infer Output>
    ? (input: Input, options?: Options) => Promise<Output>
    : never

/** Ours as a function type: parameters of methods are compared bivariantly, and one that asks for more would fit. */
type OurMethod<Name extends MethodName> = (...parameters: Parameters<KmsClient[Name]>) => ReturnType<KmsClient[Name]>

type Input<M extends Method> = Exclude<Parameters<M>[0], undefined>
type Output<M extends Method> = Awaited<ReturnType<M>>
/** Without `$metadata`, where the SDK may tell what only a network brings. */
type Response<M extends Method> = Omit<Output<M>, '$metadata'>

type Fits<From, To> = [From] extends [To] ? true : false
/**
 * All members required, at all depths: what lacks an optional member fits a type that has it, unless it is complete. Bytes
 * are bytes: ours have memory of their own, which the SDK does not say of its.
 */
type Complete<T> = T extends Uint8Array
  ? Uint8Array
  : T extends Date
    ? T
    : { [Member in keyof T]-?: Complete<Exclude<T[Member], undefined>> }

interface Comparison<Ours extends Method, Sdk extends Method> {
  sdkInputFitsOurs: Fits<Input<Sdk>, Input<Ours>>
  ourInputFitsSdk: Fits<Input<Ours>, Input<Sdk>>
  inputHasAllOfSdk: Fits<Complete<Input<Ours>>, Complete<Input<Sdk>>>
  inputHasNoMoreThanSdk: Fits<Complete<Input<Sdk>>, Complete<Input<Ours>>>
  ourOutputFitsSdk: Fits<Output<Ours>, Output<Sdk>>
  outputHasAllOfSdk: Fits<Complete<Response<Ours>>, Complete<Response<Sdk>>>
  outputHasNoMoreThanSdk: Fits<Complete<Response<Sdk>>, Complete<Response<Ours>>>
  ourMethodFitsSdk: Fits<Ours, Sdk>
}
type Compare<Name extends MethodName> = Comparison<OurMethod<Name>, SdkMethod<Name>>
type Same = { [Question in keyof Comparison<Method, Method>]: true }

/** The operations that can be called without an argument. */
type WithoutArgument<Client extends Record<MethodName, unknown>> = {
  [Name in MethodName]: Client[Name] extends () => Promise<unknown> ? Name : never
}[MethodName]

test('KmsClient has a method for each operation, and no other', () => {
  expectTypeOf<keyof KmsClient>().toEqualTypeOf<MethodName>()
})

test('KmsClient has the operations of the SDK, and no other', () => {
  type SdkOperation = Exclude<keyof KMS, keyof KMSClient | `paginate${string}` | `waitUntil${string}`>
  expectTypeOf<keyof KmsClient>().toEqualTypeOf<SdkOperation>()
})

test('operations that need no argument in the SDK need none here', () => {
  expectTypeOf<WithoutArgument<KmsClient>>().toEqualTypeOf<WithoutArgument<KMS>>()
})

test('CancelKeyDeletion is typed as in the SDK', () => {
  expectTypeOf<Compare<'cancelKeyDeletion'>>().toEqualTypeOf<Same>()
})

test('ConnectCustomKeyStore is typed as in the SDK', () => {
  expectTypeOf<Compare<'connectCustomKeyStore'>>().toEqualTypeOf<Same>()
})

test('CreateAlias is typed as in the SDK', () => {
  expectTypeOf<Compare<'createAlias'>>().toEqualTypeOf<Same>()
})

test('CreateCustomKeyStore is typed as in the SDK', () => {
  expectTypeOf<Compare<'createCustomKeyStore'>>().toEqualTypeOf<Same>()
})

test('CreateGrant is typed as in the SDK', () => {
  expectTypeOf<Compare<'createGrant'>>().toEqualTypeOf<Same>()
})

test('CreateKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'createKey'>>().toEqualTypeOf<Same>()
})

test('Decapsulate is typed as in the SDK', () => {
  expectTypeOf<Compare<'decapsulate'>>().toEqualTypeOf<Same>()
})

test('Decrypt is typed as in the SDK', () => {
  expectTypeOf<Compare<'decrypt'>>().toEqualTypeOf<Same>()
})

test('DeleteAlias is typed as in the SDK', () => {
  expectTypeOf<Compare<'deleteAlias'>>().toEqualTypeOf<Same>()
})

test('DeleteCustomKeyStore is typed as in the SDK', () => {
  expectTypeOf<Compare<'deleteCustomKeyStore'>>().toEqualTypeOf<Same>()
})

test('DeleteImportedKeyMaterial is typed as in the SDK', () => {
  expectTypeOf<Compare<'deleteImportedKeyMaterial'>>().toEqualTypeOf<Same>()
})

test('DeriveSharedSecret is typed as in the SDK', () => {
  expectTypeOf<Compare<'deriveSharedSecret'>>().toEqualTypeOf<Same>()
})

test('DescribeCustomKeyStores is typed as in the SDK', () => {
  expectTypeOf<Compare<'describeCustomKeyStores'>>().toEqualTypeOf<Same>()
})

test('DescribeKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'describeKey'>>().toEqualTypeOf<Same>()
})

test('DisableKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'disableKey'>>().toEqualTypeOf<Same>()
})

test('DisableKeyRotation is typed as in the SDK', () => {
  expectTypeOf<Compare<'disableKeyRotation'>>().toEqualTypeOf<Same>()
})

test('DisconnectCustomKeyStore is typed as in the SDK', () => {
  expectTypeOf<Compare<'disconnectCustomKeyStore'>>().toEqualTypeOf<Same>()
})

test('EnableKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'enableKey'>>().toEqualTypeOf<Same>()
})

test('EnableKeyRotation is typed as in the SDK', () => {
  expectTypeOf<Compare<'enableKeyRotation'>>().toEqualTypeOf<Same>()
})

test('Encapsulate is typed as in the SDK', () => {
  expectTypeOf<Compare<'encapsulate'>>().toEqualTypeOf<Same>()
})

test('Encrypt is typed as in the SDK', () => {
  expectTypeOf<Compare<'encrypt'>>().toEqualTypeOf<Same>()
})

test('GenerateDataKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'generateDataKey'>>().toEqualTypeOf<Same>()
})

test('GenerateDataKeyPair is typed as in the SDK', () => {
  expectTypeOf<Compare<'generateDataKeyPair'>>().toEqualTypeOf<Same>()
})

test('GenerateDataKeyPairWithoutPlaintext is typed as in the SDK', () => {
  expectTypeOf<Compare<'generateDataKeyPairWithoutPlaintext'>>().toEqualTypeOf<Same>()
})

test('GenerateDataKeyWithoutPlaintext is typed as in the SDK', () => {
  expectTypeOf<Compare<'generateDataKeyWithoutPlaintext'>>().toEqualTypeOf<Same>()
})

test('GenerateMac is typed as in the SDK', () => {
  expectTypeOf<Compare<'generateMac'>>().toEqualTypeOf<Same>()
})

test('GenerateRandom is typed as in the SDK', () => {
  expectTypeOf<Compare<'generateRandom'>>().toEqualTypeOf<Same>()
})

test('GetKeyLastUsage is typed as in the SDK', () => {
  expectTypeOf<Compare<'getKeyLastUsage'>>().toEqualTypeOf<Same>()
})

test('GetKeyPolicy is typed as in the SDK', () => {
  expectTypeOf<Compare<'getKeyPolicy'>>().toEqualTypeOf<Same>()
})

test('GetKeyRotationStatus is typed as in the SDK', () => {
  expectTypeOf<Compare<'getKeyRotationStatus'>>().toEqualTypeOf<Same>()
})

test('GetParametersForImport is typed as in the SDK', () => {
  expectTypeOf<Compare<'getParametersForImport'>>().toEqualTypeOf<Same>()
})

test('GetPublicKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'getPublicKey'>>().toEqualTypeOf<Same>()
})

test('ImportKeyMaterial is typed as in the SDK', () => {
  expectTypeOf<Compare<'importKeyMaterial'>>().toEqualTypeOf<Same>()
})

test('ListAliases is typed as in the SDK', () => {
  expectTypeOf<Compare<'listAliases'>>().toEqualTypeOf<Same>()
})

test('ListGrants is typed as in the SDK', () => {
  expectTypeOf<Compare<'listGrants'>>().toEqualTypeOf<Same>()
})

test('ListKeyPolicies is typed as in the SDK', () => {
  expectTypeOf<Compare<'listKeyPolicies'>>().toEqualTypeOf<Same>()
})

test('ListKeyRotations is typed as in the SDK', () => {
  expectTypeOf<Compare<'listKeyRotations'>>().toEqualTypeOf<Same>()
})

test('ListKeys is typed as in the SDK', () => {
  expectTypeOf<Compare<'listKeys'>>().toEqualTypeOf<Same>()
})

test('ListResourceTags is typed as in the SDK', () => {
  expectTypeOf<Compare<'listResourceTags'>>().toEqualTypeOf<Same>()
})

test('ListRetirableGrants is typed as in the SDK', () => {
  expectTypeOf<Compare<'listRetirableGrants'>>().toEqualTypeOf<Same>()
})

test('PutKeyPolicy is typed as in the SDK', () => {
  expectTypeOf<Compare<'putKeyPolicy'>>().toEqualTypeOf<Same>()
})

test('ReEncrypt is typed as in the SDK', () => {
  expectTypeOf<Compare<'reEncrypt'>>().toEqualTypeOf<Same>()
})

test('ReplicateKey is typed as in the SDK', () => {
  expectTypeOf<Compare<'replicateKey'>>().toEqualTypeOf<Same>()
})

test('RetireGrant is typed as in the SDK', () => {
  expectTypeOf<Compare<'retireGrant'>>().toEqualTypeOf<Same>()
})

test('RevokeGrant is typed as in the SDK', () => {
  expectTypeOf<Compare<'revokeGrant'>>().toEqualTypeOf<Same>()
})

test('RotateKeyOnDemand is typed as in the SDK', () => {
  expectTypeOf<Compare<'rotateKeyOnDemand'>>().toEqualTypeOf<Same>()
})

test('ScheduleKeyDeletion is typed as in the SDK', () => {
  expectTypeOf<Compare<'scheduleKeyDeletion'>>().toEqualTypeOf<Same>()
})

test('Sign is typed as in the SDK', () => {
  expectTypeOf<Compare<'sign'>>().toEqualTypeOf<Same>()
})

test('TagResource is typed as in the SDK', () => {
  expectTypeOf<Compare<'tagResource'>>().toEqualTypeOf<Same>()
})

test('UntagResource is typed as in the SDK', () => {
  expectTypeOf<Compare<'untagResource'>>().toEqualTypeOf<Same>()
})

test('UpdateAlias is typed as in the SDK', () => {
  expectTypeOf<Compare<'updateAlias'>>().toEqualTypeOf<Same>()
})

test('UpdateCustomKeyStore is typed as in the SDK', () => {
  expectTypeOf<Compare<'updateCustomKeyStore'>>().toEqualTypeOf<Same>()
})

test('UpdateKeyDescription is typed as in the SDK', () => {
  expectTypeOf<Compare<'updateKeyDescription'>>().toEqualTypeOf<Same>()
})

test('UpdatePrimaryRegion is typed as in the SDK', () => {
  expectTypeOf<Compare<'updatePrimaryRegion'>>().toEqualTypeOf<Same>()
})

test('Verify is typed as in the SDK', () => {
  expectTypeOf<Compare<'verify'>>().toEqualTypeOf<Same>()
})

test('VerifyMac is typed as in the SDK', () => {
  expectTypeOf<Compare<'verifyMac'>>().toEqualTypeOf<Same>()
})
