/** The parts of `npm run bench` about envelope encryption: streams against the best bare loop and against peers. */
import { memoryGrowth } from './memory.mjs'

const MIB = 1024 * 1024
const ROUNDS = 3

/** @param {{ freshPage: Function, browser: import('playwright').Browser, median: (values: number[]) => number }} bench */
export function envelopeParts({ freshPage, browser, median }) {
  const inPage = (page, method, ...parameters) =>
    page.evaluate(async ({ method, parameters }) => (await globalThis.bench.envelope())[method](...parameters), {
      method,
      parameters,
    })

  async function rounds(page, method, ...parameters) {
    const results = []
    for (let round = 0; round < ROUNDS; round++) results.push(await inPage(page, method, ...parameters))
    return results
  }

  const best = (round, way) => Math.max(round.bare2[way], round.bare4[way])
  const times = (measured, ratio) => median(measured.map(ratio)).toFixed(2)
  const against = (measured, id, way) => times(measured, (round) => round[id][way] / best(round, way))
  const rate = (measured, id, way) => Math.round(median(measured.map((round) => round[id][way])))

  async function envelope() {
    const page = await freshPage()
    const contenders = await inPage(page, 'streams')
    const measured = await rounds(page, 'streamsRound')
    console.log(
      `\nStreams in chunks of 512 KiB, against the best loop through one bare worker (a chunk a message). Peers run on the page.`,
    )
    console.table(
      Object.entries(contenders).map(([id, { name, size }]) => ({
        contender: name,
        MiB: size / MIB,
        'encrypt, MiB/s': rate(measured, id, 'encrypt'),
        'encrypt, × bare': against(measured, id, 'encrypt'),
        'decrypt, MiB/s': rate(measured, id, 'decrypt'),
        'decrypt, × bare': against(measured, id, 'decrypt'),
      })),
    )
    await page.context().close()
    await pairs()
  }

  async function pairs() {
    const page = await freshPage()
    const rows = []
    const sizes = [256, 192, 128, 64].map((size) => size * MIB)
    const large = await inPage(page, 'largestSize', 'signed, 512 KiB', sizes)
    const small = await inPage(page, 'largestSize', 'signed, 4 KiB', sizes)
    for (const [set, { size, failure }] of [
      ['signed, 512 KiB', large],
      ['signed, 4 KiB', small],
      ['unsigned, 4 KiB', small],
    ]) {
      const measured = await rounds(page, 'pairRound', set, size)
      const ratio = (way) => times(measured, ({ ours, theirs }) => ours[way] / theirs[way])
      rows.push({
        'frames of': set,
        MiB: size / MIB,
        'theirs, MiB/s': `${rate(measured, 'theirs', 'encrypt')} / ${rate(measured, 'theirs', 'decrypt')}`,
        'ours, MiB/s': `${rate(measured, 'ours', 'encrypt')} / ${rate(measured, 'ours', 'decrypt')}`,
        'encrypt, × theirs': ratio('encrypt'),
        'decrypt, × theirs': ratio('decrypt'),
        ...(failure && { 'theirs with more': failure }),
      })
    }
    console.log(
      '\nThe same suite and frames, with @aws-crypto/client-browser (whole messages, on the page) and with streams through two data workers',
    )
    console.table(rows)
    await page.context().close()
  }

  async function envelopeFrames() {
    const page = await freshPage()
    const rows = []
    for (const kib of [4, 16, 64, 128, 256, 512, 1024, 2048]) {
      const measured = await rounds(page, 'frameRound', kib * 1024, 128 * MIB)
      rows.push({
        'frames of': `${kib} KiB`,
        ...Object.fromEntries(
          ['one', 'two'].flatMap((id) =>
            ['encrypt', 'decrypt'].map((way) => [
              `${id}, ${way}, MiB/s (× bare)`,
              `${rate(measured, id, way)} (${against(measured, id, way)})`,
            ]),
          ),
        ),
      })
    }
    console.log(
      '\nFrame lengths: 0x0478, 128 MiB, one and two data workers, against the best loop through one bare worker',
    )
    console.table(rows)
    await page.context().close()
  }

  async function envelopeMemory() {
    const rows = []
    for (const [flow, count] of [
      ['source alone', 0],
      ['bare worker', 1],
      ['encrypt', 1],
      ['encrypt', 2],
      ['encrypt and decrypt', 2],
    ]) {
      const page = await freshPage()
      await inPage(page, 'flow', flow, MIB, count)
      const growth = await memoryGrowth(browser, () => inPage(page, 'flow', flow, 4096 * MIB, count))
      const { longestTask, latestTimer } = await inPage(page, 'stalls', flow, 1024 * MIB, count)
      rows.push({
        stream: flow,
        workers: count,
        'growth while 4 GiB pass, MiB': Math.round(growth / MIB),
        'longest task while 1 GiB passes, ms': longestTask === 0 ? 'none of 50' : Math.round(longestTask),
        'a timer late by at most, ms': Math.round(latestTimer),
      })
      await page.context().close()
    }
    console.log(
      '\nMemory of the renderer process at its highest, and how long the page was kept busy (frames of 512 KiB)',
    )
    console.table(rows)
  }

  return { envelope, envelopeFrames, envelopeMemory }
}
