/**
 * What follows from the record of a vault's recovery in each of its Regions: new material is born with copies for the pair,
 * and what is in sealed custody, and has no copy, gets one (REC-7). It needs only the public half, and can be done again at
 * any time: a set-up that was killed is settled at the next opening.
 */
import { checkValue } from '../material/check-values.js'
import { beginBirth, type SealedCopy } from '../material/copies.js'
import type { RegionRecovery } from '../storage/schema.js'
import { type KeyMaterial, withoutCopy } from './missing-copies.js'
import type { RecoveredRegion } from './recovered-region.js'
import { type RecoveryRecord, regionRecoveryOf } from './recovery-record.js'
import { putToRest } from './rest.js'

/** Copies that one transaction writes. */
const BATCH = 50

/**
 * Settles one Region. Where that was done before, it costs one read.
 *
 * @param endsWaking whether a Region that was to be taken out of rest, and was not, goes back: whoever says so has made sure
 *   that nobody is at it
 */
export async function settle(
  region: RecoveredRegion,
  record: RecoveryRecord,
  { endsWaking = false }: { readonly endsWaking?: boolean } = {},
): Promise<void> {
  const { store } = region
  const wanted = regionRecoveryOf(record)
  const known = await store.recovery()
  if (isSettled(known, wanted)) return
  const recovery = await store.mutate(async (transaction): Promise<RegionRecovery> => {
    const current = await transaction.recovery()
    // Another tab knows of a later change.
    if (current && isAsNew(current, wanted)) {
      const { isWaking, ...asleep } = current
      if (isWaking && endsWaking) await transaction.putRecovery(asleep)
      return isWaking && endsWaking ? asleep : current
    }
    // Of a recovery whose record was lost: nothing opens them any more.
    if (current && current.vaultId !== wanted.vaultId) await transaction.deleteAllCopies()
    await transaction.putRecovery(wanted)
    return wanted
  })
  // Somebody else brings all back from the copies just now.
  if (recovery.isWaking) return
  await learn(region, recovery)
  await sealAll(region, recovery)
  if (recovery.atRest) {
    await putToRest(region, recovery)
    await store.learnKeys()
  }
  await store.mutate(async (transaction) => {
    const current = await transaction.recovery()
    if (current?.generation === recovery.generation) await transaction.putRecovery({ ...current, isSettled: true })
  })
}

/** The keys of a Region that is at rest now, or not any more, are others; one that is not has no need of a copy of its own. */
async function learn({ store }: RecoveredRegion, { atRest }: RegionRecovery): Promise<void> {
  if (!atRest && store.identity.markerCopy)
    await store.mutate(async (transaction) => {
      const { markerCopy: _, ...identity } = await transaction.identity()
      await transaction.putIdentity(identity)
    })
  if (store.isAtRest !== atRest) await store.learnKeys()
}

function isSettled(known: RegionRecovery | undefined, wanted: RegionRecovery): boolean {
  return known !== undefined && isAsNew(known, wanted) && known.isSettled
}

function isAsNew(known: RegionRecovery, wanted: RegionRecovery): boolean {
  return known.vaultId === wanted.vaultId && known.generation >= wanted.generation
}

async function sealAll(region: RecoveredRegion, recovery: RegionRecovery): Promise<void> {
  let batch: (readonly [KeyMaterial, SealedCopy])[] = []
  const write = async () => {
    const sealed = batch
    batch = []
    if (sealed.length > 0) await writeCopies(region, recovery, sealed)
  }
  for await (const each of withoutCopy(region)) {
    // The bytes of native material are nowhere to be had: that is what native means.
    if (!each.material.sealed) continue
    batch.push([each, await sealedCopyOf(region, recovery, each)])
    if (batch.length === BATCH) await write()
  }
  await write()
}

async function sealedCopyOf(
  { realm, sealer }: RecoveredRegion,
  recovery: RegionRecovery,
  { key, material }: KeyMaterial,
): Promise<SealedCopy> {
  const { keyId, keySpec, keyUsage } = key
  const { materialId, rotation } = material
  const { vaultId } = recovery
  const { region } = realm
  const binding = { vaultId, region, keyId, materialId, keySpec, keyUsage, position: rotation?.ordinal ?? 0 }
  const birth = await beginBirth(recovery, binding)
  await sealer.withOpened(material, (bytes) => birth.keepBytes('bytes', bytes))
  return birth.copy(await checkValue(key, material, sealer))
}

/** Other tabs may have deleted the material meanwhile, imported it again, or sealed it too. */
async function writeCopies(
  { store }: RecoveredRegion,
  { generation }: RegionRecovery,
  sealed: readonly (readonly [KeyMaterial, SealedCopy])[],
): Promise<void> {
  await store.mutate(async (transaction) => {
    if ((await transaction.recovery())?.generation !== generation) return
    for (const [{ material }, copy] of sealed) {
      const { keyId, materialId } = material
      const [there, copied] = await Promise.all([
        transaction.material(keyId, materialId),
        transaction.copy(keyId, materialId),
      ])
      if (there?.sealed && !copied) await transaction.putCopy({ ...copy, keyId, materialId })
    }
  })
}
