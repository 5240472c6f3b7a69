/** A backup on a server: an object store of S3's kind, WebDAV, or any web server that compares versions (REC-26). */
import { type Bytes, bytesToHex, encoder } from '../../contract/bytes.js'
import {
  callback,
  eitherOf,
  handleOf,
  kindOf,
  mapOf,
  oneOf,
  optional,
  type Reader,
  read,
  saidBy,
  structure,
  text,
  textOr,
  unreadableValue,
  wholeNumber,
} from '../../contract/reader.js'
import { adviceOn, isTemporaryStatus, UNREACHABLE } from './http-advice.js'
import {
  type BackupTarget,
  BackupTargetException,
  type StoredBackup,
  type TargetCallOptions,
  VersionConflict,
} from './targets.js'

/** Media type of a backup. */
const MEDIA_TYPE = 'application/vnd.browser-kms.backup'

/** An entity tag that no server gives: who heeds `If-Match` refuses to write over it. */
const NO_VERSION = '"browser-kms: no version has this tag"'

/** A request that is about to be made, for whoever signs requests. */
export interface HttpTargetRequest {
  readonly method: 'GET' | 'PUT'
  readonly url: string
  /** What the request has already: its conditions, and of a `PUT` the type of its content. */
  readonly headers: Readonly<Record<string, string>>
}

/** Headers by their names. */
export type HttpTargetHeaders = Readonly<Record<string, string>>

/** What `httpTarget` takes beside the URL. */
export interface HttpTargetOptions {
  /**
   * Headers of every request, such as `Authorization`; or a function that is asked before each request, for tokens that
   * expire and for signed requests. `Content-Type`, `If-Match` and `If-None-Match` are set already. Default none.
   */
  readonly headers?:
    | HttpTargetHeaders
    | ((request: HttpTargetRequest) => HttpTargetHeaders | Promise<HttpTargetHeaders>)
  /** Whether cookies go along, as in `fetch`. Default `omit`. */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
  /** Milliseconds after which a request is given up: 1 to 2,147,483,647. Default 600,000 (10 minutes). */
  readonly timeout?: number
}

const ours = ['content-type', 'if-match', 'if-none-match']

/** Headers that `fetch` takes. No error repeats a value: it is a secret as a rule. */
const headersRecord: Reader<HttpTargetHeaders> = (value, path) => {
  const headers = mapOf(text({ longest: 16_384 }), { most: 50, longestName: 256 })(value, path)
  for (const [name, content] of Object.entries(headers)) {
    if (ours.includes(name.toLowerCase())) throw unreadableValue(`${path}['${name}']`, 'is set by httpTarget itself')
    try {
      new Headers([[name, content]])
    } catch {
      throw unreadableValue(`${path}['${name}']`, 'is no header that can be sent')
    }
  }
  return headers
}

const httpTargetOptions = structure({
  headers: optional(eitherOf(callback as Reader<(request: HttpTargetRequest) => unknown>, headersRecord)),
  credentials: optional(oneOf<RequestCredentials>(['omit', 'same-origin', 'include'])),
  timeout: optional(wholeNumber({ min: 1, max: 2_147_483_647 })),
})

const urlLike = textOr(
  text({ shortest: 1, longest: 8192 }),
  handleOf<URL>('a URL', (value) => kindOf(value) === 'URL'),
)

const httpUrl: Reader<URL> = (value, path) => {
  const given = String(urlLike(value, path))
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (!URL.canParse(given, base)) throw unreadableValue(path, 'must be a URL')
  const url = new URL(given, base)
  if (!['https:', 'http:'].includes(url.protocol)) throw unreadableValue(path, 'must be a URL of https, or http')
  if (url.username !== '' || url.password !== '')
    throw unreadableValue(path, 'must not hold a name or password: give an Authorization header instead')
  url.hash = ''
  return url
}

