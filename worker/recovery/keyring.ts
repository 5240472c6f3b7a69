/**
 * What an unlocked vault has in memory, and nowhere else: what opens the copies of its material, which comes back key by key
 * when it is first used (LOCK-3). It lasts until the vault is locked, and is wiped then.
 */
import { KMSInvalidStateException } from '../../src/contract/errors.js'
import { forgetOpeningKey, type OpeningKey } from '../material/hpke.js'
import type { CopyRecord, MaterialRecord } from '../storage/schema.js'
import { newMarkerKey, reviveMarkerKey } from './marker-key.js'
import type { RecoveredRegion } from './recovered-region.js'
import { revived } from './revival.js'
import type { RecoverySecrets } from './secrets.js'

export class Keyring {
  /** By the ids of their pairs. */
  readonly #opening: ReadonlyMap<string, OpeningKey>
  readonly #onStale: () => void
  /** Many requests wait for one revival. */
  readonly #underWay = new Map<string, Promise<MaterialRecord>>()
  readonly #markerKeys = new Map<string, Promise<CryptoKey | undefined>>()
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

  /** The key that seals the marks of a Region at rest; undefined if it has none. */
  markerKey(region: RecoveredRegion): Promise<CryptoKey | undefined> {
    const { region: name } = region.realm
    let key = this.#markerKeys.get(name)
    if (!key) {
      key = this.#markerKey(region)
      this.#markerKeys.set(name, key)
      // A Region that is put to rest gets one then.
      key.then(
        (found) => found || this.#markerKeys.delete(name),
        () => this.#markerKeys.delete(name),
      )
    }
    return key
  }

  /** What opens copies of a pair, while the vault is unlocked. */
  openingKey(pairId: string): OpeningKey | undefined {
    return this.#isWiped ? undefined : this.#opening.get(pairId)
  }

  wipe(): void {
    this.#isWiped = true
    this.#markerKeys.clear()
    for (const key of this.#opening.values()) forgetOpeningKey(key)
  }

  async #markerKey({ realm, store }: RecoveredRegion): Promise<CryptoKey | undefined> {
    const recovery = await store.recovery()
    if (!recovery?.atRest) return undefined
    const { markerCopy } = store.identity
    const opening = markerCopy && this.openingKey(markerCopy.pairId)
    if (opening) return reviveMarkerKey(opening, recovery, realm, markerCopy)
    // The pair was renewed: what the old key has sealed is void, and there is a new one.
    const { markerKey, markerCopy: copy } = await newMarkerKey(recovery, realm)
    await store.mutate(async (transaction) => {
      const [current, identity] = await Promise.all([transaction.recovery(), transaction.identity()])
      if (current?.pairId === recovery.pairId) await transaction.putIdentity({ ...identity, markerCopy: copy })
    })
    return markerKey
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
