import { algorithmContenders } from './algorithms.js'
import { contenders } from './contenders.js'
import { decisionTime } from './decisions.js'
import { rate } from './rate.js'
import { catchUpTimes, openingTimes, useAllKeys } from './storage.js'

/** What bench/run.mjs calls in the page. */
const bench = { algorithmContenders, contenders, rate, openingTimes, useAllKeys, catchUpTimes, decisionTime }
Object.assign(globalThis, { bench })
