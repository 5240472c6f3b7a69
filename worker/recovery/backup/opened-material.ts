import { missingPart } from '../../../src/contract/missing-part.js'
import { isProved } from '../../material/check-values.js'
import { openCopy, type SealedCopy } from '../../material/copies.js'
import type { Bytes, Material } from '../../material/family.js'
import { reviveMaterial } from '../../material/given-materials.js'
import type { OpeningKey } from '../../material/hpke.js'
import type { Sealer } from '../../material/sealer.js'
import type { KeyRecord, MaterialId } from '../../storage/schema.js'

/** What copies of a vault are opened with. */
export interface Opening {
  readonly vaultId: string
  /** By the ids of the pairs that copies are sealed to. */
  readonly keys: ReadonlyMap<string, OpeningKey>
  /** What revived material is sealed with, where it is in sealed custody. */
  readonly sealer: Sealer
}

/**
 * Brings one material back from its copy, and proves by its use that it is the one that it is said to be (REC-6).
 *
 * @returns undefined if the copy does not open, is of something else, or what is in it is another material
 */
export async function openedMaterial(
  { vaultId, keys, sealer }: Opening,
  key: KeyRecord,
  { materialId, publicKey }: { readonly materialId: MaterialId; readonly publicKey?: Bytes },
  copy: SealedCopy,
): Promise<Material | undefined> {
  const opening = keys.get(copy.pairId)
  if (!opening) return undefined
  const { keyId, keySpec, keyUsage, custody } = key
  const { region, position } = copy
  try {
    const wrapped = await openCopy(opening, { vaultId, region, keyId, materialId, keySpec, keyUsage, position }, copy)
    const making = { digestSigning: custody === 'sealed' }
    const material = await reviveMaterial(key, wrapped, publicKey, sealer, making)
    return (await isProved(key, material, copy.check, sealer)) ? material : undefined
  } catch (error) {
    // A part that could not be loaded says nothing about the copy; whatever else fails here does so because of it.
    const missing = missingPart(error)
    if (missing) throw missing
    return undefined
  }
}

/** Why a key cannot be brought back, or not all of it; sentences for people. */
export const problems = {
  current: 'The copy of its material does not open, or is not of that material: the key cannot be brought back.',
  older:
    'A copy of older material of it does not open, or is not of that material: what was encrypted before the key was rotated cannot be decrypted.',
  uncopied: 'Its material has no copy, because it was made before recovery was set up: the key cannot be brought back.',
  olderUncopied:
    'Older material of it has no copy, because it was made before recovery was set up: what was encrypted before the key was rotated cannot be decrypted without this browser.',
} as const
