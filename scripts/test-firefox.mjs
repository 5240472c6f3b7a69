/**
 * `npm run test:firefox`: the browser tests in the machine's Firefox, and as the last line how many there were. Where
 * there is no Firefox, it says so and is content.
 *
 *     npm run test:firefox                every browser test
 *     npm run test:firefox -- custody     test files with this in their path
 */
import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'
import { findFirefox } from './firefox.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

let executablePath
try {
  executablePath = findFirefox()
} catch (error) {
  console.log(error.message)
  end({ passed: 0, failed: 1, skipped: 0 })
}
if (!executablePath) {
  console.log('Skipped: there is no Firefox on this machine (install one, or name one in KMS_FIREFOX).')
  end({ passed: 0, failed: 0, skipped: 0 })
}

const counts = { passed: 0, failed: 0, skipped: 0 }
let complaint
try {
  const vitest = await startVitest('test', process.argv.slice(2), {
    root,
    config: 'vitest.firefox.config.ts',
    watch: false,
  })
  const modules = vitest.state.getTestModules()
  for (const module of modules) {
    const states = [...module.children.allTests()].map((test) => test.result().state)
    const count = (state) => states.filter((other) => other === state).length
    counts.passed += count('passed')
    // A file that fails before its first test has failed too, and a test that never ended has not passed.
    const failed = count('failed') + count('pending')
    counts.failed += module.ok() ? failed : Math.max(failed, 1)
    counts.skipped += count('skipped')
  }
  if (modules.length === 0) complaint = 'no test file has run'
  else if (vitest.state.getUnhandledErrors().length > 0) complaint = 'there are errors that belong to no test'
  await vitest.close()
} catch (error) {
  complaint = `the tests did not start or did not finish (${error.message})`
}
if (complaint) console.log(`\nFailed: ${complaint}.`)
end({ ...counts, failed: complaint ? Math.max(counts.failed, 1) : counts.failed })

function end({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exit(failed > 0 ? 1 : 0)
}
