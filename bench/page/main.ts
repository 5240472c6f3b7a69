import { algorithmContenders } from './algorithms.js'
import { contenders } from './contenders.js'
import { decisionTime } from './decisions.js'
import { rate } from './rate.js'
import { backUp, fillVault, restore, unlockTimes, workingRates } from './recovery.js'
import { catchUpTimes, openingTimes, useAllKeys } from './storage.js'

/** What bench/run.mjs calls in the page. */
const bench = {
  algorithmContenders,
  contenders,
  rate,
  openingTimes,
  useAllKeys,
  catchUpTimes,
  decisionTime,
  workingRates,
  fillVault,
  backUp,
  restore,
  unlockTimes,
  awsContenders: async () => (await import('./aws.js')).awsContenders(),
  envelope: async () => (await import('./envelope.js')).envelope,
}
Object.assign(globalThis, { bench })
