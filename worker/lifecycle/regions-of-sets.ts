import type { Realm } from '../../src/contract/identifiers.js'
import type { Sealer } from '../material/sealer.js'
import type { VaultStore } from '../storage/vault-store.js'

/** A Region, as far as a set that reaches into it has to know it. */
export interface RegionOfSets {
  readonly realm: Realm
  readonly store: VaultStore
  readonly sealer: Sealer
}

/** The Regions of a vault, for what reaches into several of them. */
export interface RegionsOfSets {
  readonly now: () => number
  readonly openRegion: (region: string) => Promise<RegionOfSets>
}
