import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import Header from '@cloudscape-design/components/header'
import Pagination from '@cloudscape-design/components/pagination'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react'
import { isDescribed } from '../vault/key-facts.js'
import { useKeys, useSeen } from '../vault/vault-context.js'
import { keyName } from './key-names.js'
import { keyColumns } from './keys-columns.js'
import { filterKeys, needsDescriptions, type SortOrder, sortKeys } from './sort-and-filter.js'
import { useKeyActions } from './use-key-actions.js'

const ScheduleDeletion = lazy(() => import('./schedule-deletion.js'))

const PAGE_SIZE = 20

/** The table of keys, with sorting, filter, pages and the actions on the chosen keys. */
export default function KeysTable({ onCreate }: { readonly onCreate: () => void }) {
  const { status, keys } = useKeys()
  const [order, setOrder] = useState<SortOrder>({ column: 'alias', descending: false })
  const [text, setText] = useState('')
  const [page, setPage] = useState(1)
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set())
  const [scheduling, setScheduling] = useState(false)

  const wanted = useDeferredValue(text)
  const sorted = useMemo(() => sortKeys(keys, order), [keys, order])
  const matching = useMemo(() => filterKeys(sorted, wanted), [sorted, wanted])
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE))
  const current = Math.min(page, pages)
  const shown = matching.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE)
  const selected = keys.filter(isDescribed).filter(({ keyId }) => selectedIds.has(keyId))
  const needsAll = needsDescriptions(order, wanted)
  const missing = needsAll ? keys.filter((key) => !isDescribed(key)).length : 0
  useSeen([...selectedIds, ...shown.map(({ keyId }) => keyId)])
  useSeen(needsAll ? 'all' : [])
  const { items, perform } = useKeyActions(selected, () => setScheduling(true))
  const sortingColumn = keyColumns.find(({ id }) => id === order.column)

  return (
    <>
      <Table
        variant="container"
        items={shown}
        trackBy="keyId"
        columnDefinitions={keyColumns}
        loading={status === 'loading'}
        loadingText="Loading keys"
        enableKeyboardNavigation
        wrapLines
        {...(sortingColumn && { sortingColumn })}
        sortingDescending={order.descending}
        onSortingChange={({ detail }) => {
          const column = keyColumns.find(({ sortingField }) => sortingField === detail.sortingColumn.sortingField)
          if (column?.sortingField) setOrder({ column: column.sortingField, descending: detail.isDescending ?? false })
        }}
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setSelectedIds(new Set(detail.selectedItems.map(({ keyId }) => keyId)))}
        ariaLabels={{
          tableLabel: 'Customer managed keys',
          selectionGroupLabel: 'Choose keys',
          allItemsSelectionLabel: () => 'Choose all keys of this page',
          itemSelectionLabel: (_, key) => `Choose key ${keyName(key)}`,
        }}
        header={
          <Header
            variant="h2"
            counter={selected.length > 0 ? `(${selected.length}/${keys.length})` : `(${keys.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <ButtonDropdown
                  items={items}
                  disabled={selected.length === 0}
                  onItemClick={({ detail }) => void perform(detail.id)}
                >
                  Key actions
                </ButtonDropdown>
                <Button variant="primary" onClick={onCreate}>
                  Create key
                </Button>
              </SpaceBetween>
            }
          >
            Keys
          </Header>
        }
        filter={
          <TextFilter
            filteringText={text}
            filteringPlaceholder="Find keys by alias, key ID, type or description"
            filteringAriaLabel="Find keys"
            countText={countWords(matching.length, missing)}
            onChange={({ detail }) => setText(detail.filteringText)}
          />
        }
        pagination={
          <Pagination
            currentPageIndex={current}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        }
        empty={
          <SpaceBetween size="s" alignItems="center">
            <Box variant="strong">No keys match</Box>
            <Button onClick={() => setText('')}>Clear the filter</Button>
          </SpaceBetween>
        }
      />
      {scheduling && (
        <Suspense>
          <ScheduleDeletion keys={selected} onClose={() => setScheduling(false)} />
        </Suspense>
      )}
    </>
  )
}

function countWords(matches: number, missing: number): string {
  const found = matches === 1 ? '1 match' : `${matches.toLocaleString()} matches`
  return missing === 0 ? found : `${found} so far, ${missing.toLocaleString()} keys to look at`
}
