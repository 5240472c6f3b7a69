/**
 * A Region on its way out of rest: its material is brought back from the copies and stored as handles again. Until all
 * Regions have all of theirs, nothing counts on them: a vault that was killed meanwhile goes back to rest (settlement.ts).
 */
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { keyArn } from '../../src/contract/identifiers.js'
import type { OpeningKey } from '../material/hpke.js'
import { Sealer } from '../material/sealer.js'
import { generateSymmetric } from '../material/symmetric.js'
import type { MaterialRecord, VaultRecords } from '../storage/schema.js'
import type { RecoveredRegion } from './recovered-region.js'
import { batches, isAsleep } from './rest.js'
import { revived } from './revival.js'

/** Materials that are brought back, and written, at a time: RSA keys take their time. */
const BATCH = 20
/** Rounds after which all material is there: others may have brought some along meanwhile that slept elsewhere. */
const MOST_ROUNDS = 5

export interface Waking {
  readonly vaultId: string
  /** @returns what opens the copies of a pair, if it is known */
  readonly openingOf: (pairId: string) => OpeningKey | undefined
  /** The key that seals the marks of a Region. */
  readonly markerKeyOf: (region: RecoveredRegion) => Promise<CryptoKey | undefined>
}

/** Wakes all Regions. It can be done again, also after some of it was done. */
export async function wakeAll(allRegions: () => Promise<readonly RecoveredRegion[]>, waking: Waking): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let woken = 0
    for (const region of await allRegions()) woken += await wake(region, waking)
    if (woken === 0) return
  }
}

/** @returns how many materials were brought back */
async function wake(region: RecoveredRegion, waking: Waking): Promise<number> {
  const { store } = region
  const { sealingKey } = await beginWaking(region, waking)
  if (!sealingKey) throw new TypeError('a Region has a sealing key when it wakes')
  const sealer = new Sealer(sealingKey)
  let count = 0
  for (const names of batches(await store.materialNames(), BATCH)) {
    const woken: MaterialRecord[] = []
    for (const [keyId, materialId] of names) {
      const material = await store.storedMaterial(keyId, materialId)
      const awake = material && isAsleep(material) && (await awakened(region, waking, material, sealer))
      if (awake) woken.push(awake)
    }
    if (woken.length > 0) await write(region, woken)
    count += woken.length
  }
  return count
}

/** From here on transactions store handles again, and the Region has keys of its own. */
async function beginWaking(region: RecoveredRegion, { markerKeyOf }: Waking): Promise<VaultRecords['identity']> {
  const [sealingKey, known, spare] = await Promise.all([generateSymmetric(), markerKeyOf(region), generateSymmetric()])
  return region.store.mutate(async (transaction) => {
    const [recovery, identity] = await Promise.all([transaction.recovery(), transaction.identity()])
    if (!recovery?.atRest || recovery.isWaking) return identity
    const woken = { ...identity, sealingKey: identity.sealingKey ?? sealingKey, markerKey: known ?? spare }
    await transaction.putRecovery({ ...recovery, isSettled: false, isWaking: true })
    await transaction.putIdentity(woken)
    return woken
  })
}

/**
 * @returns undefined if its key is gone
 * @throws {@link KMSInvalidStateException} if it cannot be brought back
 */
async function awakened(
  { realm, store }: RecoveredRegion,
  { vaultId, openingOf }: Waking,
  material: MaterialRecord,
  sealer: Sealer,
): Promise<MaterialRecord | undefined> {
  const { keyId, materialId } = material
  const [key, copy] = await Promise.all([store.rawKey(keyId), store.copy(keyId, materialId)])
  if (!key) return undefined
  const opening = copy && openingOf(copy.pairId)
  try {
    if (!opening) throw new TypeError('nothing opens the copy')
    return { ...material, ...(await revived(opening, { vaultId, key, material, copy }, sealer)) }
  } catch {
    throw new KMSInvalidStateException(
      `The vault stays locked at rest: material of ${keyArn(realm, keyId)} cannot be brought back from its copy.`,
    )
  }
}

/** What has changed meanwhile, in its record or its rotation, stays as it is. */
async function write({ store }: RecoveredRegion, woken: readonly MaterialRecord[]): Promise<void> {
  await store.mutate(async (transaction) => {
    for (const { keyId, materialId, handles, sealed } of woken) {
      const there = await transaction.material(keyId, materialId)
      if (there && isAsleep(there)) await transaction.putMaterial({ ...there, handles, ...(sealed && { sealed }) })
    }
  })
}
