import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import { formatDate } from '../keys/key-names.js'
import { ago, isRehearsalDue, type RecoveryStatus } from './recovery-facts.js'

const states: Readonly<
  Record<RecoveryStatus['state'], readonly [type: StatusIndicatorProps.Type, words: string, meaning: string]>
> = {
  safe: ['success', 'Safe', 'As long as one protector and a backup are left, nothing is lost.'],
  'at-risk': ['warning', 'At risk', 'Something could be lost:'],
  none: ['error', 'Not set up', 'If this browser loses its data, all keys are lost, and what they encrypted.'],
}

/** How the vault stands, in words and colour. */
export default function StatusCard({ status }: { readonly status: RecoveryStatus }) {
  const [type, words, meaning] = states[status.state]
  const { lastBackup, mayBeEvicted } = status
  return (
    <Container header={<Header variant="h2">Status</Header>}>
      <SpaceBetween size="m">
        <div role="status">
          <StatusIndicator type={type}>
            <strong>{words}.</strong>
          </StatusIndicator>{' '}
          {meaning}
          {status.state === 'at-risk' && (
            <ul className="reasons">
              {status.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
        </div>
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: 'Last backup',
              value: lastBackup
                ? `${formatDate(lastBackup.at)} (${ago(lastBackup.at)})${placeOf(lastBackup)}`
                : 'None yet',
            },
            { label: 'Last rehearsal', value: <Rehearsal status={status} /> },
            {
              label: 'Storage of this browser',
              value: mayBeEvicted ? (
                <>
                  <StatusIndicator type="warning">May be cleared</StatusIndicator> when the disk is full
                </>
              ) : (
                <>
                  <StatusIndicator type="success">Kept</StatusIndicator> until you clear it
                </>
              ),
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  )
}

/** Where an automatic backup was put; of one that was saved as a file, only the person knows. */
function placeOf({ target }: NonNullable<RecoveryStatus['lastBackup']>): string {
  return target === 'the application' ? ', as a file that you keep' : `, ${target}`
}

function Rehearsal({ status }: { readonly status: RecoveryStatus }) {
  const { lastRehearsal } = status
  if (!lastRehearsal) return 'None yet'
  const when = `${formatDate(lastRehearsal.at)} (${ago(lastRehearsal.at)})`
  const [type, words] = !lastRehearsal.ok
    ? (['error', 'Found problems,'] as const)
    : isRehearsalDue(status)
      ? (['warning', 'Time for another:'] as const)
      : (['success', 'Went well,'] as const)
  return (
    <>
      <StatusIndicator type={type}>{words}</StatusIndicator> {when}
    </>
  )
}
