/**
 * Brings a vault back from a backup (REC-23), into databases that nobody takes for a vault yet:
 *
 * 1. The header is proved (proof.ts): by what the gesture opens, and before anything of the content is looked at.
 * 2. The records are written as they come, a batch at a time: copies stay sealed. The end of the message says that they are
 *    all there.
 * 3. From there, a page of keys at a time, every copy is opened, every material proved, every handle tried, and written.
 * 4. Each Region gets its identity, with new keys of its own, and the vault its record of recovery, with a new backup key.
 *
 * The page says then that it is a vault, by one write. Until then it can end this worker at any time, and throws away what is
 * there; if the page is killed as well, whoever opens the vault next does.
 */
import { type BackupHeader, readBackupHeader } from '../../../src/contract/backup-header.js'
import type { BackupProgress, RestoreReport } from '../../../src/contract/backups.js'
import { type Bytes, equalInConstantTime } from '../../../src/contract/bytes.js'
import type { GestureMessage } from '../../../src/contract/protectors.js'
import { BackupFormatException, IncorrectProtectorException } from '../../../src/contract/recovery-errors.js'
import type { MessageHeader } from '../../../src/envelope/header.js'
import type { OpeningKey } from '../../material/hpke.js'
import { Sealer } from '../../material/sealer.js'
import { generateSymmetric } from '../../material/symmetric.js'
import { schemaVersion } from '../../storage/migrations.js'
import { pendingOf } from '../../storage/pending-answers.js'
import { RecoveryStore } from '../../storage/recovery-store.js'
import type { RegionRecovery } from '../../storage/schema.js'
import { newMarkerKey } from '../marker-key.js'
import type { PendingAnswer } from '../protectors/escrow-request.js'
import { openProtectors, wipeGiven } from '../protectors/protectors.js'
import { type RecoveryRecord, regionRecoveryOf } from '../recovery-record.js'
import { isCertified, newBackupKey, rootPublicKeyOf } from '../root.js'
import { RecoverySecret } from '../secrets.js'
import { checkRegion, Tally } from './checked-region.js'
import { beginBackup, openBackup } from './message.js'
import { altered, checkSignature, openDataKey, pairIdOf } from './proof.js'
import type { BackupRecord, Manifest } from './records.js'
import { readFacts, readProtectorsInHeader } from './recovery-facts.js'
import { StagedRegion } from './staged-region.js'

const OPENS_NOTHING =
  'It does not open this backup. Check what was given: backups open with the protectors that the vault had when they were made.'
const NO_ANSWER =
  'It answers no request that this browser has made for this backup in the last 30 days. An answer is for the last request about an escrow key, and for the browser that made it: ask again, with requestFromBackup.'

export interface RestoreRequest {
  /** Of a vault that does not exist. */
  readonly vaultName: string
  /** Left wiped. */
  readonly gesture: GestureMessage
  readonly chunks: AsyncIterable<Uint8Array>
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onProgress: (progress: BackupProgress) => void
}

/**
 * @returns what was brought back. It is all written by then.
 * @throws BackupFormatException for what is no backup, or was altered
 * @throws IncorrectProtectorException if the gesture opens no protector of it
 */
export async function restoreBackup(request: RestoreRequest): Promise<RestoreReport> {
  const { gesture, chunks, now } = request
  const opened: { secret?: RecoverySecret; dataKey?: Bytes } = {}
  const staged: StagedRegion[] = []
  try {
    const begun = await beginBackup(chunks)
    const header = readBackupHeader(begun.message)
    if (header.schemaVersion > schemaVersion)
      throw new BackupFormatException('This backup was made by a newer version of browser-kms. Use that version.')
    const secret = await openSecret(header, pairIdOf(begun.message), gesture, now)
    opened.secret = secret
    await prove(begun.message, header, secret)
    return await secret.withOpeningKey(async (openingKey) => {
      opened.dataKey = await openDataKey(openingKey, begun.message)
      const manifest = await stage(request, header, openBackup(begun, opened.dataKey), staged)
      const pairId = pairIdOf(begun.message)
      return finish(request, { header, manifest, secret, openingKey, pairId, staged, now })
    })
  } finally {
    wipeGiven(gesture)
    opened.secret?.wipe()
    opened.dataKey?.fill(0)
    for (const region of staged) region.close()
  }
}

async function openSecret(
  header: BackupHeader,
  pairId: string,
  gesture: GestureMessage,
  now: number,
): Promise<RecoverySecret> {
  const { vaultId, rootPublicKey } = header
  const protectors = readProtectorsInHeader(header.protectors)
  const pending = 'escrow' in gesture ? await pendingOf<PendingAnswer>(vaultId, now) : []
  const opened = await openProtectors({ vaultId, pairId, rootPublicKey, protectors, pending }, gesture)
  if (!opened) throw new IncorrectProtectorException('escrow' in gesture ? NO_ANSWER : OPENS_NOTHING)
  return new RecoverySecret(opened.secret)
}

