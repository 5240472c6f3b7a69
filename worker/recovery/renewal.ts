/**
 * A new recovery pair, and every copy sealed for it in place of the old one (PROT-1). While it goes on, both pairs are in the
 * record, each protector opens both, and what is born is sealed for the new one.
 */
import { KMSInternalException, KMSInvalidStateException } from '../../src/contract/errors.js'
import { keyArn } from '../../src/contract/identifiers.js'
import { missingPart } from '../../src/contract/missing-part.js'
import type { RenewedPair } from '../../src/contract/recovery.js'
import { keySetLockName } from '../../src/contract/vault-names.js'
import { type RecoveryPublicKey, resealCopy, type SealedCopy } from '../material/copies.js'
import type { OpeningKey } from '../material/hpke.js'
import { copiesAfter } from '../storage/copy-reads.js'
import type { CopyRecord, KeyRecord } from '../storage/schema.js'
import { mustBeSetUp, type Opened } from './opening.js'
import { isCertifiedProtector, rewrap, withOnlyWrap } from './protectors/wrapping.js'
import type { RecoveredRegion } from './recovered-region.js'
import type { RecoveryPair, RecoveryRecord } from './recovery-record.js'
import { newBackupKey } from './root.js'
import type { RecoverySecret } from './secrets.js'

/** What a renewal needs of the recovery that it renews. */
export interface Renewable {
  readonly options: { readonly vaultName: string }
  read(): Promise<RecoveryRecord | undefined>
  change(work: (record: RecoveryRecord) => Omit<RecoveryRecord, 'revision'>): Promise<RecoveryRecord>
  settleAll(record: RecoveryRecord): Promise<readonly RecoveredRegion[]>
}

/** Copies that are held, and written, at a time. */
const BATCH = 100
/** Times that all copies are looked at: the last finds none to seal. */
const MOST_PASSES = 100
/** Milliseconds until the next, where a set of multi-Region keys was busy. */
const PAUSE = 50

/**
 * Begins it: from here on both pairs are in the record.
 *
 * @throws KMSInvalidStateException if a protector was put there by somebody without a gesture, or its public key was
 */
export async function beginRenewal(
  recovery: Renewable,
  { vaultId, rootPublicKey, protectors }: RecoveryRecord,
  pair: RecoveryPair,
  secret: RecoverySecret,
): Promise<RecoveryRecord> {
  for (const each of protectors)
    if (!(await isCertifiedProtector(each, vaultId, rootPublicKey))) throw foreign(each.label)
  const rewrapped = await Promise.all(protectors.map((each) => rewrap(each, vaultId, pair.pairId, secret.bytes)))
  // The key of this device too: who has got hold of the one before signs nothing that goes with the new pair.
  const backupKey = await newBackupKey(vaultId, secret.rootSeed)
  return recovery.change((current) => ({
    ...current,
    generation: current.generation + 1,
    backupKey,
    pair,
    previousPair: current.pair,
    protectors: rewrapped,
    changedAt: pair.createdAt,
  }))
}

/**
 * Ends it: every copy is sealed for the new pair then, and the old one opens nothing any more. To be called by who changes
 * recovery alone. It can be broken off anywhere, and done again.
 */
export async function finishRenewal(
  recovery: Renewable,
  { record, secrets }: Pick<Opened, 'record' | 'secrets'>,
): Promise<RenewedPair> {
  const { vaultId, pair, previousPair } = record
  const current = mustBeSetUp(await recovery.read())
  const isStill = current.pair.pairId === pair.pairId && current.previousPair?.pairId === previousPair?.pairId
  const secret = isStill && previousPair ? secrets.get(previousPair.pairId) : undefined
  // Done by another tab; or the answer of an escrow holder has opened the new pair alone, and another gesture has to go on.
  if (!secret || !previousPair) return { copies: 0, problems: [] }
  const regions = await recovery.settleAll(record)
  const { vaultName } = recovery.options
  const renewed = await secret.withOpeningKey((opening) =>
    resealAll(regions, { vaultName, vaultId, pair, previousPairId: previousPair.pairId, opening }),
  )
  await recovery.change(({ previousPair: _, ...rest }) => ({
    ...rest,
    protectors: rest.protectors.map((each) => withOnlyWrap(each, pair.pairId)),
    pendingAnswers: (rest.pendingAnswers ?? []).filter(({ pairId }) => pairId === pair.pairId),
  }))
  return renewed
}

interface Renewal {
  readonly vaultName: string
  readonly vaultId: string
  readonly pair: RecoveryPublicKey
  /** What opens the copies of the pair before it, by its id. */
  readonly previousPairId: string
  readonly opening: OpeningKey
}

