/** Keeps a backup at a target: when one is made, and what is done when it cannot be (REC-26). */
import { type Bytes, bytesToHex, concatenate } from '../../contract/bytes.js'
import type { ChangeCounts } from '../../contract/control.js'
import { KmsError } from '../../contract/kms-error.js'
import { optional, read } from '../../contract/reader.js'
import type { BackupMemory, TargetMemory } from './memory.js'
import {
  type BackupTarget,
  BackupTargetException,
  isVersionConflict,
  type StoredBackup,
  storedBackup,
  versionText,
} from './targets.js'

/** Milliseconds from a failed attempt to the next: the first, doubled each time up to the longest. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 300_000
/** Milliseconds at least until something is tried again that somebody has to mend. */
const PAUSE_FOR_SOMEBODY = 60_000
/** Digests that are remembered of what was sent and not confirmed. */
const MOST_SENT = 8

export type BackupState = 'done' | 'pending' | 'failed' | 'conflict'

/** What a keeper tells. */
export interface KeeperNews {
  readonly state: BackupState
  /** Milliseconds since 1970. */
  readonly at: number
  readonly error?: unknown
}

/** What a keeper needs of the world. */
export interface KeeperOptions {
  readonly target: BackupTarget
  /** The target's name. */
  readonly name: string
  /** Milliseconds at least from one backup to the next. */
  readonly every: number
  /** Makes a backup of the vault as it is now. */
  readonly create: (signal: AbortSignal) => ReadableStream<Uint8Array>
  /** Notes in the vault that the last backup that was made is at the target. */
  readonly note: () => Promise<void>
  /** Waits until the vault is another than it was; without counts, tells at once how it is. */
  readonly changes: (known?: ChangeCounts) => Promise<ChangeCounts>
  readonly memory: BackupMemory
  readonly tell: (news: KeeperNews) => void
  readonly now: () => number
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Resolves when the browser has a network again, or when the signal is aborted. */
  readonly online: (signal: AbortSignal) => Promise<void>
}

export class Keeper {
  readonly #options: KeeperOptions
  /** What is known of the target. */
  #known: TargetMemory = { changes: {}, sent: [] }
  /** Temporary failures since the last backup. */
  #failures = 0
  #isInConflict = false
  #mayReplace = false
  /** Somebody has asked to try again, and nothing has been tried since. */
  #isAsked = false
  #wake = () => {}

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /**
   * Tries again at once what has failed.
   *
   * @param mayReplace after a conflict: what stands there is replaced. Means nothing at other times, when nobody can know yet
   *   what would be replaced
   */
  resume(mayReplace: boolean): void {
    this.#mayReplace = mayReplace && this.#isInConflict
    this.#isAsked = true
    this.#wake()
  }

