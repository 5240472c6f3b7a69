import { ValidationException } from '../../contract/errors.js'
import { decodeText } from '../bytes.js'
import { DataKeyUnwrapError } from '../errors.js'
import { type Keyring, type UnwrappingRequest, type WrappedKey, type WrappingRequest, wipe } from '../materials.js'
import { type KeyArn, keyArn, standsFor } from './key-arn.js'
import { DataKeyClient, KMS_PROVIDER, type KmsCalls } from './kms-data-keys.js'

/**
 * Data keys under one KMS key of a vault, named in any form, also by an alias: KMS itself makes sure that it is the key
 * that a message was made with (a KMS keyring, which has only the name, asks for the ARN; KR-5).
 */
export class VaultKeyring implements Keyring {
  readonly #client: DataKeyClient
  readonly #keyId: string
  readonly #otherKeyIds: readonly string[]

  /** @param otherKeyIds keys that decrypt too, such as those that the alias named before */
  constructor(client: KmsCalls, keyId: string, otherKeyIds: readonly string[] = []) {
    this.#client = new DataKeyClient(client)
    this.#keyId = keyId
    this.#otherKeyIds = otherKeyIds
  }

  wrap(request: WrappingRequest): Promise<WrappedKey> {
    if (request.dataKey) throw new ValidationException('The key of a vault makes data keys of its own.')
    return this.#client.generate(this.#keyId, request, [])
  }

  async unwrap(request: UnwrappingRequest): ReturnType<Keyring['unwrap']> {
    const errors: Error[] = []
    for (const encrypted of request.encryptedDataKeys) {
      const named = encrypted.providerId === KMS_PROVIDER && keyArn(decodeText(encrypted.providerInfo) ?? '')
      if (!named) continue
      for (const keyId of [this.#keyId, ...this.#otherKeyIds]) {
        try {
          const { dataKey, usedKey } = await this.#client.decrypt(keyId, encrypted, request)
          if (standsFor(keyArn(usedKey ?? '') as KeyArn, named)) return { dataKey }
          wipe(dataKey)
          errors.push(new DataKeyUnwrapError([], 'The message names another key than the one that opens it.'))
        } catch (error) {
          errors.push(error as Error)
        }
      }
    }
    return { errors }
  }
}
