import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import { lazy, Suspense, useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { regionOf } from '../../vault/key-region.js'
import { isImported } from '../key-kinds.js'
import { useKeyActions } from '../use-key-actions.js'

const ScheduleDeletion = lazy(() => import('../schedule-deletion.js'))
const ImportMaterial = lazy(() => import('../material/import-material.js'))

/** What can be done with one key of a set, in its own Region. */
export default function RelatedKeyActions({ record }: { readonly record: KeyRecord }) {
  const [dialog, setDialog] = useState<'deletion' | 'import'>()
  const { items, perform } = useKeyActions([record], () => setDialog('deletion'))
  const close = () => setDialog(undefined)
  return (
    <>
      <ButtonDropdown
        variant="inline-icon"
        ariaLabel={`Actions for the key in ${regionOf(record)}`}
        expandToViewport
        items={isImported(record) ? [...items, { id: 'import', text: 'Import key material' }] : items}
        onItemClick={({ detail }) => (detail.id === 'import' ? setDialog('import') : void perform(detail.id))}
      />
      <Suspense>
        {dialog === 'deletion' && <ScheduleDeletion keys={[record]} onClose={close} />}
        {dialog === 'import' && <ImportMaterial record={record} onClose={close} />}
      </Suspense>
    </>
  )
}
