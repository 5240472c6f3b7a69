import type { KeyStateDetail, Vault } from 'browser-kms'
import { compareNames, type ListedKey, listAliasNames, listKeyIds, metadataOf, recordOf } from './key-facts.js'
import { REGION } from './own-account.js'

/** All keys of the vault, as far as they are loaded. */
export interface KeyListing {
  readonly status: 'loading' | 'ready' | 'failed'
  /** In the order of their names. */
  readonly keys: readonly ListedKey[]
  readonly error?: unknown
}

/** Keys that are described at a time: few enough that what the user does meanwhile does not wait for long. */
const LOOKS_AT_A_TIME = 100

/**
 * The keys of a vault for the page to show, of which there may be many thousands. Ids and aliases are listed once; a key
 * is described when somebody looks at it, and again when the vault tells that it has changed, also in another tab.
 */
export class KeyDirectory {
  readonly #vault: Vault
  readonly #listeners = new Set<() => void>()
  #listing: KeyListing = { status: 'loading', keys: [] }
  /** In the order of their names. */
  #keys = new Map<string, ListedKey>()
  /** Keys that components show, and how many of them do. The last one shown comes last. */
  readonly #seen = new Map<string, number>()
  /** Components that have to know about every key, to sort or to filter. */
  #seesAll = 0
  /** Keys that were described, and have not changed since. */
  readonly #fresh = new Set<string>()
  readonly #changed = new Set<string>()
  #listIsOld = false
  #round: Promise<void> | undefined
  #isLooking = false

  constructor(vault: Vault) {
    this.#vault = vault
    vault.addEventListener('keystate', ({ detail }) => this.#hear(detail))
    // Keys of a locked vault show another state, and no key has changed for that.
    for (const type of ['lock', 'unlock'] as const) vault.addEventListener(type, () => void this.#lookAgain())
    // Aliases change without a change of key state: look again when the user comes back to this tab.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.refresh()
    })
  }

  /** For useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** For useSyncExternalStore. */
  readonly listing = (): KeyListing => this.#listing

  /** Keeps keys described as long as somebody looks at them: until the function is called that is returned. */
  see(keyIds: readonly string[] | 'all'): () => void {
    if (keyIds === 'all') {
      this.#seesAll++
      void this.#look()
      return () => {
        this.#seesAll--
      }
    }
    for (const keyId of keyIds) {
      const viewers = this.#seen.get(keyId) ?? 0
      this.#seen.delete(keyId)
      this.#seen.set(keyId, viewers + 1)
    }
    void this.#look()
    return () => {
      for (const keyId of keyIds) {
        const viewers = this.#seen.get(keyId) ?? 0
        if (viewers > 1) this.#seen.set(keyId, viewers - 1)
        else this.#seen.delete(keyId)
      }
    }
  }

  /** Lists the keys and their aliases anew. */
  async refresh(): Promise<void> {
    this.#listIsOld = true
    await this.#start()
  }

  /** Looks at keys again whose aliases have changed, of which the vault does not tell. */
  async update(keyIds: readonly string[]): Promise<void> {
    for (const keyId of keyIds) this.#changed.add(keyId)
    await this.#start()
  }

  /** Resolves when what the vault has told so far shows. */
  async settled(): Promise<void> {
    await this.#round
  }

  #hear({ keyId, region, keyState }: KeyStateDetail): void {
    this.#fresh.delete(keyId)
    const isOwn = region === REGION
    // What nobody looks at is looked at when somebody does. A related key in another Region may be shown beside this.
    if (this.#isSeen(keyId) || (isOwn && (keyState === undefined || !this.#keys.has(keyId)))) void this.update([keyId])
  }

