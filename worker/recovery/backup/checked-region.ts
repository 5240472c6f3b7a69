/**
 * The second half of a restore: the copies of a Region that is staged are opened, a page of keys at a time. Every material is
 * proved, every handle tried (REC-6), and what has passed is written. The next page is read, and the one before is written,
 * while one is checked.
 */
import type { BackupProgress, KeyProblem, RestoreReport } from '../../../src/contract/backups.js'
import { keyArn } from '../../../src/contract/identifiers.js'
import type { KeyState } from '../../../src/contract/shapes.js'
import type { KeyRecord, MaterialId, MaterialRecord, RegionRecovery } from '../../storage/schema.js'
import { storable } from '../../storage/stored-material.js'
import { type Opening, openedMaterial, problems } from './opened-material.js'
import { type KeyUnit, pageOfKeys } from './region-pages.js'
import type { StagedRegion } from './staged-region.js'

/** Keys that are checked together. */
const PAGE = 64

/** @returns how many keys there are now */
export async function checkRegion(
  region: StagedRegion,
  opening: Opening,
  recovery: RegionRecovery,
  tally: Tally,
): Promise<number> {
  for (const [keyId, problem] of region.leftOut) tally.problem(keyArn(region.realm, keyId), problem)
  await region.dropDanglingAliases()
  let kept = 0
  const read = (after: string) => watched(pageOfKeys(region.database, after, PAGE))
  let writing: Promise<void> = Promise.resolve()
  for (let reading = read(''), isLast = false; !isLast; ) {
    const { found } = await reading
    isLast = found.length < PAGE
    if (!isLast) reading = read(found.at(-1)?.key.keyId as string)
    const checked = await Promise.all(found.map((unit) => checkUnit(unit, opening)))
    await writing
    writing = watched(writePage(region, checked, recovery))
    for (const { key, lost } of checked) {
      if (lost.length > 0)
        tally.problem(keyArn(region.realm, key.keyId), isGone({ key, lost }) ? problems.current : problems.older)
      if (isGone({ key, lost })) continue
      kept += 1
      tally.brought(key.state)
    }
    tally.progress(found.length)
  }
  await writing
  return kept
}

/** Whoever waits for it hears of its failure; nobody does if something else ends the restore first. */
function watched<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => undefined)
  return work
}

async function writePage(
  region: StagedRegion,
  checked: readonly CheckedUnit[],
  recovery: RegionRecovery,
): Promise<void> {
  const [gone, kept] = [checked.filter(isGone), checked.filter((unit) => !isGone(unit))]
  for (const { key } of gone) await region.remove(key.keyId)
  await region.putMaterials(
    kept.flatMap(({ materials }) => materials.map((material) => storable(material, recovery))),
    kept.flatMap(({ key, lost }) => lost.map((materialId) => [key.keyId, materialId] as const)),
  )
}

/** Whether a key cannot be brought back. */
function isGone({ key, lost }: Pick<CheckedUnit, 'key' | 'lost'>): boolean {
  return lost.some((materialId) => materialId === key.currentMaterialId)
}

interface CheckedUnit {
  readonly key: KeyRecord
  /** With their handles. */
  readonly materials: readonly MaterialRecord[]
  readonly lost: readonly MaterialId[]
}

async function checkUnit({ key, materials, copies }: KeyUnit, opening: Opening): Promise<CheckedUnit> {
  const copyOf = new Map(copies.map((copy) => [copy.materialId, copy]))
  const lost: MaterialId[] = []
  const whole: MaterialRecord[] = []
  for (const record of materials) {
    // Of imported material that is not here, there is a trace and nothing else.
    if (record.imported?.isHere === false) continue
    const copy = copyOf.get(record.materialId)
    const material = copy && (await openedMaterial(opening, key, record, copy))
    if (material) whole.push({ ...record, ...material })
    else lost.push(record.materialId)
  }
  return { key, materials: whole, lost }
}

/** Counts what was brought back. */
export class Tally {
  readonly #onProgress: (progress: BackupProgress) => void
  readonly #keys: number
  readonly #problems: KeyProblem[] = []
  readonly #byState: Partial<Record<KeyState, number>> = {}
  #brought = 0
  #done = 0

  constructor(staged: readonly StagedRegion[], onProgress: (progress: BackupProgress) => void) {
    this.#onProgress = onProgress
    this.#keys = staged.reduce((sum, { end }) => sum + end.keys - end.leftOut, 0)
  }

  problem(arn: string, problem: string): void {
    this.#problems.push({ keyArn: arn, problem })
  }

  brought(state: KeyState): void {
    this.#brought += 1
    this.#byState[state] = (this.#byState[state] ?? 0) + 1
  }

  progress(keys: number): void {
    this.#done += keys
    this.#onProgress({ keysDone: this.#done, keys: this.#keys })
  }

  get report(): Omit<RestoreReport, 'backupCreatedAt'> {
    const ok = this.#problems.length === 0
    return { ok, keys: this.#brought, byState: this.#byState, problems: this.#problems }
  }
}
