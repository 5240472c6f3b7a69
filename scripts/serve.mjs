// A static server for the built demo page, with the security headers it is made for. Node alone, no dependency.
//
//   node scripts/serve.mjs [directory] [port]
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const mimeTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** Types that are compressed already. */
const dense = new Set(['.png', '.woff2'])

/** Somebody waits: of brotli's qualities the best takes forty times as long as this, and gains a tenth. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

/** Codings by the server's preference. */
const codings = {
  br: (bytes) => promisify(brotliCompress)(bytes, brotliOptions),
  gzip: (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
}

const policyFile = new URL('../demo/content-security-policy.json', import.meta.url)

/** The headers of every answer. The Content Security Policy also reaches the workers with their scripts. */
async function securityHeaders() {
  const policy = JSON.parse(await readFile(policyFile, 'utf8'))
  const directives = Object.entries(policy).map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
  return {
    'Content-Security-Policy': directives.join('; '),
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}

/**
 * Serves a directory until `close` is called.
 *
 * @param {{ directory: string, port?: number, host?: string }} options port 0 means any free port
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ directory, port = 4173, host = 'localhost' }) {
  const root = resolve(directory)
  const headers = await securityHeaders()
  const compressed = compressOnce()
  const server = createServer((request, response) => {
    answer({ root, headers, compressed }, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500, headers)
      response.end()
    })
  })
  await new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(port, host, done)
  })
  return {
    url: `http://${host}:${server.address().port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function answer({ root, headers, compressed }, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end()
    return
  }
  const file = await find(root, request.url ?? '/')
  if (!file) {
    response.writeHead(404, { ...headers, 'Content-Type': mimeTypes['.txt'] }).end('Not found')
    return
  }
  // Vite puts a hash of the content into the names of assets; anything else is asked for again each time.
  const immutable = file.path.startsWith(join(root, 'assets') + sep)
  const etag = `"${file.size.toString(16)}-${Math.floor(file.mtimeMs).toString(16)}"`
  const type = extname(file.path)
  const fresh = {
    ...headers,
    ETag: etag,
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    // Whatever stands between must not hand a coding to who has not asked for it.
    ...(!dense.has(type) && { Vary: 'Accept-Encoding' }),
  }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, fresh).end()
    return
  }
  const coding = dense.has(type) ? undefined : acceptedCoding(request.headers['accept-encoding'])
  const body = coding && (await compressed(file, etag, coding))
  response.writeHead(200, {
    ...fresh,
    ...(coding && { 'Content-Encoding': coding }),
    'Content-Length': body ? body.length : file.size,
    'Content-Type': mimeTypes[type] ?? 'application/octet-stream',
  })
  if (request.method === 'HEAD') response.end()
  else if (body) response.end(body)
  else
    createReadStream(file.path)
      .on('error', () => response.destroy())
      .pipe(response)
}

/** Compresses each file once for each coding, and again when it has changed. */
function compressOnce() {
  const kept = new Map()
  return (file, etag, coding) => {
    const name = `${coding} ${file.path}`
    const before = kept.get(name)
    if (before?.etag === etag) return before.body
    const body = readFile(file.path).then(codings[coding])
    kept.set(name, { etag, body })
    // A file that could not be read may be there the next time.
    body.catch(() => kept.delete(name))
    return body
  }
}

/** The coding to answer with, by the weights of an `Accept-Encoding`; undefined for none. */
function acceptedCoding(header = '') {
  const weights = new Map(
    header.split(',').map((entry) => {
      const [name, ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return [name, weight === undefined ? 1 : Number(weight.slice(2))]
    }),
  )
  const weightOf = (name) => weights.get(name) ?? weights.get('*') ?? 0
  return Object.keys(codings)
    .filter((name) => weightOf(name) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a))[0]
}

/** The file a request names, if it lies inside the root. */
async function find(root, url) {
  let path
  try {
    path = normalize(join(root, decodeURIComponent(new URL(url, 'http://localhost').pathname)))
  } catch {
    return undefined
  }
  if ((path !== root && !path.startsWith(root + sep)) || path.includes('\0')) return undefined
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return { path, size: found.size, mtimeMs: found.mtimeMs }
  if (!found?.isDirectory()) return undefined
  const index = join(path, 'index.html')
  const page = await stat(index).catch(() => undefined)
  return page?.isFile() ? { path: index, size: page.size, mtimeMs: page.mtimeMs } : undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory = fileURLToPath(new URL('../dist/demo', import.meta.url)), port = '4173'] = process.argv.slice(2)
  const { url } = await serve({ directory, port: Number(port) })
  console.log(`Serving ${directory} at ${url}`)
}
