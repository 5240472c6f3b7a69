/** What is remembered of the backups of a vault, so that the next tab and the next start go on from there. */
import { changeCounts } from '../../contract/changes.js'
import type { ChangeCounts } from '../../contract/control.js'
import {
  json,
  listOf,
  mapOf,
  optional,
  type ReadBy,
  read,
  structure,
  text,
  wholeNumber,
} from '../../contract/reader.js'
import { backupsMemoryName } from '../../contract/vault-names.js'
import { targetName, versionText } from './targets.js'

const digestText = text({ longest: 64 })

/** What is remembered of one target. */
const memory = structure({
  /** When the last backup was written there, and what the vault was then. Milliseconds since 1970. */
  at: optional(wholeNumber({})),
  changes: changeCounts,
  /** Of what this vault wrote there last. */
  version: optional(versionText),
  /**
   * SHA-256 of what was sent since then and perhaps not taken: an answer can be lost, or a tab be closed before it comes. What
   * is found there later and has one of these digests is this vault's own, and no conflict.
   */
  sent: listOf(digestText, { most: 16 }),
})
export type TargetMemory = ReadBy<typeof memory>

const memories = mapOf(memory, { most: 100, longestName: 2048 })
/** Larger than all of it, in characters and values. */
const stored = json({ longest: 1_000_000, mostValues: 200_000 })

/** Where it is remembered. */
export interface BackupMemory {
  read(target: string): Promise<TargetMemory | undefined>
  write(target: string, memory: TargetMemory): Promise<void>
}

/**
 * In `localStorage`, one text for all targets of a vault. What is read there is believed only if it is of this vault: one that
 * was made anew under the name of a lost one must not overwrite the last backup of that one. Its Regions, named with
 * their births, say whether it is.
 *
 * Where there is no `localStorage`, as in workers, the memory lasts as long as the page; the next start then finds a backup
 * that it does not know, which is a conflict.
 */
export class PageMemory implements BackupMemory {
  readonly #key: string
  readonly #counts: () => Promise<ChangeCounts>
  #ofPage = '{}'

  /** @param counts those of the vault as it is now */
  constructor(vaultName: string, counts: () => Promise<ChangeCounts>) {
    this.#key = backupsMemoryName(vaultName)
    this.#counts = counts
  }

  async read(target: string): Promise<TargetMemory | undefined> {
    const found = this.#readAll()[read(targetName, target, 'target')]
    const counts = await this.#counts()
    return found && Object.keys(found.changes).some((region) => Object.hasOwn(counts, region)) ? found : undefined
  }

  async write(target: string, entry: TargetMemory): Promise<void> {
    this.#ofPage = JSON.stringify({ ...this.#readAll(), [target]: entry })
    try {
      storage()?.setItem(this.#key, this.#ofPage)
    } catch {
      // Full, or a private window: remembered as long as the page is there.
    }
  }

  #readAll(): ReadBy<typeof memories> {
    try {
      return read(memories, read(stored, JSON.parse(this.#text()), 'memory'), 'memory')
    } catch {
      // Written by another version, or by somebody else.
      return {}
    }
  }

  #text(): string {
    try {
      return storage()?.getItem(this.#key) ?? this.#ofPage
    } catch {
      return this.#ofPage
    }
  }
}

function storage(): Storage | undefined {
  return globalThis.localStorage ?? undefined
}
