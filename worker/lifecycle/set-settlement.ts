/** What a set of multi-Region keys needs to come to rest; loaded when the first one has to. See key-sets.ts. */
import { type KeyId, keyArn } from '../../src/contract/identifiers.js'
import type { KeyState } from '../../src/contract/shapes.js'
import { serviceEvent } from '../audit/audit-record.js'
import type { SealedCopy } from '../material/copies.js'
import type { KeyRecord, KeySetPlace, MaterialId, MaterialRecord } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'
import { withMaterials } from './imported-material.js'
import { DAY } from './key-facts.js'
import type { RegionOfSets, RegionsOfSets } from './regions-of-sets.js'
import { completeRotation } from './rotation.js'

/** Steps after which a set has long come to rest. */
const MOST_STEPS = 16

/**
 * Brings one set to rest, for whoever has it to itself.
 *
 * @param region of a member, where to begin
 */
export async function settleSet(regions: RegionsOfSets, keyId: KeyId, region: string): Promise<void> {
  let primaryRegion = region
  for (let step = 0; step < MOST_STEPS; step++) {
    const home = await regions.openRegion(primaryRegion)
    const key = await home.store.rawKey(keyId)
    if (!key?.set) return
    if (key.set.role === 'REPLICA') {
      primaryRegion = key.set.primaryRegion
      continue
    }
    if (key.set.movingTo !== undefined) {
      if ((key.unsettledAt ?? 0) > regions.now()) return
      primaryRegion = await finishMove(regions, home, key, key.set.movingTo)
      continue
    }
    if (await synchronise(regions, home, key, key.set)) return
  }
}

/**
 * Carries what the members share to every replica, and what follows back to the primary.
 *
 * @returns whether the set is at rest
 */
async function synchronise(
  { now: clock, openRegion }: RegionsOfSets,
  home: RegionOfSets,
  primary: KeyRecord,
  place: KeySetPlace,
): Promise<boolean> {
  const { keyId } = primary
  const [materials, copies] = await Promise.all([home.store.materials(keyId), home.store.copies(keyId)])
  const shared = {
    primary,
    place,
    materials: materials.map((material) => home.sealer.portable(material)),
    copies: new Map(copies.map(({ keyId: _, materialId, ...copy }) => [materialId, copy])),
  }
  const members: string[] = []
  let readyAt: number | undefined
  let everywhere = true
  for (const region of place.replicaRegions) {
    const { store } = await openRegion(region)
    const replica = await store.rawKey(keyId)
    if (!replica) continue
    members.push(region)
    const at = replica.state === 'Creating' ? (replica.unsettledAt ?? 0) : 0
    if (at > clock()) {
      readyAt = Math.min(readyAt ?? at, at)
      everywhere = false
      continue
    }
    const held = await store.materials(keyId)
    if (!agrees(replica, held, shared)) await store.mutate((transaction) => bring(transaction, keyId, shared))
    everywhere &&= holdsNext(held, primary)
  }
  return home.store.mutate(async (transaction) => {
    const current = await transaction.key(keyId)
    // A change since it was read has to be carried too.
    if (!current || current.revision !== primary.revision) return current === undefined
    const { now } = transaction.moment
    const told = await afterTelling(transaction, home, current, members, everywhere)
    const atRest = told === current
    const { unsettledAt: _, ...rest } = told
    const unsettledAt = atRest ? readyAt : now
    await transaction.putKey(unsettledAt === undefined ? rest : { ...rest, unsettledAt })
    const arn = keyArn(home.realm, keyId)
    if (atRest) transaction.audit(serviceEvent('SynchronizeMultiRegionKey', now, [arn], { keyId }))
    return atRest
  })
}

/** Makes the heir the primary; that makes the old one a replica like the others, when they are told (MRK-13). */
async function finishMove(
  { openRegion }: RegionsOfSets,
  home: RegionOfSets,
  old: KeyRecord,
  region: string,
): Promise<string> {
  const { keyId } = old
  const { store } = await openRegion(region)
  const hasHeir = await store.mutate(async (transaction) => {
    const heir = await transaction.key(keyId)
    if (!heir?.set) return false
    const others = [home.realm.region, ...heir.set.replicaRegions.filter((other) => other !== region)]
    const set: KeySetPlace = { role: 'PRIMARY', primaryRegion: region, replicaRegions: others }
    const { now } = transaction.moment
    await transaction.putKey({ ...heir, state: afterUpdate(heir), set, unsettledAt: now })
    return true
  })
  if (hasHeir) return region
  await home.store.mutate(async (transaction) => {
    const key = await transaction.key(keyId)
    if (!key?.set) return
    const { movingTo: _, ...set } = key.set
    await transaction.putKey({ ...key, state: afterUpdate(key), set })
  })
  return home.realm.region
}

/** What the members of a set have in common, as the primary has it (MRK-4). */
interface Shared {
  readonly primary: KeyRecord
  readonly place: KeySetPlace
  readonly materials: readonly MaterialRecord[]
  readonly copies: ReadonlyMap<MaterialId, SealedCopy>
}

