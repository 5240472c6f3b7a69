/**
 * What failed requests leave in the audit log. Each principal has a share: so many are recorded one by one, and what fails
 * beyond is counted. Whoever may do nothing can fail a hundred thousand times a second, and would push out the records of
 * all others; that it did is still told.
 */
import type { AuditRecord } from './audit-record.js'

/** Failed requests of a principal that are recorded one by one, before any was earned back. */
const BURST = 1000
/** Milliseconds of the vault's clock in which a principal earns one back: a thousand an hour. */
const EARNED_IN = 3600

interface Share {
  left: number
  at: number
  /** The last one that was only counted, and how many they were, by their errors. */
  counted: { readonly record: AuditRecord; readonly failures: Record<string, number> } | undefined
}

export class FailedRequests {
  readonly #shares = new Map<string | undefined, Share>()
  #latest = 0

  /** @returns whether the failure is to be recorded by itself; if not, it was counted */
  admit(record: AuditRecord): boolean {
    const { userArn, eventTime, errorCode = '' } = record
    const share = this.#shares.get(userArn) ?? { left: BURST, at: eventTime, counted: undefined }
    this.#shares.set(userArn, share)
    this.#latest = Math.max(this.#latest, eventTime)
    // A clock that was set back takes nothing away.
    share.left = Math.min(BURST, share.left + Math.max(0, eventTime - share.at) / EARNED_IN)
    share.at = eventTime
    if (share.left >= 1) {
      share.left -= 1
      return true
    }
    const failures = share.counted?.failures ?? {}
    failures[errorCode] = (failures[errorCode] ?? 0) + 1
    share.counted = { record, failures }
    return false
  }

  /** What was counted, as one record for each principal: its last failure, and how many it stands for. */
  take(): AuditRecord[] {
    const records: AuditRecord[] = []
    for (const [userArn, share] of this.#shares) {
      const { counted, left, at } = share
      if (counted) records.push({ ...counted.record, countedFailures: counted.failures })
      share.counted = undefined
      // Nobody is remembered who has earned the whole share back.
      if (left + (this.#latest - at) / EARNED_IN >= BURST) this.#shares.delete(userArn)
    }
    return records
  }
}
