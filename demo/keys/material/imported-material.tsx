import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { lazy, Suspense, useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { isPendingDeletion } from '../key-actions.js'
import { encryptsFiles } from '../key-kinds.js'
import { expiryWords } from './expiry.js'

const ImportMaterial = lazy(() => import('./import-material.js'))
const DeleteMaterial = lazy(() => import('./delete-material.js'))

/** The imported material of a key: whether it is there, for how long, and the ways in and out (IMP-21). */
export default function ImportedMaterial({ record }: { readonly record: KeyRecord }) {
  const [dialog, setDialog] = useState<'import' | 'delete'>()
  const close = () => setDialog(undefined)
  const isHere = record.metadata.ExpirationModel !== undefined
  return (
    <Container
      header={
        <Header
          variant="h3"
          description="Material of your own, made outside this vault. The vault never gives it out again."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {/* A symmetric key can have several: the table below deletes each of them. */}
              {!encryptsFiles(record) && (
                <Button disabled={!isHere} onClick={() => setDialog('delete')}>
                  Delete key material
                </Button>
              )}
              <Button
                variant={isHere ? 'normal' : 'primary'}
                disabled={isPendingDeletion(record)}
                disabledReason="The key waits for its deletion. Cancel it first."
                onClick={() => setDialog('import')}
              >
                Import key material
              </Button>
            </SpaceBetween>
          }
        >
          Imported key material
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: 'Import state',
              value: isHere ? (
                <StatusIndicator type="success">Imported</StatusIndicator>
              ) : (
                <StatusIndicator type="pending">Pending import</StatusIndicator>
              ),
            },
            { label: 'Expiration date', value: expiryWords(record.metadata) },
          ]}
        />
        <Box variant="small">
          Keep a copy of the key material somewhere safe: this browser can lose its own, and only the same bytes bring
          back what the key encrypted.
        </Box>
      </SpaceBetween>
      <Suspense>
        {dialog === 'import' && <ImportMaterial record={record} onClose={close} />}
        {dialog === 'delete' && <DeleteMaterial record={record} onClose={close} />}
      </Suspense>
    </Container>
  )
}
