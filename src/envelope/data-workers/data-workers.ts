/** Workers for bulk encryption: neither the page, which would freeze, nor the HSM, which would answer nobody meanwhile. */
import { type Remote, releaseProxy, transfer, wrap } from 'comlink'
import type { Bytes } from '../../contract/bytes.js'
import type { DataService, Done, HashTask, Refused, Task } from './data-service.js'

/** How bulk data is encrypted. */
export interface DataWorkersOptions {
  /** How many workers there are at most; default one less than the processors, 1 to 4. */
  readonly count?: number
  /**
   * Starts a worker with the file `browser-kms/data-worker.js`: for pages under Trusted Types, and for applications that
   * build their own. Default: the file that comes with the package.
   */
  readonly start?: () => Worker
}

/** Bytes of a message that are worked on where it is: starting a worker takes longer, and the page does not notice them. */
export const HERE_UP_TO = 1_048_576
/** Milliseconds without work after which workers are ended. */
const IDLE_TIMEOUT = 10_000
const MOST_BY_DEFAULT = 4
/** Milliseconds that a worker has for its first answer before it is taken for a file that is none. */
const START_TIMEOUT = 30_000

/** A data worker, and how much it has to do. */
export class Seat {
  readonly #worker: Worker
  readonly #service: Remote<DataService>
  /** Tells who waits that the worker has failed. */
  readonly #waiting = new Set<(reason: Error) => void>()
  readonly #silence: ReturnType<typeof setTimeout>
  #hasEnded = false
  /** Messages that are being hashed in it. */
  transcripts = 0

  constructor(worker: Worker, onFailure: (seat: Seat) => void) {
    this.#worker = worker
    this.#service = wrap<DataService>(worker)
    const fail = (reason: string) => {
      for (const tell of this.#waiting) tell(new Error(`${reason} (Under Trusted Types, pass dataWorkers: { start }.)`))
      onFailure(this)
      this.end()
    }
    this.#silence = setTimeout(
      () => fail('The data worker does not answer. Does its file import browser-kms/data-worker.js?'),
      START_TIMEOUT,
    )
    worker.addEventListener('message', () => clearTimeout(this.#silence), { once: true })
    worker.addEventListener('error', ({ message }) =>
      fail(`The data worker could not be started, or has failed${message ? `: ${message}` : '.'}`),
    )
  }

  get load(): number {
    return this.#waiting.size + this.transcripts
  }

  seal(task: Task): Promise<Done> {
    return this.#await(this.#service.seal(movable(task)))
  }

  open(task: Task): Promise<Done | Refused> {
    return this.#await<Done | Refused>(this.#service.open(movable(task)))
  }

  hash(task: HashTask): Promise<ArrayBuffer> {
    return this.#await(this.#service.hash(transfer(task, [task.bytes.buffer])))
  }

  digest(id: number): Promise<Bytes> {
    return this.#await(this.#service.digest(id))
  }

  forget(id: number): void {
    if (!this.#hasEnded) void this.#service.forget(id)
  }

  end(): void {
    this.#hasEnded = true
    clearTimeout(this.#silence)
    this.#service[releaseProxy]()
    this.#worker.terminate()
  }

  #await<Result>(answer: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      answer.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }
}

/** A few data workers, started when they are needed and ended when they are not. */
export class DataWorkers {
  readonly count: number
  readonly #start: () => Worker
  readonly #seats = new Set<Seat>()
  #idle: ReturnType<typeof setInterval> | undefined
  #lastUse = 0

  constructor({ count, start = startWorker }: DataWorkersOptions = {}) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count > 0))
      throw new TypeError('The count of data workers must be a whole number above 0.')
    this.count = count ?? Math.min(MOST_BY_DEFAULT, Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1))
    this.#start = start
  }

  /** The worker with the least to do. */
  seat(): Seat {
    this.#watch()
    let least: Seat | undefined
    for (const seat of this.#seats) if (!least || seat.load < least.load) least = seat
    if (least && (least.load === 0 || this.#seats.size >= this.count)) return least
    const seat = new Seat(this.#start(), (failed) => this.#seats.delete(failed))
    this.#seats.add(seat)
    return seat
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

/** Of all who do not ask for their own. */
let shared: DataWorkers | undefined
/** Who asks with the same options shares the workers. */
const asked = new WeakMap<DataWorkersOptions, DataWorkers>()

/**
 * @param options how many workers; `false` for none, where all is done on the calling thread
 * @returns undefined for none
 */
export function dataWorkersFor(options: DataWorkersOptions | false | undefined): DataWorkers | undefined {
  if (options === false || typeof Worker === 'undefined') return undefined
  if (options === undefined) {
    shared ??= new DataWorkers()
    return shared
  }
  const workers = asked.get(options) ?? new DataWorkers(options)
  asked.set(options, workers)
  return workers
}

function movable(task: Task): Task {
  return transfer(task, [task.run.bytes.buffer])
}

function startWorker(): Worker {
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module' })
}
