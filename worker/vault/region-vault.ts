import type { KmsError } from '../../src/contract/errors.js'
import type { Realm } from '../../src/contract/identifiers.js'
import type { VaultQuotas } from '../../src/contract/quotas.js'
import { AuditLog } from '../audit/audit-log.js'
import { serviceEvent } from '../audit/audit-record.js'
import { UsageLog } from '../audit/usage-log.js'
import { Births } from '../lifecycle/births.js'
import type { KeySets } from '../lifecycle/key-sets.js'
import type { RegionOfSets } from '../lifecycle/regions-of-sets.js'
import { Sweeper } from '../lifecycle/sweeper.js'
import { Sealer } from '../material/sealer.js'
import { generateSymmetric } from '../material/symmetric.js'
import { openGrantToken } from '../operations/grant-tokens.js'
import { anyRowOf } from '../operations/table.js'
import { lockedError } from '../pipeline/locked-keys.js'
import { Pipeline } from '../pipeline/pipeline.js'
import { type Quotas, requestRates, resourceQuotas } from '../pipeline/quotas.js'
import type { OtherRegions, Region } from '../pipeline/row.js'
import { Throttle } from '../pipeline/throttle.js'
import type { ChangeNotice } from '../storage/change-feed.js'
import { VaultStore } from '../storage/vault-store.js'
import type { VaultLock } from './vault-lock.js'

/** All Regions of a vault, as one of them knows them. */
export interface WholeVault extends OtherRegions {
  readonly keySets: KeySets
  readonly lock: VaultLock
}

export interface RegionVaultOptions {
  readonly vaultName: string
  readonly realm: Realm
  /** All Regions of the vault, this one among them. */
  readonly regions: WholeVault
  readonly digestSigning: boolean
  /** `required`: no material is made that leaves no sealed copy. */
  readonly recovery: 'required' | 'optional'
  readonly quotas: VaultQuotas
  /** How long new replicas are `Creating` and primaries `Updating`, by the vault's clock. Milliseconds. */
  readonly replicationDelay: number
  readonly now: () => number
  readonly onChange: (notice: ChangeNotice, realm: Realm) => void
  readonly onClosed: (reason: KmsError) => void
}

/** One Region of a vault: its store, and everything that works on it. */
export class RegionVault implements Region, RegionOfSets {
  readonly realm: Realm
  readonly store: VaultStore
  readonly sealer: Sealer
  readonly quotas: Quotas
  readonly throttle: Throttle
  readonly usage = new UsageLog()
  /** Takes the place of the Region's own keys while it is locked at rest: it lasts no longer than this worker. */
  readonly #passingKey: CryptoKey
  readonly #lock: VaultLock
  readonly #stopListening: () => void
  readonly #audit: AuditLog
  readonly #pipeline: Pipeline
  readonly #sweeper: Sweeper

  static async open(options: RegionVaultOptions): Promise<RegionVault> {
    const { vaultName, realm, regions, now, onChange, onClosed } = options
    let vault: RegionVault | undefined
    const passingKey = await generateSymmetric()
    const store = await VaultStore.open({
      vaultName,
      realm,
      now,
      onClockSetBack: ({ now, latest }) => {
        const record = serviceEvent('ClockSetBack', now, [], { latest })
        void vault?.record(record)
      },
      onRest: async () => vault?.takeKeys(),
      revive: (material) => (vault ? regions.lock.revive(material, vault) : material),
      onChange: (notice, isOurs) => {
        if (notice.keys.some(({ dueAt }) => dueAt !== undefined)) vault?.scheduleSweep()
        for (const { unsettledAt } of notice.keys)
          if (unsettledAt !== undefined) regions.keySets.expect(unsettledAt, isOurs)
        onChange(notice, realm)
      },
      onClosed,
      passingKey,
    })
    vault = new RegionVault(options, store, passingKey)
    await vault.takeKeys()
    // What fell due while no tab was open is done now; nothing waits for it but requests, which look by themselves.
    vault.#sweeper.sweepSoon()
    regions.keySets.expect(now(), true)
    return vault
  }

