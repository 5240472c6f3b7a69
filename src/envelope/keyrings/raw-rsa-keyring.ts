import { encoder } from '../../contract/bytes.js'
import { ValidationException } from '../../contract/errors.js'
import { optional, type Reader, read, structure, unreadableValue } from '../../contract/reader.js'
import { decodeText } from '../bytes.js'
import { DataKeyUnwrapError } from '../errors.js'
import type { Keyring, UnwrappingRequest, WrappedKey, WrappingRequest } from '../materials.js'
import { cryptoKey, keyName, keyNamespace } from './raw.js'

const members = structure({
  keyNamespace,
  keyName,
  publicKey: optional(cryptoKey('RSA-OAEP')),
  privateKey: optional(cryptoKey('RSA-OAEP')),
})
const rawRsaKeyringOptions: Reader<RawRsaKeyringOptions> = (value, path) => {
  const options = members(value, path)
  if (!options.publicKey && !options.privateKey) throw unreadableValue(path, 'must have publicKey, privateKey or both')
  return options
}

export interface RawRsaKeyringOptions {
  /** Says whose key it is; not `aws-kms`. */
  readonly keyNamespace: string
  readonly keyName: string
  /** For RSA-OAEP, with `encrypt`: needed to encrypt. */
  readonly publicKey?: CryptoKey
  /** For RSA-OAEP, with `decrypt`: needed to decrypt. */
  readonly privateKey?: CryptoKey
}

/**
 * Data keys under an RSA key of your own, by OAEP with the hash of the key (KR-17). PKCS #1 v1.5, which WebCrypto cannot,
 * is refused. The encryption context is not bound to the data key by itself; the message binds it.
 *
 * @example
 * ```ts
 * const keyring = new RawRsaKeyring({ keyNamespace: 'example', keyName: 'escrow', publicKey })
 * ```
 */
export class RawRsaKeyring implements Keyring {
  readonly #options: RawRsaKeyringOptions

  /** @throws `ValidationException` for options that cannot be */
  constructor(options: RawRsaKeyringOptions) {
    this.#options = read(rawRsaKeyringOptions, options, 'options')
  }

  async wrap({ suite, dataKey }: WrappingRequest): Promise<WrappedKey> {
    const { publicKey, keyNamespace, keyName } = this.#options
    if (!publicKey) throw new ValidationException('The RSA keyring has no public key to encrypt with.')
    const key = dataKey ?? crypto.getRandomValues(new Uint8Array(suite.keyLength))
    const encryptedDataKey = new Uint8Array(await crypto.subtle.encrypt('RSA-OAEP', publicKey, key))
    return {
      dataKey: key,
      encryptedDataKeys: [{ providerId: keyNamespace, providerInfo: encoder.encode(keyName), encryptedDataKey }],
    }
  }

  async unwrap({ encryptedDataKeys }: UnwrappingRequest): ReturnType<Keyring['unwrap']> {
    const { privateKey, keyNamespace, keyName } = this.#options
    if (!privateKey)
      return { errors: [new DataKeyUnwrapError([], 'The RSA keyring has no private key to decrypt with.')] }
    const errors: Error[] = []
    for (const { providerId, providerInfo, encryptedDataKey } of encryptedDataKeys) {
      if (providerId !== keyNamespace || decodeText(providerInfo) !== keyName) continue
      try {
        return { dataKey: new Uint8Array(await crypto.subtle.decrypt('RSA-OAEP', privateKey, encryptedDataKey)) }
      } catch {
        errors.push(new DataKeyUnwrapError([], `The data key cannot be opened with ${keyNamespace}/${keyName}.`))
      }
    }
    return { errors }
  }
}
