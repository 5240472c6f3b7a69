/** The part of the bench that `bench/envelope.mjs` calls; loaded by itself, because its peers are large. */
import { floor, sourceAlone } from './envelope-floor.js'
import { flow, stalls } from './envelope-load.js'
import { type OursOptions, ours, SIGNED, UNSIGNED, vaultKeyring } from './envelope-ours.js'
import { age, awsCrypto, openpgp, secretstream } from './envelope-peers.js'
import { CHUNK, type EnvelopeContender, KIB, MIB } from './envelope-streams.js'
import { failureAt, type Rates, turn } from './envelope-turns.js'

const SDK_FRAME = 4 * KIB

const workers = (count: number): OursOptions['dataWorkers'] => ({ count })
const two = { suiteId: UNSIGNED, frameLength: CHUNK, dataWorkers: workers(2) } as const

const floors = { bare2: async () => floor(2), bare4: async () => floor(4) }

const streams = {
  source: async () => sourceAlone,
  ...floors,
  bareTwo: async () => floor(4, 2),
  ours1: () => ours('browser-kms, one data worker', { ...two, dataWorkers: workers(1) }),
  ours2: () => ours('browser-kms, two data workers', two),
  oursHere: () => ours('browser-kms, on the page', { ...two, dataWorkers: false }),
  oursVault: async () => ours('browser-kms, two, key in a vault', { ...two, keyring: await vaultKeyring() }),
  oursSmall1: () => ours('browser-kms, one, 4 KiB frames', { ...two, frameLength: SDK_FRAME, dataWorkers: workers(1) }),
  oursSmall2: () => ours('browser-kms, two, 4 KiB frames', { ...two, frameLength: SDK_FRAME }),
  oursSigned: () => ours('browser-kms, two, signed', { ...two, suiteId: SIGNED }),
  secretstream,
  openpgp,
  age,
}

/** Bytes for a turn; less of those that are slow, whose rates do not depend on it. */
const FULL = 256 * MIB
const SHORT = 64 * MIB
const short = new Set(['oursSmall1', 'oursSmall2', 'oursSigned', 'secretstream', 'openpgp', 'age'])
const sizeOf = (id: string) => (short.has(id) ? SHORT : FULL)

/** Both with the same suite and frames. */
const pair = (suiteId: typeof SIGNED | typeof UNSIGNED, frameLength: number) => ({
  ours: () => ours('browser-kms', { ...two, suiteId, frameLength }),
  theirs: () => awsCrypto('@aws-crypto/client-browser', suiteId, frameLength),
})

const sets: Readonly<Record<string, Readonly<Record<string, () => Promise<EnvelopeContender>>>>> = {
  streams,
  'signed, 512 KiB': pair(SIGNED, CHUNK),
  'signed, 4 KiB': pair(SIGNED, SDK_FRAME),
  'unsigned, 4 KiB': pair(UNSIGNED, SDK_FRAME),
}

type Contenders = Readonly<Record<string, EnvelopeContender>>
const made = new Map<string, Promise<Contenders>>()

async function make(makers: Readonly<Record<string, () => Promise<EnvelopeContender>>>): Promise<Contenders> {
  const entries = Object.entries(makers).map(async ([id, maker]) => [id, await maker()] as const)
  return Object.fromEntries(await Promise.all(entries))
}

function contendersOf(set: string, makers = sets[set]): Promise<Contenders> {
  if (!makers) throw new Error(`There is no set of contenders '${set}'.`)
  const contenders = made.get(set) ?? make(makers)
  made.set(set, contenders)
  return contenders
}

let isForward = false

/** From first to last, and next time from last to first. */
async function takeTurns(contenders: Contenders, sizeOf: (id: string) => number): Promise<Record<string, Rates>> {
  const rates: Record<string, Rates> = {}
  const entries = Object.entries(contenders)
  isForward = !isForward
  for (const [id, contender] of isForward ? entries : entries.reverse()) rates[id] = await turn(contender, sizeOf(id))
  return rates
}

export const envelope = {
  flow,
  stalls,

  /** Names of the contenders that work on streams, and the bytes of their turns. */
  async streams(): Promise<Record<string, { name: string; size: number }>> {
    const contenders = await contendersOf('streams')
    return Object.fromEntries(Object.entries(contenders).map(([id, { name }]) => [id, { name, size: sizeOf(id) }]))
  },

  async streamsRound(): Promise<Record<string, Rates>> {
    return takeTurns(await contendersOf('streams'), sizeOf)
  },

  async pairRound(set: string, size: number): Promise<Record<string, Rates>> {
    return takeTurns(await contendersOf(set), () => size)
  },

  /** Rates with frames of a length, with one data worker and with two. */
  async frameRound(frameLength: number, size: number): Promise<Record<string, Rates>> {
    const makers = {
      ...floors,
      one: () => ours('one', { ...two, frameLength, dataWorkers: workers(1) }),
      two: () => ours('two', { ...two, frameLength }),
    }
    return takeTurns(await contendersOf(`frames of ${frameLength}`, makers), () => size)
  },

  /** The first of some sizes that the peer of a pair can do, and how it fails at the larger ones. */
  async largestSize(set: string, sizes: readonly number[]): Promise<{ size: number; failure: string | undefined }> {
    const { theirs } = await contendersOf(set)
    let failure: string | undefined
    for (const size of sizes) {
      const failed = await failureAt(theirs as EnvelopeContender, size)
      if (failed === undefined) return { size, failure }
      failure ??= failed
    }
    throw new Error(`'${set}' works at no size: ${failure}`)
  },
}
