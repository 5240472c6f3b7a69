import type { KeyRecord } from '../vault/key-directory.js'
import { keyTypeOf } from './key-kinds.js'
import { statusWords } from './key-status.js'
import { regionalityOf } from './regionality/key-set.js'

/** The columns of the keys table that can be sorted by. */
export type SortColumn = 'alias' | 'keyId' | 'status' | 'type' | 'regionality' | 'created'

/** How the table is sorted: one column at a time, over all rows (MGT-101). */
export interface SortOrder {
  readonly column: SortColumn
  readonly descending: boolean
}

type Comparison = (a: KeyRecord, b: KeyRecord) => number

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Keys without an alias come last in ascending order. */
const byAlias: Comparison = (a, b) =>
  Number(a.aliases.length === 0) - Number(b.aliases.length === 0) ||
  words.compare(a.aliases[0] ?? '', b.aliases[0] ?? '')

export const comparisons: Readonly<Record<SortColumn, Comparison>> = {
  alias: byAlias,
  keyId: (a, b) => (a.keyId < b.keyId ? -1 : 1),
  status: (a, b) => words.compare(statusWords(a.metadata.KeyState), statusWords(b.metadata.KeyState)) || byAlias(a, b),
  type: (a, b) => words.compare(keyTypeOf(a), keyTypeOf(b)) || byAlias(a, b),
  regionality: (a, b) => words.compare(regionalityOf(a), regionalityOf(b)) || byAlias(a, b),
  created: (a, b) => a.metadata.CreationDate.getTime() - b.metadata.CreationDate.getTime(),
}

/** The keys in the order asked for. */
export function sortKeys(keys: readonly KeyRecord[], { column, descending }: SortOrder): readonly KeyRecord[] {
  const sorted = [...keys].sort(comparisons[column])
  return descending ? sorted.reverse() : sorted
}

/** The keys that have a text in an alias, the id, the type or the description, in any case of letters (MGT-102). */
export function filterKeys(keys: readonly KeyRecord[], text: string): readonly KeyRecord[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return keys
  return keys.filter((key) =>
    [key.keyId, keyTypeOf(key), key.metadata.Description, ...key.aliases].some((field) =>
      field.toLowerCase().includes(wanted),
    ),
  )
}
