/** `vault.backups.keepAt`: one tab keeps a vault's backup at a target (REC-26). */
import type { BackupMade } from '../../contract/backups.js'
import type { Bytes } from '../../contract/bytes.js'
import { flag, optional, read, structure, wholeNumber } from '../../contract/reader.js'
import { backupLockName } from '../../contract/recovery-names.js'
import type { BackupDetail, VaultEventMap } from '../events.js'
import type { Session } from '../session.js'
import { Keeper, type KeeperNews, type KeeperOptions } from './keeper.js'
import { PageMemory } from './memory.js'
import { type BackupTarget, backupTarget, targetName } from './targets.js'

/** What `vault.backups.keepAt` takes beside the target. */
export interface KeepAtOptions {
  /** Milliseconds at least from one backup to the next: 1 to 2,147,483,647 (24 days). Default 300,000 (5 minutes). */
  readonly every?: number
}

/** A backup that is kept at a target. */
export interface KeptBackups {
  /** The target's name. */
  readonly target: string
  /**
   * Tries again at once, after the state `failed`, `pending` or `conflict`.
   *
   * @param options `replace: true` after a conflict replaces what stands at the target, whoever wrote it: ask a person before.
   *   It means nothing at other times. Default false
   * @throws `ValidationException` for options that are none
   */
  resume(options?: { readonly replace?: boolean }): void
  /** Stops keeping. Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

const keepAtOptions = structure({ every: optional(wholeNumber({ min: 1, max: 2_147_483_647 })) })
const resumeOptions = structure({ replace: optional(flag) })

/** What keeping backups needs of a vault. */
export interface BackupSource {
  readonly session: Session
  readonly create: (signal: AbortSignal, onMade: (made: BackupMade) => void) => ReadableStream<Bytes>
  /** Where events are told: the vault. */
  readonly listeners: EventTarget
}

/** The backups that one vault, in this page, keeps at targets. */
export class BackupKeepers {
  readonly #session: Session
  readonly #create: BackupSource['create']
  readonly #listeners: EventTarget
  readonly #memory: PageMemory
  readonly #kept = new Map<string, KeptBackups>()

  constructor({ session, create, listeners }: BackupSource) {
    this.#session = session
    this.#create = create
    this.#listeners = listeners
    this.#memory = new PageMemory(session.name, () => this.#changes())
  }

  /** One for each target of a name: the one before is stopped, and another tab's turn comes when this page is gone. */
  async keepAt(target: BackupTarget, options: KeepAtOptions): Promise<KeptBackups> {
    const given = read(backupTarget, target, 'the target')
    const name = read(targetName, given.name ?? 'target', "the target's name")
    const { every = 300_000 } = read(keepAtOptions, options, "keepAt's options")
    this.#session.mustBeOpen()
    const before = this.#kept.get(name)
    const kept = this.#keep({ target: given, name, every })
    this.#kept.set(name, kept)
    await before?.stop()
    return kept
  }

  #keep(what: Pick<KeeperOptions, 'target' | 'name' | 'every'>): KeptBackups {
    const { name } = what
    const stopped = new AbortController()
    const signal = AbortSignal.any([this.#session.ended, stopped.signal])
    let made: BackupMade | undefined
    const keeper = new Keeper({
      ...what,
      create: (at) =>
        this.#create(at, (last) => {
          made = last
        }),
      note: async () => {
        if (!made) return
        const input = { at: made.createdAt, target: name, changes: made.changes }
        await this.#session.ask((control) => control.recovery({ call: 'noteBackup', input }))
      },
      changes: (known) => this.#changes(known),
      memory: this.#memory,
      tell: (news) => this.#listeners.dispatchEvent(backupEvent(name, news)),
      now: Date.now,
      pause,
      online,
    })
    const running = navigator.locks
      .request(backupLockName(this.#session.name, name), { signal }, () => keeper.run(signal))
      .catch(() => {
        // Stopped while another tab, or the one before, had the lock.
      })
    return {
      target: name,
      resume(options = {}) {
        keeper.resume(read(resumeOptions, options, "resume's options").replace ?? false)
      },
      async stop() {
        stopped.abort()
        await running
      },
    }
  }

  #changes(known?: Parameters<KeeperOptions['changes']>[0]): ReturnType<KeeperOptions['changes']> {
    return this.#session.ask((control) => control.changes(known ? { known } : {}))
  }
}

function backupEvent(target: string, { state, at, error }: KeeperNews): VaultEventMap['backup'] {
  const detail: BackupDetail = { state, target, at: new Date(at), ...(error !== undefined && { error }) }
  return new CustomEvent('backup', { detail })
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(milliseconds) ? setTimeout(resolve, milliseconds) : undefined
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

function online(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    globalThis.addEventListener('online', () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