  private constructor(
    { vaultName, realm, regions, digestSigning, recovery, quotas, now }: RegionVaultOptions,
    store: VaultStore,
    passingKey: CryptoKey,
  ) {
    this.realm = realm
    this.store = store
    this.sealer = new Sealer(passingKey)
    this.#passingKey = passingKey
    this.#lock = regions.lock
    this.#stopListening = regions.lock.listen(() => this.#onLock())
    this.quotas = resourceQuotas(quotas)
    this.throttle = new Throttle(requestRates(quotas, realm.region))
    this.#audit = new AuditLog((records) => store.appendAudit(records, this.usage.take()))
    const making = { digestSigning }
    const births = new Births({ realm, store, sealer: this.sealer, making, recoveryRequired: recovery === 'required' })
    this.#sweeper = new Sweeper({
      vaultName,
      realm,
      store,
      births,
      onDeparture: () => regions.keySets.expect(now(), true),
    })
    const { sealer, quotas: resources } = this
    const { keySets, lock } = regions
    this.#pipeline = new Pipeline({
      rowOf: anyRowOf,
      region: this,
      given: { realm, quotas: resources, custody: { ...making, sealer }, births, regions },
      readClock: () => store.readClock(),
      lock,
      cached: store.cached,
      stored: store.stored,
      mutate: (work) => store.mutate(work),
      record: (record) => this.record(record),
      noteUsage: (keyId, usage) => this.usage.note(keyId, usage),
      throttle: (...request) => this.throttle.admit(...request),
      openGrantToken: (token) =>
        openGrantToken(store, token).catch((error: unknown) => {
          // Whether it is one of this vault is not known before it is unlocked.
          throw lock.isLocked ? lockedError('The grant token') : error
        }),
      // What looks at the whole vault, or changes it, sees it as time has made it.
      catchUp: async () => {
        await this.#sweeper.sweepIfDue()
        await keySets.settleIfDue()
      },
      tend: async ({ keyId, state }) => {
        if (state === 'Creating' || state === 'Updating') await keySets.settle(keyId, realm.region)
        await this.#sweeper.tend(keyId)
      },
      withSet: (keyId, work) => keySets.withLock(keyId, work),
    })
  }

  /** Seals material and marks with the keys that the Region has now, in its storage or in this memory. */
  async takeKeys(): Promise<void> {
    const { identity, isAtRest } = this.store
    this.sealer.use(identity.sealingKey ?? this.#passingKey, !isAtRest)
    this.#lock.noteRegion(this.realm.region, isAtRest)
    await this.#takeMarkerKey()
  }

  #onLock(): void {
    this.store.forget()
    // Without it, marks last no longer than this worker.
    this.#takeMarkerKey().catch(() => {})
  }

  async #takeMarkerKey(): Promise<void> {
    const { identity, isAtRest } = this.store
    const { turn } = this.#lock
    this.#markWith(isAtRest ? undefined : identity.markerKey)
    const revived = isAtRest ? await this.#lock.markerKey(this) : undefined
    if (revived && turn === this.#lock.turn) this.#markWith(revived)
  }

  #markWith(markerKey: CryptoKey | undefined): void {
    this.store.markerKeys = markerKey ? [markerKey, this.#passingKey] : [this.#passingKey]
  }

  /** To be called before requests, once for each batch of them. */
  async prepare(): Promise<void> {
    await this.store.verify()
    this.#sweeper.sweepSoon()
  }

  /**
   * Answers one request; see {@link Pipeline.run}.
   *
   * @throws a KmsError, or a defect's own error
   */
  run(...request: Parameters<Pipeline['run']>): Promise<unknown> {
    return this.#pipeline.run(...request)
  }

  scheduleSweep(): void {
    this.#sweeper.schedule(this.store.nextDue)
  }

  /** Resolves when the last use of every key is written. */
  flush(): Promise<void> {
    return this.#audit.flush()
  }

  record(record: Parameters<AuditLog['append']>[0]): Promise<void> | undefined {
    return this.#audit.append(record)
  }

  async close(): Promise<void> {
    this.#stopListening()
    this.#sweeper.stop()
    await this.#audit.close()
    this.store.close()
  }
}
