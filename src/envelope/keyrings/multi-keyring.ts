import type { Bytes } from '../../contract/bytes.js'
import { ValidationException } from '../../contract/errors.js'
import { listOf, optional, type Reader, read, structure, unreadableValue } from '../../contract/reader.js'
import { DataKeyUnwrapError } from '../errors.js'
import {
  type DataKey,
  type Keyring,
  type UnwrappingRequest,
  type WrappedKey,
  type WrappingRequest,
  wipe,
} from '../materials.js'
import { keyring } from '../option-readers.js'
import { MOST_KEYS } from './key-arn.js'

/** Keyrings of which any one can decrypt a message: each of them is a full reader. */
export interface MultiKeyringOptions {
  /** Makes the data key. */
  readonly generator?: Keyring
  /** Encrypt the same data key, each for itself. */
  readonly children?: readonly Keyring[]
}

const members = structure({
  generator: optional(keyring),
  children: optional(listOf(keyring, { most: MOST_KEYS })),
})
const multiKeyringOptions: Reader<MultiKeyringOptions> = (value, path) => {
  const options = members(value, path)
  if (!options.generator && !options.children?.length) throw unreadableValue(path, 'must have a generator or children')
  return options
}

/**
 * Several keyrings as one (KR-12, KR-13): a message is encrypted for all of them, and decrypted by the first that can.
 * While a message is being encrypted for more than one, the page has the bytes of its data key, which are wiped then. (For
 * several keys of one vault and Region, `keyIds` of a {@link KmsKeyring} does without.)
 *
 * @example
 * ```ts
 * const keyring = new MultiKeyring({ generator: mine, children: [recovery] })
 * ```
 */
export class MultiKeyring implements Keyring {
  readonly #generator: Keyring | undefined
  readonly #children: readonly Keyring[]

  /** @throws `ValidationException` for options that cannot be */
  constructor(options: MultiKeyringOptions) {
    const { generator, children = [] } = read(multiKeyringOptions, options, 'options')
    this.#generator = generator
    this.#children = children
  }

  async wrap(request: WrappingRequest): Promise<WrappedKey> {
    if (this.#generator && request.dataKey)
      throw new ValidationException('There is a data key already: a multi-keyring with a generator makes its own.')
    if (!this.#generator && !request.dataKey)
      throw new ValidationException('A multi-keyring without a generator cannot make a data key.')
    const keyrings = this.#keyrings
    // The next keyrings encrypt the bytes that the first one gives.
    const handleFor = keyrings.length > 1 ? undefined : request.handleFor
    const encryptedDataKeys = []
    let { dataKey }: { dataKey?: DataKey | undefined } = request
    try {
      for (const keyring of keyrings) {
        const wrapped = await keyring.wrap({ ...request, handleFor, dataKey: dataKey as Bytes | undefined })
        dataKey = wrapped.dataKey
        encryptedDataKeys.push(...wrapped.encryptedDataKeys)
      }
    } catch (error) {
      wipe(dataKey)
      throw error
    }
    return { dataKey: dataKey as DataKey, encryptedDataKeys }
  }

  async unwrap(request: UnwrappingRequest): ReturnType<Keyring['unwrap']> {
    const errors: Error[] = []
    for (const keyring of this.#keyrings) {
      const unwrapped = await keyring.unwrap(request)
      if ('dataKey' in unwrapped) return unwrapped
      errors.push(new DataKeyUnwrapError(unwrapped.errors, 'A keyring could not decrypt the data key.'))
    }
    return { errors }
  }

  get #keyrings(): readonly Keyring[] {
    return this.#generator ? [this.#generator, ...this.#children] : this.#children
  }
}
