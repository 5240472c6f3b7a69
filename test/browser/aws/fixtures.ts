/** The real client of the AWS SDK for JavaScript, on a vault. */
import * as sdk from '@aws-sdk/client-kms'
import type { KmsClient, OperationName } from 'browser-kms'
import { type AwsJsonResponse, type AwsJsonSource, createRequestHandler, handleAwsJson } from 'browser-kms/aws'
import { expect, vi } from 'vitest'
import { shared } from '../fixtures/shared.js'
import { auditRecords, type StoredAuditRecord } from '../fixtures/stored.js'
import { call, type OpenedVault, region, sharedVault } from '../fixtures/vault.js'

const { KMS, KMSServiceException } = sdk
type KMS = sdk.KMS

/** Nobody checks them. */
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'any' }

export function sdkClient(source: AwsJsonSource, config: sdk.KMSClientConfig = {}): KMS {
  return new KMS({ region, credentials, requestHandler: createRequestHandler(source), ...config })
}

export interface SharedAws extends OpenedVault {
  readonly aws: KMS
}

/** One vault for all tests of the file, by default a new one, and the AWS SDK's client on it. */
export function sharedAws(opened: OpenedVault = sharedVault()): SharedAws {
  return shared(
    async () => ({ ...opened, aws: sdkClient(opened.vault) }),
    ({ aws }) => aws.destroy(),
  )
}

/** Calls an operation of the SDK's client by its AWS name. */
export function callAws(aws: KMS, operation: OperationName, input: object): Promise<Record<string, unknown>> {
  // The clients have the same methods, of the same names.
  return call(aws as unknown as KmsClient, operation, input)
}

/** A new key of the SDK's client: its id and ARN. */
export async function newAwsKey(
  aws: KMS,
  input: sdk.CreateKeyCommandInput = {},
): Promise<{ readonly KeyId: string; readonly Arn: string }> {
  const { KeyMetadata } = await aws.createKey(input)
  return { KeyId: KeyMetadata?.KeyId as string, Arn: KeyMetadata?.Arn as string }
}

/** Kinds of keys that many tests need. */
export const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } as const
export const rsaSigner = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' } as const
export const rsa = { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' } as const
export const p256 = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const
export const agreement = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' } as const

/** The members of an answer, without the SDK's `$metadata`. */
export async function answerOf(answer: Promise<object>): Promise<Record<string, unknown>> {
  const { $metadata: _, ...members } = (await answer) as Record<string, unknown>
  return members
}

/** The error with which a call of the SDK's client fails. */
export async function sdkErrorOf(answer: Promise<unknown>): Promise<sdk.KMSServiceException> {
  const outcome: unknown = await answer.then(
    (value) => value,
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(KMSServiceException)
  return outcome as sdk.KMSServiceException
}

/** For an error that AWS sends without a message. */
export const noMessage = Symbol('no message')

/**
 * Expects a call to be refused with HTTP 400, in the SDK's own class of the error if it has one, and with exactly this
 * body.
 *
 * @param message default any
 */
export async function expectRefusal(
  answer: Promise<unknown>,
  name: string,
  message?: string | RegExp | symbol,
): Promise<void> {
  const error = await sdkErrorOf(answer)
  const told = message instanceof RegExp ? expect.stringMatching(message) : (message ?? expect.any(String))
  const body = new TextDecoder().decode(error.$response?.body as Uint8Array)
  expect(JSON.parse(body)).toEqual({ __type: name, ...(message !== noMessage && { message: told }) })
  expect(error.name).toBe(name)
  expect(error.$metadata.httpStatusCode).toBe(400)
  const ErrorClass = (sdk as Record<string, unknown>)[name]
  if (typeof ErrorClass === 'function') expect(error).toBeInstanceOf(ErrorClass)
}

/** Longer than a busy machine takes to write them. Milliseconds. */
const PATIENCE = 60_000

/** The audit records of a request; those of what changes nothing are written soon after the answer. */
export function recordsOf(name: string, requestId: string | undefined, where = region): Promise<StoredAuditRecord[]> {
  return vi.waitFor(async () => {
    const records = (await auditRecords(name, where)).filter((record) => record.requestId === requestId)
    expect(records).not.toEqual([])
    return records
  }, PATIENCE)
}

/** A request as it goes over the wire, by an operation's AWS name. */
export function post(
  source: AwsJsonSource,
  operation: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<AwsJsonResponse> {
  return handleAwsJson(source, {
    method: 'POST',
    path: '/',
    headers: { 'X-Amz-Target': `TrentService.${operation}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** The members of an answer as they come over the wire. */
export async function wireAnswer(
  source: AwsJsonSource,
  operation: string,
  body: object,
): Promise<Record<string, unknown>> {
  const { statusCode, body: text } = await post(source, operation, body)
  expect(statusCode, text).toBe(200)
  return JSON.parse(text) as Record<string, unknown>
}

export const uuid = expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
export const materialId = expect.stringMatching(/^[0-9a-f]{64}$/)
export const bytes = expect.any(Uint8Array)
