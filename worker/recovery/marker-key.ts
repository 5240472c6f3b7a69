/** The key that seals the marks of a Region, where the vault is locked at rest: kept as a sealed copy, like material. */
import type { Realm } from '../../src/contract/identifiers.js'
import { beginBirth, type CopyBinding, openCopy, type SealedCopy } from '../material/copies.js'
import type { OpeningKey } from '../material/hpke.js'
import { handleOf } from '../material/rebirth.js'
import { generateSymmetric, symmetricAlgorithm, symmetricUsages } from '../material/symmetric.js'
import type { RegionRecovery } from '../storage/schema.js'

export interface NewMarkerKey {
  /** Not extractable. */
  readonly markerKey: CryptoKey
  readonly markerCopy: SealedCopy
}

export async function newMarkerKey(recovery: RegionRecovery, realm: Realm): Promise<NewMarkerKey> {
  const birth = await beginBirth(recovery, bindingOf(recovery, realm))
  const markerKey = await handleOf(await generateSymmetric(true), 'raw', symmetricAlgorithm, birth)
  return { markerKey, markerCopy: birth.copy() }
}

/** @throws DOMException if the copy is another one, or was changed */
export async function reviveMarkerKey(
  opening: OpeningKey,
  recovery: RegionRecovery,
  realm: Realm,
  markerCopy: SealedCopy,
): Promise<CryptoKey> {
  const wrapped = await openCopy(opening, bindingOf(recovery, realm), markerCopy)
  return wrapped.unwrap(symmetricAlgorithm, symmetricUsages)
}

/** Nothing else in a vault is bound like that: key ids and usages have other forms. */
function bindingOf({ vaultId }: RegionRecovery, { region }: Realm): CopyBinding {
  return {
    vaultId,
    region,
    keyId: 'vault',
    materialId: 'marker key',
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'marks',
    position: 0,
  }
}
