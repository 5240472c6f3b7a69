/** A client that answers what a test says, where what the vault does is not the question. */
import type { KmsClient, OperationName, Vault } from 'browser-kms'
import { type AwsJsonRequest, type AwsJsonResponse, type AwsJsonSource, handleAwsJson } from 'browser-kms/aws'

export const requestId = '12345678-1234-1234-1234-123456789012'

/** One call that a fake client got. */
export interface Call {
  readonly operation: string
  readonly input: Record<string, unknown>
}

export interface FakeClient {
  /** Stands in for a `KmsClient`, of which handleAwsJson uses the methods of the operations only. */
  readonly client: KmsClient
  readonly calls: Call[]
}

/** @param answer what every call is answered with, or does */
export function fakeClient(answer: (call: Call) => object = () => ({})): FakeClient {
  const calls: Call[] = []
  const methods: ProxyHandler<object> = {
    has: (_target, name) => name !== 'region',
    get: (_target, operation) => async (input: Record<string, unknown>) => {
      // handleAwsJson wipes what is secret in an input once it is answered.
      const call = { operation: String(operation), input: structuredClone(input) }
      calls.push(call)
      return { ...answer(call), $metadata: { httpStatusCode: 200, requestId, attempts: 1, totalRetryDelay: 0 } }
    },
  }
  return { client: new Proxy({}, methods) as KmsClient, calls }
}

/** A vault whose clients tell their Region in an answer's `NextMarker`. */
export function fakeVault(own: string): Vault {
  const inRegion = (NextMarker: string) => fakeClient(() => ({ NextMarker })).client
  return { kms: inRegion(own), region: inRegion } as unknown as Vault
}

/** A request for an operation, valid but for what a test changes. */
export function send(
  source: AwsJsonSource,
  operation: OperationName,
  body: AwsJsonRequest['body'] = '{}',
  changes: Partial<AwsJsonRequest> = {},
): Promise<AwsJsonResponse> {
  const headers = { 'X-Amz-Target': `TrentService.${operation}`, 'Content-Type': 'application/x-amz-json-1.1' }
  return handleAwsJson(source, { method: 'POST', path: '/', headers, body, ...changes })
}
