/** What httpTarget sends, and what it makes of answers: against a server of the test's own, of HTTP and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ValidationException } from 'browser-kms'
import { BackupTargetException, type HttpTargetOptions, httpTarget } from 'browser-kms/recovery'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const backup = new TextEncoder().encode('a backup')
const other = 'of another device'

interface Asked {
  readonly method: string
  readonly headers: IncomingMessage['headers']
}

/** A file on a web server, as RFC 9110 has it, and what each test changes of it. */
interface Behaviour {
  /** Answers in place of the server. */
  answer?(request: IncomingMessage, response: ServerResponse): boolean
  readonly heedsConditions?: boolean
  readonly etagOf?: (version: number) => string | undefined
  readonly tellsEtagOfPut?: boolean
}

let server: Server
let url: string
let asked: Asked[]
let content: string | undefined
let version: number
let behaviour: Behaviour

beforeEach(async () => {
  ;[asked, content, version, behaviour] = [[], undefined, 1, {}]
  server = createServer(async (request, response) => {
    asked.push({ method: request.method ?? '', headers: request.headers })
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    if (behaviour.answer?.(request, response)) return
    const { heedsConditions = true, etagOf = (number) => `"v${number}"`, tellsEtagOfPut = true } = behaviour
    const etag = content === undefined ? undefined : etagOf(version)
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers
    const tell = (status: number, withEtag: boolean, body = '') => {
      const now = etagOf(version)
      response.writeHead(status, withEtag && now ? { ETag: now } : {}).end(body)
    }
    if (request.method === 'GET') return content === undefined ? tell(404, false) : tell(200, true, content)
    const holds = (ifMatch === undefined || ifMatch === etag) && !(ifNoneMatch === '*' && content !== undefined)
    if (heedsConditions && !holds) return tell(412, false)
    content = Buffer.concat(parts).toString()
    version += 1
    return tell(200, tellsEtagOfPut)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/folder/notes.bkms-backup`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const stateOf = async (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
const put = (text: string) => {
  content = text
  version += 1
}

describe('REC-26 httpTarget compares versions', () => {
  test('REC-26 a first backup, the next, and reading it', async () => {
    const target = httpTarget(`${url}?token=secret#part`)
    expect(target.name).toBe(url)
    expect(await target.read()).toBeUndefined()
    const first = await target.write(backup, undefined)
    expect(first).toBe('"v2"')
    expect(content).toBe('a backup')
    const next = await target.write(new TextEncoder().encode('the next'), first)
    expect(next).toBe('"v3"')
    expect(await target.read()).toEqual({ data: new TextEncoder().encode('the next'), version: '"v3"' })
    const puts = asked.filter(({ method }) => method === 'PUT').map(({ headers }) => headers)
    expect(puts.map((headers) => headers['if-none-match'] ?? headers['if-match'])).toEqual([
      '*',
      '"browser-kms: no version has this tag"',
      '"v2"',
    ])
    for (const headers of puts) expect(headers['content-type']).toBe('application/vnd.browser-kms.backup')
    for (const { headers } of asked) {
      expect(headers.referer).toBeUndefined()
      expect(headers['cache-control']).toBe('no-cache')
    }
  })

  test('REC-26 what another has written is a conflict, and stays', async () => {
    const target = httpTarget(url)
    put(other)
    expect(await stateOf(target.write(backup, undefined))).toMatchObject({ name: 'VersionConflict' })
    expect(await stateOf(target.write(backup, '"v1"'))).toMatchObject({ name: 'VersionConflict' })
    expect(content).toBe(other)
  })

  test('REC-26 a server that does not tell the version of what was put is asked for it', async () => {
    behaviour = { tellsEtagOfPut: false }
    expect(await httpTarget(url).write(backup, undefined)).toBe('"v2"')
  })

  test('REC-26 what another has put meanwhile is not taken for one of its own', async () => {
    behaviour = {
      tellsEtagOfPut: false,
      answer: ({ method }) => {
        if (method === 'GET' && content !== undefined) content = other
        return false
      },
    }
    expect(await stateOf(httpTarget(url).write(backup, undefined))).toMatchObject({ name: 'VersionConflict' })
  })

  test('REC-26 a server that compares nothing is refused, and overwrites nothing of others', async () => {
    behaviour = { heedsConditions: false }
    const target = httpTarget(url)
    const error = await stateOf(target.write(backup, undefined))
    expect(error).toMatchObject({ name: 'BackupTargetException', isTemporary: false })
    expect(String(error)).toContain('does not compare versions: it answered 200, and not 412')
    put(other)
    expect(await stateOf(httpTarget(url).write(backup, undefined))).toMatchObject({ name: 'VersionConflict' })
    expect(content).toBe(other)
  })

  const etags: [what: string, etagOf: (version: number) => string | undefined, message: string][] = [
    ['no ETag', () => undefined, 'gives no ETag, by which'],
    ['weak ETags', (number) => `W/"${number}"`, 'gives only weak ETags'],
  ]
  test.each(etags)('REC-26 a server that gives %s is refused', async (_what, etagOf, message) => {
    behaviour = { etagOf }
    const error = await stateOf(httpTarget(url).write(backup, undefined))
    expect(error).toMatchObject({ name: 'BackupTargetException', isTemporary: false })
    expect(String(error)).toContain(message)
    expect(String(error)).toContain(url)
  })

  test('REC-26 409 is a conflict if something is there, and a missing folder if not (RFC 4918, 9.7.1)', async () => {
    behaviour = {
      answer: ({ method }, response) => {
        if (method === 'PUT') response.writeHead(409).end()
        return method === 'PUT'
      },
    }
    const error = await stateOf(httpTarget(url).write(backup, undefined))
    expect(error).toMatchObject({ name: 'BackupTargetException', isTemporary: false, status: 409 })
    expect(String(error)).toContain('the folder is missing')
    expect(await stateOf(httpTarget(url).write(backup, '"v1"'))).toMatchObject({ name: 'VersionConflict' })
  })
})

