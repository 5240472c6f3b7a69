/**
 * Builds the library into dist/lib:
 *
 * - `index.js`, `envelope.js`, `recovery.js` and `aws.js`, what applications import; readable, their dependencies left to the
 *   application's bundler. They are built together, because they share classes that `instanceof` has to know; what they
 *   share, and what they load later, are the `page.*.js` beside them: all of them name the workers as files of their own
 *   folder, which is still true after a bundler that does not look at such names has put them into one;
 * - `worker.js`, for applications that build a worker file of their own; likewise, by itself;
 * - `hsm.js` and `data-worker.js`, the ready-made workers: minified, with their dependencies, so that they also work served
 *   as they are; `hsm.single.js` and `data-worker.single.js`, the same of one file each.
 *
 * With `--mode size`, what `import 'browser-kms'` costs in an application: minified, with its dependencies, in dist/size.
 */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'
import packageJson from './package.json' with { type: 'json' }

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Workers that the library starts: their source, and the file that each is in the package. */
const workers = [
  { source: path('worker/entry.ts'), built: 'hsm.js', placeholder: '__browserKmsHsmUrl__' },
  {
    source: path('src/envelope/data-workers/entry.ts'),
    built: 'data-worker.js',
    placeholder: '__browserKmsDataWorkerUrl__',
  },
]

const URL_OF_A_FILE = /new URL\('(\.[^']+)', import\.meta\.url\)/g

/**
 * Lets the built page start the built workers by the expression that application bundlers (Vite, webpack, Parcel) look
 * for. It is hidden from this build's own bundler, which would bundle a second worker for it.
 */
function workerUrls(): Plugin {
  return {
    name: 'browser-kms:worker-urls',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'library' || name === 'page',
    transform(code, id) {
      if (!id.startsWith(path('src/'))) return undefined
      const hidden = code.replace(URL_OF_A_FILE, (expression, file: string) => {
        const named = fileURLToPath(new URL(file, pathToFileURL(id)))
        const worker = workers.find(({ source }) => source === named)
        return worker?.placeholder ?? expression
      })
      return hidden === code ? undefined : { code: hidden, map: null }
    },
    renderChunk(code) {
      const rendered = workers.reduce(
        (text, { built, placeholder }) => text.replaceAll(placeholder, `new URL('./${built}', import.meta.url)`),
        code,
      )
      return rendered === code ? undefined : { code: rendered, map: null }
    },
    generateBundle(_options, bundle) {
      const code = Object.values(bundle).map((output) => (output.type === 'chunk' ? output.code : ''))
      for (const { built } of workers) {
        const starts = code.join('').split(new RegExp(`/${built}['"\`]`)).length - 1
        if (starts !== 1) this.error(`${built} is started in ${starts} places, and not in one`)
      }
    },
  }
}

/** Modules for bundlers: readable, and importing their dependencies. */
function modules(chunkFileNames: string, entries: Readonly<Record<string, string>>): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      lib: { entry: entries, formats: ['es'] },
      outDir: path('dist/lib'),
      minify: false,
      rolldownOptions: {
        external: Object.keys(packageJson.dependencies).map((dependency) => new RegExp(`^${dependency}(/|$)`)),
        output: { chunkFileNames },
      },
    },
  }
}

/** Files that a bundle may load at once, and `npm run size` weighs: its entry, what that starts with, and its core. */
const WEIGHED = /^(hsm|page)(\.js|\/(serve|core)-.*\.js)$/

/** Sees to it that a bundle loads nothing at once that is not weighed. */
function weighedAtOnce(): Plugin {
  return {
    name: 'browser-kms:weighed-at-once',
    applyToEnvironment: ({ name }) => name === 'hsm' || name === 'page',
    generateBundle(_options, bundle) {
      const visit = (file: string): void => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk') return
        if (!WEIGHED.test(file)) this.error(`${file} is loaded at once, and not weighed`)
        chunk.imports.forEach(visit)
        // A worker's entry imports what it starts with by `import()`; see `serveVault`.
        if (chunk.isEntry) chunk.dynamicImports.filter((name) => name.includes('/serve-')).forEach(visit)
      }
      for (const output of Object.values(bundle)) if (output.type === 'chunk' && output.isEntry) visit(output.fileName)
    },
  }
}