  /** Keeps the backup until the signal is aborted. Never fails: what goes wrong is told. */
  async run(signal: AbortSignal): Promise<void> {
    let isRemembered = false
    while (!signal.aborted) {
      try {
        if (!isRemembered) this.#known = (await this.#options.memory.read(this.#options.name)) ?? this.#known
        isRemembered = true
        const known = this.#known.at === undefined ? undefined : this.#known.changes
        const changes = await unlessAborted(this.#options.changes(known), signal)
        if (known && areEqual(changes, known)) continue
        await this.#backUp(changes, signal)
        await this.#wait(this.#options.every, signal)
      } catch (error) {
        if (!signal.aborted) await this.#afterFailure(error, signal)
      }
    }
  }

  async #backUp(changes: ChangeCounts, signal: AbortSignal): Promise<void> {
    const { create, now } = this.#options
    const data = await collect(create(signal), signal)
    const at = now()
    // Before it is sent: whatever becomes of the answer, it is known again as this vault's own.
    const sent = [...this.#known.sent, await digestOf(data)].slice(-MOST_SENT)
    await this.#remember({ ...this.#known, ...(this.#known.at === undefined && { changes }), sent })
    const version = await this.#write(data, signal)
    this.#mayReplace = false
    this.#isInConflict = false
    this.#failures = 0
    await this.#remember({ at, changes, version, sent: [] })
    // It is there, whether the vault knows or not.
    await this.#options.note().catch(() => {})
    this.#tell('done', at)
  }

  /** @returns the version of what was written */
  async #write(data: Bytes, signal: AbortSignal): Promise<string> {
    if (this.#mayReplace) await this.#adopt((await this.#read(signal))?.version)
    try {
      return await this.#writeOver(data, signal)
    } catch (error) {
      if (!isVersionConflict(error)) throw error
      const found = await this.#read(signal)
      if (found && !(await this.#isOurs(found))) throw error
      if (found?.version === this.#known.version) throw contradiction(this.#options.name)
      await this.#adopt(found?.version)
      return await this.#writeOver(data, signal)
    }
  }

  async #writeOver(data: Bytes, signal: AbortSignal): Promise<string> {
    const { target } = this.#options
    const version = await unlessAborted(target.write(data, this.#known.version, { signal }), signal)
    return read(versionText, version, 'the version that write answers')
  }

  async #read(signal: AbortSignal): Promise<StoredBackup | undefined> {
    const found = await unlessAborted(this.#options.target.read({ signal }), signal)
    return read(optional(storedBackup), found, 'what read answers') as StoredBackup | undefined
  }

  async #isOurs({ data }: StoredBackup): Promise<boolean> {
    return this.#known.sent.includes(await digestOf(data))
  }

  async #adopt(version: string | undefined): Promise<void> {
    const { version: _, ...known } = this.#known
    await this.#remember(version === undefined ? known : { ...known, version })
  }

  async #remember(known: TargetMemory): Promise<void> {
    this.#known = known
    await this.#options.memory.write(this.#options.name, known)
  }

  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    const { every, now } = this.#options
    const state = stateAfter(error)
    this.#isInConflict = state === 'conflict'
    if (this.#isInConflict) this.#mayReplace = false
    this.#tell(state, now(), error)
    if (this.#isInConflict) return this.#wait(Number.POSITIVE_INFINITY, signal)
    if (state === 'failed') return this.#wait(Math.max(every, PAUSE_FOR_SOMEBODY), signal)
    this.#failures += 1
    return this.#wait(pauseAfter(this.#failures), signal, true)
  }

  /** Waits so many milliseconds, or until it is to go on; after temporary failures also until there is a network again. */
  async #wait(milliseconds: number, signal: AbortSignal, forNetwork = false): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    // Somebody may have asked while a backup was under way, or in answer to what was told just now.
    if (this.#isAsked) woken.abort()
    const end = AbortSignal.any([signal, woken.signal])
    try {
      const waits = [this.#options.pause(milliseconds, end)]
      if (forNetwork) waits.push(this.#options.online(end))
      await Promise.race(waits)
    } finally {
      woken.abort()
      this.#isAsked = false
      this.#wake = () => {}
    }
  }

  #tell(state: BackupState, at: number, error?: unknown): void {
    this.#options.tell({ state, at, ...(error !== undefined && { error }) })
  }
}

/** What kind of failure an error is: of a person's making, or of the moment. */
function stateAfter(error: unknown): Exclude<BackupState, 'done'> {
  if (isVersionConflict(error)) return 'conflict'
  if (error instanceof BackupTargetException) return error.isTemporary ? 'pending' : 'failed'
  if (error instanceof KmsError) return error.$fault === 'client' && !error.$retryable ? 'failed' : 'pending'
  return 'pending'
}

/** Not the same for all: the tabs of many people find their server again at the same moment. */
function pauseAfter(failures: number): number {
  const longest = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1))
  return Math.round(longest * (0.75 + random / 2 ** 18))
}

function contradiction(name: string): BackupTargetException {
  return new BackupTargetException(
    `The target '${name}' refuses to replace the very version that it says it has. Its write has to compare versions as its read gives them.`,
    { isTemporary: false },
  )
}

/** Targets are made by applications too, and may never settle. */
function unlessAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    Promise.resolve(result)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', end))
  })
}

async function collect(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<Bytes> {
  const parts: Uint8Array[] = []
  await stream.pipeTo(
    new WritableStream({
      write: (part) => {
        parts.push(part)
      },
    }),
    { signal },
  )
  return concatenate(parts)
}

async function digestOf(data: Bytes): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', data)))
}

function areEqual(one: ChangeCounts, other: ChangeCounts): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}
