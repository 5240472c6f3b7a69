import type { Realm } from '../../src/contract/identifiers.js'
import type { AuditRecord } from '../audit/audit-record.js'
import type { Sealer } from '../material/sealer.js'
import type { VaultStore } from '../storage/vault-store.js'

/** One Region of a vault, as far as recovery knows it. */
export interface RecoveredRegion {
  readonly realm: Realm
  readonly store: VaultStore
  readonly sealer: Sealer
  /** Takes an audit record; resolves at once unless the disk cannot keep up. */
  record(record: AuditRecord): Promise<void> | undefined
  /** Resolves when the audit records so far are written. */
  flush(): Promise<void>
}
