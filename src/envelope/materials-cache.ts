import { optional, read, structure, wholeNumber } from '../contract/reader.js'
import { type DecryptionMaterials, type EncryptionMaterials, wipe } from './materials.js'
import { eventTarget } from './option-readers.js'

/** Materials, and how much they have been used. */
export interface CachedMaterials {
  readonly materials: EncryptionMaterials | DecryptionMaterials
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  messages: number
  bytes: number
  /** The cache has let go of them: their bytes are zero. */
  isWiped: boolean
}

export interface CacheOptions {
  /** A vault: the cache is cleared when the state of a key changes, and when the vault is locked or closed. Default nothing. */
  readonly clearOn?: EventTarget
  /** Milliseconds between looks for what has expired, 1 to 2^31 - 1; default 60,000. */
  readonly pruneEvery?: number
}

const cacheOptions = structure({
  clearOn: optional(eventTarget),
  // More than a timer takes ends at once.
  pruneEvery: optional(wholeNumber({ min: 1, max: 2 ** 31 - 1 })),
})

/** Keeps materials in memory, and drops what was not used for longest. Made by {@link getLocalCryptographicMaterialsCache}. */
export class MaterialsCache {
  readonly #capacity: number
  readonly #pruneEvery: number
  /** In the order of their last use. */
  readonly #entries = new Map<string, CachedMaterials>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** How often the cache was cleared. */
  generation = 0

  /** @internal */
  constructor(capacity: number, { clearOn, pruneEvery = 60_000 }: CacheOptions) {
    this.#capacity = capacity
    this.#pruneEvery = pruneEvery
    for (const event of ['keystate', 'lock', 'close']) clearOn?.addEventListener(event, () => this.clear())
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size
  }

  /** Drops everything, and wipes what of it are bytes. */
  clear(): void {
    this.generation += 1
    for (const id of [...this.#entries.keys()]) this.remove(id)
  }

  /** @internal */
  get(id: string, now: number): CachedMaterials | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    if (entry.expiresAt <= now) {
      this.remove(id)
      return undefined
    }
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry
  }

  /** @internal */
  put(id: string, entry: CachedMaterials, now: number): void {
    if (this.#capacity === 0) return
    this.remove(id)
    this.#entries.set(id, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#capacity) this.remove(oldest as string)
    this.#schedule(now)
  }

  /** @internal */
  remove(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#entries.delete(id)
    entry.isWiped = true
    const { materials } = entry
    wipe(materials.dataKey)
    if ('signingKey' in materials) materials.signingKey?.fill(0)
  }

  /** Prunes while there is anything to prune, by the clock that the entries came with. */
  #schedule(now: number): void {
    if (this.#timer !== undefined) return
    const started = Date.now()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const later = now + Date.now() - started
      for (const [id, { expiresAt }] of [...this.#entries]) if (expiresAt <= later) this.remove(id)
      if (this.#entries.size > 0) this.#schedule(later)
    }, this.#pruneEvery)
    // In Node a timer keeps the process alive.
    ;(this.#timer as { unref?(): void }).unref?.()
  }
}

/**
 * A cache for a {@link CachingMaterialsManager}, in this page's memory.
 *
 * @param capacity entries it keeps at most; 0 for none
 * @throws `ValidationException` for a capacity or options that cannot be
 *
 * @example
 * ```ts
 * const cache = getLocalCryptographicMaterialsCache(100, { clearOn: vault })
 * ```
 */
export function getLocalCryptographicMaterialsCache(capacity: number, options: CacheOptions = {}): MaterialsCache {
  return new MaterialsCache(read(wholeNumber({}), capacity, 'capacity'), read(cacheOptions, options, 'options'))
}
