import type { KmsClient, Vault } from 'browser-kms'
import { pagesOf } from './pages-of.js'

type KeyMetadata = Awaited<ReturnType<KmsClient['describeKey']>>['KeyMetadata']

/** What the page knows about one key. */
export interface KeyRecord {
  readonly keyId: string
  readonly metadata: KeyMetadata
  /** Alias names without their `alias/` prefix, in alphabetical order. */
  readonly aliases: readonly string[]
}

/** All keys of the vault, as far as they are loaded. */
export interface KeyListing {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly keys: readonly KeyRecord[]
  readonly error?: unknown
}

/**
 * The keys of a vault for the page to show. Loads again after every change, also one made in another tab; the changes
 * that come while it is loading cost one more round together.
 */
export class KeyDirectory {
  readonly #vault: Vault
  readonly #listeners = new Set<() => void>()
  #listing: KeyListing = { status: 'loading', keys: [] }
  #round: Promise<void> | undefined
  #stale = false

  constructor(vault: Vault) {
    this.#vault = vault
    vault.addEventListener('keystate', () => void this.refresh())
    // Aliases and tags change without a change of key state: look again when the user comes back to this tab.
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

  /** Resolves when a round that began after the call is done. */
  async refresh(): Promise<void> {
    this.#stale = true
    this.#round ??= this.#rounds().finally(() => {
      this.#round = undefined
    })
    await this.#round
  }

  async #rounds(): Promise<void> {
    while (this.#stale) {
      this.#stale = false
      try {
        this.#show({ status: 'ready', keys: await loadKeys(this.#vault.kms) })
      } catch (error) {
        this.#show({ status: 'failed', keys: this.#listing.keys, error })
      }
    }
  }

  #show(listing: KeyListing): void {
    this.#listing = listing
    for (const listener of this.#listeners) listener()
  }
}

async function loadKeys(kms: KmsClient): Promise<readonly KeyRecord[]> {
  const [keyIds, aliases] = await Promise.all([listKeyIds(kms), listAliasNames(kms)])
  const described = await Promise.all(keyIds.map((keyId) => describeIfThere(kms, keyId)))
  return described
    .filter((metadata) => metadata !== undefined)
    .map((metadata) => ({ keyId: metadata.KeyId, metadata, aliases: (aliases.get(metadata.KeyId) ?? []).sort() }))
}

async function listKeyIds(kms: KmsClient): Promise<readonly string[]> {
  const pages = await pagesOf((marker) => kms.listKeys({ Limit: 1000, Marker: marker }))
  return pages.flatMap(({ Keys }) => Keys.map(({ KeyId }) => KeyId))
}

async function listAliasNames(kms: KmsClient): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>()
  for (const { Aliases } of await pagesOf((marker) => kms.listAliases({ Limit: 100, Marker: marker })))
    for (const { AliasName, TargetKeyId } of Aliases)
      if (TargetKeyId !== undefined) {
        const name = AliasName.replace(/^alias\//, '')
        names.set(TargetKeyId, [...(names.get(TargetKeyId) ?? []), name])
      }
  return names
}

/** A key that was deleted after it was listed is left out. */
async function describeIfThere(kms: KmsClient, keyId: string): Promise<KeyMetadata | undefined> {
  try {
    return (await kms.describeKey({ KeyId: keyId })).KeyMetadata
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined
    throw error
  }
}