/** The chain of proof.ts, from the secret on: the protector that opened has vouched for the root. */
async function prove(message: MessageHeader, header: BackupHeader, { rootSeed }: RecoverySecret): Promise<void> {
  const { vaultId, rootPublicKey, backupPublicKey, backupCertificate } = header
  if (!equalInConstantTime(await rootPublicKeyOf(rootSeed), rootPublicKey)) throw altered('it names another root')
  const device = { publicKey: backupPublicKey, certificate: backupCertificate }
  if (!(await isCertified(vaultId, rootPublicKey, device))) throw altered('its device was not certified by its vault')
  await checkSignature(message, header)
}

/** Writes all records. @returns the manifest, which has come first */
async function stage(
  { vaultName, now }: RestoreRequest,
  header: BackupHeader,
  records: AsyncIterable<BackupRecord>,
  staged: StagedRegion[],
): Promise<Manifest> {
  let manifest: Manifest | undefined
  let region: StagedRegion | undefined
  let count = 0
  let isOver = false
  for await (const record of records) {
    if (isOver) throw misplaced(record)
    if (record.kind === 'manifest') {
      if (manifest) throw misplaced(record)
      manifest = record.value
      checkManifest(manifest, header)
    } else if (!manifest) throw misplaced(record)
    else if (record.kind === 'region') {
      if (region || manifest.regions[staged.length]?.region !== record.value.region) throw misplaced(record)
      region = await StagedRegion.make(vaultName, manifest.accountId, record.value, now)
      staged.push(region)
    } else if (record.kind === 'end') {
      isOver = record.value.records === count && !region && staged.length === manifest.regions.length
      if (!isOver) throw misplaced(record)
    } else if (!region) throw misplaced(record)
    else if (record.kind === 'regionEnd') {
      await region.complete(record.value)
      region = undefined
    } else await region.add(record)
    count += 1
  }
  if (!manifest || !isOver) throw new BackupFormatException('This backup is not complete. Use another backup.')
  return manifest
}

function checkManifest(
  { vaultId, accountId, createdAt, schemaVersion: version }: Manifest,
  header: BackupHeader,
): void {
  const isOne =
    vaultId === header.vaultId &&
    accountId === header.accountId &&
    createdAt === header.createdAt &&
    version === header.schemaVersion
  if (!isOne) throw altered('its manifest is that of another')
}

function misplaced({ kind }: BackupRecord): BackupFormatException {
  return new BackupFormatException(`This backup cannot be read: a ${kind} stands in the wrong place.`)
}

interface Staged {
  readonly header: BackupHeader
  readonly manifest: Manifest
  readonly secret: RecoverySecret
  readonly openingKey: OpeningKey
  readonly pairId: string
  readonly staged: readonly StagedRegion[]
  readonly now: number
}

/** Checks everything, and makes a vault of it. */
async function finish(request: RestoreRequest, restored: Staged): Promise<RestoreReport> {
  const { header, manifest, secret, openingKey, pairId, staged, now } = restored
  const { vaultId, rootPublicKey } = header
  const facts = readFacts(manifest.recovery, { pairId, publicKey: await secret.publicKey(), rootPublicKey })
  const record: Omit<RecoveryRecord, 'revision'> = {
    version: 1,
    vaultId,
    generation: 1,
    ...facts,
    backupKey: await newBackupKey(vaultId, secret.rootSeed),
    lastBackup: {
      at: header.createdAt,
      target: 'the backup that was restored',
      changes: Object.fromEntries(staged.map(({ realm, end }) => [realm.region, end.changes])),
    },
  }
  const regionRecovery: RegionRecovery = { ...regionRecoveryOf({ ...record, revision: 1 }), isSettled: true }
  const keys = new Map([[pairId, openingKey]])
  const tally = new Tally(staged, request.onProgress)
  for (const region of staged) {
    const sealingKey = await generateSymmetric()
    const kept = await checkRegion(region, { vaultId, keys, sealer: new Sealer(sealingKey) }, regionRecovery, tally)
    const { createdAt, trackingSince } = region.facts
    // At rest, nothing is kept that is of use without a gesture (LOCK-1).
    const own = facts.atRest
      ? { markerCopy: (await newMarkerKey(regionRecovery, region.realm)).markerCopy }
      : { markerKey: await generateSymmetric(), sealingKey }
    await region.establish({
      identity: { ...region.realm, createdAt, ...own },
      counters: { keys: kept, changes: region.end.changes },
      clock: { latest: region.end.latest },
      tracking: { since: trackingSince },
      recovery: regionRecovery,
    })
  }
  const { report } = tally
  const store = new RecoveryStore<RecoveryRecord>(request.vaultName)
  try {
    await store.change(() => ({ ...record, lastRehearsal: { at: now, ok: report.ok } }))
  } finally {
    store.close()
  }
  return { ...report, backupCreatedAt: new Date(header.createdAt) }
}