/**
 * Keeps a backup on a web server by `GET` and `PUT` of one URL: in an object store of S3's kind, in a folder of WebDAV, or
 * wherever else versions are compared. Its version is the `ETag`, strong and visible to the page; a `PUT` goes with `If-Match`,
 * the first with `If-None-Match: *`. That the server heeds them is tried with the first backup, by sending it a second time
 * under a condition that cannot hold: a server that takes it then overwrites whatever is there, and is refused.
 *
 * A server of another origin has to allow this one (CORS): the methods `GET` and `PUT`, the headers `Content-Type`, `If-Match`,
 * `If-None-Match` and your own, and to expose `ETag`. Redirects are not followed.
 *
 * @param url of the file; its query and fragment are not told in events
 * @returns a target for `vault.backups.keepAt`
 * @throws `ValidationException` for a URL or options that cannot be
 *
 * @see RFC 9110, sections 8.8.3 and 13.1
 *
 * @example
 * ```ts
 * const headers = { Authorization: `Basic ${btoa('ann:app-password')}` }
 * await vault.backups.keepAt(httpTarget('https://dav.example/ann/notes.bkms-backup', { headers }))
 * ```
 */
export function httpTarget(url: string | URL, options: HttpTargetOptions = {}): BackupTarget {
  return new HttpTarget(read(httpUrl, url, 'url'), read(httpTargetOptions, options, "httpTarget's options"))
}

type ReadOptions = ReturnType<typeof httpTargetOptions>

class HttpTarget implements BackupTarget {
  readonly name: string
  readonly #url: URL
  readonly #options: ReadOptions
  /** That the server compares versions. */
  #isProved = false
  /** What the server does not let in, and its answer. Of headers only a digest is kept. */
  #refused: { readonly headers: string; readonly error: BackupTargetException } | undefined

  constructor(url: URL, options: ReadOptions) {
    this.name = `${url.origin}${url.pathname}`.slice(0, 2048)
    this.#url = url
    this.#options = options
  }

  async read({ signal }: Partial<TargetCallOptions> = {}): Promise<StoredBackup | undefined> {
    return this.#get(signal)
  }

