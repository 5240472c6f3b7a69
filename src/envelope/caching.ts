/** Data keys that are used for more than one message (CACHE-1 to CACHE-11). */

import { bytesToHex, compareBytes, concatenate, encoder, u16 } from '../contract/bytes.js'
import { ValidationException } from '../contract/errors.js'
import {
  callbackOf,
  handleOf,
  optional,
  positiveNumber,
  read,
  structure,
  text,
  wholeNumber,
} from '../contract/reader.js'
import { withLength } from './bytes.js'
import { contextWith, serializeContext } from './encryption-context.js'
import { writeDataKey } from './header.js'
import {
  type DecryptionMaterials,
  type DecryptionMaterialsRequest,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  type Keyring,
  type MaterialsManager,
  materialsManager,
} from './materials.js'
import type { CachedMaterials, MaterialsCache } from './materials-cache.js'
import { hasMethods, materialsSource } from './option-readers.js'
import { defaultSuite } from './policies.js'

const MOST_MESSAGES = 2 ** 32
const MOST_BYTES = Number.MAX_SAFE_INTEGER

const cachingOptions = structure({
  backingMaterials: materialsSource,
  cache: handleOf<MaterialsCache>('a cache, such as getLocalCryptographicMaterialsCache makes', (value) =>
    hasMethods(value, ['get', 'put', 'remove', 'clear']),
  ),
  maxAge: positiveNumber,
  maxMessagesEncrypted: optional(wholeNumber({ min: 1, max: MOST_MESSAGES })),
  maxBytesEncrypted: optional(wholeNumber({ max: MOST_BYTES })),
  // A zero separates it from what follows in an id.
  partition: optional(text({ longest: 1024, pattern: /^[^\0]*$/, rule: 'hold no character U+0000' })),
  now: optional(callbackOf<() => number>()),
})

/** Options of a {@link CachingMaterialsManager}, named as in the AWS Encryption SDK. */
export interface CachingOptions {
  /** Where materials come from that the cache does not have. */
  readonly backingMaterials: Keyring | MaterialsManager
  /** {@link getLocalCryptographicMaterialsCache} makes one. */
  readonly cache: MaterialsCache
  /** How long a data key is used, in milliseconds, above 0. */
  readonly maxAge: number
  /** Messages that are encrypted under a data key at most, 1 to 2^32; default 2^32. */
  readonly maxMessagesEncrypted?: number
  /** Bytes that are encrypted under a data key at most, 0 to 2^53 - 1; default 2^53 - 1. */
  readonly maxBytesEncrypted?: number
  /** Managers of one cache share data keys if their partition is the same. Default: one of its own. */
  readonly partition?: string
  /** Milliseconds; for tests. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * Spares calls of KMS: uses a data key for several messages of the same encryption context, and keeps those that it has
 * decrypted, for a while. Each message still has a content key of its own. With keys of a vault the cache holds handles;
 * of other keyrings it holds bytes, in the page's memory.
 *
 * What the cache holds works on after its KMS key was disabled, deleted or forbidden, until `maxAge` has passed or the
 * cache is cleared (CACHE-10): see `clearOn` of {@link getLocalCryptographicMaterialsCache}.
 *
 * @see https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/data-key-caching.html
 *
 * @example
 * ```ts
 * const cache = getLocalCryptographicMaterialsCache(100, { clearOn: vault })
 * const materials = new CachingMaterialsManager({ backingMaterials: keyring, cache, maxAge: 60_000 })
 * const { result } = await encrypt(materials, bytes)
 * ```
 */
export class CachingMaterialsManager implements MaterialsManager {
  readonly #options: Required<Omit<CachingOptions, 'backingMaterials'>>
  readonly #backing: MaterialsManager
  readonly #underWay = new Map<string, Promise<CachedMaterials>>()

  /** @throws `ValidationException` for options that cannot be */
  constructor(options: CachingOptions) {
    const {
      backingMaterials,
      cache,
      maxAge,
      maxMessagesEncrypted = MOST_MESSAGES,
      maxBytesEncrypted = MOST_BYTES,
      partition = crypto.randomUUID(),
      now = Date.now,
    } = read(cachingOptions, options, 'options')
    this.#options = { cache, maxAge, maxMessagesEncrypted, maxBytesEncrypted, partition, now: () => momentOf(now()) }
    this.#backing = materialsManager(backingMaterials)
  }

