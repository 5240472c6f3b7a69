import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useState } from 'react'
import TaskDialog from '../keys/task-dialog.js'
import { useVault } from '../vault/vault-context.js'
import { useRecovery } from './recovery-context.js'
import { type Protector, protectorNames } from './recovery-facts.js'

const LONGEST = 128

interface Props {
  readonly protector: Protector
  readonly onClose: () => void
}

/** Gives a protector another label; that opens nothing, and asks for nothing. */
export default function RenameProtector({ protector, onClose }: Props) {
  const { vault } = useVault()
  const { refresh } = useRecovery()
  const [label, setLabel] = useState(protector.label)
  const [submitted, setSubmitted] = useState(false)
  const problem = problemOf(label.trim())

  const rename = async () => {
    setSubmitted(true)
    if (problem) return undefined
    await vault.recovery.rename(protector.id, label.trim())
    await refresh()
    return `Renamed the protector to ${label.trim()}.`
  }

  return (
    <TaskDialog
      title={`Rename the ${protectorNames[protector.type].toLowerCase()}`}
      action="Rename"
      runningText="Renaming"
      task={rename}
      onClose={onClose}
    >
      <FormField label="Label" constraintText="Such as where it is kept." errorText={submitted ? problem : undefined}>
        <Input value={label} ariaRequired onChange={({ detail }) => setLabel(detail.value)} />
      </FormField>
    </TaskDialog>
  )
}

function problemOf(label: string): string | undefined {
  if (label === '') return 'Enter a label.'
  return label.length > LONGEST ? `Use at most ${LONGEST} characters.` : undefined
}
