import type { ChangeCounts } from '../../src/contract/control.js'
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { checkRegion, databasePrefix } from '../../src/contract/vault-names.js'
import { KeySets } from '../lifecycle/key-sets.js'
import { RegionVault, type RegionVaultOptions } from './region-vault.js'

export type RegionsOptions = Omit<RegionVaultOptions, 'realm' | 'regions'> & { readonly accountId: string }

/** The Regions of one vault, opened as they are needed. */
export class Regions {
  readonly keySets: KeySets
  readonly #options: RegionsOptions
  readonly #opened = new Map<string, Promise<RegionVault>>()
  #closed = false

  constructor(options: RegionsOptions) {
    this.#options = options
    this.keySets = new KeySets({
      vaultName: options.vaultName,
      now: options.now,
      openRegion: (region) => this.open(region),
      regions: () => [...this.#opened.values()],
    })
  }

  get replicationDelay(): number {
    return this.#options.replicationDelay
  }

  /**
   * Opens a Region, and makes it if it does not exist.
   *
   * @param region as it came; may be anything
   * @throws ValidationException if it does not look like a Region
   */
  open(region: unknown): Promise<RegionVault> {
    checkRegion(region)
    // What is gone is not made anew by who has not heard of it yet.
    if (this.#closed) return Promise.reject(new KMSInvalidStateException('The vault is not open any more.'))
    let vault = this.#opened.get(region)
    if (!vault) {
      const { accountId, ...options } = this.#options
      vault = RegionVault.open({ ...options, realm: { accountId, region }, regions: this })
      this.#opened.set(region, vault)
      // A failure is told to whoever asked, and the next one may try again.
      vault.catch(() => this.#opened.delete(region))
    }
    return vault
  }

  /** Opens the Regions that the vault has, so that what falls due in them is done although nobody asks for them. */
  async openAll(): Promise<void> {
    const prefix = databasePrefix(this.#options.vaultName)
    for (const { name } of await indexedDB.databases())
      if (!this.#closed && name?.startsWith(prefix)) await this.open(name.slice(prefix.length))
  }

  /** How often each Region was changed, by its name and birth; see `ChangeCounts`. */
  async changeCounts(): Promise<ChangeCounts> {
    // Another tab may have made one.
    await this.openAll()
    const regions = await Promise.all(this.#opened.values())
    return Object.fromEntries(
      await Promise.all(
        regions.map(async ({ realm, store }) => [
          `${realm.region} ${store.identity.createdAt}`,
          await store.changeCount(),
        ]),
      ),
    )
  }

  /** Resolves when every change that has begun is written, or given up. */
  async settled(): Promise<void> {
    const regions = await Promise.allSettled(this.#opened.values())
    await Promise.all(regions.map((region) => region.status === 'fulfilled' && region.value.store.settled()))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.keySets.stop()
    const regions = await Promise.allSettled(this.#opened.values())
    this.#opened.clear()
    for (const region of regions) if (region.status === 'fulfilled') await region.value.close()
  }
}
