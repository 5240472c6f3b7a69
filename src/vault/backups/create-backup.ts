/** `vault.backups.create`: the worker makes the backup, encrypted and signed; it passes through here as it is. */
import { transfer } from 'comlink'
import type { BackupMade, BackupProgress, KeyProblem } from '../../contract/backups.js'
import type { Bytes } from '../../contract/bytes.js'
import { receivedFrom } from '../../contract/port-stream.js'
import { abortSignal, callbackOf, flag, optional, read, structure } from '../../contract/reader.js'
import type { Session } from '../session.js'

/** How far a backup is. */
export interface CreateBackupProgress extends BackupProgress {
  /**
   * In the last call, when everything is in the stream: keys that are not in the backup, or not with all of their material,
   * because that was made before recovery was set up. The backup lists them too, and so does `vault.recovery.status()`.
   */
  readonly leftOut?: readonly KeyProblem[]
}

/** What `vault.backups.create` takes. */
export interface CreateBackupOptions {
  /** Ends it; the stream fails with the signal's reason. */
  readonly signal?: AbortSignal
  /** Hears how far it is, a hundred keys at a time, and at the end what could not be in it. */
  readonly onProgress?: (progress: CreateBackupProgress) => void
  /** Whether the audit trail is part of it. Default false. */
  readonly includeAudit?: boolean
}

const options = structure({
  signal: optional(abortSignal),
  onProgress: optional(callbackOf<(progress: CreateBackupProgress) => void>()),
  includeAudit: optional(flag),
})

/**
 * Writes a backup into a stream, and closes it; whatever goes wrong, it is told by the stream.
 *
 * @param onMade of whoever keeps it somewhere, and notes that it is there
 */
export async function writeBackup(
  session: Session,
  given: CreateBackupOptions,
  writable: WritableStream<Bytes>,
  onMade?: (made: BackupMade) => void,
): Promise<void> {
  const writer = writable.getWriter()
  const ending = new AbortController()
  // Whoever reads has enough, or the stream was ended from here.
  writer.closed.catch((reason: unknown) => ending.abort(reason))
  try {
    const { signal, onProgress, includeAudit = false } = read(options, given, "create's options")
    signal?.throwIfAborted()
    session.mustBeOpen()
    const ends = AbortSignal.any([session.ended, ending.signal, ...(signal ? [signal] : [])])
    // A write waits for as long as nobody reads.
    ends.addEventListener('abort', () => void writer.abort(ends.reason).catch(() => {}))
    const [stream, progress] = [new MessageChannel(), new MessageChannel()]
    progress.port1.onmessage = ({ data }: MessageEvent<BackupProgress>) => onProgress?.(data)
    const input = { stream: stream.port2, progress: progress.port2, includeAudit, isKept: onMade !== undefined }
    const made = session.ask((control) =>
      control.recovery(transfer({ call: 'createBackup', input }, [stream.port2, progress.port2])),
    ) as Promise<BackupMade>
    made.catch((reason: unknown) => ending.abort(reason))
    try {
      for await (const chunk of receivedFrom(stream.port1, ends)) await writer.write(chunk)
      const all = await made
      const { keys, leftOut } = all
      onMade?.(all)
      progress.port1.onmessage = null
      onProgress?.({ keysDone: keys, keys, leftOut })
    } finally {
      progress.port1.close()
    }
    await writer.close()
  } catch (reason) {
    await writer.abort(reason).catch(() => {})
  }
}
