import Link from '@cloudscape-design/components/link'
import type { TableProps } from '@cloudscape-design/components/table'
import { hrefs } from '../route.js'
import type { KeyRecord } from '../vault/key-directory.js'
import { keyTypeOf } from './key-kinds.js'
import { formatDate } from './key-names.js'
import KeyStatus from './key-status.js'
import { regionalityOf } from './regionality/key-set.js'
import { comparisons, type SortColumn } from './sort-and-filter.js'

/** A column of the keys table. A column that can be sorted by carries the name of its order. */
export type KeyColumn = Omit<TableProps.ColumnDefinition<KeyRecord>, 'sortingField'> & {
  readonly id: string
  readonly sortingField?: SortColumn
}

/** A column that can be sorted by. The table only shows the order; `sortKeys` makes it, over all pages. */
function sortable(id: SortColumn, column: Omit<KeyColumn, 'id'>): KeyColumn {
  return { ...column, id, sortingField: id, sortingComparator: comparisons[id] }
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
    cell: ({ metadata }) => <KeyStatus state={metadata.KeyState} />,
  }),
  sortable('type', { header: 'Key type', minWidth: 130, cell: keyTypeOf }),
  sortable('regionality', { header: 'Regionality', minWidth: 140, cell: regionalityOf }),
  sortable('created', {
    header: 'Creation date',
    minWidth: 140,
    cell: ({ metadata }) => formatDate(metadata.CreationDate),
  }),
  {
    id: 'description',
    header: 'Description',
    minWidth: 160,
    maxWidth: 320,
    cell: ({ metadata }) => metadata.Description || '-',
  },
]

/** One alias, and how many more there are (MGT-103). */
function AliasCell({ keyId, aliases }: KeyRecord) {
  const [first, ...others] = aliases
  if (first === undefined) return '-'
  return (
    <>
      <Link href={hrefs.key(keyId)}>{first}</Link>
      {others.length > 0 && ` (+${others.length} more)`}
    </>
  )
}
