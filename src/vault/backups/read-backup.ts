import { type BackupHeader, readBackupHeader } from '../../contract/backup-header.js'
import { type Bytes, concatenate } from '../../contract/bytes.js'
import { read } from '../../contract/reader.js'
import { BackupFormatException } from '../../contract/recovery-errors.js'
import { MessageFormatError } from '../../envelope/errors.js'
import { readMessageHeader } from '../../envelope/read-message-header.js'
import { type BackupSource, backupSource, piecesOf } from './source.js'

/** What a backup says about itself. */
export interface BackupDescription {
  /** Such as `browser-kms/backup/1`. */
  readonly format: string
  readonly vaultName: string
  /** By the clock of the device that made it. */
  readonly createdAt: Date
  /** What opens it: one of these is enough. The id is for `requestFromBackup`. */
  readonly protectors: readonly { readonly id: string; readonly type: string; readonly label: string }[]
  /** How many keys the vault had when the backup was begun. */
  readonly keys: number
  /** The same for each Region, by its name. */
  readonly regions: Readonly<Record<string, number>>
}

/** A header is shorter: a context of 65,535 bytes, and an encrypted data key of a thousand. */
const LONGEST_HEADER = 262_144

/**
 * Reads what a backup says about itself: whose it is, how old, and what opens it. It takes no gesture, and **proves nothing**:
 * anybody could have written it. `restoreVault` proves it. No more than the beginning is read; a stream is cancelled then.
 *
 * @param source a `Blob` or `File`, a stream such as the body of a `Response`, or bytes
 * @throws `BackupFormatException` for what is no backup of a vault, is damaged, or is of a newer format
 * @throws `ValidationException` for what is neither bytes nor a source of them
 *
 * @example
 * ```ts
 * import { readBackup } from 'browser-kms/recovery'
 *
 * const { vaultName, createdAt, protectors } = await readBackup(file)
 * ask(`Restore ${vaultName} of ${createdAt.toLocaleString()} with ${protectors.map(({ label }) => label).join(' or ')}?`)
 * ```
 */
export async function readBackup(source: BackupSource): Promise<BackupDescription> {
  const given = read(backupSource, source, 'the backup')
  const { header, pieces } = await peekHeader(piecesOf(given))
  await pieces.return()
  const { format, vaultName, createdAt, protectors, keys, regions } = header
  return {
    format,
    vaultName,
    createdAt: new Date(createdAt),
    // The header's reader has seen to it that they are texts.
    protectors: protectors.map(({ id, type, label }) => ({
      id: id as string,
      type: type as string,
      label: label as string,
    })),
    keys,
    regions: { ...regions },
  }
}

/**
 * Reads the header from the beginning of some pieces.
 *
 * @returns the header, and all pieces once more
 * @throws `BackupFormatException`; the pieces are ended then
 */
export async function peekHeader(
  pieces: AsyncGenerator<Bytes, void>,
): Promise<{ readonly header: BackupHeader; readonly pieces: AsyncGenerator<Bytes, void> }> {
  let beginning: Bytes = new Uint8Array(0)
  try {
    while (beginning.byteLength <= LONGEST_HEADER) {
      const { done, value } = await pieces.next()
      if (done) break
      beginning = concatenate([beginning, value])
      const header = headerIn(beginning)
      if (header) return { header, pieces: resumed(beginning, pieces) }
    }
    throw new BackupFormatException('This file is no backup of a vault, or was cut short.')
  } catch (error) {
    await pieces.return()
    throw error
  }
}

async function* resumed(beginning: Bytes, rest: AsyncGenerator<Bytes, void>): AsyncGenerator<Bytes, void> {
  try {
    yield beginning
    yield* rest
  } finally {
    await rest.return()
  }
}

function headerIn(beginning: Bytes): BackupHeader | undefined {
  try {
    const message = readMessageHeader(beginning)
    return message && readBackupHeader(message)
  } catch (error) {
    if (!(error instanceof MessageFormatError)) throw error
    throw new BackupFormatException(`This file is no backup of a vault: ${error.message}`)
  }
}
