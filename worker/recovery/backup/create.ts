/** Makes a backup of a vault (REC-20). Nobody has to be there: it takes no secret. */

import type { BackupMade, BackupProgress } from '../../../src/contract/backups.js'
import type { Bytes } from '../../../src/contract/bytes.js'
import { KMSInvalidStateException } from '../../../src/contract/errors.js'
import { keyArn } from '../../../src/contract/identifiers.js'
import { schemaVersion } from '../../storage/migrations.js'
import type { RecoveredRegion } from '../recovered-region.js'
import type { RecoveryRecord } from '../recovery-record.js'
import { sealBackup } from './message.js'
import type { BackupRecord, Counts } from './records.js'
import { factsToJson, protectorInHeader } from './recovery-facts.js'
import { Snapshot } from './snapshot.js'

/** What a backup is made of. */
export interface BackupRequest {
  readonly vaultName: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly record: RecoveryRecord
  /** All of the vault. */
  readonly regions: readonly RecoveredRegion[]
  readonly includeAudit: boolean
  readonly onProgress: (progress: BackupProgress) => void
}

/**
 * @returns what was made, and what could not be in it
 * @throws KMSInvalidStateException while the recovery pair is renewed
 */
export async function* createBackup(request: BackupRequest): AsyncGenerator<Bytes, BackupMade> {
  const { vaultName, now, record, regions, includeAudit } = request
  const { pair, backupKey } = record
  if (record.previousPair)
    throw new KMSInvalidStateException(
      'The recovery pair is being renewed: a backup of now would need two. If that was interrupted, it goes on with the next gesture, such as vault.recovery.verify.',
    )
  const snapshots: Snapshot[] = []
  try {
    for (const region of regions) {
      await region.flush()
      const source = { vaultName, realm: region.realm, store: region.store }
      snapshots.push(await Snapshot.begin(source, { pairId: pair.pairId, includeAudit }))
    }
    const keys = snapshots.reduce((sum, { counts }) => sum + counts.keys, 0)
    const accountId = regions[0]?.realm.accountId ?? ''
    const header = {
      vaultName,
      vaultId: record.vaultId,
      accountId,
      createdAt: now,
      schemaVersion,
      keys,
      regions: Object.fromEntries(snapshots.map(({ region, counts }) => [region, counts.keys])),
      protectors: record.protectors.map((each) => protectorInHeader(each, pair.pairId)),
      rootPublicKey: record.rootPublicKey,
      backupPublicKey: backupKey.publicKey,
      backupCertificate: backupKey.certificate,
    }
    const made = { changes: {} as Record<string, number> }
    yield* sealBackup(
      { header, pair, signingKey: backupKey.privateKey },
      recordsOf(request, accountId, snapshots, made),
    )
    const problems = snapshots.flatMap((snapshot, index) => problemsOf(snapshot, regions[index] as RecoveredRegion))
    return { createdAt: now, keys, leftOut: problems, changes: made.changes }
  } finally {
    for (const snapshot of snapshots) snapshot.close()
  }
}

async function* recordsOf(
  { now, record, onProgress }: BackupRequest,
  accountId: string,
  snapshots: readonly Snapshot[],
  made: { readonly changes: Record<string, number> },
): AsyncGenerator<BackupRecord, void> {
  const regions = snapshots.map(({ region, counts }) => ({ region, counts: { ...counts } satisfies Counts }))
  const { vaultId } = record
  const recovery = factsToJson(record)
  yield { kind: 'manifest', value: { schemaVersion, vaultId, accountId, createdAt: now, regions, recovery } }
  let records = 1
  let keysDone = 0
  const keys = snapshots.reduce((sum, { counts }) => sum + counts.keys, 0)
  for (const snapshot of snapshots)
    for await (const each of snapshot.records()) {
      records += 1
      if (each.kind === 'regionEnd') made.changes[snapshot.region] = each.value.changes
      yield each
      if (each.kind !== 'key') continue
      keysDone += 1
      // As many words as a person can read.
      if (keysDone % 100 === 0) onProgress({ keysDone, keys })
    }
  yield { kind: 'end', value: { records } }
}

function problemsOf(snapshot: Snapshot, { realm }: RecoveredRegion): BackupMade['leftOut'] {
  return [...snapshot.problems].map(([keyId, problem]) => ({ keyArn: keyArn(realm, keyId), problem }))
}
