/** Seals and opens the runs of one message: here while they are few, in data workers when they are many. */
import type { Bytes } from '../contract/bytes.js'
import type { ContentKey } from '../contract/data-keys.js'
import { type ContentCipher, contentCipher } from './content-cipher.js'
import type { DataWorkers, Seat } from './data-workers/data-workers.js'
import { HERE_UP_TO } from './data-workers/here-up-to.js'
import { MessageAuthenticationError } from './errors.js'
import { type Layout, openRun, type Run, sealRun } from './frames.js'
import { SpareBuffers } from './spare-buffers.js'

/** Buffers that are kept to be used again. */
const MOST_SPARES = 4

export interface RunCipherOptions {
  readonly contentKey: ContentKey
  readonly layout: Layout
  readonly workers?: DataWorkers | undefined
}

export class RunCipher {
  readonly #options: RunCipherOptions
  #cipher: Promise<ContentCipher> | undefined
  #bytes = 0
  readonly #spares = new SpareBuffers(MOST_SPARES)
  #isClosed = false

  constructor(options: RunCipherOptions) {
    this.#options = options
  }

  /** Runs that can be worked on at one time. */
  get lanes(): number {
    return this.#options.workers?.count ?? 1
  }

  /** Runs that may be under way at one time: one more for each that is worked on, for nobody to wait. */
  get depth(): number {
    return this.#options.workers ? 2 * this.lanes : 1
  }

  /** @param run its bytes are not to be used afterwards */
  async seal(run: Run): Promise<readonly Bytes[]> {
    const { contentKey, layout } = this.#options
    const seat = this.#seatFor(run)
    const done = seat
      ? await seat.seal({ contentKey, layout, run })
      : { pieces: await sealRun(await this.#here(), layout, run), spare: run.bytes.buffer }
    this.#spares.keep(done.spare)
    return done.pieces
  }

  /**
   * @param run its bytes are not to be used afterwards
   * @throws {@link MessageAuthenticationError}
   */
  async open(run: Run): Promise<readonly Bytes[]> {
    const { contentKey, layout } = this.#options
    const seat = this.#seatFor(run)
    const done = seat
      ? await seat.open({ contentKey, layout, run })
      : { pieces: await openRun(await this.#here(), layout, run), spare: run.bytes.buffer }
    if ('refused' in done) throw new MessageAuthenticationError(done.refused)
    this.#spares.keep(done.spare)
    // Nobody waits for it any more.
    if (this.#isClosed) for (const piece of done.pieces) piece.fill(0)
    return done.pieces
  }

  /** A buffer that has been used, and holds what it held. */
  spare(length: number): Bytes | undefined {
    return this.#spares.take(length)
  }

  /** Wipes what is left of plaintexts. To be called at the end, good or bad. */
  close(): void {
    this.#isClosed = true
    this.#spares.close()
  }

  #here(): Promise<ContentCipher> {
    this.#cipher ??= contentCipher(this.#options.contentKey)
    return this.#cipher
  }

  /** @returns undefined for what is done here */
  #seatFor({ bytes }: Run): Seat | undefined {
    this.#bytes += bytes.byteLength
    return this.#bytes <= HERE_UP_TO ? undefined : this.#options.workers?.seat()
  }
}
