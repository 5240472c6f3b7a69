/** The request handler is one for the AWS SDK, by its shape alone: `browser-kms/aws` imports nothing of the SDK. */
import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms'
import type { Vault } from 'browser-kms'
import { type AwsJsonSource, createRequestHandler, type SdkRequestHandler } from 'browser-kms/aws'
import { expectTypeOf, test } from 'vitest'

/** A handler, of all that the SDK takes: the others are options for its own. */
type HandlerOption = Extract<NonNullable<KMSClientConfig['requestHandler']>, { handle: unknown }>
/** What a client makes of it. */
type Handler = KMSClient['config']['requestHandler']

declare const vault: Vault

test('createRequestHandler makes what the SDK takes for requestHandler', () => {
  expectTypeOf<HandlerOption['handle']>().toBeFunction()
  expectTypeOf<SdkRequestHandler>().toExtend<HandlerOption>()
  expectTypeOf<SdkRequestHandler>().toExtend<Pick<Handler, 'handle' | 'metadata' | 'destroy'>>()
  expectTypeOf(createRequestHandler(vault)).toEqualTypeOf<SdkRequestHandler>()
})

test('a vault and any client are sources', () => {
  expectTypeOf<Vault>().toExtend<AwsJsonSource>()
  expectTypeOf<Vault['kms']>().toExtend<AwsJsonSource>()
})
