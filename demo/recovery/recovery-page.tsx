import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import BackupCard from './backup-card.js'
import KeysAtRisk from './keys-at-risk.js'
import LockCard from './lock-card.js'
import ProtectorsCard from './protectors-card.js'
import RecoveryCodeDialog from './recovery-code-dialog.js'
import { useCurrentRecovery } from './recovery-context.js'
import RehearseCard from './rehearse-card.js'
import RestoreCard from './restore-card.js'
import SetUp from './set-up.js'
import StatusCard from './status-card.js'

/** What brings keys back when this browser has lost them: how it stands, and all that can be done about it. */
export default function RecoveryPage() {
  const { status, error, refresh } = useCurrentRecovery()
  const [code, setCode] = useState<{ readonly protectorId: string; readonly code: string }>()
  if (!status && error !== undefined)
    return (
      <Alert
        type="error"
        header="The vault could not tell how it stands."
        action={<Button onClick={() => void refresh()}>Try again</Button>}
      >
        <ErrorText {...explainError(error)} />
      </Alert>
    )
  if (!status) return <Spinner size="large" />
  return (
    <SpaceBetween size="l">
      <StatusCard status={status} />
      {status.state === 'none' ? (
        <SetUp onCode={setCode} />
      ) : (
        <SpaceBetween size="l">
          <ProtectorsCard protectors={status.protectors} onCode={setCode} />
          <KeysAtRisk status={status} />
          <BackupCard />
          <RehearseCard status={status} />
          <LockCard status={status} />
        </SpaceBetween>
      )}
      <RestoreCard />
      {code && <RecoveryCodeDialog {...code} onClose={() => setCode(undefined)} />}
    </SpaceBetween>
  )
}
