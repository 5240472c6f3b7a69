/** Copies for a new recovery pair, in place of those for the old one (PROT-1). */
import { keyArn } from '../../src/contract/identifiers.js'
import type { RenewedPair } from '../../src/contract/recovery.js'
import { type RecoveryPublicKey, resealCopy, type SealedCopy } from '../material/copies.js'
import type { OpeningKey } from '../material/hpke.js'
import { copiesAfter } from '../storage/copy-reads.js'
import type { CopyRecord } from '../storage/schema.js'
import type { RecoveredRegion } from './recovered-region.js'

/** Copies that are held, and written, at a time. */
const BATCH = 100

export interface Renewal {
  readonly vaultId: string
  readonly pair: RecoveryPublicKey
  /** What opens the copies of the pair before it, by its id. */
  readonly previousPairId: string
  readonly opening: OpeningKey
}

/**
 * Seals the copies of a Region anew. Those that are sealed for the new pair already are left as they are, so that it can be
 * done again after it was broken off.
 */
export async function resealRegion(region: RecoveredRegion, renewal: Renewal): Promise<RenewedPair> {
  const problems: { keyArn: string; problem: string }[] = []
  let copies = 0
  let after: CopyRecord | undefined
  for (;;) {
    const batch: readonly CopyRecord[] = await copiesAfter(region.store, after, BATCH)
    after = batch.at(-1)
    if (!after) return { copies, problems }
    const resealed: [CopyRecord, SealedCopy][] = []
    for (const copy of batch) {
      if (copy.pairId === renewal.pair.pairId) continue
      const found = await resealedCopy(region, renewal, copy)
      if (typeof found === 'object') resealed.push([copy, found])
      else if (found) problems.push({ keyArn: keyArn(region.realm, copy.keyId), problem: found })
    }
    copies += await replace(region, resealed)
  }
}

/** @returns the copy, what is wrong with it, or undefined if its key is gone */
async function resealedCopy(
  { store }: RecoveredRegion,
  { vaultId, pair, previousPairId, opening }: Renewal,
  copy: CopyRecord,
): Promise<SealedCopy | string | undefined> {
  const key = await store.rawKey(copy.keyId)
  if (!key) return undefined
  if (copy.pairId !== previousPairId) return 'Its copy is sealed to a recovery pair that this vault does not have.'
  const { keyId, materialId, ...sealed } = copy
  const { region, position } = sealed
  const { keySpec, keyUsage } = key
  try {
    return await resealCopy(opening, pair, { vaultId, region, keyId, materialId, keySpec, keyUsage, position }, sealed)
  } catch {
    return 'Its copy cannot be opened: it was changed, or is damaged.'
  }
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
