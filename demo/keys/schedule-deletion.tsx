import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useState } from 'react'
import type { KeyRecord } from '../vault/key-facts.js'
import { kmsFor, regionOf } from '../vault/key-region.js'
import { useVault } from '../vault/vault-context.js'
import { keyName } from './key-names.js'
import { hasReplicas } from './key-set.js'
import TaskDialog from './task-dialog.js'

const SHORTEST_WAIT = 7
const LONGEST_WAIT = 30

interface Props {
  readonly keys: readonly KeyRecord[]
  readonly onClose: () => void
}

/** Schedules the deletion of one or several keys: waiting period, and a confirmation to tick (DEL-34). */
export default function ScheduleDeletion({ keys, onClose }: Props) {
  const { vault } = useVault()
  const [waitingPeriod, setWaitingPeriod] = useState(String(LONGEST_WAIT))
  const [confirmed, setConfirmed] = useState(false)

  const days = Number(waitingPeriod)
  const valid = Number.isInteger(days) && days >= SHORTEST_WAIT && days <= LONGEST_WAIT
  const waits = keys.some(hasReplicas)
  const when = waits && keys.length === 1 ? `${days} days after its last replica key is deleted` : `in ${days} days`
  const noun = keys.length === 1 ? 'this key' : 'these keys'

  const schedule = async () => {
    await Promise.all(
      keys.map((key) => kmsFor(vault, key).scheduleKeyDeletion({ KeyId: key.keyId, PendingWindowInDays: days })),
    )
    return `Scheduled ${keys.length === 1 ? 'the key' : `${keys.length} keys`} for deletion ${when}. Until then you can cancel it.`
  }

  return (
    <TaskDialog
      title="Schedule key deletion"
      action="Schedule deletion"
      runningText="Scheduling"
      disabled={!confirmed || !valid}
      task={schedule}
      onClose={onClose}
    >
      <Alert type="warning">
        When a key is deleted, everything that was encrypted with it is lost for good. During the waiting period the key
        cannot be used, but its deletion can be cancelled. If you are not sure, disable the key instead.
      </Alert>
      {waits && (
        <Alert type="info">
          A primary key waits for its replica keys: its waiting period begins when the last of them is deleted. They are
          scheduled for deletion one by one, under Regionality. To keep them, change the primary Region first.
        </Alert>
      )}
      <FormField
        label="Waiting period (in days)"
        constraintText={`From ${SHORTEST_WAIT} to ${LONGEST_WAIT} days.`}
        errorText={valid ? undefined : `Enter a whole number from ${SHORTEST_WAIT} to ${LONGEST_WAIT}.`}
      >
        <Input
          type="number"
          inputMode="numeric"
          value={waitingPeriod}
          onChange={({ detail }) => setWaitingPeriod(detail.value)}
        />
      </FormField>
      <div>
        <Box variant="awsui-key-label">{keys.length === 1 ? 'Key' : 'Keys'} to delete</Box>
        {keys.map((key) => (
          <div key={key.keyId} className="breakable">
            {key.aliases.length > 0 ? `${keyName(key)} (${key.keyId})` : key.keyId}
            {key.metadata.MultiRegion && ` in ${regionOf(key)}`}
          </div>
        ))}
      </div>
      <Checkbox checked={confirmed} onChange={({ detail }) => setConfirmed(detail.checked)}>
        Confirm you want to schedule {noun} for deletion in {valid ? days : '…'} days
      </Checkbox>
    </TaskDialog>
  )
}
