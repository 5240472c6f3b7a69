import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { KeyState } from '../../src/contract/shapes.js'
import type { Changes } from './transaction.js'

/** What one tab tells the others after a mutation. Hints only: the receiver reads the database, never this message. */
export interface ChangeNotice {
  readonly count: number
  readonly keys: readonly {
    readonly keyId: KeyId
    readonly state?: KeyState
    readonly dueAt?: number
    readonly unsettledAt?: number
  }[]
  readonly aliases: readonly AliasName[]
  /** Keys of which grants, material or copies have changed. */
  readonly touched: readonly KeyId[]
}

/** Tells the workers of other tabs about mutations, and hears of theirs. */
export class ChangeFeed {
  readonly #channel: BroadcastChannel

  constructor(name: string, onNotice: (notice: ChangeNotice) => void) {
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      // Any script of the origin can post here: a notice only makes the receiver ask the database.
      if (isNotice(data)) onNotice(data)
    }
  }

  post(notice: ChangeNotice): void {
    this.#channel.postMessage(notice)
  }

  close(): void {
    this.#channel.close()
  }
}

export function noticeOf({ count, keys, aliases, touched }: Changes): ChangeNotice {
  return {
    count,
    keys: Array.from(keys, ([keyId, record]) => ({
      keyId,
      ...(record && { state: record.state }),
      ...(record?.dueAt !== undefined && { dueAt: record.dueAt }),
      ...(record?.unsettledAt !== undefined && { unsettledAt: record.unsettledAt }),
    })),
    aliases: [...aliases],
    touched: [...touched],
  }
}

function isNotice(data: unknown): data is ChangeNotice {
  if (typeof data !== 'object' || data === null) return false
  const { count, keys, aliases, touched } = data as Partial<Record<keyof ChangeNotice, unknown>>
  return (
    Number.isInteger(count) &&
    Array.isArray(keys) &&
    keys.every((entry) => typeof entry?.keyId === 'string') &&
    Array.isArray(aliases) &&
    Array.isArray(touched)
  )
}
