/** Data keys by the operations of AWS KMS: as handles where the client is a vault's, as bytes otherwise. */
import { type Bytes, encoder } from '../../contract/bytes.js'
import { type HandleWish, hasHandles, type WishedHandle, withHandle } from '../../contract/data-keys.js'
import { KMSInternalException } from '../../contract/errors.js'
import type { EncryptionContext } from '../encryption-context.js'
import type { EncryptedDataKey } from '../header.js'
import { type DataKey, type UnwrappingRequest, type WrappedKey, type WrappingRequest, wipe } from '../materials.js'
import { hasMethods } from '../option-readers.js'
import { keyArn } from './key-arn.js'

interface RequestOfKms {
  readonly EncryptionContext: Record<string, string>
  readonly GrantTokens?: string[]
}

/**
 * What a keyring needs of a KMS client: a `KmsClient` of a vault, or the `KMS` class of `@aws-sdk/client-kms`. Answers may
 * be `undefined` by their types, as the SDK's are, also where `exactOptionalPropertyTypes` tells that from absent.
 */
export interface KmsCalls {
  generateDataKey(input: RequestOfKms & { KeyId: string; NumberOfBytes: number }): Promise<{
    readonly KeyId?: string | undefined
    readonly Plaintext?: Uint8Array | undefined
    readonly CiphertextBlob?: Uint8Array | undefined
  }>
  encrypt(
    input: RequestOfKms & { KeyId: string; Plaintext: Uint8Array },
  ): Promise<{ readonly KeyId?: string | undefined; readonly CiphertextBlob?: Uint8Array | undefined }>
  decrypt(
    input: RequestOfKms & { KeyId: string; CiphertextBlob: Uint8Array },
  ): Promise<{ readonly KeyId?: string | undefined; readonly Plaintext?: Uint8Array | undefined }>
}

/** A client of a vault, which has handles. */
interface VaultCalls {
  [withHandle](
    operation: 'GenerateDataKey' | 'Decrypt',
    input: object,
    wish: HandleWish,
  ): Promise<WishedHandle & { readonly KeyId: string; readonly CiphertextBlob?: Bytes }>
}

export function isKmsCalls(value: unknown): boolean {
  return hasMethods(value, ['generateDataKey', 'encrypt', 'decrypt'])
}

/** Provider id of all data keys that KMS has encrypted. */
export const KMS_PROVIDER = 'aws-kms'

/** A KMS client, and what goes with every request to it. */
export class DataKeyClient {
  readonly #calls: KmsCalls
  readonly #grantTokens: readonly string[] | undefined

  constructor(calls: KmsCalls, grantTokens?: readonly string[] | undefined) {
    this.#calls = calls
    this.#grantTokens = grantTokens
  }

  /**
   * Makes a data key, encrypted under a key and further ones.
   *
   * @param alsoUnder of the same Region and client
   */
  async generate(KeyId: string, request: WrappingRequest, alsoUnder: readonly string[]): Promise<WrappedKey> {
    const { suite, encryptionContext, handleFor } = request
    const input = { KeyId, NumberOfBytes: suite.keyLength, ...this.#common(encryptionContext) }
    const vault = this.#vaultFor(request)
    if (vault) {
      const wish = { ...wishOf(suite.id, handleFor), usage: 'encrypt' as const, alsoUnder }
      const answer = await vault[withHandle]('GenerateDataKey', input, wish)
      return { dataKey: handleOf(answer), encryptedDataKeys: [answer, ...answer.alsoEncrypted].map(encryptedBy) }
    }
    const answer = await this.#calls.generateDataKey(input)
    const dataKey = answer.Plaintext as Bytes | undefined
    try {
      if (dataKey?.byteLength !== suite.keyLength)
        throw new KMSInternalException('KMS made a data key of another length.')
      const encryptedDataKeys = [encryptedBy(answer)]
      for (const other of alsoUnder) encryptedDataKeys.push(await this.encrypt(other, dataKey, encryptionContext))
      return { dataKey, encryptedDataKeys }
    } catch (error) {
      wipe(dataKey)
      throw error
    }
  }

  /** Encrypts a data key. */
  async encrypt(KeyId: string, dataKey: Bytes, context: EncryptionContext): Promise<EncryptedDataKey> {
    return encryptedBy(await this.#calls.encrypt({ KeyId, Plaintext: dataKey, ...this.#common(context) }))
  }

  /** Decrypts a data key. @returns it, with the ARN of the key that KMS has used */
  async decrypt(
    KeyId: string,
    { encryptedDataKey }: EncryptedDataKey,
    request: UnwrappingRequest,
  ): Promise<{ readonly dataKey: DataKey; readonly usedKey: string | undefined }> {
    const { suite, encryptionContext, handleFor } = request
    const input = { KeyId, CiphertextBlob: encryptedDataKey, ...this.#common(encryptionContext) }
    const vault = this.#vaultFor(request)
    if (vault) {
      const wish = { ...wishOf(suite.id, handleFor), usage: 'decrypt' as const }
      const answer = await vault[withHandle]('Decrypt', input, wish)
      return { dataKey: handleOf(answer), usedKey: answer.KeyId }
    }
    const { KeyId: usedKey, Plaintext } = await this.#calls.decrypt(input)
    if (Plaintext?.byteLength !== suite.keyLength)
      throw new KMSInternalException('KMS decrypted a data key of another length.')
    return { dataKey: Plaintext as Bytes, usedKey }
  }

  #vaultFor({ suite, handleFor }: WrappingRequest | UnwrappingRequest): VaultCalls | undefined {
    const calls = this.#calls as unknown as Partial<VaultCalls>
    return handleFor !== undefined && hasHandles(suite) && calls[withHandle] ? (calls as VaultCalls) : undefined
  }

  #common(context: EncryptionContext): RequestOfKms {
    const GrantTokens = this.#grantTokens && [...this.#grantTokens]
    return { EncryptionContext: { ...context }, ...(GrantTokens && { GrantTokens }) }
  }
}

function wishOf(suiteId: number, handleFor: WrappingRequest['handleFor']): Pick<HandleWish, 'suiteId' | 'messageId'> {
  return handleFor instanceof Uint8Array ? { suiteId, messageId: handleFor } : { suiteId }
}

/** A worker of another version, or a port that another one stands behind, may not know of handles. */
function handleOf({ dataKey }: Partial<WishedHandle>): DataKey {
  if (dataKey) return dataKey
  throw new KMSInternalException(
    'The vault gave no handle of the data key, which it was asked for: its worker may be of another version than the page.',
  )
}

function encryptedBy({
  KeyId = '',
  CiphertextBlob,
}: {
  readonly KeyId?: string | undefined
  readonly CiphertextBlob?: Uint8Array | undefined
}): EncryptedDataKey {
  if (!keyArn(KeyId) || !CiphertextBlob)
    throw new KMSInternalException('KMS did not name the key that it used by its ARN.')
  return {
    providerId: KMS_PROVIDER,
    providerInfo: encoder.encode(KeyId),
    encryptedDataKey: new Uint8Array(CiphertextBlob),
  }
}