interface Pass extends RenewedPair {
  /** Whether another has to follow. */
  readonly isLast: boolean
}

/**
 * Until there is nothing left to seal: a copy of a multi-Region key can be on its way from a Region that was not looked at
 * yet to one that was. What carries it has the set's lock meanwhile, and so has who seals it, so that the pass that finds
 * nothing is the last.
 */
async function resealAll(regions: readonly RecoveredRegion[], renewal: Renewal): Promise<RenewedPair> {
  let copies = 0
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    const passes: Pass[] = []
    for (const region of regions) passes.push(await resealRegion(region, renewal))
    const sealed = passes.reduce((sum, each) => sum + each.copies, 0)
    copies += sealed
    if (sealed === 0 && passes.every(({ isLast }) => isLast))
      return { copies, problems: passes.flatMap(({ problems }) => problems) }
    if (sealed === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
  throw new KMSInternalException(
    'Copies of multi-Region keys are in use all the time. The new recovery pair is there, and both pairs open what they sealed; the rest is done with the next gesture.',
  )
}

async function resealRegion(region: RecoveredRegion, renewal: Renewal): Promise<Pass> {
  const { store } = region
  const problems: { keyArn: string; problem: string }[] = []
  let copies = 0
  let isLast = true
  let after: CopyRecord | undefined
  for (;;) {
    const batch: readonly CopyRecord[] = await copiesAfter(store, after, BATCH)
    after = batch.at(-1)
    if (!after) return { copies, problems, isLast }
    const resealed: [CopyRecord, SealedCopy][] = []
    for (const copy of batch) {
      if (copy.pairId === renewal.pair.pairId) continue
      const key = await store.rawKey(copy.keyId)
      if (!key) continue
      const seal = async (): Promise<[CopyRecord, SealedCopy][]> => {
        const found = await resealedCopy(key, renewal, copy)
        if (typeof found === 'object') return [[copy, found]]
        problems.push({ keyArn: keyArn(region.realm, copy.keyId), problem: found })
        return []
      }
      if (!key.set) resealed.push(...(await seal()))
      else {
        const count = await ifSetIsFree(renewal, key, async () => replace(region, await seal()))
        if (count === undefined) isLast = false
        copies += count ?? 0
      }
    }
    copies += await replace(region, resealed)
  }
}

/** Not waited for: who has it may wait for the recovery that is renewed here. @returns undefined if it is not free */
function ifSetIsFree<Result>(
  { vaultName }: Renewal,
  { keyId }: KeyRecord,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  return navigator.locks.request(keySetLockName(vaultName, keyId), { ifAvailable: true }, async (lock) =>
    lock ? work() : undefined,
  )
}

/** @returns the copy, or what is wrong with it */
async function resealedCopy(
  { keySpec, keyUsage }: KeyRecord,
  { vaultId, pair, previousPairId, opening }: Renewal,
  copy: CopyRecord,
): Promise<SealedCopy | string> {
  if (copy.pairId !== previousPairId) return 'Its copy is sealed to a recovery pair that this vault does not have.'
  const { keyId, materialId, ...sealed } = copy
  const { region, position } = sealed
  try {
    return await resealCopy(opening, pair, { vaultId, region, keyId, materialId, keySpec, keyUsage, position }, sealed)
  } catch (error) {
    // Of a copy that was given up here, the material would be lost for good: only what is its own fault counts against it.
    const passing = passingFailure(error)
    if (passing) throw passing
    return 'Its copy cannot be opened: it was changed, or is damaged.'
  }
}

/** An error that says nothing about the copy: of memory, or of a part that could not be loaded. Libraries wrap both. */
function passingFailure(thrown: unknown): Error | undefined {
  if (!(thrown instanceof Error)) return undefined
  return missingPart(thrown) ?? (thrown instanceof RangeError ? thrown : passingFailure(thrown.cause))
}

/** @returns how many were still what they had been */
async function replace({ store }: RecoveredRegion, resealed: readonly [CopyRecord, SealedCopy][]): Promise<number> {
  if (resealed.length === 0) return 0
  return store.mutate(async (transaction) => {
    let count = 0
    for (const [old, copy] of resealed) {
      const { keyId, materialId } = old
      const now = await transaction.copy(keyId, materialId)
      if (!now || now.pairId !== old.pairId) continue
      await transaction.putCopy({ ...copy, keyId, materialId })
      count += 1
    }
    return count
  })
}

function foreign(label: string): KMSInvalidStateException {
  return new KMSInvalidStateException(
    `The protector '${label}' in the storage of this vault is not as a gesture has made it: somebody has put it there, or another key into it, and would open what is sealed to it. Remove it, and add it again if it is yours.`,
  )
}
