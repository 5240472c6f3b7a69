import type { KeyId } from '../../src/contract/identifiers.js'
import type { OperationName } from '../../src/contract/shapes.js'

/** The last successful use of a key (DEL-32). */
export interface LastUsage {
  readonly operation: OperationName
  readonly at: number
  readonly eventId: string
  readonly requestId: string
}

/**
 * The last successful use of keys (DEL-32), between two commits of the audit log: a key that is used a thousand times
 * meanwhile is written once.
 */
export class UsageLog {
  #noted = new Map<KeyId, LastUsage>()

  note(keyId: KeyId, usage: LastUsage): void {
    this.#noted.set(keyId, usage)
  }

  /** Hands over what was noted. */
  take(): ReadonlyMap<KeyId, LastUsage> {
    const noted = this.#noted
    this.#noted = new Map()
    return noted
  }
}
