import FormField from '@cloudscape-design/components/form-field'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { KeyRecord } from '../vault/key-facts.js'
import { useVault } from '../vault/vault-context.js'
import TaskDialog from './task-dialog.js'

const LONGEST_DESCRIPTION = 8192

interface Props {
  readonly record: KeyRecord
  readonly onClose: () => void
}

/** Changes the description of a key. */
export default function EditDescription({ record, onClose }: Props) {
  const { vault } = useVault()
  const [description, setDescription] = useState(record.metadata.Description)
  const tooLong = description.length > LONGEST_DESCRIPTION

  const save = async () => {
    await vault.kms.updateKeyDescription({ KeyId: record.keyId, Description: description })
    return 'Saved the description.'
  }

  return (
    <TaskDialog
      title="Edit description"
      action="Save"
      runningText="Saving"
      disabled={tooLong}
      task={save}
      onClose={onClose}
    >
      <FormField label="Description" errorText={tooLong ? `Use at most ${LONGEST_DESCRIPTION} characters.` : undefined}>
        <Textarea rows={4} value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </TaskDialog>
  )
}
