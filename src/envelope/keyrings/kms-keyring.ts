import type { Bytes } from '../../contract/bytes.js'
import { ValidationException } from '../../contract/errors.js'
import {
  flag,
  handleOf,
  listOf,
  optional,
  type Reader,
  read,
  structure,
  text,
  unreadableValue,
} from '../../contract/reader.js'
import { decodeText } from '../bytes.js'
import { DataKeyUnwrapError } from '../errors.js'
import { type Keyring, type UnwrappingRequest, type WrappedKey, type WrappingRequest, wipe } from '../materials.js'
import { type KeyArn, keyArn, keyIdentifier, MOST_KEYS, multiRegionId, standsFor } from './key-arn.js'
import { DataKeyClient, isKmsCalls, KMS_PROVIDER, type KmsCalls } from './kms-data-keys.js'

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
  /** At most ten, as AWS KMS takes them. */
  readonly grantTokens?: readonly string[]
}

const members = structure({
  client: handleOf<KmsKeyringOptions['client']>(
    'a KMS client (vault.kms, or the KMS class of @aws-sdk/client-kms), or a function that gives the client of a Region',
    (value) => typeof value === 'function' || isKmsCalls(value),
  ),
  generatorKeyId: optional(keyIdentifier),
  keyIds: optional(listOf(keyIdentifier, { most: MOST_KEYS })),
  discovery: optional(flag),
  discoveryFilter: optional(
    structure({
      partition: text({ shortest: 1, longest: 128 }),
      accountIDs: listOf(text({ shortest: 1, longest: 128 }), { least: 1, most: MOST_KEYS }),
    }),
  ),
  discoveryRegion: optional(text({ shortest: 1, longest: 128 })),
  grantTokens: optional(listOf(text({ shortest: 1, longest: 8_192 }), { most: 10 })),
})

const kmsKeyringOptions: Reader<KmsKeyringOptions> = (value, path) => {
  const options = members(value, path)
  const { discovery = false } = options
  const keyIds = keyIdsOf(options)
  if (discovery === keyIds.length > 0)
    throw unreadableValue(path, 'must have either keys, or discovery: true to use whichever a message names')
  if (!discovery && (options.discoveryFilter || options.discoveryRegion !== undefined))
    throw unreadableValue(path, 'must have discovery: true for discoveryFilter and discoveryRegion to mean anything')
  const multiRegion = keyIds.map(multiRegionId).filter((id) => id !== undefined)
  if (new Set(multiRegion).size < multiRegion.length)
    throw unreadableValue(path, 'must not list a multi-Region key twice: one of its replicas is enough')
  return options
}

function keyIdsOf({ generatorKeyId, keyIds = [] }: KmsKeyringOptions): readonly string[] {
  return generatorKeyId === undefined ? keyIds : [generatorKeyId, ...keyIds]
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

  /** @throws `ValidationException` for options that cannot be */
  constructor(options: KmsKeyringOptions) {
    this.#options = read(kmsKeyringOptions, options, 'options')
    this.#keyIds = keyIdsOf(this.#options)
  }

  async wrap(request: WrappingRequest): Promise<WrappedKey> {
    const { generatorKeyId, discovery } = this.#options
    if (discovery) throw new ValidationException('A discovery keyring cannot encrypt: it has no key of its own.')
    if (request.dataKey) return this.#wrapWith(this.#keyIds, request, request.dataKey)
    if (generatorKeyId === undefined)
      throw new ValidationException('The KMS keyring has no generatorKeyId to make a data key with.')
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
        return {
          errors: [
            ...errors,
            new DataKeyUnwrapError([], 'The message names a KMS key by something else than its ARN.'),
          ],
        }
      const keyId = this.#keyFor(named)
      if (keyId === undefined) continue
      try {
        const { dataKey, usedKey } = await this.#client(keyId).decrypt(keyId, encrypted, request)
        if (usedKey === keyId) return { dataKey }
        wipe(dataKey)
        errors.push(new DataKeyUnwrapError([], 'KMS decrypted with another key than the one asked for.'))
      } catch (error) {
        errors.push(error as Error)
      }
    }
    const unusable = this.#keyIds.filter((keyId) => !keyArn(keyId))
    if (errors.length === 0 && unusable.length > 0)
      errors.push(
        new DataKeyUnwrapError(
          [],
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
