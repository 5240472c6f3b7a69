import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import { lazy, Suspense, useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { isImported } from '../key-kinds.js'
import { formatDate } from '../key-names.js'
import type { KeyMaterial } from './key-material.js'
import MaterialId, { shortened } from './material-id.js'

const DeleteMaterial = lazy(() => import('./delete-material.js'))

interface Props {
  readonly record: KeyRecord
  /** The oldest first; undefined while they are being asked for. */
  readonly materials: readonly KeyMaterial[] | undefined
}

type Column = TableProps.ColumnDefinition<KeyMaterial>

const states: Readonly<
  Record<NonNullable<KeyMaterial['KeyMaterialState']>, readonly [words: string, type: StatusIndicatorProps.Type]>
> = {
  CURRENT: ['Current', 'success'],
  NON_CURRENT: ['Non-current', 'stopped'],
  PENDING_ROTATION: ['Pending rotation', 'pending'],
  PENDING_MULTI_REGION_IMPORT_AND_ROTATION: ['Pending replicas', 'pending'],
}

const rotationTypes = { AUTOMATIC: 'Automatic', ON_DEMAND: 'On demand' } as const

const columns: readonly Column[] = [
  {
    id: 'id',
    header: 'Key material ID',
    isRowHeader: true,
    minWidth: 150,
    cell: ({ KeyMaterialId }) => KeyMaterialId && <MaterialId id={KeyMaterialId} />,
  },
  { id: 'state', header: 'State', minWidth: 190, cell: (material) => <State {...material} /> },
  {
    id: 'date',
    header: 'Rotation date',
    minWidth: 120,
    cell: ({ RotationDate }) => (RotationDate ? formatDate(RotationDate) : '-'),
  },
  {
    id: 'type',
    header: 'Rotation type',
    minWidth: 100,
    cell: ({ RotationType }) => (RotationType ? rotationTypes[RotationType] : '-'),
  },
]

const importColumns: readonly Column[] = [
  {
    id: 'import',
    header: 'Import state',
    minWidth: 185,
    cell: ({ ImportState }) =>
      ImportState === 'IMPORTED' ? (
        <StatusIndicator type="success">Imported</StatusIndicator>
      ) : (
        <StatusIndicator type="pending">Pending import</StatusIndicator>
      ),
  },
  { id: 'expiry', header: 'Expiration date', minWidth: 130, cell: expiryOf },
  {
    id: 'description',
    header: 'Description',
    minWidth: 120,
    cell: ({ KeyMaterialDescription }) => KeyMaterialDescription || '-',
  },
]

/** All materials of a symmetric key, the newest first (ROT-39). */
export default function MaterialsTable({ record, materials }: Props) {
  const [deleting, setDeleting] = useState<KeyMaterial>()
  const actions: Column = {
    id: 'actions',
    header: 'Actions',
    minWidth: 80,
    cell: (material) =>
      material.ImportState === 'IMPORTED' && (
        <Button
          variant="inline-link"
          ariaLabel={`Delete key material ${shortened(material.KeyMaterialId ?? '')}`}
          onClick={() => setDeleting(material)}
        >
          Delete
        </Button>
      ),
  }
  return (
    <>
      <Table
        variant="container"
        items={materials?.toReversed() ?? []}
        trackBy="KeyMaterialId"
        columnDefinitions={isImported(record) ? [...columns, ...importColumns, actions] : columns}
        loading={materials === undefined}
        loadingText="Asking for the key materials"
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{ tableLabel: 'Key materials' }}
        header={
          <Header
            variant="h3"
            counter={materials && `(${materials.length})`}
            description="The current one encrypts and decrypts; non-current ones only decrypt."
          >
            Key materials
          </Header>
        }
        empty="No key material has been imported yet."
      />
      <Suspense>
        {deleting && <DeleteMaterial record={record} material={deleting} onClose={() => setDeleting(undefined)} />}
      </Suspense>
    </>
  )
}

function State({ KeyMaterialState }: KeyMaterial) {
  if (!KeyMaterialState) return '-'
  const [words, type] = states[KeyMaterialState]
  return <StatusIndicator type={type}>{words}</StatusIndicator>
}

function expiryOf({ ValidTo, ExpirationModel }: KeyMaterial): string {
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') return 'Does not expire'
  return ValidTo ? formatDate(ValidTo) : '-'
}
