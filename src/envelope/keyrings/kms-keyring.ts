import type { Bytes } from '../../contract/bytes.js'
import { decodeText } from '../bytes.js'
import { type Keyring, type UnwrappingRequest, type WrappedKey, type WrappingRequest, wipe } from '../materials.js'
import { type KeyArn, keyArn, multiRegionId, standsFor } from './key-arn.js'
import { DataKeyClient, KMS_PROVIDER, type KmsCalls } from './kms-data-keys.js'

/** Which KMS keys a discovery keyring may use (KR-7). */
export interface DiscoveryFilter {
  /** Such as `aws`. */
  readonly partition: string
  /** At least one. */
  readonly accountIDs: readonly string[]
}

export interface KmsKeyringOptions {
  /** The client, or where keys of several Regions are meant, the client of a Region. */
  readonly client: KmsCalls | ((region: string) => KmsCalls)
  /** The key that makes data keys: any of the four forms; to decrypt too, its ARN. */
  readonly generatorKeyId?: string
  /** Keys that encrypt the data key as well. */
  readonly keyIds?: readonly string[]
  /** Decrypts with whichever key a message names. Cannot encrypt. */
  readonly discovery?: boolean
  readonly discoveryFilter?: DiscoveryFilter
  /**
   * With `discovery`: the client's Region. Keys of other Regions are passed over, and in place of a multi-Region key of
   * another Region its replica in this one is used (KR-10). Default: every key that a message names, where it is.
   */
  readonly discoveryRegion?: string
  readonly grantTokens?: readonly string[]
}

/**
 * Data keys under KMS keys (KR-3 to KR-11), of a vault or of AWS. Multi-Region keys are taken for one another: a message
 * made with one is opened with its replica.
 *
 * @example
 * ```ts
 * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
 * const keyring = new KmsKeyring({ client: vault.kms, generatorKeyId: KeyMetadata.Arn })
 * ```
 */
export class KmsKeyring implements Keyring {
  readonly #options: KmsKeyringOptions
  readonly #keyIds: readonly string[]

  constructor(options: KmsKeyringOptions) {
    const { generatorKeyId, keyIds = [], discovery = false, discoveryFilter } = options
    this.#keyIds = generatorKeyId === undefined ? keyIds : [generatorKeyId, ...keyIds]
    this.#options = options
    if (discovery === this.#keyIds.length > 0)
      throw new TypeError('A KMS keyring has either keys, or discovery: true to use whichever a message names.')
    if (this.#keyIds.some((keyId) => typeof keyId !== 'string' || keyId === ''))
      throw new TypeError('Identifiers of KMS keys must not be empty.')
    if (discoveryFilter && (!discovery || discoveryFilter.accountIDs.length === 0))
      throw new TypeError('A discovery filter needs discovery: true and at least one account.')
    if (options.discoveryRegion !== undefined && !discovery)
      throw new TypeError('discoveryRegion needs discovery: true.')
    const multiRegion = this.#keyIds.map(multiRegionId).filter((id) => id !== undefined)
    if (new Set(multiRegion).size < multiRegion.length)
      throw new TypeError('A multi-Region key is listed twice: one of its replicas is enough.')
  }

  async wrap(request: WrappingRequest): Promise<WrappedKey> {
    const { generatorKeyId, discovery } = this.#options
    if (discovery) throw new TypeError('A discovery keyring cannot encrypt: it has no key of its own.')
    if (request.dataKey) return this.#wrapWith(this.#keyIds, request, request.dataKey)
    if (generatorKeyId === undefined)
      throw new TypeError('The KMS keyring has no generatorKeyId to make a data key with.')
    const others = this.#keyIds.slice(1)
    const client = this.#client(generatorKeyId)
    const isOneClient = others.every((keyId) => this.#calls(keyId) === this.#calls(generatorKeyId))
    if (isOneClient) return client.generate(generatorKeyId, request, others)
    const { dataKey, encryptedDataKeys } = await client.generate(
      generatorKeyId,
      { ...request, handleFor: undefined },
      [],
    )
    try {
      const wrapped = await this.#wrapWith(others, request, dataKey as Bytes)
      return { dataKey, encryptedDataKeys: [...encryptedDataKeys, ...wrapped.encryptedDataKeys] }
    } catch (error) {
      wipe(dataKey)
      throw error
    }
  }

  async unwrap(request: UnwrappingRequest): ReturnType<Keyring['unwrap']> {
    const errors: Error[] = []
    for (const encrypted of request.encryptedDataKeys) {
      if (encrypted.providerId !== KMS_PROVIDER) continue
      const named = keyArn(decodeText(encrypted.providerInfo) ?? '')
      if (!named)
        return { errors: [...errors, new Error('The message names a KMS key by something else than its ARN.')] }
      const keyId = this.#keyFor(named)
      if (keyId === undefined) continue
      try {
        const { dataKey, usedKey } = await this.#client(keyId).decrypt(keyId, encrypted, request)
        if (usedKey === keyId) return { dataKey }
        wipe(dataKey)
        errors.push(new Error('KMS decrypted with another key than the one asked for.'))
      } catch (error) {
        errors.push(error as Error)
      }
    }
    const unusable = this.#keyIds.filter((keyId) => !keyArn(keyId))
    if (errors.length === 0 && unusable.length > 0)
      errors.push(
        new Error(
          `A KMS keyring decrypts only with keys that it has by their ARN: ${unusable.join(', ')} cannot be used.`,
        ),
      )
    return { errors }
  }

  async #wrapWith(
    keyIds: readonly string[],
    { encryptionContext }: WrappingRequest,
    dataKey: Bytes,
  ): Promise<WrappedKey> {
    const encryptedDataKeys = []
    for (const keyId of keyIds)
      encryptedDataKeys.push(await this.#client(keyId).encrypt(keyId, dataKey, encryptionContext))
    return { dataKey, encryptedDataKeys }
  }

  /** The identifier by which this keyring may decrypt what a key has encrypted. */
  #keyFor(named: KeyArn): string | undefined {
    const { discovery, discoveryFilter, discoveryRegion } = this.#options
    if (!discovery)
      return this.#keyIds.find((keyId) => {
        const own = keyArn(keyId)
        return own && standsFor(own, named)
      })
    const { partition, accountIDs } = discoveryFilter ?? { partition: named.partition, accountIDs: [named.account] }
    if (partition !== named.partition || !accountIDs.includes(named.account)) return undefined
    if (discoveryRegion === undefined || discoveryRegion === named.region) return named.arn
    const isMultiRegion = multiRegionId(named.arn) !== undefined
    return isMultiRegion ? `arn:${partition}:kms:${discoveryRegion}:${named.account}:key/${named.keyId}` : undefined
  }

  #client(keyId: string): DataKeyClient {
    return new DataKeyClient(this.#calls(keyId), this.#options.grantTokens)
  }

  #calls(keyId: string): KmsCalls {
    const { client } = this.#options
    return typeof client === 'function' ? client(keyArn(keyId)?.region ?? '') : client
  }
}
