/**
 * A Region on its way into rest (LOCK-1): its storage holds sealed copies then, and no handle of anything that is secret, of
 * material, of the vault's own keys or of import tokens. A token that is issued at rest is stored with its key until it is used
 * or has expired: there is no gesture then. It needs no secret, and is done again at the next opening where it was broken off.
 */
import type { KeyId } from '../../src/contract/identifiers.js'
import type { Material } from '../material/material.js'
import type { MaterialId, MaterialRecord, RegionRecovery } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'
import { newMarkerKey } from './marker-key.js'
import type { RecoveredRegion } from './recovered-region.js'

/** Materials that one transaction rewrites. */
const BATCH = 100

/** Names of materials. */
type Names = readonly (readonly [KeyId, MaterialId])[]

/**
 * Takes all that can be used out of the storage of a Region.
 *
 * @param recovery of the Region, by which transactions store no handles any more
 */
export async function putToRest({ realm, store }: RecoveredRegion, recovery: RegionRecovery): Promise<void> {
  let isBare = true
  for (const names of batches(await store.materialNames(), BATCH)) {
    const stripped = await store.mutate((transaction) => strip(transaction, names))
    isBare &&= stripped
  }
  const { markerCopy } = await newMarkerKey(recovery, realm)
  await store.mutate(async (transaction) => {
    const [current, identity] = await Promise.all([transaction.recovery(), transaction.identity()])
    if (!current?.atRest || current.isWaking) return
    const { sealingKey, markerKey: _, ...rest } = identity
    // What is under way has to be asked for again: the private key of a token opens the material that is sent for it.
    await transaction.deleteAllImportTokens()
    const hasCopy = rest.markerCopy?.pairId === recovery.pairId
    await transaction.putIdentity({
      ...rest,
      ...(!hasCopy && { markerCopy }),
      ...(!isBare && sealingKey && { sealingKey }),
    })
  })
}

/**
 * Material without a copy keeps what it has. Nobody locks a vault that has such material; but a key is never lost.
 *
 * @returns whether there was none
 */
async function strip(transaction: VaultTransaction, names: Names): Promise<boolean> {
  const stripped = await Promise.all(
    names.map(async ([keyId, materialId]) => {
      const [material, copy] = await Promise.all([
        transaction.material(keyId, materialId),
        transaction.copy(keyId, materialId),
      ])
      if (!material || !isUsable(material)) return true
      if (copy) await transaction.putMaterial(material)
      return copy !== undefined
    }),
  )
  return !stripped.includes(false)
}

/** Whether material is stored with what makes it of use: a private or secret handle, or sealed bytes. */
export function isUsable({ handles, sealed }: Material): boolean {
  return sealed !== undefined || Object.values(handles).some(({ type }) => type !== 'public')
}

/** Whether material should be of use, and is not: not a trace of imported material that is gone. */
export function isAsleep(material: MaterialRecord): boolean {
  return material.imported?.isHere !== false && !isUsable(material)
}

export function* batches<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
