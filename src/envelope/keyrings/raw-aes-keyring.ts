import { type Bytes, concatenate, encoder, equalInConstantTime, u32 } from '../../contract/bytes.js'
import { read, structure } from '../../contract/reader.js'
import { type EncryptionContext, serializeContext } from '../encryption-context.js'
import { DataKeyUnwrapError } from '../errors.js'
import { IV_LENGTH, TAG_LENGTH } from '../header.js'
import type { Keyring, UnwrappingRequest, WrappedKey, WrappingRequest } from '../materials.js'
import { cryptoKey, keyName, keyNamespace } from './raw.js'

const rawAesKeyringOptions = structure({ keyNamespace, keyName, wrappingKey: cryptoKey('AES-GCM') })

export interface RawAesKeyringOptions {
  /** Says whose key it is; not `aws-kms`. */
  readonly keyNamespace: string
  readonly keyName: string
  /** An AES-GCM key of 128 or 256 bits, which may be non-extractable, with `encrypt` and `decrypt` as needed. */
  readonly wrappingKey: CryptoKey
}

/**
 * Data keys under an AES key of your own (KR-15, KR-16).
 *
 * @example
 * ```ts
 * const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
 * const keyring = new RawAesKeyring({ keyNamespace: 'example', keyName: 'backup', wrappingKey })
 * ```
 */
export class RawAesKeyring implements Keyring {
  readonly #options: RawAesKeyringOptions

  /** @throws `ValidationException` for options that cannot be */
  constructor(options: RawAesKeyringOptions) {
    this.#options = read(rawAesKeyringOptions, options, 'options')
  }

  async wrap({ suite, encryptionContext, dataKey }: WrappingRequest): Promise<WrappedKey> {
    const key = dataKey ?? crypto.getRandomValues(new Uint8Array(suite.keyLength))
    const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH))
    const { keyNamespace, wrappingKey } = this.#options
    const sealed = await crypto.subtle.encrypt(parameters(iv, encryptionContext), wrappingKey, key)
    const encryptedDataKey = new Uint8Array(sealed)
    return {
      dataKey: key,
      encryptedDataKeys: [
        { providerId: keyNamespace, providerInfo: concatenate([this.#prefix, iv]), encryptedDataKey },
      ],
    }
  }

  async unwrap({ encryptionContext, encryptedDataKeys }: UnwrappingRequest): ReturnType<Keyring['unwrap']> {
    const { keyNamespace, wrappingKey } = this.#options
    const prefix = this.#prefix
    const errors: Error[] = []
    for (const { providerId, providerInfo, encryptedDataKey } of encryptedDataKeys) {
      if (providerId !== keyNamespace || providerInfo.byteLength !== prefix.byteLength + IV_LENGTH) continue
      if (!equalInConstantTime(providerInfo.subarray(0, prefix.byteLength), prefix)) continue
      const iv = providerInfo.slice(prefix.byteLength)
      try {
        const opened = await crypto.subtle.decrypt(parameters(iv, encryptionContext), wrappingKey, encryptedDataKey)
        return { dataKey: new Uint8Array(opened) }
      } catch {
        errors.push(
          new DataKeyUnwrapError([], `The data key cannot be opened with ${keyNamespace}/${this.#options.keyName}.`),
        )
      }
    }
    return { errors }
  }

  /** What the key's info begins with: name, bits of the tag, bytes of the IV. */
  get #prefix(): Bytes {
    return concatenate([encoder.encode(this.#options.keyName), u32(8 * TAG_LENGTH), u32(IV_LENGTH)])
  }
}

function parameters(iv: Bytes, context: EncryptionContext): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: serializeContext(context), tagLength: 8 * TAG_LENGTH }
}
