/** What an automatic backup is written to (REC-26). */
import type { Bytes } from '../../contract/bytes.js'
import { KmsError } from '../../contract/kms-error.js'
import { handleOf, type Reader, structure, text, viewOf } from '../../contract/reader.js'

/** What stands at a target. */
export interface StoredBackup {
  readonly data: Bytes
  /** Whatever tells it from all others that stood or will stand there: 1 to 8,192 characters. */
  readonly version: string
}

/**
 * A place for one backup, which whoever writes it replaces: two functions, and a version that only the target understands.
 * `httpTarget` and `fileTarget` make two kinds; any other is an object with these members.
 *
 * @example
 * ```ts
 * const target: BackupTarget = {
 *   name: 'our sync service',
 *   read: () => sync.get('vault-backup'),
 *   async write(data, version) {
 *     const answer = await sync.putIf('vault-backup', data, { unchangedSince: version })
 *     if (answer.isConflict) throw Object.assign(new Error('changed by another'), { name: 'VersionConflict' })
 *     return answer.version
 *   },
 * }
 * ```
 */
export interface BackupTarget {
  /**
   * Says in events and in `status()` where a backup is, and tells the targets of a vault apart: 1 to 2,048 characters.
   * Default `target`.
   */
  readonly name?: string
  /** What stands there; undefined if nothing does. */
  read(options?: TargetCallOptions): Promise<StoredBackup | undefined>
  /**
   * Writes a backup in one step: whoever reads gets the one before or this one, whole.
   *
   * @param version of what may be replaced; undefined if nothing may be there
   * @returns the version of what was written
   * @throws an error with the name `VersionConflict` if something else stands there; nothing is written then
   */
  write(data: Bytes, version: string | undefined, options?: TargetCallOptions): Promise<string>
}

/** What a target is told beside its data. */
export interface TargetCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** Reads {@link BackupTarget}. It is called as it is given: it may be of a class. */
export const backupTarget: Reader<BackupTarget> = handleOf(
  'a target of backups: httpTarget(…), fileTarget(…), or an object with the functions read and write',
  (value) => {
    const { read, write } = (value ?? {}) as Partial<BackupTarget>
    return typeof read === 'function' && typeof write === 'function'
  },
)

/** The name of a target. */
export const targetName = text({ shortest: 1, longest: 2048 })

/** What a target answers as a version. */
export const versionText = text({ shortest: 1, longest: 8192 })

/** What a target answers as a backup; its bytes are looked at, and not kept. */
export const storedBackup = structure({
  data: viewOf as Reader<Uint8Array>,
  version: versionText,
})

/**
 * A target did not take or give a backup. The message says what to do about it.
 *
 * @example
 * ```ts
 * vault.addEventListener('backup', ({ detail: { error } }) => {
 *   if (error instanceof BackupTargetException && error.status === 401) signInAgain()
 * })
 * ```
 */
export class BackupTargetException extends KmsError {
  override readonly name = 'BackupTargetException'
  /** Whether it may go away by itself, as a lost network does. What does not needs somebody to do what the message says. */
  readonly isTemporary: boolean
  /** The HTTP status, where a server answered. */
  readonly status?: number

  constructor(message: string, { isTemporary, status }: { readonly isTemporary: boolean; readonly status?: number }) {
    super(message)
    this.isTemporary = isTemporary
    if (status !== undefined) this.status = status
  }
}

/** Something stands at a target that whoever writes does not know of; nothing was overwritten. */
export class VersionConflict extends KmsError {
  override readonly name = 'VersionConflict'
}

/** Whether an error tells a conflict, of whatever class it is: targets are made by applications too. */
export function isVersionConflict(error: unknown): boolean {
  return (error as Partial<Error> | null | undefined)?.name === 'VersionConflict'
}
