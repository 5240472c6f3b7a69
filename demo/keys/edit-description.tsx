import FormField from '@cloudscape-design/components/form-field'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea, { type TextareaProps } from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { KeyRecord } from '../vault/key-directory.js'
import { useVault } from '../vault/vault-context.js'
import { DialogActions } from './dialog-actions.js'
import { useDialogTask } from './use-dialog-task.js'
import { useFirstField } from './use-first-field.js'

const LONGEST_DESCRIPTION = 8192

interface Props {
  readonly record: KeyRecord
  readonly onClose: () => void
}

/** Changes the description of a key. */
export default function EditDescription({ record, onClose }: Props) {
  const { vault } = useVault()
  const { running, problem, run } = useDialogTask()
  const field = useFirstField<TextareaProps.Ref>()
  const [description, setDescription] = useState(record.metadata.Description)
  const tooLong = description.length > LONGEST_DESCRIPTION

  const save = async () => {
    const saved = await run(
      () => vault.kms.updateKeyDescription({ KeyId: record.keyId, Description: description }),
      'Saved the description.',
    )
    if (saved) onClose()
  }

  return (
    <Modal
      visible
      onDismiss={onClose}
      header="Edit description"
      closeAriaLabel="Close"
      footer={
        <DialogActions
          action="Save"
          runningText="Saving"
          running={running}
          disabled={tooLong}
          onAction={save}
          onCancel={onClose}
        />
      }
    >
      <SpaceBetween size="l">
        {problem}
        <FormField
          label="Description"
          errorText={tooLong ? `Use at most ${LONGEST_DESCRIPTION} characters.` : undefined}
        >
          <Textarea ref={field} rows={4} value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
      </SpaceBetween>
    </Modal>
  )
}
