/**
 * Builds the library into dist/lib. Four entries, each built by itself so that none loads what only another one needs;
 * what an entry loads later lies in a folder of its name:
 *
 * - `index.js`, what applications import; readable, its dependencies left to the application's bundler;
 * - `envelope.js`, the client for messages in the format of the AWS Encryption SDK; likewise;
 * - `worker.js`, for applications that build a worker file of their own; likewise;
 * - `hsm.js`, the ready-made worker: minified, with its dependencies, so that it also works served as it is.
 *
 * With `--mode size`, what `import 'browser-kms'` costs in an application: minified, with its dependencies, in dist/size.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'
import packageJson from './package.json' with { type: 'json' }

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

const SOURCE_URL = "new URL('../worker/entry.ts', import.meta.url)"
const BUILT_URL = "new URL('./hsm.js', import.meta.url)"
const PLACEHOLDER = '__browserKmsWorkerUrl__'

/**
 * Lets the built page start the built worker by the expression that application bundlers (Vite, webpack, Parcel) look
 * for. It is hidden from this build's own bundler, which would bundle a second worker for it.
 */
function workerUrl(): Plugin {
  return {
    name: 'browser-kms:worker-url',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/vault\.ts$/ },
      handler(code) {
        if (code.split(SOURCE_URL).length !== 2) this.error(`expected exactly one ${SOURCE_URL}`)
        return { code: code.replace(SOURCE_URL, PLACEHOLDER), map: null }
      },
    },
    renderChunk(code, chunk) {
      if (!chunk.moduleIds.includes(path('src/vault.ts'))) return undefined
      if (code.split(PLACEHOLDER).length !== 2) this.error(`the worker's URL is lost from ${chunk.fileName}`)
      return { code: code.replace(PLACEHOLDER, BUILT_URL), map: null }
    },
  }
}

/** A module for bundlers: readable, and importing its dependencies. */
function module(name: string, entry: string): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      lib: { entry: { [name]: path(entry) }, formats: ['es'] },
      outDir: path('dist/lib'),
      minify: false,
      rolldownOptions: {
        external: Object.keys(packageJson.dependencies).map((dependency) => new RegExp(`^${dependency}(/|$)`)),
        output: { chunkFileNames: `${name}/[name].js` },
      },
    },
  }
}

/** What a bundle loads at once has to be its entry and its core: the two files that `npm run size` weighs. */
function twoFilesAtOnce(): Plugin {
  return {
    name: 'browser-kms:two-files-at-once',
    applyToEnvironment: ({ name }) => name === 'hsm' || name === 'page',
    generateBundle(_options, bundle) {
      const atOnce = new Set<string>()
      const visit = (file: string): void => {
        const chunk = bundle[file]
        if (atOnce.has(file) || chunk?.type !== 'chunk') return
        atOnce.add(file)
        chunk.imports.forEach(visit)
      }
      for (const output of Object.values(bundle)) if (output.type === 'chunk' && output.isEntry) visit(output.fileName)
      if (atOnce.size > 2) this.error(`more than two files are loaded at once: ${[...atOnce].join(', ')}`)
    },
  }
}

type GroupName = (id: string, context: { getModuleInfo(id: string): ModuleInfo | null }) => string | null
interface ModuleInfo {
  readonly importedIds: readonly string[]
}

/** Puts all that an entry loads at once into one file beside it, and lets the rest come when it is needed. */
function loadedAtOnce(entry: string): GroupName {
  const modules = new Set<string>()
  return (id, context) => {
    const visit = (found: string): void => {
      if (modules.has(found)) return
      modules.add(found)
      context.getModuleInfo(found)?.importedIds.forEach(visit)
    }
    visit(entry)
    return id !== entry && modules.has(id) ? 'core' : null
  }
}

/** A file for browsers: minified, and holding its dependencies, whose licences are told beside it. */
function bundle(name: string, entry: string, outDir: string): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      // A library to Vite: no helper for preloading, which needs a document.
      lib: { entry: { [name]: path(entry) }, formats: ['es'] },
      outDir: path(outDir),
      license: { fileName: `${name}.LICENSES.md` },
      rolldownOptions: {
        output: {
          minify: true,
          // Hashed, because caches must not mix the files of two versions.
          chunkFileNames: `${name}/[name]-[hash].js`,
          codeSplitting: { groups: [{ debugName: 'core', name: loadedAtOnce(path(entry)) }] },
        },
        // An entry that later parts import would run twice where it is served with a query in its URL.
        preserveEntrySignatures: 'strict',
      },
    },
  }
}

export default defineConfig(({ mode }) => {
  const environments: Record<string, EnvironmentOptions> =
    mode === 'size'
      ? { page: bundle('page', 'src/index.ts', 'dist/size') }
      : {
          index: module('index', 'src/index.ts'),
          envelope: module('envelope', 'src/envelope/index.ts'),
          worker: module('worker', 'worker/index.ts'),
          hsm: bundle('hsm', 'worker/entry.ts', 'dist/lib'),
        }
  return {
    publicDir: false,
    base: './',
    build: { target: 'es2022', modulePreload: false, copyPublicDir: false, reportCompressedSize: false },
    plugins: [workerUrl(), twoFilesAtOnce()],
    environments,
    builder: {
      async buildApp(builder) {
        let isFirst = true
        for (const name of Object.keys(environments)) {
          const environment = builder.environments[name]
          if (!environment) continue
          environment.config.build.emptyOutDir = isFirst
          isFirst = false
          await builder.build(environment)
        }
      },
    },
  }
})
