import { listOf, read, shown, structure } from '../contract/reader.js'
import { contextKey, type EncryptionContext } from './encryption-context.js'
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
import { materialsSource } from './option-readers.js'

export interface RequiredContextOptions {
  /** Where the materials come from. */
  readonly backingMaterials: Keyring | MaterialsManager
  /** Keys that every encryption context must have; at least one. */
  readonly requiredContextKeys: readonly string[]
}

/** More than a context can have pairs. */
const MOST_KEYS = 16_384

const requiredContextOptions = structure({
  backingMaterials: materialsSource,
  requiredContextKeys: listOf(contextKey, { least: 1, most: MOST_KEYS }),
})

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

  /** @throws `ValidationException` for options that cannot be, `EncryptionContextError` for keys that are reserved */
  constructor(options: RequiredContextOptions) {
    const { backingMaterials, requiredContextKeys } = read(requiredContextOptions, options, 'options')
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
        throw new EncryptionContextError(
          `The encryption context must have '${shown(key)}', which messages do not store.`,
        )
  }
}
