import Alert from '@cloudscape-design/components/alert'
import Checkbox from '@cloudscape-design/components/checkbox'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import TaskDialog from '../task-dialog.js'
import { isWaiting, type KeyMaterial } from './key-material.js'

interface Props {
  readonly record: KeyRecord
  /** Which, where the key can have several. */
  readonly material?: KeyMaterial
  readonly onClose: () => void
}

/** Deletes imported material, with a confirmation to tick (IMP-14). */
export default function DeleteMaterial({ record, material, onClose }: Props) {
  const { vault } = useVault()
  const [confirmed, setConfirmed] = useState(false)
  const waiting = material !== undefined && isWaiting(material)

  const remove = async () => {
    await kmsFor(vault, record).deleteImportedKeyMaterial({
      KeyId: record.keyId,
      ...(material && { KeyMaterialId: material.KeyMaterialId }),
    })
    return waiting
      ? 'Deleted the key material that waited for its rotation.'
      : 'Deleted the key material. Import the same again to use the key.'
  }

  return (
    <TaskDialog
      title="Delete key material"
      action="Delete key material"
      runningText="Deleting"
      disabled={!confirmed}
      task={remove}
      onClose={onClose}
    >
      <Alert type="warning">
        {waiting
          ? 'The key does not use this key material yet and stays as it is. You can import other new key material afterwards.'
          : 'At once nothing works with this key, until exactly the same bytes are imported again. The vault has no other copy, and no other bytes will do.'}
      </Alert>
      <Checkbox checked={confirmed} onChange={({ detail }) => setConfirmed(detail.checked)}>
        {waiting ? 'Confirm you want to delete this key material' : 'Confirm you have a copy of this key material'}
      </Checkbox>
    </TaskDialog>
  )
}
