import { defineConfig } from '@playwright/test'
import { chromiumArguments, findChromium } from './scripts/chromium.mjs'

const executablePath = findChromium()

/**
 * The servers take any free port and print it; Playwright puts it into the environment, from where the tests' processes
 * read it. The pages are also reached at `http://127.0.0.1` and at any name under `localhost`: other origins, and secure
 * contexts too.
 */
const origin = (port: string | undefined) => `http://localhost:${port ?? 0}`

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 300_000,
  // A busy machine of two cores takes its time; a test that has to be quick measures by itself.
  expect: { timeout: 60_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    headless: true,
    trace: 'off',
    launchOptions: { ...(executablePath && { executablePath }), args: chromiumArguments() },
  },
  projects: [
    { name: 'pack', testMatch: 'package/pack.setup.ts' },
    { name: 'package', testMatch: 'package/**/*.spec.ts', dependencies: ['pack'] },
    { name: 'vault', testMatch: 'vault/**/*.spec.ts', use: { baseURL: origin(process.env.VAULT_PAGES_PORT) } },
    { name: 'demo', testMatch: 'demo/**/*.spec.ts', use: { baseURL: origin(process.env.DEMO_PORT) } },
  ],
  webServer: [
    {
      name: 'test pages',
      command: 'npx vite --config test/e2e/vite.config.ts',
      // The port may be printed in bold.
      wait: { stdout: /http:\/\/127\.0\.0\.1:(?:\S*m)?(?<vault_pages_port>\d+)/ },
      timeout: 240_000,
    },
    {
      name: 'demo',
      // The production build, in a folder of its own: `npm start` may be serving the other one.
      command:
        'npx vite build --config vite.demo.config.ts --outDir ../dist/demo-under-test --logLevel warn' +
        ' && node scripts/serve.mjs dist/demo-under-test 0',
      wait: { stdout: / at http:\/\/localhost:(?<demo_port>\d+)/ },
      timeout: 240_000,
    },
  ],
})
