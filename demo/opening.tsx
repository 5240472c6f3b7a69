import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Spinner from '@cloudscape-design/components/spinner'
import { VaultLostException } from 'browser-kms'
import { lazy, Suspense, useEffect, useState } from 'react'
import Console from './console.js'
import { FileWorkProvider } from './files/file-work.js'
import ErrorText from './notices/error-text.js'
import { explainError } from './notices/explain-error.js'
import { NoticesProvider } from './notices/notices.js'
import Offline from './offline.js'
import { RecoveryProvider } from './recovery/recovery-context.js'
import TopBar from './top-bar.js'
import { openPageVault, openVaultAnew } from './vault/open-page-vault.js'
import { type OpenVault, VaultProvider } from './vault/vault-context.js'

const LostVault = lazy(() => import('./recovery/lost-vault.js'))

type Outcome = { readonly open: OpenVault } | { readonly error: unknown }

/** Opens the vault, then shows the console; says why when that is not possible. */
export default function Opening() {
  const [outcome, setOutcome] = useState<Outcome>()
  useEffect(() => {
    let current = true
    openPageVault().then(
      (open) => current && setOutcome({ open }),
      (error: unknown) => current && setOutcome({ error }),
    )
    return () => {
      current = false
    }
  }, [])
  const startAnew = () => {
    openVaultAnew().then(
      (open) => setOutcome({ open }),
      (error: unknown) => setOutcome({ error }),
    )
  }
  return (
    <>
      {!(outcome && 'open' in outcome) && <TopBar />}
      {outcome === undefined && (
        <Box textAlign="center" padding="xxxl">
          <Spinner size="large" /> <span role="status">Opening the vault</span>
        </Box>
      )}
      {outcome &&
        'error' in outcome &&
        (outcome.error instanceof VaultLostException ? (
          <Suspense>
            <LostVault lost={outcome.error} onStartAnew={startAnew} />
          </Suspense>
        ) : (
          <Failure error={outcome.error} />
        ))}
      {outcome && 'open' in outcome && (
        <VaultProvider value={outcome.open}>
          <NoticesProvider>
            <Offline />
            <RecoveryProvider>
              <FileWorkProvider>
                <Console />
              </FileWorkProvider>
            </RecoveryProvider>
          </NoticesProvider>
        </VaultProvider>
      )}
    </>
  )
}

function Failure({ error }: { readonly error: unknown }) {
  return (
    <Box padding="l">
      <Alert
        type="error"
        header="The vault could not be opened."
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        The browser must allow this page to store data: private windows and strict settings may not. Nothing was lost.
        <ErrorText {...explainError(error)} advice="" />
      </Alert>
    </Box>
  )
}
