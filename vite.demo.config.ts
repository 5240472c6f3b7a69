import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import contentSecurityPolicy from './demo/content-security-policy.json' with { type: 'json' }

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Leaves out the fonts that Cloudscape embeds as data URIs (150 KB, and refused by the CSP): the system's serve. */
function systemFonts(): Plugin {
  return {
    name: 'system-fonts',
    enforce: 'pre',
    transform: {
      filter: { id: /@cloudscape-design.*\.css$/ },
      handler: (css) => css.replace(/@font-face\s*\{[^}]*\}/g, '').replaceAll('"Open Sans"', 'system-ui'),
    },
  }
}

/**
 * Puts the CSP into the built page too, for hosts that cannot send headers. `frame-ancestors` counts in headers only.
 *
 * The CSP lets WebAssembly be compiled, and nothing else be evaluated: Argon2id, which makes passphrases slow to try, takes a
 * thief's time and not ours by it. Without `wasm-unsafe-eval` the vault does the same in JavaScript, several times slower.
 */
function policyInPage(): Plugin {
  const { 'frame-ancestors': _, ...policy } = contentSecurityPolicy
  const content = Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join('; ')
  return {
    name: 'policy-in-page',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' },
    ],
  }
}

export default defineConfig({
  root: path('demo'),
  resolve: {
    alias: [
      { find: /^browser-kms$/, replacement: path('src/index.ts') },
      { find: /^browser-kms\/data-worker\.js$/, replacement: path('src/envelope/data-workers/entry.ts') },
      { find: /^browser-kms\/envelope$/, replacement: path('src/envelope/index.ts') },
      { find: /^browser-kms\/recovery$/, replacement: path('src/vault/recovery-entry.ts') },
      { find: /^browser-kms\/worker$/, replacement: path('worker/index.ts') },
    ],
  },
  server: { fs: { allow: [path('.')] } },
  worker: { format: 'es' },
  build: {
    outDir: path('dist/demo'),
    emptyOutDir: true,
    target: 'es2022',
    // An inlined asset is a data URI, which the CSP refuses for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // React and the frame of the console, 217 kB compressed; pages and dialogs are chunks of their own.
    chunkSizeWarningLimit: 800,
  },
  plugins: [
    systemFonts(),
    react(),
    policyInPage(),
    VitePWA({
      strategies: 'generateSW',
      // The page registers the service worker itself, through its Trusted Types policy.
      injectRegister: false,
      registerType: 'prompt',
      manifest: {
        id: '/',
        name: 'browser-kms',
        short_name: 'browser-kms',
        description: 'AWS KMS inside the browser: keys that work offline and never leave this device.',
        start_url: '.',
        display: 'standalone',
        background_color: '#161d26',
        theme_color: '#161d26',
        icons: [
          { src: 'icon.svg', type: 'image/svg+xml', sizes: 'any' },
          { src: 'icon-192.png', type: 'image/png', sizes: '192x192' },
          { src: 'icon-512.png', type: 'image/png', sizes: '512x512' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{html,js,css,svg,png,webmanifest}'],
        // The HSM and the data worker that the library would start: this page starts its own.
        globIgnores: ['assets/entry-*.js'],
        // Under Trusted Types the service worker could not import a script by its name.
        inlineWorkboxRuntime: true,
        cleanupOutdatedCaches: true,
        sourcemap: false,
      },
    }),
  ],
})
