import Header from '@cloudscape-design/components/header'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import type { ReactNode } from 'react'
import KeyStatus from '../key-status.js'
import RelatedKeyActions from './related-key-actions.js'
import type { RelatedKey } from './related-keys.js'

interface Props {
  /** Undefined while they are being asked for. */
  readonly relatedKeys: readonly RelatedKey[] | undefined
  /** The button for it. */
  readonly createReplica: ReactNode
}

const columns: readonly TableProps.ColumnDefinition<RelatedKey>[] = [
  { id: 'region', header: 'Region', isRowHeader: true, minWidth: 150, cell: ({ region }) => region },
  {
    id: 'role',
    header: 'Regionality',
    minWidth: 110,
    cell: ({ isPrimary }) => (isPrimary ? 'Primary' : 'Replica'),
  },
  {
    id: 'status',
    header: 'Status',
    minWidth: 200,
    cell: ({ record }) => (record ? <KeyStatus state={record.metadata.KeyState} /> : '-'),
  },
  {
    id: 'arn',
    header: 'ARN',
    minWidth: 300,
    cell: ({ arn }) => <span className="breakable">{arn}</span>,
  },
  {
    id: 'actions',
    header: 'Actions',
    minWidth: 120,
    cell: ({ record }) => record && <RelatedKeyActions record={record} />,
  },
]

/** The keys of a set with their Regions and states (STATE-30). */
export default function RelatedKeysTable({ relatedKeys, createReplica }: Props) {
  return (
    <Table
      variant="container"
      items={relatedKeys ?? []}
      trackBy="region"
      columnDefinitions={columns}
      loading={relatedKeys === undefined}
      loadingText="Asking the Regions"
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: 'Related multi-Region keys' }}
      header={
        <Header
          variant="h3"
          counter={relatedKeys && `(${relatedKeys.length})`}
          description="The same key ID and key material in each Region: what one encrypts, every other decrypts. State, policy, aliases and tags are each one's own."
          actions={createReplica}
        >
          Related multi-Region keys
        </Header>
      }
    />
  )
}
