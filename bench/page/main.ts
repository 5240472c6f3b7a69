import { contenders } from './contenders.js'
import { rate } from './encrypt.js'
import { openingTimes, useAllKeys } from './storage.js'

/** What bench/run.mjs calls in the page. */
const bench = { contenders, rate, openingTimes, useAllKeys }
Object.assign(globalThis, { bench })
export type Bench = typeof bench
