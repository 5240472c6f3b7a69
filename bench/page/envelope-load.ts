/** What a long stream does to the page: memory, and tasks during which it answers nobody. */
import { floor } from './envelope-floor.js'
import { ourStreams, UNSIGNED } from './envelope-ours.js'
import { CHUNK, drain, randomSource } from './envelope-streams.js'

export type Flow = 'source alone' | 'bare worker' | 'encrypt' | 'encrypt and decrypt'

/** Sends so many bytes through, and throws away what comes. */
export async function flow(which: Flow, size: number, count: number): Promise<void> {
  const discard = () => {}
  if (which === 'source alone') return drain(randomSource(size), discard)
  if (which === 'bare worker') return floor(2).encrypt(randomSource(size), discard)
  const streams = await ourStreams({ suiteId: UNSIGNED, frameLength: CHUNK, dataWorkers: { count } })
  const sealed = randomSource(size).pipeThrough(streams.encryptStream())
  await drain(which === 'encrypt' ? sealed : sealed.pipeThrough(streams.decryptStream()), discard)
}

export interface Stalls {
  /** Milliseconds of the longest task; 0 if none took the 50 that make it a long one. */
  readonly longestTask: number
  /** Milliseconds by which a timer was late at most. */
  readonly latestTimer: number
}

/** How long the page was kept busy at most while a flow went on. */
export async function stalls(which: Flow, size: number, count: number): Promise<Stalls> {
  let longestTask = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration)
  })
  observer.observe({ entryTypes: ['longtask'] })
  const timer = new LateTimer()
  await flow(which, size, count)
  const latestTimer = timer.stop()
  // Entries of the last task come after it.
  await new Promise((resolve) => setTimeout(resolve, 200))
  observer.disconnect()
  return { longestTask, latestTimer }
}

const TICK = 5

class LateTimer {
  #latest = 0
  #last = performance.now()
  readonly #interval = setInterval(() => this.#tick(), TICK)

  #tick(): void {
    const now = performance.now()
    this.#latest = Math.max(this.#latest, now - this.#last - TICK)
    this.#last = now
  }

  stop(): number {
    this.#tick()
    clearInterval(this.#interval)
    return this.#latest
  }
}
