import { KMSInvalidStateException } from '../../src/contract/errors.js'
import type { KeyId, Realm } from '../../src/contract/identifiers.js'
import { once } from '../../src/contract/once.js'
import type { SealedCopy } from '../material/copies.js'
import type { BirthOptions, MakeOptions, Material } from '../material/family.js'
import type { Kind } from '../material/materials.js'
import type { Sealer } from '../material/sealer.js'
import type { MaterialId } from '../storage/schema.js'
import type { VaultStore } from '../storage/vault-store.js'

/** Which material is born. */
export interface Newborn extends Kind {
  readonly keyId: KeyId
  readonly materialId: MaterialId
  /** Rotations of the key before it: 0 for the first. */
  readonly position: number
}

/** New material, and the sealed copy that it has left where the vault has a recovery pair. */
export interface Born {
  readonly material: Material
  readonly copy: SealedCopy | undefined
}

export interface BirthsOptions {
  readonly realm: Realm
  readonly store: VaultStore
  readonly sealer: Sealer
  readonly making: MakeOptions
  /** No material without a copy: there has to be a recovery pair first. */
  readonly recoveryRequired: boolean
}

const loadCopies = once(() => import('../material/copies.js'))
const loadCheckValues = once(() => import('../material/check-values.js'))

/** Where material comes to be, in whatever way: from here on it has a sealed copy (REC-2). */
export class Births {
  readonly #options: BirthsOptions

  constructor(options: BirthsOptions) {
    this.#options = options
  }

  /**
   * Lets material be made. Written down is it with its copy by `VaultTransaction.addMaterial`, which looks at the pair again.
   *
   * @param make what makes it; it keeps itself by the `birth` that it is given
   * @returns undefined if nothing was made
   * @throws KMSInvalidStateException if the vault asks for copies, and has no pair
   */
  async bear(
    newborn: Newborn,
    make: (sealer: Sealer, options: BirthOptions) => Promise<Material | undefined>,
  ): Promise<Born | undefined> {
    const { realm, store, sealer, making, recoveryRequired } = this.#options
    const recovery = await store.recovery()
    if (!recovery) {
      if (recoveryRequired) throw setUpFirst()
      const material = await make(sealer, making)
      return material && { material, copy: undefined }
    }
    const { beginBirth } = await loadCopies()
    const { vaultId } = recovery
    const birth = await beginBirth(recovery, { vaultId, region: realm.region, ...newborn })
    const material = await make(sealer, { ...making, birth })
    if (!material) return undefined
    const { checkValue } = await loadCheckValues()
    return { material: sealer.lasting(material), copy: birth.copy(await checkValue(newborn, material, sealer)) }
  }
}

function setUpFirst(): KMSInvalidStateException {
  return new KMSInvalidStateException(
    "This vault makes no key that could be lost (openVault's recovery: 'required'), and has no recovery yet. Call vault.recovery.setUp first.",
  )
}
