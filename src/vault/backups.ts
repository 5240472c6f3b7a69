import type { BackupMade } from '../contract/backups.js'
import type { Bytes } from '../contract/bytes.js'
import { once } from '../contract/once.js'
import type { CreateBackupOptions } from './backups/create-backup.js'
import type { KeepAtOptions, KeptBackups } from './backups/keep-at.js'
import type { BackupTarget } from './backups/targets.js'
import type { Session } from './session.js'

/** Backups of a vault. What they need is loaded at the first call. */
export class Backups {
  readonly #session: Session
  readonly #keepers

  /** @internal */
  constructor(session: Session, listeners: EventTarget) {
    this.#session = session
    this.#keepers = once(async () => {
      const { BackupKeepers } = await import('./backups/keep-at.js')
      return new BackupKeepers({ session, listeners, create: (signal, onMade) => this.#stream({ signal }, onMade) })
    })
  }

  /**
   * Makes a backup of the whole vault, of all Regions: keys with their states, schedules, policies, tags, aliases and grants,
   * and the sealed copies of their material. It takes no secret, so that it can be made when nobody is there. One state of
   * each Region is in it, also when keys are changed meanwhile; it is made as it is read, so that a slow reader costs no memory.
   *
   * The stream is an encrypted message (`.bkms-backup`, `application/vnd.browser-kms.backup`), signed by this device. It opens
   * with any of the protectors that the vault has now. What stands in clear, `readBackup` tells.
   *
   * @returns the stream, at once. It fails with `KMSInvalidStateException` if recovery is not set up, and while the recovery
   *   pair is renewed; with `ValidationException` for options that cannot be; and when the vault is closed
   *
   * @example
   * ```ts
   * const file = await new Response(vault.backups.create()).blob()
   * ```
   */
  create(options: CreateBackupOptions = {}): ReadableStream<Bytes> {
    return this.#stream(options)
  }

  /**
   * Keeps a backup of the vault at a target: makes one at once, and a new one after changes, in whichever tab they are made.
   * Making one needs no secret, so that nobody is asked. One tab at a time does it, and the next follows when it is gone; each
   * calls this at its start. What was changed while no tab was open to do it is found at the next start.
   *
   * Whatever comes of it is told by the event `backup`: without a network the backup is pending, and is tried again with
   * longer and longer pauses, at once when the network is back. What stands at the target and was not written by this vault is
   * never overwritten: that is a conflict, and nothing more is written until {@link KeptBackups.resume} is called.
   *
   * A vault has any number of targets, told apart by their names. Calling this again for a target of the same name replaces
   * what was kept there before.
   *
   * @returns as soon as it has begun; the first backup may still be on its way
   * @throws `ValidationException` for a target or options that cannot be
   *
   * @example
   * ```ts
   * import { httpTarget } from 'browser-kms/recovery'
   *
   * vault.addEventListener('backup', ({ detail: { state, target, error } }) => show(state, target, error))
   * const headers = async () => ({ Authorization: `Bearer ${await freshToken()}` })
   * const kept = await vault.backups.keepAt(
   *   httpTarget('https://dav.example/ann/notes.bkms-backup', { headers }), { every: 60_000 },
   * )
   * ```
   */
  async keepAt(target: BackupTarget, options: KeepAtOptions = {}): Promise<KeptBackups> {
    return (await this.#keepers()).keepAt(target, options)
  }

  #stream(options: CreateBackupOptions, onMade?: (made: BackupMade) => void): ReadableStream<Bytes> {
    const { readable, writable } = new TransformStream<Bytes, Bytes>()
    import('./backups/create-backup.js')
      .then(({ writeBackup }) => writeBackup(this.#session, options, writable, onMade))
      .catch((reason: unknown) => writable.abort(reason))
    return readable
  }
}
