import type { KmsClient, Vault } from 'browser-kms'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor } from '../../vault/key-region.js'
import { pagesOf } from '../../vault/pages-of.js'

type Awaitable<Name extends 'getKeyRotationStatus' | 'listKeyRotations'> = Awaited<ReturnType<KmsClient[Name]>>

/** One key material of a symmetric key, as ListKeyRotations tells of it. */
export type KeyMaterial = NonNullable<Awaitable<'listKeyRotations'>['Rotations']>[number]

/** What the vault tells of the rotations and the materials of a symmetric key. */
export interface MaterialHistory {
  readonly status: Awaitable<'getKeyRotationStatus'>
  /** The oldest first. */
  readonly materials: readonly KeyMaterial[]
}

/** On-demand rotations in a key's life (ROT-29). */
export const MOST_ROTATIONS_ON_DEMAND = 25

/** Asks for the rotations and materials of a symmetric key. */
export async function historyOf(vault: Vault, key: KeyRecord): Promise<MaterialHistory> {
  const kms = kmsFor(vault, key)
  const [status, pages] = await Promise.all([
    kms.getKeyRotationStatus({ KeyId: key.keyId }),
    pagesOf((marker) =>
      kms.listKeyRotations({ KeyId: key.keyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL', Limit: 1000, Marker: marker }),
    ),
  ])
  return { status, materials: pages.flatMap(({ Rotations }) => Rotations ?? []) }
}

/** How many on-demand rotations a key has left. */
export function rotationsLeft({ materials }: MaterialHistory): number {
  return MOST_ROTATIONS_ON_DEMAND - materials.filter(({ RotationType }) => RotationType === 'ON_DEMAND').length
}

/** When a key last got another material. */
export function lastRotationOf({ materials }: MaterialHistory): Date | undefined {
  return materials.findLast(({ RotationDate }) => RotationDate !== undefined)?.RotationDate
}

/** Whether a material was imported to rotate to, and is not used yet. */
export function isWaiting({ KeyMaterialState }: KeyMaterial): boolean {
  return KeyMaterialState === 'PENDING_ROTATION' || KeyMaterialState === 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'
}
