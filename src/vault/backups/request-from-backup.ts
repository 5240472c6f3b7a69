import type { Bytes } from '../../contract/bytes.js'
import { abortSignal, optional, read, structure } from '../../contract/reader.js'
import { protectorIdInput } from '../../contract/recovery.js'
import { type VaultOptions, workerSource } from '../options.js'
import { checkSurroundings } from '../surroundings.js'
import { peekHeader } from './read-backup.js'
import { withRestoreWorker } from './restore-worker.js'
import { type BackupSource, backupSource, piecesOf } from './source.js'

/** What `requestFromBackup` takes beside the backup and the protector. */
export interface RequestFromBackupOptions {
  /** As for `openVault`. */
  readonly worker?: VaultOptions['worker']
  /** Ends the wait for it. */
  readonly signal?: AbortSignal
}

const requestOptions = structure({ worker: optional(workerSource), signal: optional(abortSignal) })

/**
 * What the holder of an escrow key has to open so that a backup can be restored: the same as `vault.recovery.request`, where
 * there is no vault any more. The answer is a gesture of `restoreVault`, in this browser and no other: it is sealed to a key
 * that is made for the one request and kept, non-extractable, in this site's storage, over reloads and for 30 days. Whoever
 * carries request or answer sees nothing. A second request of the same backup takes the place of the first, and a restore
 * that succeeds ends all requests about its vault.
 *
 * Like `readBackup` it **proves nothing** of the backup, and needs no gesture: whoever has a backup can ask. The holder makes
 * sure of who asks, by comparing the SHA-256 digest of the request by another way.
 *
 * @param source a `Blob` or `File`, a stream such as the body of a `Response`, or bytes; no more than its beginning is read
 * @param protectorId of an escrow key, as `readBackup` lists it
 * @returns for the holder: JSON in UTF-8, which says itself what to do with it
 * @throws `NotFoundException` if the backup has no such protector, `ValidationException` if it is none of escrow
 * @throws `BackupFormatException` for what is no backup of a vault, is damaged, or is of a newer format
 *
 * @example
 * ```ts
 * import { readBackup, requestFromBackup, restoreVault } from 'browser-kms/recovery'
 *
 * const { protectors } = await readBackup(file)
 * const { id } = protectors.find(({ type }) => type === 'escrow')
 * const answer = await sendToTheOrganisation(await requestFromBackup(file, id))
 * await restoreVault(file, { escrow: answer }) // today, or next week
 * ```
 */
export async function requestFromBackup(
  source: BackupSource,
  protectorId: string,
  options: RequestFromBackupOptions = {},
): Promise<Bytes> {
  const backup = read(backupSource, source, 'the backup')
  const asked = read(protectorIdInput, protectorId, 'protectorId')
  const { worker, signal } = read(requestOptions, options, "requestFromBackup's options")
  checkSurroundings('requestFromBackup')
  signal?.throwIfAborted()
  const { header, pieces } = await peekHeader(piecesOf(backup, signal))
  await pieces.return()
  const { vaultId, protectors } = header
  return withRestoreWorker(header, { worker, signal }, async ({ ask }) => {
    return (await ask('requestFromBackup', { vaultId, protectors, protectorId: asked })) as Bytes
  })
}
