import type { IDBPObjectStore } from 'idb'
import type { AuditRecord } from '../audit/audit-record.js'
import type { StoreName, VaultSchema } from './schema.js'

/** How many audit records are kept; older ones go. */
export const AUDIT_CAPACITY = 100_000
/** Characters of a record. What one more would need is left out of it: a request of megabytes must not fill the disk. */
const MAX_RECORD = 100_000
const MAX_ERROR_MESSAGE = 1024

/**
 * Appends audit records as one pack. A pack is keyed by the running number of its last record, so that the number of
 * records is known without counting, and old ones go in one range.
 */
export async function appendPack(
  store: IDBPObjectStore<VaultSchema, StoreName[], 'audit', 'readwrite'>,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return
  const newest = await store.openKeyCursor(null, 'prev')
  const number = (newest?.key ?? 0) + records.length
  const oldest = number - AUDIT_CAPACITY
  await Promise.all([
    store.put({ records: `[${records.map(textOf).join()}]` }, number),
    oldest > 0 ? store.delete(IDBKeyRange.upperBound(oldest)) : undefined,
  ])
}

function textOf(record: AuditRecord): string {
  const text = JSON.stringify(record)
  if (text.length <= MAX_RECORD) return text
  const { requestParameters: _, errorMessage, ...rest } = record
  return JSON.stringify({
    ...rest,
    ...(errorMessage !== undefined && { errorMessage: errorMessage.slice(0, MAX_ERROR_MESSAGE) }),
  })
}