describe('REC-26 httpTarget says what to do', () => {
  const statuses: [status: number, isTemporary: boolean, advice: string][] = [
    [401, false, 'Give httpTarget an Authorization header'],
    [403, false, 'these credentials may not do that there'],
    [404, false, 'Make the folder or bucket first'],
    [405, false, 'Is it the URL of a file'],
    [408, true, 'did not arrive in time'],
    [413, false, 'too large'],
    [418, false, 'it refuses the request'],
    [423, true, 'locked'],
    [429, true, 'too many requests'],
    [500, true, 'a trouble of its own'],
    [501, false, 'conditional PUTs'],
    [503, true, 'a trouble of its own'],
    [507, false, 'no room'],
  ]
  test.each(statuses)('REC-26 %i', async (status, isTemporary, advice) => {
    behaviour = {
      answer: ({ method }, response) => {
        if (method === 'PUT') response.writeHead(status).end()
        return method === 'PUT'
      },
    }
    const error = await stateOf(httpTarget(url).write(backup, undefined))
    expect(error).toBeInstanceOf(BackupTargetException)
    expect(error).toMatchObject({ isTemporary, status })
    expect(String(error)).toContain(`answered ${status}: `)
    expect(String(error)).toContain(advice)
  })

  test('REC-26 a redirect is not followed', async () => {
    behaviour = {
      answer: (_request, response) => {
        response.writeHead(307, { Location: url.replace('folder', 'elsewhere') }).end()
        return true
      },
    }
    const error = await stateOf(httpTarget(url).write(backup, undefined))
    expect(error).toMatchObject({ name: 'BackupTargetException', isTemporary: false })
    expect(String(error)).toContain('answers with a redirect')
    expect(asked).toHaveLength(1)
  })

  test('REC-26 a server that is not there, and one that does not answer in time: for the moment', async () => {
    const nowhere = await stateOf(httpTarget('http://127.0.0.1:1/notes').read())
    expect(nowhere).toMatchObject({ name: 'BackupTargetException', isTemporary: true })
    expect(String(nowhere)).toContain('to expose ETag')
    behaviour = { answer: () => true }
    const late = await stateOf(httpTarget(url, { timeout: 50 }).read())
    expect(late).toMatchObject({ isTemporary: true })
    expect(String(late)).toContain('did not answer in time')
  })

  test('REC-26 whoever does not wait any more gets the own reason', async () => {
    behaviour = { answer: () => true }
    const reason = new Error('stopped')
    const end = new AbortController()
    const asking = stateOf(httpTarget(url).read({ signal: end.signal }))
    end.abort(reason)
    expect(await asking).toBe(reason)
  })
})

