import { encoder } from '../contract/bytes.js'
import { mapOf, read, text } from '../contract/reader.js'
import type { AwsJsonSource } from './aws-json.js'
import { checkSource, handleAwsJson } from './handle-aws-json.js'

/** The requests of the AWS SDK for JavaScript, as far as they matter here. */
export interface SdkRequest {
  readonly method: string
  readonly hostname: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** What the AWS SDK takes for a response. */
export interface SdkResponse {
  readonly statusCode: number
  headers: Record<string, string>
  readonly body: Uint8Array
}

/** A signal of the AWS SDK: that of the platform, or one of its own that only has `onabort`. */
export interface SdkAbortSignal {
  readonly aborted: boolean
  readonly reason?: unknown
  readonly addEventListener?: (type: 'abort', listener: () => void) => void
  readonly removeEventListener?: (type: 'abort', listener: () => void) => void
  onabort: unknown
}

/** What the AWS SDK calls in place of the network; see {@link createRequestHandler}. */
export interface SdkRequestHandler {
  readonly metadata: { readonly handlerProtocol: string }
  /** @throws `AbortError` when aborted. The vault may do what it was asked all the same. */
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: SdkAbortSignal },
  ): Promise<{ readonly response: SdkResponse }>
  /** Does nothing: there is no connection to configure. */
  updateHttpClientConfig(key: never, value: never): void
  /** No settings. */
  httpHandlerConfigs(): Record<never, never>
  /** Does nothing: the vault stays open. */
  destroy(): void
}

/**
 * Lets the AWS SDK for JavaScript v3 talk to the vault: `KMSClient`, `KMS`, and whatever takes one of them. No request
 * leaves the page.
 *
 * - **No signature is checked**, and the SDK's credentials choose no principal: they can be any texts. The client acts as
 *   the principal of the client that is passed, as the account root with a vault.
 * - **Region**: with a vault, the one of the `KMSClient`, and all Regions of one vault share this handler. With a
 *   client, that client's, whatever the `KMSClient` says.
 * - Timeouts of the SDK have no effect.
 *
 * @param source a vault, or the client of any principal
 *
 * @example
 * ```ts
 * import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms'
 *
 * const client = new KMSClient({
 *   region: 'browser-local-1',
 *   credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
 *   requestHandler: createRequestHandler(vault),
 * })
 * const { Keys } = await client.send(new ListKeysCommand({}))
 * ```
 *
 * @example Least privilege: a client for what one principal may do
 * ```ts
 * const requestHandler = createRequestHandler(await vault.connect({ principal: 'user/editor' }))
 * ```
 */
export function createRequestHandler(source: AwsJsonSource): SdkRequestHandler {
  checkSource(source)
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, { abortSignal } = {}) {
      if (abortSignal?.aborted) throw abortError(abortSignal)
      const answered = answer(source, request)
      return { response: await (abortSignal ? unlessAborted(answered, abortSignal) : answered) }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  }
}

async function answer(source: AwsJsonSource, request: SdkRequest): Promise<SdkResponse> {
  const { method, hostname, body } = request
  const {
    statusCode,
    headers,
    body: json,
  } = await handleAwsJson(source, {
    method,
    path: pathOf(request),
    headers: { host: hostname, ...plainHeaders(request.headers) },
    body,
  })
  // The SDK looks for names in lower case.
  const lowerCased = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { statusCode, headers: Object.fromEntries(lowerCased), body: encoder.encode(json) }
}

/** What is no plain map would be lost by a spread. @throws ValidationException */
function plainHeaders(headers: SdkRequest['headers']): Record<string, string> {
  return { ...read(mapOf(text({ longest: 65_536 }), { most: 1000 }), headers, 'the headers') }
}

function pathOf({ path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? ''].flat().map((each) => [name, each]))
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`
}

function unlessAborted<Result>(work: Promise<Result>, signal: SdkAbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal))
    if (signal.addEventListener) signal.addEventListener('abort', abort)
    else signal.onabort = abort
    work.then(resolve, reject).finally(() => signal.removeEventListener?.('abort', abort))
  })
}

/** As the handlers of the AWS SDK throw it. */
function abortError({ reason }: SdkAbortSignal): Error {
  return Object.assign(new Error('Request aborted', { cause: reason }), { name: 'AbortError' })
}
