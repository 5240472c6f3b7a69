import { compareNames, compareWords, isDescribed, type KeyRecord, type ListedKey } from '../vault/key-facts.js'
import { bareAliasName } from './alias-name.js'
import { keyTypeOf } from './key-kinds.js'
import { regionalityOf } from './key-set.js'
import { statusWords } from './key-status.js'

/** The columns of the keys table that can be sorted by. */
export type SortColumn = 'alias' | 'keyId' | 'status' | 'type' | 'regionality' | 'created'

/** How the table is sorted: one column at a time, over all rows (MGT-101). */
export interface SortOrder {
  readonly column: SortColumn
  readonly descending: boolean
}

type Comparison = (a: ListedKey, b: ListedKey) => number

/** Keys that nobody has described yet come last, in the order of their names. */
function described(compare: (a: KeyRecord, b: KeyRecord) => number): Comparison {
  return (a, b) => {
    if (isDescribed(a) && isDescribed(b)) return compare(a, b) || compareNames(a, b)
    return Number(!isDescribed(a)) - Number(!isDescribed(b)) || compareNames(a, b)
  }
}

function byWords(wordsOf: (key: KeyRecord) => string): Comparison {
  return described((a, b) => compareWords(wordsOf(a), wordsOf(b)))
}

export const comparisons: Readonly<Record<SortColumn, Comparison>> = {
  alias: compareNames,
  keyId: (a, b) => (a.keyId < b.keyId ? -1 : 1),
  status: byWords(({ metadata }) => statusWords(metadata.KeyState)),
  type: byWords(keyTypeOf),
  regionality: byWords(regionalityOf),
  created: described((a, b) => a.metadata.CreationDate.getTime() - b.metadata.CreationDate.getTime()),
}

/** Columns that the lists of the vault tell: to sort by another, every key has to be described. */
const listedColumns: ReadonlySet<SortColumn> = new Set(['alias', 'keyId'])

/** Whether every key has to be described for what is asked for. */
export function needsDescriptions({ column }: SortOrder, text: string): boolean {
  return !listedColumns.has(column) || text.trim() !== ''
}

/** The keys in the order asked for. */
export function sortKeys(keys: readonly ListedKey[], { column, descending }: SortOrder): readonly ListedKey[] {
  // The listing has the order of the names already.
  const sorted = column === 'alias' ? keys : keys.toSorted(comparisons[column])
  return descending ? sorted.toReversed() : sorted
}

/**
 * The keys that have a text in an alias, the id, the type or the description, in any case of letters (MGT-102); of keys
 * that nobody has described yet, in an alias or the id.
 */
export function filterKeys(keys: readonly ListedKey[], text: string): readonly ListedKey[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return keys
  const named = nameFilter(wanted)
  return keys.filter(
    (key) =>
      named(key) ||
      (isDescribed(key) &&
        [keyTypeOf(key), key.metadata.Description].some((field) => field.toLowerCase().includes(wanted))),
  )
}

/** Whether a key has a text in an alias or the id. An alias is found by its whole name too, with `alias/`. */
export function nameFilter(text: string): (key: ListedKey) => boolean {
  const wanted = text.trim().toLowerCase()
  const bare = bareAliasName(wanted)
  return ({ keyId, aliases }) =>
    keyId.includes(wanted) ||
    aliases.some((alias) => {
      const name = alias.toLowerCase()
      return name.includes(wanted) || (bare !== wanted && name.startsWith(bare))
    })
}
