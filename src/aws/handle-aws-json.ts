import type { KmsClient } from '../client/client.js'
import { withoutAdvice } from '../contract/advice.js'
import type { OperationModel } from '../contract/api-model.js'
import { errorRecord, KmsError, kmsError, ValidationException } from '../contract/errors.js'
import { operations } from '../contract/model.js'
import { kindOf, mapOf, optional, type ReadBy, type Reader, read, structure, text, viewOf } from '../contract/reader.js'
import { sensitiveMembers } from '../contract/sensitive.js'
import type { OperationName, ResponseMetadata } from '../contract/shapes.js'
import { checkRegion } from '../contract/vault-names.js'
import type { AwsJsonRequest, AwsJsonResponse, AwsJsonSource } from './aws-json.js'
import { readMembers, writeMembers } from './json-members.js'
import { Refusal, unserializable } from './refusal.js'
import { regionOf } from './region.js'
import { isUnsaid } from './unsaid.js'

const TARGET_PREFIX = 'TrentService.'
/** Bytes, or characters: far more than any request needs. */
const MAX_BODY = 16_777_216

const headerFields = mapOf(text({ longest: 65_536 }), { most: 1000 })

/** By their names in lower case. */
const headersReader: Reader<ReadonlyMap<string, string>> = (value, path) => {
  const fields = headerFields(kindOf(value) === 'Headers' ? Object.fromEntries(value as Headers) : value, path)
  return new Map(Object.entries(fields).map(([name, field]) => [name.toLowerCase(), field]))
}

const requestReader = structure({
  method: text({ longest: 64 }),
  path: optional(text({ longest: 65_536 })),
  headers: headersReader,
  // Too large a one has an answer of its own. It is parsed before anybody else can change it.
  body: optional<string | Uint8Array>((value, path) => (typeof value === 'string' ? value : viewOf(value, path))),
})

const decoder = new TextDecoder('utf-8', { fatal: true })

type ReadRequest = ReadBy<typeof requestReader>

/**
 * Answers one request of the AWS JSON 1.1 protocol, as AWS KMS would: for clients of AWS KMS that reach the vault by
 * another way than the AWS SDK for JavaScript, such as a service worker's `fetch`, or WebAssembly. Never rejects: what
 * goes wrong is an answer too.
 *
 * - **No signature is checked**, and the request's credentials choose no principal: whoever can send a request here acts
 *   as the principal of the client that is passed, the account root with a vault.
 * - **Region**: a vault answers for the Region of the request's credential scope, or else of its host
 *   (`kms.REGION.amazonaws.com`), or else its own. A client answers for its own Region, whatever the request says.
 * - **Members that the API does not have** get `ValidationException`, as in `vault.kms`; AWS ignores them.
 *
 * - **Of any window**: `Headers` and buffers of an iframe are taken like those of the page. What is no request (unknown
 *   members, headers in a `Map`) gets `ValidationException`.
 *
 * @param source a vault, or the client of any principal
 *
 * @example
 * ```ts
 * const { statusCode, headers, body } = await handleAwsJson(vault, {
 *   method: 'POST',
 *   headers: { 'X-Amz-Target': 'TrentService.ListKeys', Host: 'kms.browser-local-1.amazonaws.com' },
 *   body: '{"Limit":10}',
 * })
 * ```
 */
export async function handleAwsJson(source: AwsJsonSource, request: AwsJsonRequest): Promise<AwsJsonResponse> {
  let operation: OperationName | undefined
  try {
    const asked = read(requestReader, request, 'the request')
    checkSource(source)
    const client = clientFor(source, asked)
    operation = operationOf(asked)
    return await answer(client, operation, parse(asked.body))
  } catch (error) {
    return error instanceof Refusal ? refused(error) : failed(error, operation)
  }
}

/**
 * By what it can do, for there may be two copies of this package.
 *
 * @throws {@link ValidationException}, such as for a vault that nobody has waited for
 */
