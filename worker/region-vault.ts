import type { Realm } from '../src/contract/identifiers.js'
import type { RequestService } from '../src/contract/wire.js'
import { AuditLog } from './audit/audit-log.js'
import type { Caller } from './authorization/caller.js'
import { Sealer } from './material/sealer.js'
import { Pipeline } from './pipeline.js'
import { defaultQuotas } from './quotas.js'
import { requestService } from './request-service.js'
import type { ChangeNotice } from './storage/change-feed.js'
import { VaultStore } from './storage/vault-store.js'
import { Sweeper } from './sweeper.js'

export interface RegionVaultOptions {
  readonly vaultName: string
  readonly realm: Realm
  readonly digestSigning: boolean
  readonly now: () => number
  readonly onChange: (notice: ChangeNotice, realm: Realm) => void
  readonly onClosed: () => void
}

/** One Region of a vault: its store, and everything that works on it. */
export class RegionVault {
  readonly realm: Realm
  readonly store: VaultStore
  readonly #audit: AuditLog
  readonly #pipeline: Pipeline
  readonly #sweeper: Sweeper

  static async open(options: RegionVaultOptions): Promise<RegionVault> {
    const { vaultName, realm, now, onChange, onClosed } = options
    let vault: RegionVault | undefined
    const store = await VaultStore.open({
      vaultName,
      realm,
      now,
      onChange: (notice) => {
        if (notice.keys.some(({ dueAt }) => dueAt !== undefined)) vault?.scheduleSweep()
        onChange(notice, realm)
      },
      onClosed,
    })
    vault = new RegionVault(options, store)
    // What fell due while no tab was open is done now; nothing waits for it but requests, which look by themselves.
    vault.#sweeper.sweepIfDue().catch(() => {})
    return vault
  }

  private constructor({ vaultName, realm, digestSigning, now }: RegionVaultOptions, store: VaultStore) {
    this.realm = realm
    this.store = store
    this.#audit = new AuditLog((records) => store.appendAudit(records))
    const custody = { digestSigning, sealer: new Sealer(store.identity.sealingKey) }
    this.#pipeline = new Pipeline({ store, audit: this.#audit, realm, quotas: defaultQuotas, custody, now })
    this.#sweeper = new Sweeper({ vaultName, realm, store, now })
  }

  /** A connection for one caller. */
  serviceFor(caller: Caller): RequestService {
    return requestService(
      async () => {
        await this.store.verify()
        await this.#sweeper.sweepIfDue()
      },
      (operation, input, requestId) => this.#pipeline.run(caller, operation, input, requestId),
    )
  }

  scheduleSweep(): void {
    this.#sweeper.schedule(this.store.nextDue)
  }

  async close(): Promise<void> {
    this.#sweeper.stop()
    await this.#audit.flush()
    this.store.close()
  }
}
