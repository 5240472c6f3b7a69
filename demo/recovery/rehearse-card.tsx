import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import LiveRegion from '@cloudscape-design/components/live-region'
import { useState } from 'react'
import { useVault } from '../vault/vault-context.js'
import GestureDialog from './gesture-dialog.js'
import KeyProblems from './key-problems.js'
import ProgressView, { type Progress } from './progress-view.js'
import type { Gesture, RecoveryStatus } from './recovery-facts.js'
import { isRehearsalDue } from './recovery-facts.js'

type Report = Awaited<ReturnType<ReturnType<typeof useVault>['vault']['recovery']['rehearse']>>

/** Tries whether every copy opens, without restoring anything. */
export default function RehearseCard({ status }: { readonly status: RecoveryStatus }) {
  const { vault } = useVault()
  const [asking, setAsking] = useState(false)
  const [progress, setProgress] = useState<Progress>()
  const [report, setReport] = useState<Report>()

  const isReminded = isRehearsalDue(status) && status.lastRehearsal !== undefined && !report

  const rehearse = async (gesture: Gesture) => {
    try {
      const found = await vault.recovery.rehearse(gesture, { onProgress: setProgress })
      setReport(found)
      return found.ok ? 'The rehearsal went well.' : 'The rehearsal has found problems.'
    } finally {
      setProgress(undefined)
    }
  }

  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Opens every copy, as a restore would, and tries each key. Nothing is changed. Do it every 90 days: it shows that you still have what opens them."
        >
          Rehearse
        </Header>
      }
    >
      <LiveRegion>
        {(isReminded || report) && (
          <Box margin={{ bottom: 'm' }}>
            {isReminded && <Alert type="warning">The last rehearsal was more than 90 days ago.</Alert>}
            {report && <ReportView report={report} />}
          </Box>
        )}
      </LiveRegion>
      <Button onClick={() => setAsking(true)}>Rehearse a recovery</Button>
      {asking && (
        <GestureDialog
          title="Rehearse a recovery"
          action="Rehearse"
          runningText="Rehearsing"
          task={rehearse}
          onClose={() => setAsking(false)}
          progress={progress && <ProgressView label="Trying the copies" progress={progress} />}
        />
      )}
    </Container>
  )
}

function ReportView({ report: { ok, keys, problems } }: { readonly report: Report }) {
  const many = keys === 1 ? 'One key' : `${keys} keys`
  return (
    <Alert
      type={ok ? 'success' : 'error'}
      header={ok ? `${many} can be brought back.` : 'Not everything can be brought back.'}
    >
      {ok ? 'Each was opened, and tried.' : `${many} can be brought back; of the others:`}
      <KeyProblems problems={problems} />
    </Alert>
  )
}
