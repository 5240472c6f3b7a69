import type { Bytes } from '../../contract/bytes.js'
import { decodeText, encoder } from '../bytes.js'
import type { EncryptionContext } from '../encryption-context.js'
import type { EncryptedDataKey } from '../header.js'
import type { Keyring, UnwrappingRequest, WrappedKey, WrappingRequest } from '../materials.js'

/** What a keyring needs of a KMS client: a `KmsClient` of a vault, or the `KMS` class of `@aws-sdk/client-kms`. */
export interface KmsCalls {
  generateDataKey(input: {
    KeyId: string
    NumberOfBytes: number
    EncryptionContext: Record<string, string>
    GrantTokens?: string[]
  }): Promise<{ readonly KeyId?: string; readonly Plaintext?: Uint8Array; readonly CiphertextBlob?: Uint8Array }>
  encrypt(input: {
    KeyId: string
    Plaintext: Uint8Array
    EncryptionContext: Record<string, string>
    GrantTokens?: string[]
  }): Promise<{ readonly KeyId?: string; readonly CiphertextBlob?: Uint8Array }>
  decrypt(input: {
    KeyId: string
    CiphertextBlob: Uint8Array
    EncryptionContext: Record<string, string>
    GrantTokens?: string[]
  }): Promise<{ readonly KeyId?: string; readonly Plaintext?: Uint8Array }>
}

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
  readonly grantTokens?: readonly string[]
}

const PROVIDER = 'aws-kms'
const KEY_ARN = /^arn:([^:]+):kms:([^:]+):([^:]+):key\/(.+)$/

interface KeyArn {
  readonly arn: string
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly keyId: string
}

/**
 * Data keys under KMS keys (KR-3 to KR-9), of a vault or of AWS. Multi-Region keys are taken for one another: a message
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
    const multiRegion = this.#keyIds.map(multiRegionId).filter((id) => id !== undefined)
    if (new Set(multiRegion).size < multiRegion.length)
      throw new TypeError('A multi-Region key is listed twice: one of its replicas is enough.')
  }

  async wrap({ suite, encryptionContext, dataKey }: WrappingRequest): Promise<WrappedKey> {
    const { generatorKeyId, discovery } = this.#options
    if (discovery) throw new TypeError('A discovery keyring cannot encrypt: it has no key of its own.')
    const encryptedDataKeys: EncryptedDataKey[] = []
    let key = dataKey
    let rest = this.#keyIds
    if (key === undefined) {
      if (generatorKeyId === undefined)
        throw new TypeError('The KMS keyring has no generatorKeyId to make a data key with.')
      const made = await this.#generate(generatorKeyId, suite.keyLength, encryptionContext)
      key = made.dataKey
      encryptedDataKeys.push(made.encrypted)
      rest = rest.slice(1)
    }
    for (const KeyId of rest) {
      const answer = await this.#client(KeyId).encrypt({ KeyId, Plaintext: key, ...this.#common(encryptionContext) })
      encryptedDataKeys.push(encryptedBy(answer))
    }
    return { dataKey: key, encryptedDataKeys }
  }

  async unwrap({ suite, encryptionContext, encryptedDataKeys }: UnwrappingRequest): ReturnType<Keyring['unwrap']> {
    const errors: Error[] = []
    for (const { providerId, providerInfo, encryptedDataKey } of encryptedDataKeys) {
      if (providerId !== PROVIDER) continue
      const named = keyArn(decodeText(providerInfo) ?? '')
      if (!named)
        return { errors: [...errors, new Error('The message names a KMS key by something else than its ARN.')] }
      const KeyId = this.#keyFor(named)
      if (KeyId === undefined) continue
      try {
        const { KeyId: used, Plaintext } = await this.#client(KeyId).decrypt({
          KeyId,
          CiphertextBlob: encryptedDataKey,
          ...this.#common(encryptionContext),
        })
        if (used !== KeyId) throw new Error('KMS decrypted with another key than the one asked for.')
        if (Plaintext?.byteLength !== suite.keyLength) throw new Error('KMS decrypted a data key of another length.')
        return { dataKey: Plaintext as Bytes }
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

  async #generate(
    KeyId: string,
    NumberOfBytes: number,
    encryptionContext: EncryptionContext,
  ): Promise<{ dataKey: Bytes; encrypted: EncryptedDataKey }> {
    const answer = await this.#client(KeyId).generateDataKey({
      KeyId,
      NumberOfBytes,
      ...this.#common(encryptionContext),
    })
    const dataKey = answer.Plaintext as Bytes | undefined
    if (dataKey?.byteLength !== NumberOfBytes) throw new Error('KMS made a data key of another length.')
    return { dataKey, encrypted: encryptedBy(answer) }
  }

  /** The identifier by which this keyring may decrypt what a key has encrypted. */
  #keyFor(named: KeyArn): string | undefined {
    const { discovery, discoveryFilter } = this.#options
    if (discovery) {
      const { partition, accountIDs } = discoveryFilter ?? { partition: named.partition, accountIDs: [named.account] }
      return partition === named.partition && accountIDs.includes(named.account) ? named.arn : undefined
    }
    return this.#keyIds.find((keyId) => {
      const own = keyArn(keyId)
      if (own?.arn === named.arn) return true
      return (
        own !== undefined &&
        multiRegionId(own.arn) !== undefined &&
        own.keyId === named.keyId &&
        own.account === named.account &&
        own.partition === named.partition
      )
    })
  }

  #client(keyId: string): KmsCalls {
    const { client } = this.#options
    return typeof client === 'function' ? client(keyArn(keyId)?.region ?? '') : client
  }

  #common(context: EncryptionContext) {
    const { grantTokens } = this.#options
    return { EncryptionContext: { ...context }, ...(grantTokens && { GrantTokens: [...grantTokens] }) }
  }
}

function encryptedBy({
  KeyId = '',
  CiphertextBlob,
}: {
  readonly KeyId?: string
  readonly CiphertextBlob?: Uint8Array
}): EncryptedDataKey {
  if (!keyArn(KeyId) || !CiphertextBlob) throw new Error('KMS did not name the key that it used by its ARN.')
  return {
    providerId: PROVIDER,
    providerInfo: encoder.encode(KeyId),
    encryptedDataKey: new Uint8Array(CiphertextBlob),
  }
}

function keyArn(text: string): KeyArn | undefined {
  const match = KEY_ARN.exec(text)
  if (!match) return undefined
  const [arn, partition, region, account, keyId] = match as unknown as [string, string, string, string, string]
  return { arn, partition, region, account, keyId }
}

/** The id that the keys of a multi-Region set have in common (KR-8). */
function multiRegionId(identifier: string): string | undefined {
  const id = keyArn(identifier)?.keyId ?? identifier
  return id.startsWith('mrk-') ? id : undefined
}
