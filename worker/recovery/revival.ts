/** Material that comes back from its sealed copy, proved to be the right one (REC-6). */
import { isProved } from '../material/check-values.js'
import { openCopy } from '../material/copies.js'
import { reviveMaterial } from '../material/given-materials.js'
import type { OpeningKey } from '../material/hpke.js'
import type { Material } from '../material/material.js'
import type { Sealer } from '../material/sealer.js'
import type { CopyRecord, KeyRecord, MaterialRecord } from '../storage/schema.js'

export interface Revival {
  readonly vaultId: string
  readonly key: Pick<KeyRecord, 'keySpec' | 'keyUsage' | 'custody'>
  /** As it is stored: of a key pair, its public key is needed. */
  readonly material: Pick<MaterialRecord, 'publicKey'>
  readonly copy: CopyRecord
}

/**
 * Brings material back.
 *
 * @param opening of the pair that the copy was sealed to
 * @param sealer for what is in sealed custody
 * @throws TypeError or DOMException if the copy does not open, or holds other material
 */
export async function revived(
  opening: OpeningKey,
  { vaultId, key, material, copy }: Revival,
  sealer: Sealer,
): Promise<Material> {
  const { keySpec, keyUsage } = key
  const { keyId, materialId, region, position, check } = copy
  const binding = { vaultId, region, keyId, materialId, keySpec, keyUsage, position }
  const wrapped = await openCopy(opening, binding, copy)
  const made = await reviveMaterial(key, wrapped, material.publicKey, sealer, {
    digestSigning: key.custody === 'sealed',
  })
  // One trial: that every handle works, restores and rehearsals find out, where nobody waits for a key.
  if (!(await isProved(key, made, check, sealer, 'material'))) throw new TypeError('the copy holds other material')
  return made
}
