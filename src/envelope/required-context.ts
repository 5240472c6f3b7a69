import { checkContext, type EncryptionContext } from './encryption-context.js'
import { EncryptionContextError } from './errors.js'
import {
  type DecryptionMaterials,
  type DecryptionMaterialsRequest,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  type Keyring,
  type MaterialsManager,
  materialsManager,
} from './materials.js'

export interface RequiredContextOptions {
  /** Where the materials come from. */
  readonly backingMaterials: Keyring | MaterialsManager
  /** Keys that every encryption context must have; at least one. */
  readonly requiredContextKeys: readonly string[]
}

/**
 * Pairs of the encryption context that are authenticated and **not stored in the message** (CMM-10 to CMM-12): whoever
 * decrypts has to know them. The KMS key's policy and audit trail see them all the same.
 *
 * @example
 * ```ts
 * const materials = new RequiredContextMaterialsManager({ backingMaterials: keyring, requiredContextKeys: ['patient'] })
 * const { result } = await encrypt(materials, bytes, { encryptionContext: { patient: '42' } })
 * await decrypt(materials, result, { encryptionContext: { patient: '42' } })
 * ```
 */
export class RequiredContextMaterialsManager implements MaterialsManager {
  readonly #backing: MaterialsManager
  readonly #keys: readonly string[]

  constructor({ backingMaterials, requiredContextKeys }: RequiredContextOptions) {
    if (requiredContextKeys.length === 0) throw new TypeError('At least one key of the context must be required.')
    checkContext(Object.fromEntries(requiredContextKeys.map((key) => [key, ''])))
    this.#backing = materialsManager(backingMaterials)
    this.#keys = [...new Set(requiredContextKeys)]
  }

  /** @throws EncryptionContextError if a required pair is missing */
  async encryptionMaterials(request: EncryptionMaterialsRequest): Promise<EncryptionMaterials> {
    this.#check(request.encryptionContext)
    const requiredContextKeys = [...new Set([...(request.requiredContextKeys ?? []), ...this.#keys])]
    const materials = await this.#backing.encryptionMaterials({ ...request, requiredContextKeys })
    if (this.#keys.some((key) => !materials.requiredContextKeys.includes(key)))
      throw new EncryptionContextError('The backing materials manager has dropped required pairs.')
    return materials
  }

  /** @throws EncryptionContextError if a required pair is missing */
  async decryptionMaterials(request: DecryptionMaterialsRequest): Promise<DecryptionMaterials> {
    this.#check(request.reproducedContext ?? {})
    return this.#backing.decryptionMaterials(request)
  }

  #check(context: EncryptionContext): void {
    for (const key of this.#keys)
      if (!Object.hasOwn(context, key))
        throw new EncryptionContextError(`The encryption context must have '${key}', which messages do not store.`)
  }
}
