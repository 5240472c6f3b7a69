/**
 * What an unlocked vault has in memory, and nowhere else: what opens the copies of its material, which comes back key by key
 * when it is first used (LOCK-3). It lasts until the vault is locked, and is wiped then.
 */
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { forgetOpeningKey, type OpeningKey } from '../material/hpke.js'
import type { CopyRecord, MaterialRecord } from '../storage/schema.js'
import type { RecoveredRegion } from './recovered-region.js'
import { revived } from './revival.js'
import type { RecoverySecrets } from './secrets.js'

export class Keyring {
  /** By the ids of their pairs. */
  readonly #opening: ReadonlyMap<string, OpeningKey>
  readonly #onStale: () => void
  /** Many requests wait for one revival. */
  readonly #underWay = new Map<string, Promise<MaterialRecord>>()
  #isWiped = false

  private constructor(opening: ReadonlyMap<string, OpeningKey>, onStale: () => void) {
    this.#opening = opening
    this.#onStale = onStale
  }

  /**
   * @param secrets the caller wipes them: what opens copies is derived at once
   * @param onStale called when a copy is met that none of them opens: the recovery pair was renewed, by another tab
   */
  static async of(secrets: RecoverySecrets, onStale: () => void): Promise<Keyring> {
    const opening = await Promise.all(
      [...secrets].map(async ([pairId, secret]) => [pairId, await secret.openingKey()] as const),
    )
    return new Keyring(new Map(opening), onStale)
  }

  /** The same material with what the store does not keep of it. */
  revive(material: MaterialRecord, region: RecoveredRegion): Promise<MaterialRecord> {
    const name = `${region.realm.region} ${material.keyId} ${material.materialId}`
    let reviving = this.#underWay.get(name)
    if (!reviving) {
      reviving = this.#revive(material, region).finally(() => this.#underWay.delete(name))
      this.#underWay.set(name, reviving)
    }
    return reviving
  }

  /** What opens copies of a pair, while the vault is unlocked. */
  openingKey(pairId: string): OpeningKey | undefined {
    return this.#isWiped ? undefined : this.#opening.get(pairId)
  }

  wipe(): void {
    this.#isWiped = true
    for (const key of this.#opening.values()) forgetOpeningKey(key)
  }

  async #revive(material: MaterialRecord, { store, sealer }: RecoveredRegion): Promise<MaterialRecord> {
    const { keyId, materialId } = material
    const [recovery, key, copy] = await Promise.all([
      store.recovery(),
      store.rawKey(keyId),
      store.copy(keyId, materialId),
    ])
    // A trace of imported material that is not here, a key that was deleted, or a vault that is not locked at rest any more.
    if (!recovery?.atRest || !key || !copy) return material
    const { vaultId } = recovery
    const made = await revived(this.#openingOf(copy), { vaultId, key, material, copy }, sealer)
    if (this.#isWiped) throw locked()
    return { ...material, ...made }
  }

  #openingOf({ pairId }: CopyRecord): OpeningKey {
    const opening = this.openingKey(pairId)
    if (opening) return opening
    this.#onStale()
    throw locked()
  }
}

function locked(): KMSInvalidStateException {
  return new KMSInvalidStateException('The vault is locked.', undefined, 'locked')
}
