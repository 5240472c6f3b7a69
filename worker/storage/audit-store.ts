import type { IDBPObjectStore } from 'idb'
import type { AuditRecord } from '../audit/audit-record.js'
import type { StoreName, VaultSchema } from './schema.js'

/** How many audit records are kept; older ones go. */
export const AUDIT_CAPACITY = 100_000
/** Characters of an error's text; its parameters are bounded where they are taken from the request. */
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
  const { errorMessage = '' } = record
  if (errorMessage.length <= MAX_ERROR_MESSAGE) return JSON.stringify(record)
  return JSON.stringify({ ...record, errorMessage: `${errorMessage.slice(0, MAX_ERROR_MESSAGE).toWellFormed()}…` })
}
