import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import VaultNote from '../vault/vault-note.js'
import FirstSteps from './first-steps.js'
import KeysTable from './keys-table.js'

const CreateKey = lazy(() => import('./create-key.js'))

/** The list of keys; for a newcomer, the way to the first one. */
export default function KeysPage() {
  const { directory } = useVault()
  const { status, keys, error } = useKeys()
  const [creating, setCreating] = useState(false)
  const create = () => setCreating(true)
  return (
    <SpaceBetween size="l">
      {status === 'failed' && (
        <Alert
          type="error"
          header="The list of keys could not be loaded."
          action={<Button onClick={() => void directory.refresh()}>Try again</Button>}
        >
          <ErrorText {...explainError(error)} />
        </Alert>
      )}
      {status === 'ready' && keys.length === 0 ? <FirstSteps onCreate={create} /> : <KeysTable onCreate={create} />}
      <VaultNote />
      {creating && (
        <Suspense>
          <CreateKey onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </SpaceBetween>
  )
}
