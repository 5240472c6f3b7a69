/** `vault.recovery.rehearse`. */
import { transfer } from 'comlink'
import type { BackupProgress, RecoveryReport } from '../../contract/backups.js'
import type { GestureMessage } from '../../contract/protectors.js'
import { abortSignal, callbackOf, optional, type ReadBy, structure } from '../../contract/reader.js'
import type { Session } from '../session.js'

/** What `vault.recovery.rehearse` takes beside the gesture. */
export interface RehearseOptions {
  /** Hears how many keys were checked. */
  readonly onProgress?: (progress: BackupProgress) => void
  /** Ends the wait for it; the check itself goes on, and its result is noted. */
  readonly signal?: AbortSignal
}

export const rehearseOptions = structure({
  onProgress: optional(callbackOf<(progress: BackupProgress) => void>()),
  signal: optional(abortSignal),
})

export async function rehearse(
  session: Session,
  gesture: GestureMessage,
  { onProgress, signal }: ReadBy<typeof rehearseOptions>,
): Promise<RecoveryReport> {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }: MessageEvent<BackupProgress>) => onProgress?.(data)
  try {
    const input = { gesture, progress: port2 }
    const report = session.ask((control) => control.recovery(transfer({ call: 'rehearse', input }, [port2])))
    return await new Promise<RecoveryReport>((resolve, reject) => {
      report.then(resolve as (found: unknown) => void, reject)
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      // Since the person was asked.
      if (signal?.aborted) reject(signal.reason)
    })
  } finally {
    port1.close()
  }
}
