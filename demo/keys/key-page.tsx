import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import Tabs from '@cloudscape-design/components/tabs'
import { lazy, Suspense, useState } from 'react'
import { hrefs } from '../route.js'
import type { KeyRecord } from '../vault/key-directory.js'
import { useKeys } from '../vault/vault-context.js'
import CryptographicConfiguration from './cryptographic-configuration.js'
import { isPendingDeletion } from './key-actions.js'
import KeyAliases from './key-aliases.js'
import { encryptsFiles, hasPublicKey } from './key-kinds.js'
import { formatDeadline, keyName } from './key-names.js'
import KeyPolicy from './key-policy.js'
import KeySummary from './key-summary.js'
import KeyTags from './key-tags.js'
import PublicKey from './public-key.js'
import { useKeyActions } from './use-key-actions.js'

const ScheduleDeletion = lazy(() => import('./schedule-deletion.js'))
const EditDescription = lazy(() => import('./edit-description.js'))

/** Everything about one key (MGT-105). */
export default function KeyPage({ keyId }: { readonly keyId: string }) {
  const { status, keys } = useKeys()
  const record = keys.find((candidate) => candidate.keyId === keyId)
  if (record) return <KeyDetails key={keyId} record={record} />
  if (status === 'loading') return <Spinner size="large" />
  return (
    <Alert type="warning" header="There is no such key in this browser.">
      It was deleted, or it belongs to another browser. <Button href={hrefs.keys}>Back to the keys</Button>
    </Alert>
  )
}

function KeyDetails({ record }: { readonly record: KeyRecord }) {
  const [dialog, setDialog] = useState<'description' | 'deletion'>()
  const { items, perform } = useKeyActions([record], () => setDialog('deletion'))
  const { KeyState, DeletionDate } = record.metadata
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
          {DeletionDate && (
            <Alert
              type="warning"
              action={<Button onClick={() => void perform('cancelDeletion')}>Cancel deletion</Button>}
            >
              <Box variant="span" fontWeight="bold">
                {keyName(record)} will be deleted on {formatDeadline(DeletionDate)}.
              </Box>{' '}
              What it encrypted cannot be decrypted after that.
            </Alert>
          )}
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
        ]}
      />
      <Suspense>
        {dialog === 'deletion' && <ScheduleDeletion keys={[record]} onClose={close} />}
        {dialog === 'description' && <EditDescription record={record} onClose={close} />}
      </Suspense>
    </SpaceBetween>
  )
}
