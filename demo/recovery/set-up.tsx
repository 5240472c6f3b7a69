import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import LiveRegion from '@cloudscape-design/components/live-region'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { type FormEvent, useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { useNotices } from '../notices/notices.js'
import { useVault } from '../vault/vault-context.js'
import NewPassphrase, { isPassphraseReady } from './new-passphrase.js'
import { deviceLabel } from './passkey-label.js'
import { useRecovery } from './recovery-context.js'
import { noteUnchecked } from './unchecked-codes.js'

interface Props {
  /** A recovery code was made, which is to be shown. */
  readonly onCode: (code: { readonly protectorId: string; readonly code: string }) => void
}

const canUsePasskeys = 'PublicKeyCredential' in globalThis

/** Sets recovery up: what is to open the vault again when this browser has lost its keys. */
export default function SetUp({ onCode }: Props) {
  const { vault } = useVault()
  const { refresh } = useRecovery()
  const notices = useNotices()
  const [chosen, setChosen] = useState({ passphrase: true, recoveryCode: true, passkey: false })
  const [typed, setTyped] = useState({ passphrase: '', again: '' })
  const [submitted, setSubmitted] = useState(false)
  const [running, setRunning] = useState(false)
  const [failure, setFailure] = useState<Explanation>()

  const tooFew = !chosen.passphrase && !chosen.recoveryCode
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (running) return
    setSubmitted(true)
    if (tooFew || (chosen.passphrase && !isPassphraseReady(typed))) return
    setRunning(true)
    setFailure(undefined)
    try {
      const { protectors, recoveryCode } = await vault.recovery.setUp([
        // First, because its dialog can be cancelled, and the browser wants it soon after the click.
        ...(chosen.passkey ? [{ type: 'passkey' as const, label: deviceLabel() }] : []),
        ...(chosen.passphrase ? [{ type: 'passphrase' as const, passphrase: typed.passphrase }] : []),
        ...(chosen.recoveryCode ? [{ type: 'recoveryCode' as const }] : []),
      ])
      const made = protectors.find(({ type }) => type === 'recoveryCode')
      if (made && recoveryCode !== undefined) {
        noteUnchecked(made.id)
        onCode({ protectorId: made.id, code: recoveryCode })
      }
      notices.tell('Recovery is set up. Every new key gets a sealed copy from now on. Make a backup next.')
      await refresh()
    } catch (error) {
      setFailure(explainError(error))
      setRunning(false)
    }
  }

  return (
    <form onSubmit={submit} noValidate>
      <Container
        header={
          <Header
            variant="h2"
            description="Choose what opens your keys again: two of different kinds, so that one may be lost."
          >
            Set up recovery
          </Header>
        }
        footer={
          <Button
            variant="primary"
            formAction="submit"
            loading={running}
            loadingText={chosen.passkey ? 'Setting up. The browser may ask for your passkey.' : 'Setting up'}
          >
            Set up recovery
          </Button>
        }
      >
        <SpaceBetween size="l">
          <Purpose />
          {failure && (
            <LiveRegion assertive>
              <Alert type="error" header={failure.title}>
                <ErrorText {...failure} />
              </Alert>
            </LiveRegion>
          )}
          <FormField
            errorText={
              submitted && tooFew && 'Choose a passphrase or a recovery code: a passkey alone is too easily lost.'
            }
          >
            <SpaceBetween size="l">
              <SpaceBetween size="s">
                <Checkbox
                  checked={chosen.passphrase}
                  description="You remember it. It takes the vault half a second to try one, and a thief as long."
                  onChange={({ detail }) => setChosen({ ...chosen, passphrase: detail.checked })}
                >
                  A passphrase
                </Checkbox>
                {chosen.passphrase && (
                  <div className="under-choice">
                    <NewPassphrase typed={typed} submitted={submitted} onChange={setTyped} />
                  </div>
                )}
              </SpaceBetween>
              <Checkbox
                checked={chosen.recoveryCode}
                description="The vault makes it, and shows it once. You write it down and keep it away from this device."
                onChange={({ detail }) => setChosen({ ...chosen, recoveryCode: detail.checked })}
              >
                A recovery code
              </Checkbox>
              <Checkbox
                checked={chosen.passkey}
                disabled={!canUsePasskeys}
                description={
                  canUsePasskeys
                    ? 'Opens with a finger, a face or a PIN. Some stay on one device and are lost with it, so it is never the only one.'
                    : 'This browser has none.'
                }
                onChange={({ detail }) => setChosen({ ...chosen, passkey: detail.checked })}
              >
                A passkey
              </Checkbox>
            </SpaceBetween>
          </FormField>
        </SpaceBetween>
      </Container>
    </form>
  )
}

/** What it is for, for somebody who has never thought about it. */
function Purpose() {
  return (
    <Box variant="p" color="text-body-secondary" padding="n">
      Your keys exist in this browser alone. If its data is cleared, its profile is removed or the device breaks, they
      are gone, and with them everything they encrypted. Recovery makes a sealed copy of every new key. Copies go into a
      backup file that you keep elsewhere, and only what you choose here opens it: nobody can help you if you lose all
      of it.
    </Box>
  )
}
