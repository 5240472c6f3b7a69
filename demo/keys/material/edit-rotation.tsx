import Box from '@cloudscape-design/components/box'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Toggle from '@cloudscape-design/components/toggle'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { formatDate } from '../key-names.js'
import TaskDialog from '../task-dialog.js'
import type { MaterialHistory } from './key-material.js'

const SHORTEST_PERIOD = 90
const LONGEST_PERIOD = 2560
const USUAL_PERIOD = 365
const DAY = 86_400_000

interface Props {
  readonly record: KeyRecord
  readonly status: MaterialHistory['status']
  readonly onClose: () => void
}

/** Turns automatic rotation on and off, and sets its period (ROT-11). */
export default function EditRotation({ record, status, onClose }: Props) {
  const { vault } = useVault()
  const [isOn, setIsOn] = useState(status.KeyRotationEnabled === true)
  const [period, setPeriod] = useState(String(status.RotationPeriodInDays ?? USUAL_PERIOD))

  const days = Number(period)
  const valid = Number.isInteger(days) && days >= SHORTEST_PERIOD && days <= LONGEST_PERIOD
  // The same period once more leaves the date as it is (ROT-13).
  const first = status.RotationPeriodInDays === days ? status.NextRotationDate : new Date(Date.now() + days * DAY)

  const save = async () => {
    const kms = kmsFor(vault, record)
    if (isOn) {
      await kms.enableKeyRotation({ KeyId: record.keyId, RotationPeriodInDays: days })
      return `The key material rotates every ${days} days from now on.`
    }
    await kms.disableKeyRotation({ KeyId: record.keyId })
    return 'Automatic rotation is off. The key goes on with its present key material.'
  }

  return (
    <TaskDialog
      title="Edit automatic rotation"
      action="Save"
      runningText="Saving"
      disabled={isOn && !valid}
      task={save}
      onClose={onClose}
    >
      <Toggle
        checked={isOn}
        onChange={({ detail }) => setIsOn(detail.checked)}
        description="Rotations fall due by the clock of this device; one that falls due while the page is closed is made up for later."
      >
        Rotate automatically
      </Toggle>
      <FormField
        label="Rotation period (in days)"
        constraintText={`From ${SHORTEST_PERIOD} to ${LONGEST_PERIOD} days.`}
        errorText={isOn && !valid && `Enter a whole number from ${SHORTEST_PERIOD} to ${LONGEST_PERIOD}.`}
      >
        <Input
          type="number"
          inputMode="numeric"
          value={period}
          disabled={!isOn}
          onChange={({ detail }) => setPeriod(detail.value)}
        />
      </FormField>
      {isOn && valid && first && <Box variant="p">The next rotation will be on {formatDate(first)}.</Box>}
    </TaskDialog>
  )
}
