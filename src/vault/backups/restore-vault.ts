import type { BackupProgress, RestoreReport } from '../../contract/backups.js'
import { KMSInvalidStateException } from '../../contract/errors.js'
import { sendOver } from '../../contract/port-stream.js'
import { gestureOptions } from '../../contract/protectors.js'
import { abortSignal, callbackOf, optional, type ReadBy, read, structure } from '../../contract/reader.js'
import { vaultName } from '../../contract/vault-names.js'
import { askedGesture } from '../asked-gesture.js'
import { databasesOf, isHalfRestored, rememberVault, withExistenceLock } from '../existence.js'
import type { Gesture } from '../gestures.js'
import { beginRestoring, discardRestored, endRestoring } from '../half-restored.js'
import { type VaultOptions, workerSource } from '../options.js'
import { checkSurroundings } from '../surroundings.js'
import { peekHeader } from './read-backup.js'
import { withRestoreWorker } from './restore-worker.js'
import { type BackupSource, backupSource, piecesOf } from './source.js'

/** What `restoreVault` takes beside the backup and the gesture. */
export interface RestoreOptions {
  /** The name of the vault that is made. Default `default`. */
  readonly name?: string
  /** As for `openVault`. */
  readonly worker?: VaultOptions['worker']
  /** Hears how many keys were checked. */
  readonly onProgress?: (progress: BackupProgress) => void
  /** Ends it; nothing is left behind. */
  readonly signal?: AbortSignal
}

const restoreOptions = structure({
  name: optional(vaultName),
  worker: optional(workerSource),
  onProgress: optional(callbackOf<(progress: BackupProgress) => void>()),
  signal: optional(abortSignal),
})

/**
 * Brings a vault back from a backup, into one that does not exist. Everything is checked before it counts: who made the
 * backup, that nothing of it was changed or is missing, every copy of key material, and by use that the material is the right
 * one. Ended at any moment, by the signal or with the browser, it leaves nothing behind.
 *
 * **An older backup brings back keys that were deleted since**, and keys, policies and grants as they were then: the report
 * says how old it is, and nothing else can be known. What falls due meanwhile, such as deletions and rotations, is done when the
 * vault is opened. Import tokens and connections are not restored.
 *
 * @param source a `Blob` or `File`, a stream such as the body of a `Response`, or bytes
 * @param gesture with a protector that the vault had when the backup was made
 * @returns what was restored: `ok` if every key was, with all of its material. Keys with a problem are named; a key whose
 *   current material cannot be brought back is not there
 * @throws `KMSInvalidStateException` if there is a vault of this name
 * @throws `IncorrectProtectorException` if the gesture does not open the backup
 * @throws `BackupFormatException` if it is none, was altered, or was not made by the vault that it names
 *
 * @example
 * ```ts
 * import { openVault } from 'browser-kms'
 * import { restoreVault } from 'browser-kms/recovery'
 *
 * const { ok, problems, backupCreatedAt } = await restoreVault(file, { recoveryCode }, { name: 'notes' })
 * if (!ok) show(problems)
 * const vault = await openVault({ name: 'notes' })
 * ```
 */
export async function restoreVault(
  source: BackupSource,
  gesture: Gesture,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const backup = read(backupSource, source, 'the backup')
  const given = read(gestureOptions, gesture, 'gesture')
  const asked = read(restoreOptions, options, "restoreVault's options")
  const { name = 'default', signal } = asked
  checkSurroundings('restoreVault')
  signal?.throwIfAborted()
  return withExistenceLock(name, { mode: 'exclusive', signal }, async () => {
    if (await isHalfRestored(name)) await discardRestored(name)
    if ((await databasesOf(name)).length > 0) throw exists(name)
    signal?.throwIfAborted()
    await beginRestoring(name)
    try {
      const report = await inWorker(name, backup, given, asked)
      await rememberVault(name)
      return report
    } catch (error) {
      // What stays, because it cannot be deleted now, goes before the vault is opened or restored the next time.
      await discardRestored(name).catch(() => {})
      throw error
    }
  })
}

/** Restores in a worker that is started for it, and ended in any case before anything else is done with the databases. */
async function inWorker(
  name: string,
  backup: BackupSource,
  given: ReadBy<typeof gestureOptions>,
  { worker, onProgress, signal }: RestoreOptions,
): Promise<RestoreReport> {
  const ending = new AbortController()
  // What is no backup is told before a worker is started.
  const { header, pieces } = await peekHeader(
    piecesOf(backup, AbortSignal.any([ending.signal, ...(signal ? [signal] : [])])),
  )
  const [stream, progress] = [new MessageChannel(), new MessageChannel()]
  progress.port1.onmessage = ({ data }: MessageEvent<BackupProgress>) => onProgress?.(data)
  try {
    return await withRestoreWorker(header, { worker, signal }, async ({ passkeys, ask, ends }) => {
      const gesture = await askedGesture(given, async () => passkeys)
      const input = { name, gesture, stream: stream.port2, progress: progress.port2 }
      const report = await new Promise<unknown>((resolve, reject) => {
        // What the backup's own stream fails with is told as it is; the worker hears that there is no more.
        sendOver(stream.port1, pieces, ends).catch(reject)
        ask('restore', input, [stream.port2, progress.port2]).then(resolve, reject)
      })
      signal?.throwIfAborted()
      await endRestoring(name)
      // An answer opens once. Before the vault counts it is not used up: the next one can take days.
      if ('escrow' in given) await ask('forgetRequests', { vaultId: header.vaultId }).catch(() => {})
      return report as RestoreReport
    })
  } finally {
    ending.abort(new KMSInvalidStateException('The restore has ended.'))
    progress.port1.close()
    await pieces.return()
  }
}

function exists(name: string): KMSInvalidStateException {
  return new KMSInvalidStateException(
    `There is a vault '${name}' in this browser: a backup is restored into one that does not exist. Choose another name, or delete that vault first.`,
  )
}
