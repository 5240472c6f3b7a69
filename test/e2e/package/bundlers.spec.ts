/**
 * The package in an application of each build tool, as the README's table says: built, served as files, opened. The
 * application's own code is the same for all; what a tool needs beside it is in its row, and in the README.
 */
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { type Application, makeApplication, root, serveFiles, tools } from './fixtures/application.js'

const page = (script: string) =>
  `<!doctype html><meta charset="utf-8"><title>An application</title><script type="module" src="${script}"></script>`

const sources = {
  'index.html': page('./main.js'),
  'main.js': `
    import { openVault } from 'browser-kms'
    import { createRequestHandler } from 'browser-kms/aws'
    import { readMessageHeader } from 'browser-kms/envelope'

    const through = (bytes, transform) => new Response(new Blob([bytes]).stream().pipeThrough(transform)).bytes()

    globalThis.run = async (options) => {
      const vault = await openVault(options)
      createRequestHandler(vault)
      const { kms } = vault
      const { KeyMetadata: { KeyId } } = await kms.createKey({})
      const Plaintext = new TextEncoder().encode('meet me at noon')
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext })
      const decrypted = await kms.decrypt({ CiphertextBlob })
      // Enough for a data worker.
      const bytes = new Uint8Array(2 * 1_048_576).fill(7)
      const envelope = vault.envelope(KeyId)
      const sealed = await through(bytes, envelope.encryptStream({ note: '42' }))
      const opened = await through(sealed, envelope.decryptStream({ note: '42' }))
      // Sealed, and by code that is loaded when it is first needed.
      const signer = { KeyId: (await kms.createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })).KeyMetadata.KeyId }
      const signing = { ...signer, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' }
      const { Signature } = await kms.sign(signing)
      const { SignatureValid } = await kms.verify({ ...signing, Signature })
      await vault.close()
      return {
        decrypted: new TextDecoder().decode(decrypted.Plaintext),
        context: readMessageHeader(sealed).encryptionContext,
        opened: opened.byteLength === bytes.byteLength && opened.every((byte) => byte === 7),
        SignatureValid,
      }
    }`,
}

interface Tool {
  readonly tool: string
  /** Its row in the README names all of these. */
  readonly told: readonly string[]
  /** Its configuration, and what else it wants in other words than the rest. */
  readonly files?: Readonly<Record<string, string>>
  /** Builds into `dist`. */
  readonly build?: (application: Application) => Promise<void>
  /** Folder of the page; `dist` by default. */
  readonly served?: string
  /** Source text of what `openVault` is given. */
  readonly options?: string
}

const viteConfiguration = { 'vite.config.js': "export default { worker: { format: 'es' } }" }

/** What the README says to copy beside the bundle. */
const WORKERS = ['hsm.js', 'hsm', 'data-worker.js', 'data-worker'] as const
const SINGLE = ['hsm.single.js', 'data-worker.single.js'] as const
async function copy({ folder, installed }: Application, files: readonly string[], into: string): Promise<void> {
  for (const file of files) await cp(join(installed, 'dist/lib', file), join(folder, into, file), { recursive: true })
}
async function copyPage({ folder }: Application): Promise<void> {
  await cp(join(folder, 'index.html'), join(folder, 'dist/index.html'))
}

const byUrl = "{ worker: '/hsm.single.js', dataWorkers: { url: '/data-worker.single.js' } }"
const asClassicScripts =
  "{ worker: new Worker('/hsm.single.js'), dataWorkers: { start: () => new Worker('/data-worker.single.js') } }"

