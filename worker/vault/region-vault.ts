import type { Realm } from '../../src/contract/identifiers.js'
import type { VaultQuotas } from '../../src/contract/quotas.js'
import type { RequestService } from '../../src/contract/wire.js'
import { AuditLog } from '../audit/audit-log.js'
import { serviceEvent } from '../audit/audit-record.js'
import { UsageLog } from '../audit/usage-log.js'
import type { Caller } from '../authorization/caller.js'
import { requestService } from '../door/request-service.js'
import { Sweeper } from '../lifecycle/sweeper.js'
import { Sealer } from '../material/sealer.js'
import { Pipeline } from '../pipeline/pipeline.js'
import { type Quotas, requestRates, resourceQuotas } from '../pipeline/quotas.js'
import { Throttle } from '../pipeline/throttle.js'
import type { ChangeNotice } from '../storage/change-feed.js'
import { VaultStore } from '../storage/vault-store.js'
import type { Regions } from './regions.js'

export interface RegionVaultOptions {
  readonly vaultName: string
  readonly realm: Realm
  /** All Regions of the vault, this one among them. */
  readonly regions: Regions
  readonly digestSigning: boolean
  readonly quotas: VaultQuotas
  /** How long new replicas are `Creating` and primaries `Updating`, by the vault's clock. Milliseconds. */
  readonly replicationDelay: number
  readonly now: () => number
  readonly onChange: (notice: ChangeNotice, realm: Realm) => void
  readonly onClosed: () => void
}

/** One Region of a vault: its store, and everything that works on it. */
export class RegionVault {
  readonly realm: Realm
  readonly store: VaultStore
  readonly sealer: Sealer
  readonly quotas: Quotas
  readonly throttle: Throttle
  readonly usage = new UsageLog()
  readonly #audit: AuditLog
  readonly #pipeline: Pipeline
  readonly #sweeper: Sweeper

  static async open(options: RegionVaultOptions): Promise<RegionVault> {
    const { vaultName, realm, regions, now, onChange, onClosed } = options
    let vault: RegionVault | undefined
    const store = await VaultStore.open({
      vaultName,
      realm,
      now,
      onClockSetBack: ({ now, latest }) => {
        const record = serviceEvent('ClockSetBack', now, [], { latest })
        void vault?.record(record)
      },
      onChange: (notice, isOurs) => {
        if (notice.keys.some(({ dueAt }) => dueAt !== undefined)) vault?.scheduleSweep()
        for (const { unsettledAt } of notice.keys)
          if (unsettledAt !== undefined) regions.keySets.expect(unsettledAt, isOurs)
        onChange(notice, realm)
      },
      onClosed,
    })
    vault = new RegionVault(options, store)
    // What fell due while no tab was open is done now; nothing waits for it but requests, which look by themselves.
    vault.#sweeper.sweepSoon()
    regions.keySets.expect(now(), true)
    return vault
  }

  private constructor(
    { vaultName, realm, regions, digestSigning, quotas, now }: RegionVaultOptions,
    store: VaultStore,
  ) {
    this.realm = realm
    this.store = store
    this.sealer = new Sealer(store.identity.sealingKey)
    this.quotas = resourceQuotas(quotas)
    this.throttle = new Throttle(requestRates(quotas, realm.region))
    this.#audit = new AuditLog((records) => store.appendAudit(records, this.usage.take()))
    this.#sweeper = new Sweeper({ vaultName, realm, store, onDeparture: () => regions.keySets.expect(now(), true) })
    this.#pipeline = new Pipeline({
      region: this,
      regions,
      audit: this.#audit,
      sweeper: this.#sweeper,
      digestSigning,
    })
  }

  /** A connection for one caller. */
  serviceFor(caller: Caller): RequestService {
    return requestService(
      async () => {
        await this.store.verify()
        this.#sweeper.sweepSoon()
      },
      (operation, input, requestId) => this.#pipeline.run(caller, operation, input, requestId),
    )
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
    this.#sweeper.stop()
    await this.#audit.close()
    this.store.close()
  }
}
