/** A backup in a file that a person has chosen, or in the Origin Private File System (REC-26). */
import type { Bytes } from '../../contract/bytes.js'
import { UnsupportedOperationException } from '../../contract/errors.js'
import { handleOf, read } from '../../contract/reader.js'
import { type BackupTarget, BackupTargetException, type StoredBackup, VersionConflict } from './targets.js'

/** What Chromium has beside the standard (WICG File System Access): permissions that a person gives and takes. */
interface FileHandle extends FileSystemFileHandle {
  queryPermission?(descriptor: { readonly mode: 'readwrite' }): Promise<PermissionState>
  createWritable(options?: {
    readonly keepExistingData?: boolean
    /** Nobody else of this origin writes at the same time. Browsers that do not know it leave it out. */
    readonly mode?: 'exclusive'
  }): Promise<FileSystemWritableFileStream>
}

const fileHandle = handleOf<FileHandle>('a FileSystemFileHandle, as of showSaveFilePicker()', (value) => {
  const { kind, getFile } = (value ?? {}) as Partial<FileHandle>
  return kind === 'file' && typeof getFile === 'function'
})

/**
 * Keeps a backup in a file. It is replaced in one step: whoever reads it gets the one before or the new one. Its version is the
 * time of its last change, together with its size; an empty file is as good as none.
 *
 * A person chooses the file once, and browsers ask again in later visits, some each time. Keep the handle, in IndexedDB, and
 * when the event `backup` tells that the permission is gone, ask for it from a click.
 *
 * @param handle of `showSaveFilePicker()`, or of the Origin Private File System, which is lost together with the vault
 * @returns a target for `vault.backups.keepAt`
 * @throws `ValidationException` for what is no handle of a file
 * @throws `UnsupportedOperationException` where files cannot be written by their handles
 *
 * @example
 * ```ts
 * const handle = await showSaveFilePicker({ suggestedName: 'notes.bkms-backup' })
 * const kept = await vault.backups.keepAt(fileTarget(handle))
 * // Later, from a click, when the permission is gone:
 * await handle.requestPermission({ mode: 'readwrite' })
 * kept.resume()
 * ```
 */
export function fileTarget(handle: FileSystemFileHandle): BackupTarget {
  const file = read(fileHandle, handle, 'the handle')
  if (typeof file.createWritable !== 'function')
    throw new UnsupportedOperationException(
      'fileTarget cannot work here: this browser does not write files by their handles (no createWritable). Use httpTarget, or let people save what vault.backups.create gives.',
    )
  return new FileTarget(file)
}

class FileTarget implements BackupTarget {
  readonly name: string
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.name = handle.name.toWellFormed().slice(0, 2048) || 'file'
    this.#handle = handle
  }

  async read(): Promise<StoredBackup | undefined> {
    await this.#mustBeAllowed()
    return this.#told(async () => {
      const file = await this.#file()
      if (!file) return undefined
      return { data: new Uint8Array(await file.arrayBuffer()), version: versionOf(file) }
    })
  }

  async write(data: Bytes, version: string | undefined): Promise<string> {
    await this.#mustBeAllowed()
    return this.#told(async () => {
      // What is written goes into a file of its own, which takes the place of the other when it is closed.
      const writable = await this.#handle.createWritable({ keepExistingData: false, mode: 'exclusive' })
      try {
        const found = await this.#file()
        if ((found && versionOf(found)) !== version)
          throw new VersionConflict(
            `Something else is in the file '${this.name}' than this vault has written into it. Nothing was overwritten.`,
          )
        await writable.write(data)
        await writable.close()
      } catch (error) {
        // Closed already, or broken: there is nothing to take back then.
        await writable.abort().catch(() => {})
        throw error
      }
      return versionOf(await this.#handle.getFile())
    })
  }

  /** @returns undefined if nothing is in it, or it is gone */
  async #file(): Promise<File | undefined> {
    try {
      const file = await this.#handle.getFile()
      return file.size === 0 ? undefined : file
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return undefined
      throw error
    }
  }

  async #mustBeAllowed(): Promise<void> {
    const state = (await this.#handle.queryPermission?.({ mode: 'readwrite' })) ?? 'granted'
    if (state !== 'granted') throw this.#failure('NotAllowedError')
  }

  async #told<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof VersionConflict) throw error
      throw this.#failure(nameOf(error))
    }
  }

  #failure(name: string): BackupTargetException {
    const { isTemporary, what } = failures[name] ?? { isTemporary: true, what: `could not be written (${name})` }
    return new BackupTargetException(`The file '${this.name}' ${what}.`, { isTemporary })
  }
}

/** By the names of the `DOMException`s of the File System Standard. */
const failures: Readonly<Record<string, { readonly isTemporary: boolean; readonly what: string }>> = {
  NotAllowedError: {
    isTemporary: false,
    what: "may not be written any more. Ask for it from a click, by handle.requestPermission({ mode: 'readwrite' }), and call resume()",
  },
  NotFoundError: {
    isTemporary: false,
    what: 'is not there any more, nor perhaps its folder. Let a person choose a file, and call keepAt with it',
  },
  NoModificationAllowedError: { isTemporary: true, what: 'is being written by somebody else' },
  QuotaExceededError: { isTemporary: false, what: 'has no room on its disk. Make some' },
}

/** The clock of a file system is coarse, but two backups are hardly ever of one size. */
function versionOf({ lastModified, size }: File): string {
  return `${lastModified}-${size}`
}

function nameOf(error: unknown): string {
  return (error as Partial<Error> | null | undefined)?.name ?? 'unknown'
}
