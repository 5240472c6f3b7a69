import { InvalidKeyUsageException } from '../../src/contract/errors.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { KeySpec } from '../../src/contract/shapes.js'
import { familyOf } from '../material/families.js'
import type { Material, MaterialFamily } from '../material/family.js'
import type { Custody, KeyRecord, MaterialRecord } from '../storage/schema.js'
import type { VaultStore } from '../storage/vault-store.js'

/** The current material of a key that is not for symmetric encryption, and the family that can use it. */
export async function materialOf(
  store: VaultStore,
  key: KeyRecord,
): Promise<{ material: MaterialRecord; family: MaterialFamily }> {
  if (key.keySpec === 'SYMMETRIC_DEFAULT') throw new TypeError('symmetric encryption keys have no family')
  const [material, family] = await Promise.all([currentMaterial(store, key), familyOf(key.keySpec)])
  return { material, family }
}

/** The current material of a key, which every key that can be used has (STATE-9). */
export async function currentMaterial(
  store: VaultStore,
  { keyId, currentMaterialId }: KeyRecord,
): Promise<MaterialRecord> {
  const found = currentMaterialId === undefined ? undefined : store.material(keyId, currentMaterialId)
  const material = found instanceof Promise ? await found : found
  if (!material || material.imported?.isHere === false) throw new TypeError('the key has lost its current material')
  return material
}

/** Where a material's private bytes are. */
export function custodyOf({ sealed }: Material): Custody {
  return sealed ? 'sealed' : 'native'
}

/** Key specs whose material can come from outside (IMP-2). */
export function canImport(keySpec: KeySpec): boolean {
  return !/^(?:SM2|ML_)/.test(keySpec)
}

/**
 * A family's ability. That a key has it follows from its usage, which the pipeline has checked.
 */
export function ability<Name extends keyof MaterialFamily>(
  family: MaterialFamily,
  name: Name,
): NonNullable<MaterialFamily[Name]> {
  const found = family[name]
  if (!found) throw new TypeError(`the key's material has no ${name}`)
  return found
}

/**
 * Checks that an algorithm is one of the key's.
 *
 * @throws {@link InvalidKeyUsageException}
 */
export function checkAlgorithmOf({ keySpec, keyUsage }: KeyRecord, algorithm: string | undefined): void {
  if (algorithm === undefined) return
  const lists: Readonly<Record<string, readonly string[]>> = { ...keySpecs[keySpec].usages[keyUsage] }
  if (!Object.values(lists).some((known) => known.includes(algorithm)))
    throw new InvalidKeyUsageException(`Algorithm ${algorithm} is incompatible with key spec ${keySpec}.`)
}
