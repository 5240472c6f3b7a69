/**
 * `npm test`: every test, and as the last lines which of them failed and how many there were.
 *
 *     npm test                     everything
 *     npm test -- unit browser     parts: unit, types, browser, e2e
 *     npm test -- wire             test files with this in their path
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { ensureChromium } from './chromium.mjs'

/** Characters of an error that are repeated at the end. */
const BEGINNING = 400

const root = fileURLToPath(new URL('..', import.meta.url))

/** Parts of the test suite: the runner of each, and the directory of its files. */
const parts = {
  unit: { runner: 'vitest', directory: 'test/unit' },
  types: { runner: 'vitest', directory: 'test/types' },
  browser: { runner: 'vitest', directory: 'test/browser' },
  e2e: { runner: 'playwright', directory: 'test/e2e' },
}

/**
 * How to start each runner, and how to read its report as a list of `{ file, passed, skipped, failures }`; a failure is
 * `{ titles, errors }`.
 */
const runners = {
  vitest: {
    command: (names, patterns) => [
      'vitest',
      ['run', ...names.flatMap((name) => ['--project', name]), ...patterns],
      ['--reporter=default', '--reporter=./scripts/vitest-report.mjs'],
    ],
    environment: (report) => ({ KMS_VITEST_REPORT: report }),
    read: ({ files, errors }) => [
      ...files.map(({ file, ...outcome }) => ({ file: relative(root, file), ...outcome })),
      ...errors.map(outsideOfTests),
    ],
  },
  playwright: {
    command: (_names, patterns) => ['playwright', ['test', ...patterns], ['--reporter=list,json']],
    environment: (report) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: report }),
    read: ({ suites, errors, config }) => {
      // The outermost suites are the files.
      const specsIn = (suite, titles) => [
        ...(suite.specs ?? []).map((spec) => ({ ...spec, titles: [...titles, spec.title] })),
        ...(suite.suites ?? []).flatMap((inner) => specsIn(inner, [...titles, inner.title])),
      ]
      const counts = suites
        .flatMap((file) => specsIn(file, []))
        .flatMap(({ file, titles, tests }) =>
          tests.map(({ status, results }) => ({
            file: relative(root, join(config.rootDir, file)),
            passed: status === 'expected' || status === 'flaky' ? 1 : 0,
            skipped: status === 'skipped' ? 1 : 0,
            failures: status === 'unexpected' ? [{ titles, errors: messagesOf(results) }] : [],
          })),
        )
      return [...counts, ...errors.map(({ message }) => outsideOfTests(message))]
    },
  },
}

const parameters = process.argv.slice(2)
const named = parameters.filter((parameter) => Object.hasOwn(parts, parameter))
const patterns = parameters.filter((parameter) => !Object.hasOwn(parts, parameter))
const chosen = named.length > 0 ? named : Object.keys(parts)
const wanted = patterns.length > 0 ? await withMatchingFiles(chosen) : chosen
if (wanted.length === 0) stop(`No test file matches ${patterns.join(' ')}.`)

try {
  process.env.KMS_CHROMIUM = ensureChromium()
} catch (error) {
  stop(error.message)
}

const counts = []
const complaints = []
const reports = await mkdtemp(join(tmpdir(), 'browser-kms-test-'))
try {
  for (const runner of Object.keys(runners)) {
    const names = wanted.filter((name) => parts[name].runner === runner)
    if (names.length > 0) await run(runner, names)
  }
} finally {
  await rm(reports, { recursive: true, force: true })
}

// A part that ran nothing is a defect.
const ran = (directory) => counts.some(({ file }) => file.startsWith(directory.replaceAll('/', sep) + sep))
for (const name of wanted) if (!ran(parts[name].directory)) complaints.push(`${name}: no test has run`)

const sum = (countOf) => counts.reduce((total, file) => total + countOf(file), 0)
// A runner that breaks without failing a test counts as one failure: the last line must not look like success.
const failed = sum(({ failures }) => failures.length) + complaints.length
// What follows this line says it all: a record of a run may keep no more than its end.
console.log('\n=== result ===')
for (const { file, failures } of counts)
  for (const { titles, errors } of failures)
    console.log(`Failed: ${[file, ...titles].filter(Boolean).join(' > ')}${beginningOf(errors)}`)
for (const complaint of complaints) console.log(`Failed: ${complaint}.`)
console.log(`${sum(({ passed }) => passed)} passed, ${failed} failed, ${sum(({ skipped }) => skipped)} skipped`)
process.exitCode = failed > 0 ? 1 : 0

/** An error that belongs to no test. */
function outsideOfTests(message) {
  return { file: '', passed: 0, skipped: 0, failures: [{ titles: ['outside of any test'], errors: [message] }] }
}

/** Of a test that Playwright ran, each time that it did. */
function messagesOf(results) {
  return results.flatMap(({ status, errors }) => (errors?.length ? errors.map(({ message }) => message) : [status]))
}

/** What a reader needs to tell one cause from another, on one line; the rest is in the output of the runner. */
function beginningOf(errors) {
  const text = stripVTControlCharacters(errors.filter(Boolean).join(' | ')).replaceAll(/\s+/g, ' ').trim()
  return text && `: ${text.slice(0, BEGINNING)}`
}

async function withMatchingFiles(names) {
  const matching = []
  for (const name of names) {
    const { directory } = parts[name]
    const files = await readdir(join(root, directory), { recursive: true })
    const paths = files.filter((file) => /\.(test|spec|test-d)\.ts$/.test(file)).map((file) => join(directory, file))
    if (paths.some((path) => patterns.some((pattern) => path.includes(pattern)))) matching.push(name)
  }
  return matching
}

async function run(runner, names) {
  const { command, environment, read } = runners[runner]
  const report = join(reports, `${runner}.json`)
  const [binary, ...lists] = command(names, patterns)
  console.log(`\n=== ${names.join(', ')} (${runner}) ===`)
  const exit = await execute(binary, lists.flat(), environment(report))
  let files
  try {
    files = read(JSON.parse(await readFile(report, 'utf8')))
  } catch {
    complaints.push(`${runner} did not start or did not finish (${exit}); what it says is above`)
    return
  }
  counts.push(...files)
  if (exit !== 'exit code 0' && files.every(({ failures }) => failures.length === 0))
    complaints.push(`${runner} ended with ${exit} though no test failed; what it says is above`)
}

/** Runs a program of node_modules/.bin, and tells how it ended. */
function execute(binary, parameters, environment) {
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', binary), parameters, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
      shell: process.platform === 'win32',
    })
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`))
  })
}

function stop(message) {
  console.log(message)
  console.log('0 passed, 1 failed, 0 skipped')
  process.exit(1)
}