  async #lookAgain(): Promise<void> {
    this.#fresh.clear()
    await this.refresh()
  }

  #isSeen(keyId: string): boolean {
    return this.#seen.has(keyId) || (this.#seesAll > 0 && this.#keys.has(keyId))
  }

  #start(): Promise<void> {
    this.#round ??= this.#takeRounds()
    return this.#round
  }

  async #takeRounds(): Promise<void> {
    // What is told in one go is asked for in one go.
    await Promise.resolve()
    try {
      while (this.#listIsOld || this.#changed.size > 0) await (this.#listIsOld ? this.#list() : this.#followChanges())
      this.#show({ status: 'ready', keys: [...this.#keys.values()] })
    } catch (error) {
      this.#show({ ...this.#listing, status: 'failed', error })
    } finally {
      // Not by a handler of the promise: what is told between its end and the handler would be lost.
      this.#round = undefined
    }
    void this.#look()
  }

  async #list(): Promise<void> {
    this.#listIsOld = false
    try {
      const [keyIds, aliases] = await Promise.all([listKeyIds(this.#vault.kms), listAliasNames(this.#vault.kms)])
      this.#keep(
        keyIds.map((keyId) => renamed(this.#keys.get(keyId) ?? { keyId, aliases: [] }, aliases.get(keyId) ?? [])),
      )
    } catch (error) {
      this.#listIsOld = true
      throw error
    }
  }

  async #followChanges(): Promise<void> {
    const keyIds = [...this.#changed].slice(0, LOOKS_AT_A_TIME)
    for (const keyId of keyIds) this.#changed.delete(keyId)
    try {
      const records = await this.#ask(keyIds, (keyId) => recordOf(this.#vault.kms, keyId))
      const keys = new Map(this.#keys)
      for (const [keyId, record] of records)
        if (record) keys.set(keyId, record)
        else keys.delete(keyId)
      this.#keep([...keys.values()])
    } catch (error) {
      for (const keyId of keyIds) this.#changed.add(keyId)
      throw error
    }
  }

  /** Describes what somebody looks at and is not described yet, the last one shown first. */
  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      for (let keyIds = this.#toLookAt(); keyIds.length > 0; keyIds = this.#toLookAt()) {
        const described = await this.#ask(keyIds, (keyId) => metadataOf(this.#vault.kms, keyId))
        for (const [keyId, metadata] of described) {
          const key = this.#keys.get(keyId)
          if (key && metadata) this.#keys.set(keyId, { ...key, metadata })
          else this.#keys.delete(keyId)
        }
        this.#show({ status: 'ready', keys: [...this.#keys.values()] })
      }
    } catch (error) {
      this.#show({ ...this.#listing, status: 'failed', error })
    } finally {
      this.#isLooking = false
    }
  }

  #toLookAt(): readonly string[] {
    const missing = (keyId: string) => this.#keys.has(keyId) && !this.#fresh.has(keyId)
    const seen = [...this.#seen.keys()].reverse().filter(missing)
    const others = this.#seesAll > 0 && seen.length < LOOKS_AT_A_TIME ? [...this.#keys.keys()].filter(missing) : []
    return [...new Set([...seen, ...others])].slice(0, LOOKS_AT_A_TIME)
  }

  /** Asks about some keys. Those that change while they are asked about are not fresh afterwards. */
  async #ask<Answer>(
    keyIds: readonly string[],
    ask: (keyId: string) => Promise<Answer>,
  ): Promise<readonly (readonly [keyId: string, answer: Answer])[]> {
    for (const keyId of keyIds) this.#fresh.add(keyId)
    try {
      return await Promise.all(keyIds.map(async (keyId) => [keyId, await ask(keyId)] as const))
    } catch (error) {
      for (const keyId of keyIds) this.#fresh.delete(keyId)
      throw error
    }
  }

  #keep(keys: readonly ListedKey[]): void {
    // They are nearly in order already, which makes sorting cheap.
    this.#keys = new Map(keys.toSorted(compareNames).map((key) => [key.keyId, key]))
  }

  #show(listing: KeyListing): void {
    this.#listing = listing
    for (const listener of this.#listeners) listener()
  }
}

/** The same key where its aliases are the same: nothing that shows it has to be drawn again. */
function renamed(key: ListedKey, aliases: readonly string[]): ListedKey {
  const same = key.aliases.length === aliases.length && key.aliases.every((alias, index) => alias === aliases[index])
  return same ? key : { ...key, aliases }
}
