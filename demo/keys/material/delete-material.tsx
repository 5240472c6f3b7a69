import Alert from '@cloudscape-design/components/alert'
import Checkbox, { type CheckboxProps } from '@cloudscape-design/components/checkbox'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-directory.js'
import { kmsFor } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { DialogActions } from '../dialog-actions.js'
import { useDialogTask } from '../use-dialog-task.js'
import { useFirstField } from '../use-first-field.js'
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
  const { running, problem, run } = useDialogTask()
  const field = useFirstField<CheckboxProps.Ref>()
  const [confirmed, setConfirmed] = useState(false)
  const waiting = material !== undefined && isWaiting(material)

  const remove = async () => {
    const deleted = await run(
      () =>
        kmsFor(vault, record).deleteImportedKeyMaterial({
          KeyId: record.keyId,
          ...(material && { KeyMaterialId: material.KeyMaterialId }),
        }),
      waiting
        ? 'Deleted the key material that waited for its rotation.'
        : 'Deleted the key material. Import the same again to use the key.',
    )
    if (deleted) onClose()
  }

  return (
    <Modal
      visible
      onDismiss={onClose}
      header="Delete key material"
      closeAriaLabel="Close"
      footer={
        <DialogActions
          action="Delete key material"
          runningText="Deleting"
          running={running}
          disabled={!confirmed}
          onAction={remove}
          onCancel={onClose}
        />
      }
    >
      <SpaceBetween size="l">
        {problem}
        <Alert type="warning">
          {waiting
            ? 'The key does not use this key material yet and stays as it is. You can import other new key material afterwards.'
            : 'At once nothing works with this key, until exactly the same bytes are imported again. The vault has no other copy, and no other bytes will do.'}
        </Alert>
        <Checkbox ref={field} checked={confirmed} onChange={({ detail }) => setConfirmed(detail.checked)}>
          {waiting ? 'Confirm you want to delete this key material' : 'Confirm you have a copy of this key material'}
        </Checkbox>
      </SpaceBetween>
    </Modal>
  )
}
