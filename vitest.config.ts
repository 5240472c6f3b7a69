import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumArguments, findChromium } from './scripts/chromium.mjs'
import { bundledWorkers } from './test/browser/bundled-workers.js'
import { awsCryptoAliases } from './test/browser/fixtures/aws-crypto-aliases.mjs'
import { vectorCommands } from './test/browser/vectors/commands.js'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const executablePath = findChromium()

/** Tests import the package by its public names, and get its sources. */
const resolve = {
  alias: [
    { find: /^browser-kms$/, replacement: path('src/index.ts') },
    { find: /^browser-kms\/aws$/, replacement: path('src/aws/index.ts') },
    { find: /^browser-kms\/envelope$/, replacement: path('src/envelope/index.ts') },
    { find: /^browser-kms\/recovery$/, replacement: path('src/vault/recovery-entry.ts') },
    { find: /^browser-kms\/worker$/, replacement: path('worker/index.ts') },
  ],
}

/** A busy machine of two cores takes its time, and waiting costs nothing; a test that has to be quick measures by itself. */
const patience = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          ...patience,
          maxWorkers: '100%',
          // First these, then those in the browser, which have the machine to themselves.
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
        },
      },
      {
        resolve: { alias: [...resolve.alias, ...awsCryptoAliases] },
        plugins: [bundledWorkers(resolve, path('worker/entry.ts'), path('test/browser/fixtures/clock-hsm.ts'))],
        // Named, because finding them during a run would reload the page under test.
        optimizeDeps: {
          include: [
            'comlink',
            'idb',
            'asn1js',
            'fast-check',
            'hash-wasm',
            '@aws-crypto/client-browser',
            '@aws-sdk/client-kms',
            '@rumblefishdev/eth-signer-kms',
            'ethers',
            '@noble/ciphers/aes.js',
            '@noble/curves/abstract/der.js',
            '@noble/curves/abstract/modular.js',
            '@noble/curves/abstract/weierstrass.js',
            '@noble/curves/utils.js',
            '@noble/curves/nist.js',
            '@noble/curves/secp256k1.js',
            '@noble/curves/ed25519.js',
            '@noble/hashes/argon2.js',
            '@noble/hashes/hmac.js',
            '@noble/hashes/sha2.js',
            '@noble/hashes/sha3.js',
            '@noble/post-quantum/hybrid.js',
            '@noble/post-quantum/ml-dsa.js',
            '@noble/post-quantum/ml-kem.js',
            '@scure/base',
            'hpke',
            'sm-crypto-v2',
          ],
        },
        worker: { format: 'es' },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...patience,
          // By default one core stays idle, and of two that is half of them.
          maxWorkers: '100%',
          sequence: { groupOrder: 2 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { ...(executablePath && { executablePath }), args: chromiumArguments() },
            }),
            instances: [{ browser: 'chromium' }],
            connectTimeout: 180_000,
            commands: vectorCommands,
          },
        },
      },
    ],
  },
})
