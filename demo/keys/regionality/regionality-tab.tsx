import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useState } from 'react'
import ErrorText from '../../notices/error-text.js'
import type { KeyRecord } from '../../vault/key-facts.js'
import { primaryRegionOf, regionalityOf, replicaRegionsOf } from '../key-set.js'
import { useAnswer } from '../use-answer.js'
import { relatedKeysOf } from './related-keys.js'
import RelatedKeysTable from './related-keys-table.js'

const CreateReplica = lazy(() => import('./create-replica.js'))
const ChangePrimary = lazy(() => import('./change-primary.js'))

/** Where the keys of a multi-Region set are, and what can be done with the set (MRK-20). */
export default function RegionalityTab({ record }: { readonly record: KeyRecord }) {
  const { answer: relatedKeys, problem } = useAnswer(relatedKeysOf, record)
  const [dialog, setDialog] = useState<'replica' | 'primary'>()
  const close = () => setDialog(undefined)
  const primaryRegion = primaryRegionOf(record) ?? ''
  const replicaRegions = replicaRegionsOf(record)
  const primary = relatedKeys?.find(({ isPrimary }) => isPrimary)?.record
  const isReady = primary?.metadata.KeyState === 'Enabled'
  const notReady = 'Only while the primary key is enabled.'

  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h3"
            description="A Region here is a database of its own in this same browser, with separate keys, aliases and policies. It gives no geographic isolation."
            actions={
              <Button
                disabled={!isReady || replicaRegions.length === 0}
                disabledReason={isReady ? 'There is no replica key that could become the primary.' : notReady}
                onClick={() => setDialog('primary')}
              >
                Change primary Region
              </Button>
            }
          >
            Primary key
          </Header>
        }
      >
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'Primary Region', value: primaryRegion },
            { label: 'This key', value: regionalityOf(record) },
          ]}
        />
      </Container>
      {problem ? (
        <ErrorText {...problem} />
      ) : (
        <RelatedKeysTable
          relatedKeys={relatedKeys}
          createReplica={
            <Button disabled={!isReady} disabledReason={notReady} onClick={() => setDialog('replica')}>
              Create replica key
            </Button>
          }
        />
      )}
      <Suspense>
        {dialog === 'replica' && primary && <CreateReplica primary={primary} name={record} onClose={close} />}
        {dialog === 'primary' && primary && <ChangePrimary primary={primary} onClose={close} />}
      </Suspense>
    </SpaceBetween>
  )
}
