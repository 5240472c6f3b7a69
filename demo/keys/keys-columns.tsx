import Link from '@cloudscape-design/components/link'
import type { TableProps } from '@cloudscape-design/components/table'
import type { ReactNode } from 'react'
import { hrefs } from '../route.js'
import { isDescribed, type KeyRecord, type ListedKey } from '../vault/key-facts.js'
import { keyTypeOf } from './key-kinds.js'
import { formatDate } from './key-names.js'
import { regionalityOf } from './key-set.js'
import KeyStatus from './key-status.js'
import Name from './name.js'
import { comparisons, type SortColumn } from './sort-and-filter.js'

/** A column of the keys table. A column that can be sorted by carries the name of its order. */
export type KeyColumn = Omit<TableProps.ColumnDefinition<ListedKey>, 'sortingField'> & {
  readonly id: string
  readonly sortingField?: SortColumn
}

/** A column that can be sorted by. The table only shows the order; `sortKeys` makes it, over all pages. */
function sortable(id: SortColumn, column: Omit<KeyColumn, 'id'>): KeyColumn {
  return { ...column, id, sortingField: id, sortingComparator: comparisons[id] }
}

/** A cell that only the description of a key can fill. */
function described(cell: (key: KeyRecord) => ReactNode): (key: ListedKey) => ReactNode {
  return (key) => (isDescribed(key) ? cell(key) : '…')
}

/** The columns of MGT-104 for symmetric keys, the key type and the description. */
export const keyColumns: readonly KeyColumn[] = [
  sortable('alias', { header: 'Aliases', isRowHeader: true, minWidth: 140, cell: (key) => <AliasCell {...key} /> }),
  sortable('keyId', {
    header: 'Key ID',
    minWidth: 150,
    cell: ({ keyId }) => <Link href={hrefs.key(keyId)}>{keyId}</Link>,
  }),
  sortable('status', {
    header: 'Status',
    minWidth: 150,
    cell: described(({ metadata }) => <KeyStatus state={metadata.KeyState} />),
  }),
  sortable('type', { header: 'Key type', minWidth: 130, cell: described(keyTypeOf) }),
  sortable('regionality', { header: 'Regionality', minWidth: 140, cell: described(regionalityOf) }),
  sortable('created', {
    header: 'Creation date',
    minWidth: 140,
    cell: described(({ metadata }) => formatDate(metadata.CreationDate)),
  }),
  {
    id: 'description',
    header: 'Description',
    minWidth: 160,
    maxWidth: 320,
    cell: described(({ metadata }) =>
      metadata.Description ? (
        <div className="some-lines" title={metadata.Description}>
          {metadata.Description}
        </div>
      ) : (
        '-'
      ),
    ),
  },
]

/** One alias, and how many more there are (MGT-103). */
function AliasCell({ keyId, aliases }: ListedKey) {
  const [first, ...others] = aliases
  if (first === undefined) return '-'
  return (
    <>
      <Link href={hrefs.key(keyId)}>
        <Name text={first} />
      </Link>
      {others.length > 0 && ` (+${others.length} more)`}
    </>
  )
}
