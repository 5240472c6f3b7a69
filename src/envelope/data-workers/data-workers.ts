/** Workers for bulk encryption: neither the page, which would freeze, nor the HSM, which would answer nobody meanwhile. */
import { transfer } from 'comlink'
import { type Remote, releaseProxy, remoteOf } from '../../client/remote.js'
import type { Bytes } from '../../contract/bytes.js'
import { KMSInternalException } from '../../contract/errors.js'
import { hasMethods } from '../option-readers.js'
import type { DataService, Done, HashTask, Refused, Task } from './data-service.js'
import type { DataWorkersOptions } from './options.js'

/** Milliseconds without work after which workers are ended. */
const IDLE_TIMEOUT = 10_000
const MOST_BY_DEFAULT = 4
/** Milliseconds that a worker has for its first answer before it is taken for a file that is none. */
const START_TIMEOUT = 30_000

/** A data worker, and how much it has to do. Whatever becomes of it, whoever waits for it is answered. */
export class Seat {
  readonly #worker: Worker
  readonly #service: Remote<DataService>
  readonly #onFailure: (seat: Seat) => void
  /** Tells who waits that the worker has failed. */
  readonly #waiting = new Set<(reason: Error) => void>()
  readonly #silence: ReturnType<typeof setTimeout>
  readonly #watch = new AbortController()
  /** Resolves once it would be heard of if the worker died. */
  readonly #watched: Promise<void>
  /** Why the worker takes no work any more. */
  #ended: Error | undefined
  /** Messages that are being hashed in it. */
  transcripts = 0

  /** @param place where its file is, for a person */
  constructor(worker: Worker, place: string, onFailure: (seat: Seat) => void) {
    this.#worker = worker
    this.#service = remoteOf<DataService>(worker, ['seal', 'open', 'hash', 'digest', 'forget', 'holdWhileAlive'])
    this.#onFailure = onFailure
    this.#silence = setTimeout(
      () => this.#fail(`The data worker does not answer. Does its file, ${place}, import browser-kms/data-worker.js?`),
      START_TIMEOUT,
    )
    worker.addEventListener('error', ({ message }) =>
      this.#fail(cannotStart(place, message || 'the file cannot be loaded, or fails')),
    )
    this.#watched = this.#watchLife()
  }

  get load(): number {
    return this.#waiting.size + this.transcripts
  }

  seal(task: Task): Promise<Done> {
    return this.#await(() => this.#service.seal(movable(task)))
  }

  open(task: Task): Promise<Done | Refused> {
    return this.#await<Done | Refused>(() => this.#service.open(movable(task)))
  }

  hash(task: HashTask): Promise<ArrayBuffer> {
    return this.#await(() => this.#service.hash(transfer(task, [task.bytes.buffer])))
  }

  digest(id: number): Promise<Bytes> {
    return this.#await(() => this.#service.digest(id))
  }

  forget(id: number): void {
    void this.#watched.then(() => {
      if (!this.#ended) void this.#service.forget(id)
    })
  }

  end(reason = new KMSInternalException('The data worker was ended.')): void {
    if (this.#ended) return
    this.#ended = reason
    clearTimeout(this.#silence)
    this.#watch.abort()
    for (const tell of this.#waiting) tell(reason)
    this.#service[releaseProxy]()
    this.#worker.terminate()
  }

  #fail(reason: string): void {
    if (this.#ended) return
    this.#onFailure(this)
    this.end(new KMSInternalException(reason))
  }

  /**
   * A worker that was terminated, by whomever, or for want of memory, tells nobody: no event comes. It holds a Web Lock
   * while it lives, which is the page's once it does not. It gets no work before it does.
   */
  async #watchLife(): Promise<void> {
    const name = `browser-kms/data-worker/${crypto.randomUUID()}`
    const { signal } = this.#watch
    try {
      await this.#service.holdWhileAlive(name)
      // It is what it should be: other files can talk too.
      clearTimeout(this.#silence)
      const gone = () => this.#fail('A data worker has ended before its work was done. Begin the message again.')
      navigator.locks.request(name, { signal }, gone).catch(() => {
        // The worker was ended here, and nobody waits for its end any more.
      })
    } catch (error) {
      this.#fail(`The data worker is of another version, or cannot be watched: ${(error as Error).message}`)
    }
  }

  /** Work is sent in the order in which it comes. */
  #await<Result>(ask: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended
      this.#waiting.add(reject)
      this.#watched
        .then(() => {
          if (this.#ended) throw this.#ended
          return ask()
        })
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject))
    })
  }
}