  async write(data: Bytes, version: string | undefined, { signal }: Partial<TargetCallOptions> = {}): Promise<string> {
    // A server that heeds no conditions would overwrite it, and is found out only afterwards.
    if (version === undefined && !this.#isProved && (await this.#get(signal))) throw this.#conflict()
    const response = await this.#send('PUT', conditionOn(version), data, signal)
    if (response.status === 412) throw this.#conflict()
    if (response.status === 409) {
      // RFC 4918, 9.7.1: also what WebDAV answers where the folder is missing.
      if (version === undefined && !(await this.#get(signal))) throw this.#failure(response)
      throw this.#conflict()
    }
    if (!response.ok) throw this.#failure(response)
    const written = this.#etagOf(response) ?? (await this.#etagByLooking(data, signal))
    await this.#prove(data, signal)
    return written
  }

  async #get(signal: AbortSignal | undefined): Promise<StoredBackup | undefined> {
    const response = await this.#send('GET', {}, undefined, signal)
    if (response.status === 404 || response.status === 410) return undefined
    if (!response.ok) throw this.#failure(response)
    const version = this.#etagOf(response)
    if (version === undefined)
      throw this.#told(
        'gives no ETag, by which a backup of somebody else could be told, or does not show it to this page: it has to answer with Access-Control-Expose-Headers: ETag. Nothing is overwritten',
        { isTemporary: false, status: response.status },
      )
    const data = new Uint8Array(
      await response.arrayBuffer().catch((error: unknown) => this.#unreachable(error, signal)),
    )
    return { data, version }
  }

  /** Many WebDAV servers do not tell the version of what they have just written; somebody else's may be there by now. */
  async #etagByLooking(data: Bytes, signal: AbortSignal | undefined): Promise<string> {
    const found = await this.#get(signal)
    if (!found || !areSame(found.data, data)) throw this.#conflict()
    return found.version
  }

  /** Sends what stands there under a condition that cannot hold: whatever the server does, nothing is lost. */
  async #prove(data: Bytes, signal: AbortSignal | undefined): Promise<void> {
    if (this.#isProved) return
    const response = await this.#send('PUT', conditionOn(NO_VERSION), data, signal)
    this.#isProved = response.status === 412
    if (this.#isProved) return
    if (!response.ok && isTemporaryStatus(response.status)) throw this.#failure(response)
    throw this.#told(
      `does not compare versions: it answered ${response.status}, and not 412, to a PUT with an If-Match that is wrong. It would overwrite what another device has written. Keep the backup at a server that heeds If-Match and If-None-Match`,
      { isTemporary: false, status: response.status },
    )
  }

  async #send(
    method: 'GET' | 'PUT',
    conditions: HttpTargetHeaders,
    body: Bytes | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { credentials = 'omit', timeout = 600_000 } = this.#options
    const url = this.#url.href
    const own = { ...conditions, ...(body && { 'Content-Type': MEDIA_TYPE }) }
    const given = await this.#headersFor({ method, url, headers: own })
    const digest = await digestOf(given)
    if (this.#refused?.headers === digest) throw this.#refused.error
    const giveUp = AbortSignal.timeout(timeout)
    const response = await fetch(url, {
      method,
      headers: { ...given, ...own },
      ...(body && { body }),
      credentials,
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, giveUp]) : giveUp,
    }).catch((error: unknown) => this.#unreachable(error, signal))
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
      throw this.#told('answers with a redirect, which is not followed: give httpTarget the URL where it leads', {
        isTemporary: false,
      })
    if (response.status === 401 || response.status === 403)
      this.#refused = { headers: digest, error: this.#failure(response) }
    return response
  }

  async #headersFor(request: HttpTargetRequest): Promise<HttpTargetHeaders> {
    const { headers = {} } = this.#options
    if (typeof headers !== 'function') return headers
    let made: unknown
    try {
      made = await headers(request)
    } catch (error) {
      throw new BackupTargetException(`The headers for ${this.name} could not be made: ${saidBy(error)}.`, {
        isTemporary: true,
      })
    }
    return read(headersRecord, made, 'what the function headers answers')
  }

  /** @returns undefined if there is none, or none that the page may see */
  #etagOf(response: Response): string | undefined {
    const etag = response.headers.get('ETag')
    if (etag === null || etag === '') return undefined
    if (!etag.startsWith('W/')) return etag
    throw this.#told(
      'gives only weak ETags (W/"…"), by which nothing can be compared (RFC 9110, 13.1.1). Something on the way may compress the file: turn that off for it',
      { isTemporary: false, status: response.status },
    )
  }

  #conflict(): VersionConflict {
    return new VersionConflict(
      `Something else stands at ${this.name} than this vault has written there. Nothing was overwritten.`,
    )
  }

  #failure({ status }: Response): BackupTargetException {
    return this.#told(`answered ${status}: ${adviceOn(status)}`, { isTemporary: isTemporaryStatus(status), status })
  }

  /** @throws what it says, or the reason of whoever does not wait any more */
  #unreachable(error: unknown, signal: AbortSignal | undefined): never {
    signal?.throwIfAborted()
    const isLate = (error as Partial<Error> | undefined)?.name === 'TimeoutError'
    throw this.#told(isLate ? 'did not answer in time' : UNREACHABLE, { isTemporary: true })
  }

  #told(what: string, about: ConstructorParameters<typeof BackupTargetException>[1]): BackupTargetException {
    return new BackupTargetException(`The server of ${this.name} ${what}.`, about)
  }
}

function conditionOn(version: string | undefined): HttpTargetHeaders {
  return version === undefined ? { 'If-None-Match': '*' } : { 'If-Match': version }
}

function areSame(one: Bytes, other: Bytes): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index])
}

async function digestOf(headers: HttpTargetHeaders): Promise<string> {
  const bytes = encoder.encode(JSON.stringify(Object.entries(headers).sort()))
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