/** The members of a record that a replica takes from its primary. */
function sharedMembers({ primary, place }: Shared) {
  const { currentMaterialId, currentSince, nextMaterial, rotation, rotations, origin, custody } = primary
  return {
    currentMaterialId,
    currentSince,
    nextMaterial,
    rotation,
    rotations,
    // Imported material is kept as each Region's vault keeps it.
    ...(origin !== 'EXTERNAL' && { custody }),
    set: { role: 'REPLICA', primaryRegion: place.primaryRegion, replicaRegions: place.replicaRegions } as const,
  }
}

/** Whether a replica has all that its primary shares. */
function agrees(replica: KeyRecord, held: readonly MaterialRecord[], shared: Shared): boolean {
  if (replica.unsettledAt !== undefined || isInTransit(replica.state)) return false
  const members = sharedMembers(shared)
  const own = Object.fromEntries(Object.keys(members).map((name) => [name, replica[name as keyof KeyRecord]]))
  return (
    JSON.stringify(own) === JSON.stringify(members) &&
    JSON.stringify(held.map(fact)) === JSON.stringify(shared.materials.map(fact))
  )
}

const fact = ({ materialId, rotation }: MaterialRecord) => [materialId, rotation?.ordinal]

/** Gives a replica what its primary shares. */
async function bring(transaction: VaultTransaction, keyId: KeyId, shared: Shared): Promise<void> {
  const replica = await transaction.key(keyId)
  if (!replica) return
  const isExternal = replica.origin === 'EXTERNAL'
  const held = new Map((await transaction.materials(keyId)).map((material) => [material.materialId, material]))
  for (const theirs of shared.materials) {
    const { materialId, rotation } = theirs
    const own = held.get(materialId)
    const ours = own ?? (isExternal ? namedOnly(theirs) : theirs)
    const material = rotation ? { ...ours, rotation } : ours
    held.set(materialId, material)
    if (own || isExternal) await transaction.putMaterial(material)
    // Material of a Region that has no copy of it, because it is older than the vault's recovery, comes without one.
    else await transaction.bringMaterial(material, shared.copies.get(materialId))
  }
  // Imported material that waited, and was given up (MRK-18).
  const known = new Set(shared.materials.map(({ materialId }) => materialId))
  for (const materialId of held.keys()) {
    if (known.has(materialId)) continue
    held.delete(materialId)
    await transaction.deleteMaterial(keyId, materialId)
  }
  const updated = withShared(replica, shared)
  const settled = { ...updated, state: afterTransit(updated) }
  await transaction.putKey(isExternal ? withMaterials(settled, [...held.values()]) : settled)
}

/** A replica's imported material is imported in its own Region (MRK-17); until then it has the name only. */
function namedOnly({ keyId, materialId, createdAt }: MaterialRecord): MaterialRecord {
  return { keyId, materialId, createdAt, handles: {}, imported: { isHere: false } }
}

/** Whether a replica can use the material that is to become the current one. */
function holdsNext(held: readonly MaterialRecord[], { nextMaterial, origin }: KeyRecord): boolean {
  if (!nextMaterial || origin !== 'EXTERNAL') return true
  return held.some(({ materialId, imported }) => materialId === nextMaterial.materialId && imported?.isHere)
}

/** What follows for a primary when its replicas have been told; the same record if nothing. */
async function afterTelling(
  transaction: VaultTransaction,
  { realm }: RegionOfSets,
  key: KeyRecord,
  members: readonly string[],
  everywhere: boolean,
): Promise<KeyRecord> {
  const place = key.set as KeySetPlace
  let next = key
  if (members.length < place.replicaRegions.length) next = { ...next, set: { ...place, replicaRegions: members } }
  if (next.state === 'PendingReplicaDeletion' && members.length === 0) {
    // The last replica is gone: the waiting period begins now (DEL-24).
    const { windowInDays = 0, ...rest } = next
    next = { ...rest, state: 'PendingDeletion', deletionDate: transaction.moment.now + windowInDays * DAY }
  }
  const { nextMaterial } = next
  if (nextMaterial?.rotation && everywhere) {
    const material = await transaction.material(next.keyId, nextMaterial.materialId)
    return completeRotation(transaction, realm, next, material, nextMaterial.rotation.type)
  }
  if (nextMaterial && nextMaterial.everywhere !== everywhere)
    next = { ...next, nextMaterial: { ...nextMaterial, everywhere } }
  return next
}

function isInTransit(state: KeyState): boolean {
  return state === 'Creating' || state === 'Updating'
}

/** T17, T18, T20. */
function afterTransit(key: KeyRecord): KeyState {
  return isInTransit(key.state) ? usableState(key) : key.state
}

function afterUpdate(key: KeyRecord): KeyState {
  return key.state === 'Updating' ? usableState(key) : key.state
}

function usableState({ origin, importedMaterial }: KeyRecord): KeyState {
  return origin === 'EXTERNAL' && !importedMaterial?.complete ? 'PendingImport' : 'Enabled'
}

/** The replica's record with what its primary shares in place of what it had of it. */
function withShared(replica: KeyRecord, shared: Shared): KeyRecord {
  const entries = Object.entries({ ...replica, ...sharedMembers(shared), unsettledAt: undefined })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as KeyRecord
}
