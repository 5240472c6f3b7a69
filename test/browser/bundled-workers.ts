/**
 * Workers of the tests come as one file each. As Vite serves them, each start of one asks for a hundred modules, and the
 * tests start thousands.
 */
import { build, type Plugin, type UserConfig } from 'vite'

/** As the address of a worker is written where it is started; and as Vite asks for its module. */
const WORKER = /^(?<file>[^?]+)\?(?:.*&)?worker_file(?:&|$)/

/**
 * @param resolve how their imports are found
 * @param first files that are bundled before anybody asks for them
 */
export function bundledWorkers(resolve: UserConfig['resolve'], ...first: readonly string[]): Plugin {
  const bundles = new Map<string, Promise<string>>()
  return {
    name: 'browser-kms:bundled-workers',
    apply: 'serve',
    enforce: 'pre',
    configureServer() {
      for (const file of first) {
        const bundle = bundled(file, resolve)
        // Told to whoever asks for it.
        bundle.catch(() => {})
        bundles.set(file, bundle)
      }
    },
    load(id) {
      const file = WORKER.exec(id)?.groups?.file
      if (file === undefined) return undefined
      const bundle = bundles.get(file) ?? bundled(file, resolve)
      bundles.set(file, bundle)
      return bundle
    },
  }
}

async function bundled(file: string, resolve: UserConfig['resolve']): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    ...(resolve && { resolve }),
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      modulePreload: false,
      rolldownOptions: {
        input: file,
        preserveEntrySignatures: false,
        output: { format: 'es', codeSplitting: false },
      },
    },
  })
  const outputs = Array.isArray(built) ? built.flatMap(({ output }) => output) : 'output' in built ? built.output : []
  const chunks = outputs.flatMap((output) => (output.type === 'chunk' ? output.code : []))
  if (chunks.length !== 1) throw new Error(`${file} has become ${chunks.length} files`)
  return chunks[0] as string
}
