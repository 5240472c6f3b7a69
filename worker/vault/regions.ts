import type { ChangeCounts } from '../../src/contract/control.js'
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { once } from '../../src/contract/once.js'
import { checkRegion, databasePrefix, recoveryDatabaseName } from '../../src/contract/vault-names.js'
import { KeySets } from '../lifecycle/key-sets.js'
import type { Recovery } from '../recovery/recovery.js'
import { hasRecovery } from '../storage/recovery-existence.js'
import { RegionVault, type RegionVaultOptions } from './region-vault.js'
import { VaultLock } from './vault-lock.js'

export type RegionsOptions = Omit<RegionVaultOptions, 'realm' | 'regions'> & {
  readonly accountId: string
  /** The Region that the vault is opened with. */
  readonly home: string
  /** Called when the vault was locked or unlocked. */
  readonly onLock: () => void
}

/** The Regions of one vault, opened as they are needed. */
export class Regions {
  readonly keySets: KeySets
  readonly lock: VaultLock
  readonly #options: RegionsOptions
  readonly #opened = new Map<string, Promise<RegionVault>>()
  /** What the vault's recovery is made of, loaded if there is any, or somebody asks for it. */
  readonly recovery: () => Promise<Recovery>
  #recovery: Recovery | undefined
  /** Hears that another tab begins to set recovery up: a hint, as of all that any script of the origin can say. */
  readonly #setUps: BroadcastChannel
  #closed = false

  constructor(options: RegionsOptions) {
    this.#options = options
    this.keySets = new KeySets({
      vaultName: options.vaultName,
      now: options.now,
      openRegion: (region) => this.open(region),
      regions: () => [...this.#opened.values()],
    })
    this.recovery = once(async () => {
      const { Recovery } = await import('../recovery/recovery.js')
      const { vaultName, now, home } = options
      this.#recovery = new Recovery({
        vaultName,
        // The application's clock need not be whole; what a backup says in clear is.
        now: () => Math.floor(now()),
        home: () => this.open(home),
        allRegions: () => this.openAll(),
      })
      if (this.#closed) this.#recovery.close()
      return this.#recovery
    })
    this.#setUps = new BroadcastChannel(recoveryDatabaseName(options.vaultName))
    // What cannot be done now is done at the next opening.
    this.#setUps.onmessage = () =>
      void this.recovery()
        .then((recovery) => recovery.catchUp())
        .catch(() => {})
    const { now, onLock } = options
    this.lock = new VaultLock(now, () => void this.#noteIdle())
    this.lock.listen(onLock)
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
      vault = this.#open(region)
      this.#opened.set(region, vault)
      // A failure is told to whoever asked, and the next one may try again.
      vault.catch(() => this.#opened.delete(region))
    }
    return vault
  }

  /** Opens the Regions that the vault has, so that what falls due in them is done although nobody asks for them. */
  async openAll(): Promise<readonly RegionVault[]> {
    const { vaultName } = this.#options
    const prefix = databasePrefix(vaultName)
    const opened: RegionVault[] = []
    for (const { name } of await indexedDB.databases())
      if (!this.#closed && name?.startsWith(prefix) && name !== recoveryDatabaseName(vaultName))
        opened.push(await this.open(name.slice(prefix.length)))
    return opened
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
    this.lock.lock()
    this.keySets.stop()
    this.#setUps.close()
    const regions = await Promise.allSettled(this.#opened.values())
    this.#opened.clear()
    for (const region of regions) if (region.status === 'fulfilled') await region.value.close()
    this.#recovery?.close()
  }

  async #noteIdle(): Promise<void> {
    // A vault that is closed just then has nobody to tell.
    await this.recovery()
      .then((recovery) => recovery.noteLocked('idle'))
      .catch(() => {})
  }

  /**
   * What follows from the vault's recovery is done before the first request is answered. It is looked for when the Region's
   * database is there: whoever sets recovery up meanwhile finds that, or is found here.
   */
  async #open(region: string): Promise<RegionVault> {
    const { accountId, onLock: _, home: __, ...options } = this.#options
    const vault = await RegionVault.open({ ...options, realm: { accountId, region }, regions: this })
    try {
      if (await hasRecovery(options.vaultName)) await (await this.recovery()).settle(vault)
      return vault
    } catch (error) {
      await vault.close()
      throw error
    }
  }
}
