import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import Tabs from '@cloudscape-design/components/tabs'
import { lazy, Suspense, useState } from 'react'
import { hrefs } from '../route.js'
import type { KeyRecord } from '../vault/key-facts.js'
import { useKey } from '../vault/vault-context.js'
import CryptographicConfiguration from './cryptographic-configuration.js'
import { isPendingDeletion } from './key-actions.js'
import KeyAliases from './key-aliases.js'
import { encryptsFiles, hasPublicKey, isImported } from './key-kinds.js'
import KeyNews from './key-news.js'
import KeyPolicy from './key-policy.js'
import KeySummary from './key-summary.js'
import KeyTags from './key-tags.js'
import PublicKey from './public-key.js'
import { useKeyActions } from './use-key-actions.js'

const ScheduleDeletion = lazy(() => import('./schedule-deletion.js'))
const EditDescription = lazy(() => import('./edit-description.js'))
const ImportMaterial = lazy(() => import('./material/import-material.js'))
const MaterialTab = lazy(() => import('./material/material-tab.js'))
const RegionalityTab = lazy(() => import('./regionality/regionality-tab.js'))

/** Everything about one key (MGT-105). */
export default function KeyPage({ keyId }: { readonly keyId: string }) {
  const { status, record } = useKey(keyId)
  if (record) return <KeyDetails key={keyId} record={record} />
  if (status === 'loading') return <Spinner size="large" />
  return (
    <Alert type="warning" header="There is no such key in this browser.">
      It was deleted, or it belongs to another browser. <Button href={hrefs.keys}>Back to the keys</Button>
    </Alert>
  )
}

function KeyDetails({ record }: { readonly record: KeyRecord }) {
  const [dialog, setDialog] = useState<'description' | 'deletion' | 'import'>()
  const { items, perform } = useKeyActions([record], () => setDialog('deletion'))
  const { KeyState, MultiRegion } = record.metadata
  const close = () => setDialog(undefined)
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <ButtonDropdown items={items} onItemClick={({ detail }) => void perform(detail.id)}>
                  Key actions
                </ButtonDropdown>
                <Button disabled={isPendingDeletion(record)} onClick={() => setDialog('description')}>
                  Edit description
                </Button>
                {encryptsFiles(record) && (
                  <Button
                    variant="primary"
                    href={hrefs.filesWithKey(record.keyId)}
                    disabled={KeyState !== 'Enabled'}
                    disabledReason="Only an enabled key encrypts."
                  >
                    Encrypt a file
                  </Button>
                )}
              </SpaceBetween>
            }
          >
            General configuration
          </Header>
        }
      >
        <SpaceBetween size="l">
          <KeyNews
            record={record}
            onImport={() => setDialog('import')}
            onCancelDeletion={() => void perform('cancelDeletion')}
          />
          <KeySummary record={record} />
        </SpaceBetween>
      </Container>
      <Tabs
        tabs={[
          { id: 'aliases', label: `Aliases (${record.aliases.length})`, content: <KeyAliases record={record} /> },
          { id: 'tags', label: 'Tags', content: <KeyTags record={record} /> },
          { id: 'policy', label: 'Key policy', content: <KeyPolicy keyId={record.keyId} /> },
          {
            id: 'configuration',
            label: 'Cryptographic configuration',
            content: <CryptographicConfiguration record={record} />,
          },
          ...(hasPublicKey(record)
            ? // Asks again when the state changes: a key that waits for its deletion does not tell its public half.
              [{ id: 'public', label: 'Public key', content: <PublicKey key={KeyState} record={record} /> }]
            : []),
          ...(encryptsFiles(record) || isImported(record)
            ? [
                {
                  id: 'material',
                  label: encryptsFiles(record) ? 'Key material and rotations' : 'Key material',
                  content: (
                    <Suspense>
                      <MaterialTab record={record} />
                    </Suspense>
                  ),
                },
              ]
            : []),
          ...(MultiRegion
            ? [
                {
                  id: 'regionality',
                  label: 'Regionality',
                  content: (
                    <Suspense>
                      <RegionalityTab record={record} />
                    </Suspense>
                  ),
                },
              ]
            : []),
        ]}
      />
      <Suspense>
        {dialog === 'deletion' && <ScheduleDeletion keys={[record]} onClose={close} />}
        {dialog === 'description' && <EditDescription record={record} onClose={close} />}
        {dialog === 'import' && <ImportMaterial record={record} onClose={close} />}
      </Suspense>
    </SpaceBetween>
  )
}
