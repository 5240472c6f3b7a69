import type { AuditRecord } from './audit-record.js'
import { FailedRequests } from './failed-requests.js'

/**
 * How long, in milliseconds, records gather before a commit, unless there are many. A commit costs the worker a good
 * part of a millisecond: one for each of a series of single requests would halve their rate, ten a second are not
 * noticed. A worker that is killed loses the records of this time, never those of mutations.
 */
const GATHERING = 100
/** So many records are written without further delay. */
const PACK = 1024
/** How many records may wait for the disk before requests wait for it too. */
const BACKLOG = 8192
/** Milliseconds between two records of what a principal failed at beyond its share. */
const COUNTING = 60_000

/**
 * Writes the audit records of requests that change nothing, many with one commit, shortly after they were answered.
 * What a mutation did is recorded in its own transaction instead and never waits here.
 */
export class AuditLog {
  readonly #write: (records: readonly AuditRecord[]) => Promise<void>
  #waiting: AuditRecord[] = []
  #hurry = () => {}
  #writing: Promise<void> | undefined
  readonly #failed = new FailedRequests()
  #counting: ReturnType<typeof setTimeout> | undefined

  constructor(write: (records: readonly AuditRecord[]) => Promise<void>) {
    this.#write = write
  }

  /** Takes a record; resolves at once unless the disk cannot keep up. */
  append(record: AuditRecord): Promise<void> | undefined {
    if (record.errorCode !== undefined && !this.#failed.admit(record)) {
      this.#counting ??= setTimeout(() => this.#tellCounted(), COUNTING)
      return undefined
    }
    this.#waiting.push(record)
    this.#writing ??= this.#drain()
    if (this.#waiting.length >= PACK) this.#hurry()
    return this.#waiting.length > BACKLOG ? this.flush() : undefined
  }

  /** Resolves when everything that was appended is written. */
  async flush(): Promise<void> {
    this.#hurry()
    await this.#writing
  }

  /** As {@link flush}, and nothing is held back. */
  close(): Promise<void> {
    this.#tellCounted()
    return this.flush()
  }

  #tellCounted(): void {
    clearTimeout(this.#counting)
    this.#counting = undefined
    this.#waiting.push(...this.#failed.take())
    if (this.#waiting.length > 0) this.#writing ??= this.#drain()
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#gather()
        const records = this.#waiting
        this.#waiting = []
        await this.#write(records)
      }
    } catch {
      // The database is gone or full. Requests fail by themselves then; the log must not take the worker down.
      this.#waiting = []
    } finally {
      this.#writing = undefined
    }
  }

  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHERING)
      this.#hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