/** A few data workers, started when they are needed and ended when they are not. */
export class DataWorkers {
  readonly count: number
  readonly #start: () => Worker
  readonly #place: string
  readonly #seats = new Set<Seat>()
  #idle: ReturnType<typeof setInterval> | undefined
  #lastUse = 0

  constructor(options: DataWorkersOptions) {
    const { count, url, start = () => startWorker(url) } = options
    this.count = count ?? Math.min(MOST_BY_DEFAULT, Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1))
    this.#start = start
    this.#place = placeOf(options) ?? (options.start ? 'what start gave' : 'the file that comes with the package')
  }

  /** The worker with the least to do. */
  seat(): Seat {
    this.#watch()
    let least: Seat | undefined
    for (const seat of this.#seats) if (!least || seat.load < least.load) least = seat
    if (least && (least.load === 0 || this.#seats.size >= this.count)) return least
    const seat = new Seat(this.#started(), this.#place, (failed) => this.#seats.delete(failed))
    this.#seats.add(seat)
    return seat
  }

  #started(): Worker {
    let reason = 'it is no Worker'
    try {
      const worker = this.#start()
      if (hasMethods(worker, ['postMessage', 'terminate', 'addEventListener'])) return worker
    } catch (error) {
      reason = (error as Error).message
    }
    throw new KMSInternalException(cannotStart(this.#place, reason))
  }

  /** Ends the workers once they have had nothing to do for a while. */
  #watch(): void {
    this.#lastUse = performance.now()
    if (this.#idle !== undefined) return
    this.#idle = setInterval(() => {
      for (const seat of this.#seats) if (seat.load > 0) this.#lastUse = performance.now()
      if (performance.now() - this.#lastUse < IDLE_TIMEOUT) return
      clearInterval(this.#idle)
      this.#idle = undefined
      for (const seat of this.#seats) seat.end()
      this.#seats.clear()
    }, IDLE_TIMEOUT / 4)
  }
}

/** By how many there are. */
type Pools = Map<number | undefined, DataWorkers>
/** Who asks for the same workers shares them: of a place, or of a function that starts them. */
const placed = new Map<string | undefined, Pools>()
const started = new WeakMap<() => Worker, Pools>()

/**
 * @param options how many workers, and where they come from; `false` for none, where all is done on the calling thread
 * @returns undefined for none, and where there are none, or nobody could tell that one has died
 */
export function dataWorkersFor(options: DataWorkersOptions | false = {}): DataWorkers | undefined {
  if (options === false || typeof Worker === 'undefined' || !navigator.locks) return undefined
  const { start, count } = options
  const pools = start ? poolsOf(started, start) : poolsOf(placed, placeOf(options))
  const workers = pools.get(count) ?? new DataWorkers(options)
  pools.set(count, workers)
  return workers
}

function poolsOf<Origin>(
  all: { get(origin: Origin): Pools | undefined; set(origin: Origin, pools: Pools): unknown },
  origin: Origin,
): Pools {
  const pools = all.get(origin) ?? new Map()
  all.set(origin, pools)
  return pools
}

function placeOf({ url }: DataWorkersOptions): string | undefined {
  return url === undefined ? undefined : String(url)
}

function cannotStart(place: string, reason: string): string {
  return `The data worker could not be started from ${place}, or has failed: ${reason}. Say where browser-kms/data-worker.js is by dataWorkers: { url }, under Trusted Types by a TrustedScriptURL; dataWorkers: false does without.`
}

function movable(task: Task): Task {
  return transfer(task, [task.run.bytes.buffer])
}

function startWorker(url: DataWorkersOptions['url']): Worker {
  // Browsers take a TrustedScriptURL wherever the DOM types say string.
  if (url !== undefined) return new Worker(url as string, { type: 'module' })
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module' })
}