export function checkSource(source: unknown): asserts source is AwsJsonSource {
  const { kms, describeKey } = ((typeof source === 'object' && source) || {}) as {
    kms?: unknown
    describeKey?: unknown
  }
  if (typeof describeKey === 'function' || (typeof kms === 'object' && kms !== null)) return
  const hint = kindOf(source) === 'Promise' ? ': wait for it first' : ''
  throw new ValidationException(`Requests are answered by a vault, or a client of one, not a ${kindOf(source)}${hint}.`)
}

function clientFor(source: AwsJsonSource, request: ReadRequest): KmsClient {
  if (!('region' in source)) return source
  const region = regionOf(request, request.headers)
  if (region === undefined) return source.kms
  try {
    checkRegion(region)
  } catch {
    throw new Refusal('InvalidSignatureException', 'Credential should be scoped to a valid region.')
  }
  return source.region(region)
}

function operationOf({ method, path = '/', headers }: ReadRequest): OperationName {
  if (method.toUpperCase() !== 'POST' || !/^\/?(?:\?|$)/.test(path))
    throw new Refusal('UnknownOperationException', '', 404)
  const target = headers.get('x-amz-target') ?? ''
  const operation = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : ''
  if (!Object.hasOwn(operations, operation)) throw new Refusal('UnknownOperationException')
  return operation as OperationName
}

function parse(body: ReadRequest['body']): unknown {
  if (body === undefined || body.length === 0) return {}
  if (body.length > MAX_BODY)
    throw new Refusal('RequestEntityTooLargeException', `HTTP content length exceeded ${MAX_BODY} bytes.`)
  try {
    return JSON.parse(typeof body === 'string' ? body : decoder.decode(body.slice()))
  } catch {
    throw unserializable()
  }
}

type Answer = Record<string, unknown> & { readonly $metadata: ResponseMetadata }

async function answer(client: KmsClient, operation: OperationName, json: unknown): Promise<AwsJsonResponse> {
  const { input, output }: OperationModel = operations[operation]
  const members = readMembers(input, json)
  try {
    const answered = await call(client, operation, members)
    const body = output === null ? '' : JSON.stringify(writeMembers(output, answered))
    if (output !== null) wipe(output, answered)
    return respond(200, answered.$metadata.requestId, body)
  } finally {
    wipe(input, members)
  }
}

function call(client: KmsClient, operation: OperationName, members: object): Promise<Answer> {
  const method = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}` as Uncapitalize<OperationName>
  // What came by JSON has any type; the vault checks it against the contract.
  return (client[method] as (input: object) => Promise<Answer>).call(client, members)
}

/** The texts that travel cannot be wiped; the bytes that they were made of, or into, can. */
function wipe(structure: string, members: Readonly<Record<string, unknown>>): void {
  for (const name of sensitiveMembers(structure)) {
    const secret = members[name]
    if (secret instanceof Uint8Array) secret.fill(0)
  }
}

function refused({ name, message, statusCode }: Refusal): AwsJsonResponse {
  return respondWithError(statusCode, '', name, message)
}

function failed(thrown: unknown, operation: OperationName | undefined): AwsJsonResponse {
  const { name, message } = errorRecord(thrown)
  const error = thrown instanceof KmsError ? thrown : kmsError(name, message)
  const { httpStatusCode, requestId } = error.$metadata
  const isSaid = operation === undefined || !isUnsaid(operation, error)
  return respondWithError(httpStatusCode, requestId, error.name, isSaid ? withoutAdvice(error.name, error.message) : '')
}

function respondWithError(statusCode: number, requestId: string, name: string, message: string): AwsJsonResponse {
  return respond(statusCode, requestId, JSON.stringify({ __type: name, ...(message && { message }) }))
}

/** @param requestId empty for what never reached the vault */
function respond(statusCode: number, requestId: string, body: string): AwsJsonResponse {
  return {
    statusCode,
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'x-amzn-RequestId': requestId || crypto.randomUUID(),
    },
    body,
  }
}