  async encryptionMaterials(request: EncryptionMaterialsRequest): Promise<EncryptionMaterials> {
    const { suite, plaintextLength: length } = request
    if (length === undefined || (suite && suite.kdf === undefined)) return this.#backing.encryptionMaterials(request)
    const { cache, maxMessagesEncrypted, maxBytesEncrypted, partition } = this.#options
    if (length > maxBytesEncrypted) return this.#backing.encryptionMaterials(request)
    const id = await encryptionCacheId(partition, request)
    const fits = ({ messages, bytes }: CachedMaterials) =>
      messages < maxMessagesEncrypted && bytes + length <= maxBytesEncrypted
    let cached = this.#fresh(id)
    if (cached && !fits(cached)) {
      cache.remove(id)
      cached = undefined
    }
    cached ??= await this.#once(id, async () => {
      const { plaintextLength: _, ...rest } = request
      return this.#entry(await this.#backing.encryptionMaterials({ ...rest, isReused: true }))
    })
    // Those who waited for the same data key may have used it up, and the cache may have been cleared.
    if (cached.isWiped || !fits(cached)) return this.#backing.encryptionMaterials(request)
    cached.messages += 1
    cached.bytes += length
    return copyOf(cached.materials as EncryptionMaterials)
  }

  async decryptionMaterials(request: DecryptionMaterialsRequest): Promise<DecryptionMaterials> {
    if (request.suite.kdf === undefined) return this.#backing.decryptionMaterials(request)
    const id = await decryptionCacheId(this.#options.partition, request)
    const cached =
      this.#fresh(id) ??
      (await this.#once(id, async () =>
        this.#entry(await this.#backing.decryptionMaterials({ ...request, isReused: true })),
      ))
    if (cached.isWiped) return this.#backing.decryptionMaterials(request)
    return copyOf(cached.materials as DecryptionMaterials)
  }

  #fresh(id: string): CachedMaterials | undefined {
    return this.#options.cache.get(id, this.#options.now())
  }

  #entry(materials: CachedMaterials['materials']): CachedMaterials {
    return { materials, expiresAt: this.#options.now() + this.#options.maxAge, messages: 0, bytes: 0, isWiped: false }
  }

  /** Asks once for all who want the same at the same time (CACHE-9). */
  #once(id: string, ask: () => Promise<CachedMaterials>): Promise<CachedMaterials> {
    const { cache, now } = this.#options
    let asked = this.#underWay.get(id)
    if (!asked) {
      const generation = cache.generation
      asked = ask()
        .then((made) => {
          // What was cleared meanwhile is not to come back.
          if (cache.generation === generation) cache.put(id, made, now())
          return made
        })
        .finally(() => this.#underWay.delete(id))
      this.#underWay.set(id, asked)
    }
    return asked
  }
}

/** Id of what a new message would be encrypted with (CACHE-7). */
export function encryptionCacheId(
  partition: string,
  { suite, commitmentPolicy, encryptionContext, requiredContextKeys = [] }: EncryptionMaterialsRequest,
): Promise<string> {
  // The other policies have one default between them.
  const own =
    suite ?? (commitmentPolicy === 'FORBID_ENCRYPT_ALLOW_DECRYPT' ? defaultSuite(commitmentPolicy) : undefined)
  const required = [...requiredContextKeys].sort().map((key) => withLength(encoder.encode(key)))
  return digestOf([
    Uint8Array.of(1),
    Uint8Array.of(1),
    encoder.encode(partition),
    ...(own ? [Uint8Array.of(1), u16(own.id)] : [Uint8Array.of(0)]),
    serializeContext(encryptionContext),
    ...required,
  ])
}

/** Id of what a message would be decrypted with (CACHE-7). */
export function decryptionCacheId(
  partition: string,
  { suite, encryptedDataKeys, encryptionContext, reproducedContext = {} }: DecryptionMaterialsRequest,
): Promise<string> {
  const keys = encryptedDataKeys.map((key) => concatenate(writeDataKey(key))).sort(compareBytes)
  // Who expects other pairs than the message stores is not given what somebody else was.
  const notStored = Object.entries(reproducedContext).filter(
    ([key, value]) => !(Object.hasOwn(encryptionContext, key) && encryptionContext[key] === value),
  )
  return digestOf([
    Uint8Array.of(1),
    Uint8Array.of(2),
    encoder.encode(partition),
    u16(suite.id),
    concatenate(keys),
    serializeContext(encryptionContext),
    ...(notStored.length > 0 ? [serializeContext(contextWith(Object.fromEntries(notStored)))] : []),
  ])
}

async function digestOf(fields: readonly Uint8Array[]): Promise<string> {
  const joined = fields.flatMap((field) => [Uint8Array.of(0), field]).slice(1)
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-384', concatenate(joined))))
}

/** @throws ValidationException for what is no time: nothing would ever expire by it */
function momentOf(now: unknown): number {
  if (typeof now === 'number' && Number.isFinite(now)) return now
  throw new ValidationException('The function now must give a number of milliseconds.')
}

/** What a caller may wipe. */
function copyOf<Materials extends EncryptionMaterials | DecryptionMaterials>(materials: Materials): Materials {
  const { dataKey } = materials
  const signingKey = 'signingKey' in materials ? materials.signingKey : undefined
  return {
    ...materials,
    dataKey: dataKey instanceof Uint8Array ? dataKey.slice() : dataKey,
    ...(signingKey && { signingKey: signingKey.slice() }),
  }
}
