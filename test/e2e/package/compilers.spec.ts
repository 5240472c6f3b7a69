/** The declarations of the package, read by compilers of several years, as an application's own configuration has it. */
import { join } from 'node:path'
import { test } from '@playwright/test'
import { type Application, makeApplication, root } from './fixtures/application.js'

const sources = {
  'application.ts': `
    import { KmsError, openVault } from 'browser-kms'
    import { createRequestHandler } from 'browser-kms/aws'
    import { buildClient, KmsKeyring } from 'browser-kms/envelope'
    import { serveVault } from 'browser-kms/worker'

    export async function everything(file: Blob): Promise<Blob[]> {
      const vault = await openVault()
      const Plaintext = new TextEncoder().encode('meet me at noon')
      const { CiphertextBlob } = await vault.kms.encrypt({ KeyId: 'alias/notes', Plaintext })
      const decrypted = await vault.kms.decrypt({ CiphertextBlob })
      await crypto.subtle.digest('SHA-256', decrypted.Plaintext)
      const envelope = vault.envelope('alias/notes')
      const sealed = await envelope.encrypt(decrypted.Plaintext, { note: '42' })
      const { plaintext } = await envelope.decrypt(sealed, { note: '42' })
      const stream: ReadableStream<Uint8Array> = file.stream().pipeThrough(envelope.encryptStream({ note: '42' }))
      const keyring = new KmsKeyring({ client: vault.kms, generatorKeyId: 'alias/notes' })
      const { result } = await buildClient().encrypt(keyring, plaintext)
      createRequestHandler(vault)
      serveVault({ now: () => 0 })
      return [new Blob([CiphertextBlob, sealed, plaintext, result]), await new Response(stream).blob()]
    }

    export function wrong(error: unknown): string {
      // @ts-expect-error the types are there, and not any
      openVault({ region: 1 })
      return error instanceof KmsError ? error.name : ''
    }`,
}

const strict = { strict: true, noEmit: true, skipLibCheck: false, types: [], lib: ['ES2022', 'DOM', 'DOM.Iterable'] }

interface Compiler {
  readonly compiler: string
  readonly program: string
  readonly options: Readonly<Record<string, unknown>>
}

const bundler = { target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler' }
const compilers: readonly Compiler[] = [
  { compiler: 'TypeScript 5.4', program: 'typescript-5.4/bin/tsc', options: bundler },
  {
    compiler: 'TypeScript 5.4 that knows no exports',
    program: 'typescript-5.4/bin/tsc',
    options: { target: 'ES2022', module: 'ESNext', moduleResolution: 'node' },
  },
  { compiler: 'TypeScript 5.9', program: 'typescript-5.9/bin/tsc', options: bundler },
  {
    compiler: 'TypeScript 5.9, stricter',
    program: 'typescript-5.9/bin/tsc',
    options: { target: 'ES2022', module: 'NodeNext', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  },
  {
    compiler: 'the compiler of this repository',
    program: join(root, 'node_modules/typescript/bin/tsc'),
    options: bundler,
  },
]

let application: Application

test.describe.configure({ mode: 'default' })
test.beforeAll(async () => {
  application = await makeApplication({
    ...sources,
    ...Object.fromEntries(
      compilers.map(({ options }, index) => [
        `tsconfig.${index}.json`,
        JSON.stringify({ compilerOptions: { ...strict, ...options }, files: ['application.ts'] }),
      ]),
    ),
  })
})
test.afterAll(() => application.remove())

for (const [index, { compiler, program }] of compilers.entries())
  test(`${compiler} accepts an application under strict, declarations of libraries checked`, async () => {
    await application.run(program, '-p', `tsconfig.${index}.json`)
  })