describe('REC-26 headers', () => {
  test('REC-26 a function is asked before each request, and told what it is', async () => {
    const requests: unknown[] = []
    const target = httpTarget(url, {
      headers: async ({ method, url, headers }) => {
        requests.push({ method, url, headers })
        return { Authorization: `Bearer ${requests.length}` }
      },
    })
    await target.write(backup, undefined)
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3'])
    expect(requests[1]).toEqual({
      method: 'PUT',
      url,
      headers: { 'If-None-Match': '*', 'Content-Type': 'application/vnd.browser-kms.backup' },
    })
  })

  test.each([401, 403])('REC-26 after %i nothing is asked with the same headers, but with others', async (status) => {
    let token = 'old'
    behaviour = {
      answer: ({ headers }, response) => {
        const isOld = headers.authorization === 'Bearer old'
        if (isOld) response.writeHead(status).end()
        return isOld
      },
    }
    const target = httpTarget(url, { headers: () => ({ Authorization: `Bearer ${token}` }) })
    for (let count = 0; count < 3; count++)
      expect(await stateOf(target.write(backup, undefined))).toMatchObject({ status })
    expect(asked).toHaveLength(1)
    token = 'new'
    expect(await target.write(backup, undefined)).toBe('"v2"')
  })

  test('REC-26 a function that fails: for the moment', async () => {
    const headers = () => Promise.reject(new Error('no network'))
    const error = await stateOf(httpTarget(url, { headers }).read())
    expect(error).toMatchObject({ name: 'BackupTargetException', isTemporary: true })
    expect(String(error)).toContain('could not be made: no network')
  })

  test('REC-26 no error repeats what a header holds', async () => {
    for (const headers of [{ 'X-Token': 'sec\nret' }, { 'secret token': 'x' }, { 'If-Match': 'secret' }]) {
      expect(() => httpTarget(url, { headers })).toThrow(ValidationException)
      expect(() => httpTarget(url, { headers })).not.toThrow(/sec\nret|: secret/)
      await expect(httpTarget(url, { headers: () => headers }).read()).rejects.toThrow(ValidationException)
    }
  })
})

const refused: [what: string, url: unknown, options: unknown, message: string][] = [
  ['no URL', 'https://', {}, 'url must be a URL.'],
  ['another scheme', 'ftp://example.org/x', {}, 'url must be a URL of https, or http.'],
  ['a password', 'https://ann:pw@example.org/x', {}, 'must not hold a name or password'],
  ['a Request', {}, {}, 'url must be a URL, not an Object.'],
  ['an unknown option', 'https://example.org/x', { header: {} }, 'it is written headers'],
  ['a header that is set already', 'https://example.org/x', { headers: { 'content-type': 'x' } }, 'set by httpTarget'],
  ['other credentials', 'https://example.org/x', { credentials: 'all' }, 'must be one of'],
  ['no time', 'https://example.org/x', { timeout: 0 }, 'must be a whole number'],
]
test.each(refused)('REC-26 httpTarget refuses %s', (_what, given, options, message) => {
  const make = () => httpTarget(given as string, options as HttpTargetOptions)
  expect(make).toThrow(ValidationException)
  expect(make).toThrow(message)
})
