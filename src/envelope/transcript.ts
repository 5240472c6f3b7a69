import { type Bytes, concatenate, lengthOf } from '../contract/bytes.js'
import type { DataWorkers, Seat } from './data-workers/data-workers.js'
import { HERE_UP_TO } from './data-workers/here-up-to.js'
import { type Digest, type HashName, newDigest } from './digests.js'
import { SpareBuffers } from './spare-buffers.js'

/** Tasks that may wait for the worker before {@link Transcript.room} waits too. */
const MOST_WAITING = 2

let ids = 0
/** Frees the worker of a message that nobody finishes. */
const abandoned = new FinalizationRegistry<() => void>((release) => release())

/** The digest of all that a signed message is made of but its signature (STRM-8). */
export class Transcript {
  readonly #hash: HashName
  readonly #workers: DataWorkers | undefined
  readonly #id = ids++
  /** Where the message is hashed here. */
  #digest: Digest | undefined
  #kept: Uint8Array[] = []
  #keptLength = 0
  /** The worker that hashes the message. */
  #seat: Seat | undefined
  #release = () => {}
  #waiting: Promise<void>[] = []
  readonly #spares = new SpareBuffers(MOST_WAITING + 1)

  constructor(hash: HashName, workers: DataWorkers | undefined) {
    this.#hash = hash
    this.#workers = workers
  }

  /** Adds bytes; they are copied during the call. */
  update(parts: readonly Uint8Array[]): void {
    this.#keptLength += lengthOf(parts)
    if (!this.#workers || (this.#keptLength <= HERE_UP_TO && !this.#seat)) {
      this.#kept.push(...parts.map((part) => part.slice()))
      return
    }
    this.#seat ??= this.#take(this.#workers)
    const bytes = this.#gather([...this.#kept, ...parts])
    this.#kept = []
    const task = this.#seat.hash({ id: this.#id, hash: this.#hash, bytes }).then((spare) => this.#spares.keep(spare))
    // A failure is told to whoever waits for room or the digest.
    task.catch(() => {})
    this.#waiting.push(task)
  }

  /** Waits while more has come than can be hashed. */
  async room(): Promise<void> {
    if (!this.#workers && this.#keptLength > HERE_UP_TO) await this.#hashKept()
    while (this.#waiting.length > MOST_WAITING) await this.#waiting.shift()
  }

  async digest(): Promise<Bytes> {
    if (this.#seat) {
      await Promise.all(this.#waiting)
      return this.#seat.digest(this.#id).finally(() => this.close())
    }
    const digest = await this.#hashKept()
    this.close()
    return digest.digest()
  }

  /** Frees the worker. To be called at the end, good or bad. */
  close(): void {
    this.#kept = []
    if (!this.#seat) return
    this.#seat = undefined
    abandoned.unregister(this)
    this.#release()
  }

  async #hashKept(): Promise<Digest> {
    const kept = this.#kept
    this.#kept = []
    this.#keptLength = 0
    this.#digest ??= await newDigest(this.#hash)
    for (const part of kept) this.#digest.update(part)
    return this.#digest
  }

  #gather(parts: readonly Uint8Array[]): Bytes {
    const length = lengthOf(parts)
    const spare = this.#spares.take(length)
    return spare ? concatenate(parts, spare.subarray(0, length)) : concatenate(parts)
  }

  #take(workers: DataWorkers): Seat {
    const seat = workers.seat()
    const id = this.#id
    seat.transcripts += 1
    this.#release = () => {
      seat.transcripts -= 1
      seat.forget(id)
    }
    abandoned.register(this, this.#release, this)
    return seat
  }
}
