/**
 * Ten years in the life of vaults, under a clock that the tests set. Whatever happens, in whatever order, a model
 * predicts every answer: nothing that should decrypt fails, and nothing that was deleted comes back.
 */
import fc from 'fast-check'
import { afterAll, test } from 'vitest'
import { start } from '../fixtures/clock.js'
import { type Command, commands, oneOf, type TimeCommand } from './ten-years-commands.js'
import type { KeyKind } from './ten-years-model.js'
import { Simulation } from './ten-years-simulation.js'
import { endWarmWorkers } from './ten-years-tabs.js'

const kind = oneOf<KeyKind>(
  { arbitrary: fc.constant('symmetric'), weight: 4 },
  { arbitrary: fc.constant('importedSymmetric'), weight: 4 },
  { arbitrary: fc.constantFrom('hmac', 'importedHmac', 'ecc'), weight: 2 },
)

afterAll(endWarmWorkers)

/** Plays on a new vault; then every key and every ciphertext is tried, as it is and again with all keys back in use. */
async function simulate(play: (simulation: Simulation) => Promise<void>): Promise<void> {
  const simulation = await Simulation.begin(start)
  try {
    await play(simulation)
    await simulation.check()
    await simulation.revive()
    await simulation.check()
  } finally {
    await simulation.discard()
  }
}

/** Far longer than it takes: what counts is how long a failure may be shrunk. */
const timeout = 600_000
const interruptAfterTimeLimit = 200_000

test('ROT STATE DEL IMP TIME a few keys: any history is answered as the model says', { timeout }, async () => {
  const { use, manage, look, material, time, workers } = commands(fc.nat({ max: 0xffff }), kind)
  const command = oneOf<Command>(
    { arbitrary: use, weight: 8 },
    { arbitrary: manage, weight: 10 },
    { arbitrary: look, weight: 4 },
    { arbitrary: material, weight: 8 },
    { arbitrary: time, weight: 9 },
    { arbitrary: workers, weight: 1 },
  )
  const population = fc.noBias(fc.array(kind, { minLength: 1, maxLength: 6, size: 'max' }))
  const history = fc.noBias(fc.array(command, { maxLength: 80, size: 'max' }))
  const property = fc.asyncProperty(population, fc.boolean(), history, (population, isImported, history) =>
    simulate(async (simulation) => {
      await simulation.populate(population)
      if (isImported) await simulation.importFirst()
      await simulation.play(history)
    }),
  )
  await fc.assert(property, { numRuns: 20, interruptAfterTimeLimit })
})

test('ROT STATE DEL IMP TIME two thousand keys over ten years', { timeout }, async () => {
  // The whole plan follows from a number, which is what a failure shows.
  const property = fc.asyncProperty(fc.noBias(fc.noShrink(fc.integer())), (seed) =>
    simulate(async (simulation) => {
      for (const { population, beginning, steps } of fc.sample(plans(), { seed, numRuns: 1 })) {
        await simulation.populate(population)
        await simulation.playTogether(beginning)
        for (const { time, work } of steps) {
          await simulation.play([time])
          await simulation.playTogether(work)
        }
      }
    }),
  )
  await fc.assert(property, { numRuns: 1 })
})

const DAY = 24 * 60
const importing = { do: 'import', key: 0, bytes: 0, minutes: undefined, type: undefined, fault: undefined } as const
const first: Command = { ...importing, description: undefined }

/** Histories in which vault and model once disagreed. */
const disagreements: [rule: string, population: KeyKind[], history: Command[]][] = [
  [
    'TIME-1 a tab that did not see the clock ahead refuses what has expired by then',
    ['importedSymmetric', 'hmac'],
    [
      { ...first, minutes: 10 * DAY },
      { do: 'otherTab', settle: 'wait' },
      { do: 'otherTab', settle: 'wait' },
      { do: 'glimpse', key: 1, minutes: 20 * DAY },
      { do: 'otherTab', settle: 'wait' },
      { do: 'encrypt', key: 0 },
    ],
  ],
  [
    'TIME-1 what a tab imports that did not see the clock ahead lasts until its date',
    ['importedSymmetric', 'hmac'],
    [
      { do: 'parameters', key: 0 },
      { do: 'otherTab', settle: 'wait' },
      { do: 'advance', minutes: 60 },
      { do: 'setBack', minutes: 60 },
      { do: 'otherTab', settle: 'wait' },
      { ...first, minutes: 30 },
    ],
  ],
  [
    'STATE-9 a disabled key stays disabled when one of several missing materials is imported',
    ['importedSymmetric'],
    [
      first,
      { ...first, bytes: 1, type: 'NEW_KEY_MATERIAL' },
      { do: 'rotate', key: 0, times: 1 },
      { do: 'schedule', key: 0, days: 7 },
      { do: 'deleteMaterial', key: 0, material: 0 },
      { do: 'deleteMaterial', key: 0, material: 1 },
      { do: 'cancel', key: 0 },
      first,
    ],
  ],
  [
    'IMP-18 a disabled key stays disabled when material that waits is given up',
    ['importedSymmetric'],
    [
      first,
      { ...first, bytes: 1, type: 'NEW_KEY_MATERIAL' },
      { do: 'schedule', key: 0, days: 7 },
      { do: 'deleteMaterial', key: 0, material: 0 },
      { do: 'cancel', key: 0 },
      { do: 'deleteMaterial', key: 0, material: 1 },
    ],
  ],
]

test.each(disagreements)('%s', (_rule, population, history) =>
  simulate(async (simulation) => {
    await simulation.populate(population)
    await simulation.play(history)
  }),
)

/** Steps of some weeks, now and then of years or backwards, and what is done at each of them. */
function plans() {
  const anyKey = fc.nat({ max: 0xffff })
  const favourite = fc.nat({ max: 15 })
  const key = oneOf({ arbitrary: anyKey, weight: 4 }, { arbitrary: favourite, weight: 1 })
  const { use, manage, schedule, look, material, time, workers } = commands(key, kind)
  const command = oneOf<Command>(
    { arbitrary: use, weight: 30 },
    { arbitrary: manage, weight: 30 },
    { arbitrary: schedule, weight: 8 },
    { arbitrary: look, weight: 6 },
    { arbitrary: material, weight: 2 },
  )
  const days = oneOf(
    { arbitrary: fc.integer({ min: 10, max: 90 }), weight: 24 },
    { arbitrary: fc.integer({ min: -60, max: -1 }), weight: 3 },
    { arbitrary: fc.integer({ min: 365, max: 1000 }), weight: 1 },
  )
  const minutes = days.map((count) => count * 24 * 60)
  const killed = {
    do: fc.constant('kill' as const),
    change: fc.constant(undefined),
    minutes,
    after: fc.nat({ max: 150 }),
  }
  const step = oneOf<TimeCommand>(
    { arbitrary: fc.record({ do: fc.constant('advance' as const), minutes }), weight: 12 },
    { arbitrary: fc.record({ do: fc.constant('reopen' as const), minutes }), weight: 1 },
    { arbitrary: fc.record(killed), weight: 2 },
    { arbitrary: time, weight: 2 },
    { arbitrary: workers, weight: 2 },
  )
  return fc.noBias(
    fc.record({
      population: exactly(2000, kind),
      beginning: exactly(800, command),
      steps: exactly(75, fc.record({ time: step, work: exactly(16, command) })),
    }),
  )
}

function exactly<Value>(length: number, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> {
  return fc.array(arbitrary, { minLength: length, maxLength: length, size: 'max' })
}
