import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { lazy, Suspense, useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { isImported } from '../key-kinds.js'
import { formatDate } from '../key-names.js'
import { lastRotationOf, type MaterialHistory, MOST_ROTATIONS_ON_DEMAND, rotationsLeft } from './key-material.js'
import { whyNoRotation, whyNotNow } from './rotation-limits.js'

const EditRotation = lazy(() => import('./edit-rotation.js'))
const RotateNow = lazy(() => import('./rotate-now.js'))

interface Props {
  readonly record: KeyRecord
  readonly history: MaterialHistory
}

/** Rotation of a symmetric key: by schedule, and on demand. */
export default function KeyRotation({ record, history }: Props) {
  const [dialog, setDialog] = useState<'schedule' | 'now'>()
  const close = () => setDialog(undefined)
  const { KeyRotationEnabled, RotationPeriodInDays, NextRotationDate } = history.status
  const lastRotation = lastRotationOf(history)
  const noRotation = whyNoRotation(record)
  const notNow = whyNotNow(record, history)
  return (
    <Container
      header={
        <Header
          variant="h3"
          description="New key material encrypts from then on; all earlier material stays, to decrypt what it encrypted. Files and applications notice nothing."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {!isImported(record) && (
                <Button
                  disabled={noRotation !== undefined}
                  disabledReason={noRotation ?? ''}
                  onClick={() => setDialog('schedule')}
                >
                  Edit automatic rotation
                </Button>
              )}
              <Button disabled={notNow !== undefined} disabledReason={notNow ?? ''} onClick={() => setDialog('now')}>
                Rotate now
              </Button>
            </SpaceBetween>
          }
        >
          Key rotation
        </Header>
      }
    >
      <SpaceBetween size="l">
        {noRotation && <Alert type="info">{noRotation}</Alert>}
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Automatic rotation', value: <Schedule isOn={KeyRotationEnabled === true} record={record} /> },
            ...(isImported(record)
              ? []
              : [
                  {
                    label: 'Rotation period',
                    value: RotationPeriodInDays === undefined ? '-' : `${RotationPeriodInDays} days`,
                  },
                  { label: 'Next automatic rotation', value: NextRotationDate ? formatDate(NextRotationDate) : '-' },
                ]),
            { label: 'Last rotation', value: lastRotation ? formatDate(lastRotation) : 'Not rotated yet' },
            {
              label: 'On-demand rotations left',
              value: `${rotationsLeft(history)} of ${MOST_ROTATIONS_ON_DEMAND}`,
            },
          ]}
        />
      </SpaceBetween>
      <Suspense>
        {dialog === 'schedule' && <EditRotation record={record} status={history.status} onClose={close} />}
        {dialog === 'now' && <RotateNow record={record} left={rotationsLeft(history)} onClose={close} />}
      </Suspense>
    </Container>
  )
}

function Schedule({ isOn, record }: { readonly isOn: boolean; readonly record: KeyRecord }) {
  if (isImported(record)) return 'Not for imported key material'
  if (!isOn) return <StatusIndicator type="stopped">Off</StatusIndicator>
  return record.metadata.KeyState === 'Disabled' ? (
    <StatusIndicator type="pending">On, but paused while the key is disabled</StatusIndicator>
  ) : (
    <StatusIndicator type="success">On</StatusIndicator>
  )
}