type GroupName = (id: string, context: { getModuleInfo(id: string): ModuleInfo | null }) => string | null
interface ModuleInfo {
  readonly importedIds: readonly string[]
}

/** Puts all that a module loads at once into one file beside the entry, and lets the rest come when it is needed. */
function loadedAtOnce(entry: string, root: string): GroupName {
  const modules = new Set<string>()
  return (id, context) => {
    const visit = (found: string): void => {
      if (modules.has(found)) return
      modules.add(found)
      context.getModuleInfo(found)?.importedIds.forEach(visit)
    }
    visit(root)
    return id !== entry && id !== root && modules.has(id) ? 'core' : null
  }
}

/**
 * A file for browsers: minified, and holding its dependencies, whose licences are told beside it.
 *
 * @param root what its core is made of: the entry, or what the entry loads first
 */
function bundle(name: string, entry: string, outDir: string, root = entry): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      // A library to Vite: no helper for preloading, which needs a document.
      lib: { entry: { [name]: path(entry) }, formats: ['es'] },
      outDir: path(outDir),
      license: { fileName: `${name}.LICENSES.md` },
      rolldownOptions: {
        // What sm-crypto-v2 begins with, before it is used: of it SM3 alone is, and the rest brings a second, older noble.
        treeshake: {
          manualPureFunctions: ['__export', 'initRNGPool', 'weierstrass', 'Field', 'BigInt'],
          propertyReadSideEffects: false,
        },
        output: {
          minify: true,
          // Hashed, because caches must not mix the files of two versions.
          chunkFileNames: `${name}/[name]-[hash].js`,
          codeSplitting: { groups: [{ debugName: 'core', name: loadedAtOnce(path(entry), path(root)) }] },
        },
        // An entry that later parts import would run twice where it is served with a query in its URL.
        preserveEntrySignatures: 'strict',
      },
    },
  }
}

/**
 * A ready-made worker as one file, for tools that find no workers and for servers of single files. Without a module's
 * syntax, so that it runs as a module and as a classic script.
 */
function singleFile(name: string, entry: string): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      lib: { entry: { [name]: path(entry) }, formats: ['iife'], name: 'browserKms', fileName: () => `${name}.js` },
      outDir: path('dist/lib'),
      rolldownOptions: { output: { minify: true, codeSplitting: false } },
    },
  }
}

export default defineConfig(({ mode }) => {
  const environments: Record<string, EnvironmentOptions> =
    mode === 'size'
      ? { page: bundle('page', 'src/index.ts', 'dist/size') }
      : {
          library: modules('page.[name].js', {
            index: path('src/index.ts'),
            envelope: path('src/envelope/index.ts'),
            recovery: path('src/vault/recovery-entry.ts'),
            aws: path('src/aws/index.ts'),
          }),
          worker: modules('worker/[name].js', { worker: path('worker/index.ts') }),
          hsm: bundle('hsm', 'worker/entry.ts', 'dist/lib', 'worker/door/serve.ts'),
          data: bundle('data-worker', 'src/envelope/data-workers/entry.ts', 'dist/lib'),
          singleHsm: singleFile('hsm.single', 'dist/lib/hsm.js'),
          singleData: singleFile('data-worker.single', 'dist/lib/data-worker.js'),
        }
  return {
    publicDir: false,
    base: './',
    build: { target: 'es2022', modulePreload: false, copyPublicDir: false, reportCompressedSize: false },
    plugins: [workerUrls(), weighedAtOnce()],
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
