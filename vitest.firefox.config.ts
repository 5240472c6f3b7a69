/** The browser tests of vitest.config.ts, in the machine's Firefox: `npm run test:firefox`. */
import { defineConfig } from 'vitest/config'
import { findFirefox } from './scripts/firefox.mjs'
import { firefox } from './test/firefox/provider.js'
import everywhere from './vitest.config.js'

const executablePath = findFirefox()
if (!executablePath) throw new Error('There is no Firefox: install it, or name one in KMS_FIREFOX.')

const inChromium = everywhere.test?.projects
  ?.flatMap((project) => (typeof project === 'object' && 'test' in project ? project : []))
  .find(({ test }) => test?.name === 'browser')
if (!inChromium) throw new Error('vitest.config.ts has no project "browser".')

export default defineConfig({
  ...inChromium,
  test: {
    ...inChromium.test,
    name: 'firefox',
    browser: {
      ...inChromium.test?.browser,
      provider: firefox(executablePath),
      instances: [{ browser: 'firefox' }],
    },
  },
})
