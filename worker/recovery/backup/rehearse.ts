/** Checks every copy of a vault where it is, as a restore would (REC-25). */
import type { BackupProgress, KeyProblem, RecoveryReport } from '../../../src/contract/backups.js'
import { keyArn } from '../../../src/contract/identifiers.js'
import { Sealer } from '../../material/sealer.js'
import { generateSymmetric } from '../../material/symmetric.js'
import type { RecoveredRegion } from '../recovered-region.js'
import { type RecoverySecrets, withOpeningKeys } from '../secrets.js'
import { type Opening, openedMaterial, problems } from './opened-material.js'
import { type KeyUnit, pageOfKeys } from './region-pages.js'

/** Keys that are checked together. */
const PAGE = 64

export interface RehearsalRequest {
  readonly vaultId: string
  readonly secrets: RecoverySecrets
  readonly regions: readonly RecoveredRegion[]
  readonly onProgress: (progress: BackupProgress) => void
}

/** Nothing of it is kept: what is revived is dropped at once. */
export async function rehearse(request: RehearsalRequest): Promise<RecoveryReport> {
  const { vaultId, secrets } = request
  // Not the vault's own key: of a vault that is locked at rest there is none.
  const sealer = new Sealer(await generateSymmetric())
  return withOpeningKeys(secrets, (keys) => checkAll(request, { vaultId, keys, sealer }))
}

async function checkAll({ regions, onProgress }: RehearsalRequest, opening: Opening): Promise<RecoveryReport> {
  const counts = await Promise.all(regions.map(({ store }) => store.keyCount()))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const found: KeyProblem[] = []
  let keysDone = 0
  let keys = 0
  for (const { realm, store } of regions)
    for (let after = ''; ; ) {
      const from = after
      const page = (await store.read((database) => pageOfKeys(database, from, PAGE))).found
      const checked = await Promise.all(page.map(async (unit) => [unit, await problemOf(unit, opening)] as const))
      for (const [{ key }, problem] of checked) {
        if (problem) found.push({ keyArn: keyArn(realm, key.keyId), problem })
        if (problem !== problems.current && problem !== problems.uncopied) keys += 1
      }
      keysDone += page.length
      onProgress({ keysDone, keys: total })
      if (page.length < PAGE) break
      after = page.at(-1)?.key.keyId as string
    }
  return { ok: found.length === 0, keys, problems: found }
}

/** The worst that is wrong with a key. */
async function problemOf({ key, materials, copies }: KeyUnit, opening: Opening): Promise<string | undefined> {
  const copyOf = new Map(copies.map((copy) => [copy.materialId, copy]))
  let worst: string | undefined
  for (const record of materials) {
    if (record.imported?.isHere === false) continue
    const copy = copyOf.get(record.materialId)
    if (copy && (await openedMaterial(opening, key, record, copy))) continue
    const isCurrent = record.materialId === key.currentMaterialId
    if (isCurrent) return copy ? problems.current : problems.uncopied
    worst = copy ? problems.older : problems.olderUncopied
  }
  return worst
}
