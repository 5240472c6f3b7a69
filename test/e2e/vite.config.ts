/** Serves the pages of the end-to-end tests, and the sources that they import, at a free port. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  root: path('pages'),
  cacheDir: path('../../node_modules/.vite/e2e'),
  resolve: {
    alias: [
      { find: /^browser-kms$/, replacement: path('../../src/index.ts') },
      { find: /^browser-kms\/envelope$/, replacement: path('../../src/envelope/index.ts') },
      { find: /^browser-kms\/recovery$/, replacement: path('../../src/vault/recovery-entry.ts') },
      { find: /^browser-kms\/worker$/, replacement: path('../../worker/index.ts') },
    ],
  },
  // All that the package can load, at once: finding more during a run would break the page under test.
  optimizeDeps: {
    entries: [
      '../../src/index.ts',
      '../../src/envelope/index.ts',
      '../../src/vault/recovery-entry.ts',
      '../../worker/entry.ts',
    ].map(path),
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    port: 0,
    // Pages of other origins embed these, and each other.
    cors: true,
    // A file that someone saves during a run must not reload the pages under test.
    hmr: false,
    watch: null,
    fs: { allow: [path('../..')] },
  },
})
