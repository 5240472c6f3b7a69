/** What a vault's recovery is made of when it is set up. */
import type { NewProtectorMessage } from '../../src/contract/protectors.js'
import { newProtector } from './protectors/protectors.js'
import type { ProtectorRecord } from './records.js'
import type { LockSettings, RecoveryPair, RecoveryRecord } from './recovery-record.js'
import { newBackupKey, rootPublicKeyOf } from './root.js'
import { RecoverySecret, type RecoverySecrets } from './secrets.js'

/** A vault that is locked at rest from the beginning. */
export interface RestFromTheBeginning {
  readonly settings: LockSettings
  readonly begin: (secrets: RecoverySecrets) => Promise<void>
}

/** A record that is to be written, and what is told once. */
export interface NewRecord {
  readonly record: Omit<RecoveryRecord, 'revision'>
  readonly recoveryCode: string | undefined
}

/**
 * Makes a pair, a root, the protectors of both, and the key of this device. The secret is wiped.
 *
 * @param now milliseconds since 1970
 */
export async function newRecord(
  given: readonly NewProtectorMessage[],
  {
    vaultId,
    now,
    atRest,
  }: { readonly vaultId: string; readonly now: number; readonly atRest: RestFromTheBeginning | undefined },
): Promise<NewRecord> {
  const secret = RecoverySecret.random()
  try {
    const rootPublicKey = await rootPublicKeyOf(secret.rootSeed)
    const pair: RecoveryPair = { pairId: crypto.randomUUID(), publicKey: await secret.publicKey(), createdAt: now }
    const protectors: ProtectorRecord[] = []
    let code: string | undefined
    // One after the other: each passphrase takes 64 MiB for a moment.
    for (const each of given) {
      const vault = { vaultId, rootPublicKey, pairId: pair.pairId, secret: secret.bytes }
      const { record, recoveryCode } = await newProtector(each, vault, now)
      protectors.push(record)
      code = recoveryCode ?? code
    }
    const record: NewRecord['record'] = {
      version: 1,
      vaultId,
      generation: 1,
      createdAt: now,
      pair,
      rootPublicKey,
      backupKey: await newBackupKey(vaultId, secret.rootSeed),
      protectors,
      changedAt: now,
      atRest: atRest !== undefined,
      ...(atRest && { lock: atRest.settings }),
    }
    await atRest?.begin(new Map([[pair.pairId, secret]]))
    return { record, recoveryCode: code }
  } finally {
    secret.wipe()
  }
}
