/** What the AWS SDK for JavaScript gets in place of the network. The SDK itself: test/browser/aws. */
import { NotFoundException } from 'browser-kms'
import { createRequestHandler, type SdkAbortSignal, type SdkRequest } from 'browser-kms/aws'
import { expect, test } from 'vitest'
import { fakeClient, fakeVault, requestId } from './fixtures.js'

const request: SdkRequest = {
  method: 'POST',
  hostname: 'kms.eu-west-1.amazonaws.com',
  path: '/',
  headers: { 'x-amz-target': 'TrentService.ListKeys' },
  body: '{"Limit":1}',
}
const textOf = (body: Uint8Array) => new TextDecoder().decode(body)

test('the response has header names in lower case, and bytes for a body', async () => {
  const { client, calls } = fakeClient(() => ({ Truncated: false }))
  const { response } = await createRequestHandler(client).handle(request)
  expect(response.statusCode).toBe(200)
  expect(response.headers).toEqual({ 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId })
  expect(textOf(response.body)).toBe('{"Truncated":false}')
  expect(calls).toEqual([{ operation: 'listKeys', input: { Limit: 1 } }])
})

test('an error is a response', async () => {
  const { client } = fakeClient(() => {
    throw new NotFoundException('Gone', requestId)
  })
  const { response } = await createRequestHandler(client).handle(request)
  expect([response.statusCode, textOf(response.body)]).toEqual([400, '{"__type":"NotFoundException","message":"Gone"}'])
})

test('the Region is that of the host, or of a presigned query', async () => {
  const handler = createRequestHandler(fakeVault('browser-local-1'))
  expect(textOf((await handler.handle(request)).response.body)).toBe('{"NextMarker":"eu-west-1"}')
  const query = { 'X-Amz-Credential': 'AKIDEXAMPLE/20260101/us-east-1/kms/aws4_request', 'X-Amz-Expires': null }
  expect(textOf((await handler.handle({ ...request, query })).response.body)).toBe('{"NextMarker":"us-east-1"}')
})

test('a signal of the SDK’s own kind aborts too', async () => {
  const { client } = fakeClient()
  const signal: SdkAbortSignal & { onabort: unknown } = { aborted: false, onabort: null }
  const answer = createRequestHandler(client).handle(request, { abortSignal: signal })
  ;(signal.onabort as () => void)()
  await expect(answer).rejects.toMatchObject({ name: 'AbortError', message: 'Request aborted' })
})

test('a signal that outlives many requests keeps nothing of them', async () => {
  const { client } = fakeClient()
  const listeners = new Set<() => void>()
  const abortSignal: SdkAbortSignal = {
    aborted: false,
    onabort: null,
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  }
  const handler = createRequestHandler(client)
  await handler.handle(request, { abortSignal })
  await expect.poll(() => listeners.size).toBe(0)
})

test('there is nothing to configure, and nothing to close', () => {
  const handler = createRequestHandler(fakeClient().client)
  expect(handler.metadata.handlerProtocol).toBe('http/1.1')
  expect(handler.httpHandlerConfigs()).toEqual({})
  handler.updateHttpClientConfig('requestTimeout' as never, 1 as never)
  handler.destroy()
})
