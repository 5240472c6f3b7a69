/** The calls of an open vault about its backups. */
import type { BackupMade, backupCalls, RecoveryReport } from '../../../src/contract/backups.js'
import type { Bytes } from '../../../src/contract/bytes.js'
import { KMSInvalidStateException } from '../../../src/contract/errors.js'
import { sendOver } from '../../../src/contract/port-stream.js'
import type { ReadBy } from '../../../src/contract/reader.js'
import { mustBeSetUp } from '../opening.js'
import type { Recovery } from '../recovery.js'
import { createBackup } from './create.js'
import { rehearse } from './rehearse.js'

type Input<Call extends keyof typeof backupCalls> = ReadBy<(typeof backupCalls)[Call]>

/** Where a backup is that nobody has told of. */
const GIVEN_OUT = 'the application'

/** Sends a backup over a port. @returns what was made, once all of it was taken */
export function answerCreateBackup(
  recovery: Recovery,
  { stream, progress, includeAudit, isKept }: Input<'createBackup'>,
): Promise<BackupMade> {
  return recovery.audited('CreateBackup', async (details) => {
    const { vaultName, now } = recovery.options
    let made: BackupMade | undefined
    async function* chunks(): AsyncGenerator<Bytes, void> {
      const record = mustBeSetUp(await recovery.read())
      const regions = await recovery.settleAll(record)
      const onProgress = (done: unknown) => progress.postMessage(done)
      made = yield* createBackup({ vaultName, now: now(), record, regions, includeAudit, onProgress })
    }
    await sendOver(stream, chunks())
    if (!made) throw new KMSInvalidStateException('The backup was ended before it was complete.')
    const { createdAt: at, changes, keys, leftOut } = made
    Object.assign(details, { keys, leftOut: leftOut.length })
    if (!isKept) await recovery.noteBackup({ at, target: GIVEN_OUT, changes })
    return made
  })
}

/** Checks all copies, and notes what has come of it. */
export function answerRehearse(recovery: Recovery, { gesture, progress }: Input<'rehearse'>): Promise<RecoveryReport> {
  return recovery.audited('RehearseRecovery', (details) =>
    recovery.withGesture(gesture, async ({ record, protectorId, secrets }) => {
      details.openedBy = protectorId
      const { vaultId } = record
      const regions = await recovery.settleAll(record)
      const report = await rehearse({ vaultId, secrets, regions, onProgress: (done) => progress.postMessage(done) })
      const { ok, keys, problems } = report
      Object.assign(details, { ok, keys, problems: problems.length })
      await recovery.noteRehearsal(ok)
      return report
    }),
  )
}
