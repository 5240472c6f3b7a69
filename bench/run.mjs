#!/usr/bin/env node
/**
 * `npm run bench`: speed of the vault as ratios against bare WebCrypto in a bare worker and against plain Comlink, in
 * one run, in Chromium. Prints tables; passes no judgement. Contenders take turns in every round, and the ratio is of
 * one round, so that a slow minute of the machine hits all alike; the figure is the median of the rounds.
 *
 *     npm run bench                     everything (about nine minutes)
 *     npm run bench -- encrypt          only the rates of Encrypt
 *     npm run bench -- algorithms       only signatures and MACs
 *     npm run bench -- storage          only opening, listing and memory
 *     npm run bench -- lifecycle        only catching up after three years
 *     npm run bench -- policies         only decisions of policies and grants
 *     npm run bench -- aws              only the adapter for AWS clients
 *     npm run bench -- recovery         only what recovery, backups and the lock cost
 *     npm run bench -- envelope         only streams of envelope encryption, and its peers
 *     npm run bench -- envelope-frames  only its frame lengths
 *     npm run bench -- envelope-memory  only its memory, and how busy the page is
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { chromiumArguments, findChromium } from '../scripts/chromium.mjs'
import { awsCryptoAliases } from '../test/browser/fixtures/aws-crypto-aliases.mjs'
import { envelopeParts } from './envelope.mjs'
import { memoryGrowth } from './memory.mjs'

const parts = process.argv.slice(2)
const wants = (part) => parts.length === 0 || parts.includes(part)
const root = fileURLToPath(new URL('..', import.meta.url))
const outDir = await mkdtemp(join(tmpdir(), 'browser-kms-bench-'))

const config = {
  configFile: false,
  root: join(root, 'bench/page'),
  logLevel: 'warn',
  resolve: {
    alias: [
      { find: 'browser-kms/aws', replacement: join(root, 'src/aws/index.ts') },
      { find: 'browser-kms/envelope', replacement: join(root, 'src/envelope/index.ts') },
      { find: 'browser-kms/recovery', replacement: join(root, 'src/vault/recovery-entry.ts') },
      { find: 'browser-kms/worker', replacement: join(root, 'worker/index.ts') },
      { find: 'browser-kms', replacement: join(root, 'src/index.ts') },
      ...awsCryptoAliases,
    ],
  },
  worker: { format: 'es' },
  build: { outDir, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 2_000 },
  // Cross-origin isolation makes the page's clock fine enough.
  preview: {
    port: 0,
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
}
await build(config)
const server = await preview(config)
const { port } = server.httpServer.address()
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: [...chromiumArguments(), '--js-flags=--expose-gc'],
})
const { envelope, envelopeFrames, envelopeMemory } = envelopeParts({ freshPage, browser, median })

try {
  if (wants('encrypt')) await encryptRates()
  if (wants('algorithms')) await algorithmRates()
  if (wants('storage')) await storage()
  if (wants('lifecycle')) await lifecycle()
  if (wants('policies')) await policies()
  if (wants('aws')) await aws()
  if (wants('recovery')) await recovery()
  if (wants('envelope')) await envelope()
  if (wants('envelope-frames')) await envelopeFrames()
  if (wants('envelope-memory')) await envelopeMemory()
} finally {
  await browser.close()
  await server.close()
  await rm(outDir, { recursive: true, force: true })
}

async function freshPage() {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error(error))
  await page.goto(`http://localhost:${port}/`)
  await page.waitForFunction('globalThis.bench')
  return page
}

async function encryptRates() {
  const page = await freshPage()
  const rows = []
  for (const { size, inFlight, rounds } of [
    { size: 1024, inFlight: 1, rounds: 9 },
    { size: 1024, inFlight: 64, rounds: 9 },
    { size: 1024, inFlight: 1000, rounds: 9 },
    { size: 64, inFlight: 1000, rounds: 5 },
    { size: 4096, inFlight: 64, rounds: 5 },
  ]) {
    const measured = await page.evaluate(
      async ({ size, inFlight, rounds }) => {
        const { bench } = globalThis
        globalThis.contenders ??= await bench.contenders()
        const plaintext = crypto.getRandomValues(new Uint8Array(size))
        const results = []
        for (let round = -1; round < rounds; round++) {
          const rates = {}
          for (const contender of globalThis.contenders)
            rates[contender.name] = await bench.rate(contender, plaintext, inFlight, 400)
          if (round >= 0) results.push(rates)
        }
        return results
      },
      { size, inFlight, rounds },
    )
    const ratio = (a, b) => median(measured.map((round) => round[a] / round[b]))
    rows.push({
      'Encrypt of': `${size} B`,
      'in flight': inFlight,
      'bare, calls/s': Math.round(median(measured.map(({ bare }) => bare))),
      'Comlink, calls/s': Math.round(median(measured.map(({ comlink }) => comlink))),
      'vault, calls/s': Math.round(median(measured.map(({ vault }) => vault))),
      'vault / bare': ratio('vault', 'bare').toFixed(2),
      'vault / Comlink': ratio('vault', 'comlink').toFixed(2),
      ...(inFlight === 1 && { 'latency, × bare': ratio('bare', 'vault').toFixed(2) }),
    })
  }
  console.log('\nEncrypt through vault.kms, through a bare worker, through the same worker behind Comlink')
  console.table(rows)
}

async function algorithmRates() {
  const page = await freshPage()
  const measured = await page.evaluate(async () => {
    const { bench } = globalThis
    const message = crypto.getRandomValues(new Uint8Array(256))
    const results = []
    for (const { spec, custody, bare, vault } of await bench.algorithmContenders()) {
      const rounds = []
      for (let round = -1; round < 5; round++) {
        const rates = {
          bare: await bench.rate(bare, message, 100, 300),
          vault: await bench.rate(vault, message, 100, 300),
        }
        if (round >= 0) rounds.push(rates)
      }
      results.push({ spec, custody, rounds })
    }
    return results
  })
  console.log(
    '\nSign or GenerateMac of 256 B, 100 in flight, against the bare call (WebCrypto or noble) in a bare worker',
  )
  console.table(
    measured.map(({ spec, custody, rounds }) => ({
      spec,
      custody,
      'bare, calls/s': Math.round(median(rounds.map(({ bare }) => bare))),
      'vault, calls/s': Math.round(median(rounds.map(({ vault }) => vault))),
      'time, × bare': median(rounds.map(({ bare, vault }) => bare / vault)).toFixed(2),
    })),
  )
}

async function storage() {
  const rows = []
  for (const count of [1, 10_000, 100_000]) {
    const page = await freshPage()
    const times = await page.evaluate((keys) => globalThis.bench.openingTimes(keys, 9), count)
    rows.push({
      keys: count,
      'open to first Encrypt, ms': median(times.open).toFixed(1),
      'ListKeys of 100, ms': median(times.list).toFixed(2),
    })
    await page.context().close()
  }
  console.log('\nOpening an existing vault, and listing it')
  console.table(rows)

  const page = await freshPage()
  await page.evaluate(() => globalThis.bench.openingTimes(10_000, 1))
  const before = await workerMemory(page)
  await page.evaluate(() => globalThis.bench.useAllKeys())
  const after = await workerMemory(page)
  console.log(
    `\nMemory of the worker after using each of 10,000 keys: ${((after - before) / 10_000).toFixed(0)} bytes a key`,
  )
  await page.context().close()
}

async function aws() {
  const page = await freshPage()
  const rows = []
  for (const inFlight of [1, 16, 64]) {
    const rounds = []
    for (let round = 0; round < 7; round++)
      rounds.push(
        await page.evaluate(async (inFlight) => {
          const { bench } = globalThis
          globalThis.awsContenders ??= await bench.awsContenders()
          const plaintext = crypto.getRandomValues(new Uint8Array(1024))
          const micros = {}
          for (const contender of globalThis.awsContenders)
            micros[contender.name] = 1e6 / (await bench.rate(contender, plaintext, inFlight, 300))
          return micros
        }, inFlight),
      )
    const micros = (of) => median(rounds.map(of)).toFixed(0)
    rows.push({
      'in flight': inFlight,
      'vault.kms, µs a call': micros(({ kms }) => kms),
      'handleAwsJson adds': micros(({ json, kms }) => json - kms),
      'KMSClient, µs a call': micros(({ sdk }) => sdk),
      'of which the adapter': micros(({ sdk, sdkWithoutAdapter }) => sdk - sdkWithoutAdapter),
    })
  }
  console.log('\nThe adapter for AWS clients: Encrypt of 1 KiB')
  console.table(rows)
}

async function policies() {
  const page = await freshPage()
  const rows = []
  for (const grants of [1, 1_000, 50_000]) {
    const times = []
    for (let round = 0; round < 5; round++)
      times.push(await page.evaluate((count) => globalThis.bench.decisionTime(count, 5_000), grants))
    rows.push({ 'grants of the caller on the key': grants, 'one decision, µs': median(times).toFixed(1) })
  }
  console.log('\nDecisions: a key policy of 20 statements with conditions, an identity policy, and grants')
  console.table(rows)
}

async function lifecycle() {
  const rows = []
  for (const isDue of [false, true]) {
    const rounds = []
    for (let round = 0; round < 5; round++) {
      const page = await freshPage()
      rounds.push(await page.evaluate((isDue) => globalThis.bench.catchUpTimes(10_000, isDue), isDue))
      await page.context().close()
    }
    rows.push({
      '10,000 keys with rotation': isDue ? 'due since two years' : 'nothing due',
      'open to first Encrypt, ms': median(rounds.map(({ firstEncrypt }) => firstEncrypt)).toFixed(1),
      'all caught up, ms': median(rounds.map(({ caughtUp }) => caughtUp)).toFixed(0),
      'rotations a key': median(rounds.map(({ rotations }) => rotations)),
    })
  }
  console.log('\nOpening a vault after three years: its keys rotate once each, and nobody waits for the others')
  console.table(rows)
}

async function recovery() {
  const page = await freshPage()
  const rounds = await page.evaluate(() => globalThis.bench.workingRates(7))
  const rows = ['plain', 'recovery', 'unlocked'].map((name) => ({
    vault: name,
    'CreateKey, ms': median(rounds.map((round) => round[name].createKey)).toFixed(2),
    'more than plain, ms': median(rounds.map((round) => round[name].createKey - round.plain.createKey)).toFixed(2),
    'Encrypt, calls/s': Math.round(median(rounds.map((round) => round[name].encrypt))),
    'Encrypt, × plain': median(rounds.map((round) => round[name].encrypt / round.plain.encrypt)).toFixed(2),
  }))
  console.log('\nA vault without recovery, with it, and locked at rest but unlocked')
  console.table(rows)
  await page.context().close()

  const unlocking = await freshPage()
  const times = await unlocking.evaluate(() => globalThis.bench.unlockTimes(5))
  const beyond = times.map(({ unlockToFirstEncrypt, verify }) => unlockToFirstEncrypt - verify)
  console.log('\nUnlocking with a passphrase')
  console.table([
    {
      'gesture to first Encrypt, ms': median(times.map((time) => time.unlockToFirstEncrypt)).toFixed(0),
      'the passphrase alone, ms': median(times.map(({ verify }) => verify)).toFixed(0),
      'beyond it, ms': median(beyond).toFixed(1),
      'first use of the next key, ms': median(times.map(({ nextKey }) => nextKey)).toFixed(1),
    },
  ])
  await unlocking.context().close()

  const backing = await freshPage()
  await backing.evaluate(() => globalThis.bench.fillVault(10_000))
  const steps = []
  for (const step of ['backUp', 'restore']) {
    let done
    const growth = await memoryGrowth(browser, async () => {
      done = await backing.evaluate((name) => globalThis.bench[name](), step)
    })
    steps.push({
      '10,000 keys': step,
      ms: Math.round(done.time),
      'backup, MiB': (done.bytes / 2 ** 20).toFixed(1),
      "growth of the renderer's memory at its highest, MiB": Math.round(growth / 2 ** 20),
    })
  }
  console.log('\nBackup and restore; the memory with garbage that is not collected yet, and the 64 MiB of Argon2id')
  console.table(steps)
  await backing.context().close()
}

/** Bytes of JavaScript memory in all workers of a page, after garbage collection. */
async function workerMemory(page) {
  const { breakdown } = await page.evaluate(() => performance.measureUserAgentSpecificMemory())
  return breakdown
    .filter(({ attribution }) => attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope'))
    .reduce((sum, { bytes }) => sum + bytes, 0)
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