const rows: readonly Tool[] = [
  {
    tool: 'Vite 8',
    told: ["worker: { format: 'es' }"],
    files: viteConfiguration,
    build: ({ run }) => run(join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'),
  },
  {
    tool: 'Vite 8, without its configuration',
    told: ['one file of some 200 KB'],
    build: ({ run }) => run(join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'),
  },
  {
    tool: 'Vite 6',
    told: ["worker: { format: 'es' }"],
    files: viteConfiguration,
    build: ({ run }) => run('vite-6/bin/vite.js', 'build', '--logLevel', 'warn'),
  },
  {
    tool: 'webpack 5',
    told: ['nothing'],
    files: {
      'webpack.mjs': `
        import webpack from ${JSON.stringify(join(tools, 'node_modules/webpack/lib/index.js'))}
        // Its minifier takes four times as long as all the rest, and changes nothing about what is found where.
        const optimization = { minimize: false }
        webpack({ mode: 'production', entry: './main.js', performance: false, optimization }, (error, result) => {
          if (error || result.hasErrors()) throw error ?? new Error(result.toString())
        })`,
    },
    build: async (application) => {
      await application.run(join(application.folder, 'webpack.mjs'))
      await copyPage(application)
    },
  },
  {
    tool: 'Parcel 2',
    told: ['nothing', 'workers of one file'],
    build: ({ run }) => run('parcel/lib/bin.js', 'build', 'index.html', '--no-cache', '--no-source-maps'),
  },
  {
    tool: 'esbuild',
    told: ['--format=esm', 'cp -r node_modules/browser-kms/dist/lib/{hsm,data-worker}*'],
    build: async (application) => {
      await application.run('.bin/esbuild', 'main.js', '--bundle', '--format=esm', '--minify', '--outdir=dist')
      await copy(application, WORKERS, 'dist')
      await copyPage(application)
    },
  },
  {
    tool: 'Rollup, in parts, in a folder below the page',
    told: ['cp -r node_modules/browser-kms/dist/lib/{hsm,data-worker}*'],
    files: {
      'index.html': page('./static/js/main.js'),
      'rollup.config.js': `
        import resolve from ${JSON.stringify(join(tools, 'node_modules/@rollup/plugin-node-resolve/dist/es/index.js'))}
        export default { input: 'main.js', output: { dir: 'dist/static/js' }, plugins: [resolve({ browser: true })] }`,
    },
    build: async (application) => {
      await application.run('rollup/dist/bin/rollup', '--config', '--silent')
      await copy(application, WORKERS, 'dist/static/js')
      await copyPage(application)
    },
  },
  ...[byUrl, asClassicScripts].map(
    (options): Tool => ({
      tool: `any, with the workers of one file ${options === byUrl ? 'by their URLs' : 'as classic scripts'}`,
      told: ["worker: '/hsm.single.js', dataWorkers: { url: '/data-worker.single.js' }", 'classic script'],
      build: async (application) => {
        const quiet = '--log-level=error'
        await application.run(
          '.bin/esbuild',
          'main.js',
          '--bundle',
          '--format=iife',
          '--minify',
          '--outdir=dist',
          quiet,
        )
        await copy(application, SINGLE, 'dist')
        await copyPage(application)
      },
      options,
    }),
  ),
  {
    tool: 'none, with an import map',
    told: ['importmap'],
    files: {
      'index.html': `<!doctype html><meta charset="utf-8"><title>An application</title>
        <script type="importmap">{ "imports": {
          "browser-kms": "/node_modules/browser-kms/dist/lib/index.js",
          "browser-kms/": "/node_modules/browser-kms/dist/lib/",
          "browser-kms/aws": "/node_modules/browser-kms/dist/lib/aws.js",
          "browser-kms/envelope": "/node_modules/browser-kms/dist/lib/envelope.js",
          "comlink": "/node_modules/comlink/dist/esm/comlink.mjs",
          "hash-wasm": "/node_modules/hash-wasm/dist/index.esm.js",
          "@noble/": "/node_modules/@noble/"
        } }</script>
        <script type="module" src="./main.js"></script>`,
    },
    served: '.',
  },
]

/** The rows of the table of build tools, by the tool that each begins with. */
async function rowsOfReadme(): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  return readme.slice(readme.indexOf('### Build tools'), readme.indexOf('## The public face'))
}

for (const { tool, told, files, build, served = 'dist', options } of rows)
  test(`${tool}: an application encrypts and decrypts, in bulk and with parts that come later, as the README says`, async ({
    page,
  }) => {
    const readme = await rowsOfReadme()
    for (const words of told) expect(readme).toContain(words)

    const application = await makeApplication({ ...sources, ...files })
    try {
      await build?.(application)
      const { address, close } = await serveFiles(join(application.folder, served))
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      const workers: string[] = []
      page.on('worker', (worker) => workers.push(worker.url()))
      try {
        await page.goto(address)
        await page.waitForFunction('globalThis.run')
        expect(await page.evaluate(`run(${options})`)).toEqual({
          decrypted: 'meet me at noon',
          context: { note: '42' },
          opened: true,
          SignatureValid: true,
        })
      } finally {
        close()
      }
      expect(complaints).toEqual([])
      // The HSM, and at least one data worker.
      expect(workers.length).toBeGreaterThanOrEqual(2)
    } finally {
      await application.remove()
    }
  })
