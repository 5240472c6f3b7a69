/** The server of the demo: small on the wire, for whoever asks for it, and with its security headers all the same. */
import { get, type IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'

interface Answer extends Pick<IncomingMessage, 'headers' | 'statusCode'> {
  readonly body: Buffer
}

/** Asks as nothing but this test does: no client adds headers, none undoes a coding. */
function ask(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, async (response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      resolve({ headers: response.headers, statusCode: response.statusCode, body: Buffer.concat(parts) })
    }).on('error', reject)
  })
}

const decoders = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (body: Buffer) => body,
} as const

/** What a client accepts, and how it is answered. */
const accepted: readonly (readonly [accept: string | undefined, coding: keyof typeof decoders])[] = [
  [undefined, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP', 'gzip'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip; q=0', 'identity'],
  ['*', 'br'],
  ['br;q=0, *;q=0.1', 'gzip'],
  ['*;q=0', 'identity'],
  ['zstd', 'identity'],
]

/** The page, and one file of each kind that it loads. */
async function filesOf(baseURL: string | undefined): Promise<readonly string[]> {
  const { body } = await ask(new URL('', baseURL))
  const html = body.toString()
  const find = (pattern: RegExp) => html.match(pattern)?.[1] ?? ''
  return ['', find(/src="([^"]+\.js)"/), find(/href="([^"]+\.css)"/), 'sw.js', 'manifest.webmanifest', 'icon.svg']
}

test('every text is served in the coding that is accepted, and is the same in each', async ({ baseURL }) => {
  for (const file of await filesOf(baseURL)) {
    const url = new URL(file, baseURL)
    const plain = await ask(url)
    for (const [accept, coding] of accepted) {
      const { headers, body } = await ask(url, accept === undefined ? {} : { 'Accept-Encoding': accept })
      const what = `${file} for ${accept}`
      expect.soft(headers['content-encoding'] ?? 'identity', what).toBe(coding)
      expect.soft(headers.vary, what).toBe('Accept-Encoding')
      expect.soft(Number(headers['content-length']), what).toBe(body.length)
      expect.soft(headers.etag, what).toBe(plain.headers.etag)
      expect.soft(headers['content-type'], what).toBe(plain.headers['content-type'])
      expect.soft(headers['content-security-policy'], what).toContain("default-src 'none'")
      expect.soft(headers['x-content-type-options'], what).toBe('nosniff')
      expect(decoders[coding](body).equals(plain.body), what).toBe(true)
    }
  }
})

test('an image is not compressed a second time, and what has not changed is not sent again', async ({ baseURL }) => {
  const icon = await ask(new URL('icon-192.png', baseURL), { 'Accept-Encoding': 'br, gzip' })
  expect(icon.headers['content-encoding']).toBeUndefined()
  expect(icon.body.subarray(1, 4).toString()).toBe('PNG')
  const page = await ask(new URL('', baseURL), { 'Accept-Encoding': 'br' })
  const again = await ask(new URL('', baseURL), { 'Accept-Encoding': 'br', 'If-None-Match': page.headers.etag ?? '' })
  expect(again.statusCode).toBe(304)
  expect(again.headers.vary).toBe('Accept-Encoding')
  expect(again.body).toHaveLength(0)
})

test('a first visit takes less than 600 kB over the wire', async ({ page }) => {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await page.goto('')
  await expect(page.getByRole('heading', { name: 'Start with a key' })).toBeVisible()
  expect(bytes).toBeGreaterThan(100_000)
  expect(bytes).toBeLessThan(600_000)
})
