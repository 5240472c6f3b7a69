import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import Link from '@cloudscape-design/components/link'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { type ReactNode, useState } from 'react'
import { keyName } from '../keys/key-names.js'
import { useAnswer } from '../keys/use-answer.js'
import { useNotices } from '../notices/notices.js'
import { hrefs } from '../route.js'
import { REGION } from '../vault/own-account.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import { describedArn, partsOf } from './key-of-arn.js'
import { useRecovery } from './recovery-context.js'
import type { RecoveryStatus } from './recovery-facts.js'

/** How many keys are shown at a time. */
const SOME = 20

/** Keys that would be lost with this browser, wholly or in part, and what helps. */
export default function KeysAtRisk({ status }: { readonly status: RecoveryStatus }) {
  const { keysWithoutCopy, keysToReEncrypt } = status
  if (keysWithoutCopy.length + keysToReEncrypt.length === 0) return null
  return (
    <SpaceBetween size="l">
      {keysWithoutCopy.length > 0 && (
        <KeyList
          title="Keys without a copy"
          description="They were made before recovery was set up, and are in no backup. A symmetric key can be given new material, which has a copy; in place of another, make a new key."
          arns={keysWithoutCopy}
          actions={(arn) => <Renew arn={arn} />}
        />
      )}
      {keysToReEncrypt.length > 0 && (
        <KeyList
          title="Keys with older material"
          description="They were given new material. What was encrypted before is lost with this browser, until you decrypt it and encrypt it anew."
          arns={keysToReEncrypt}
          actions={(arn) => <NoteReEncrypted arn={arn} />}
        />
      )}
    </SpaceBetween>
  )
}

interface ListProps {
  readonly title: string
  readonly description: string
  readonly arns: readonly string[]
  readonly actions: (arn: string) => ReactNode
}

function KeyList({ title, description, arns, actions }: ListProps) {
  const [shown, setShown] = useState(SOME)
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${arns.length})`} description={description}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {/* A key that is renewed takes its button with it; the focus stays here. */}
        <div tabIndex={-1} className="focus-target">
          <ul className="rows">
            {arns.slice(0, shown).map((arn) => (
              <li key={arn}>
                <div className="grows">
                  <KeyLink arn={arn} />
                </div>
                {actions(arn)}
              </li>
            ))}
          </ul>
        </div>
        {arns.length > shown && <Button onClick={() => setShown(shown + SOME)}>Show more</Button>}
      </SpaceBetween>
    </Container>
  )
}

function KeyLink({ arn }: { readonly arn: string }) {
  const { keys } = useKeys()
  const { region, keyId } = partsOf(arn)
  // The pages of keys are those of the console's own Region.
  if (region !== REGION)
    return (
      <span className="breakable">
        {keyId} in {region}
      </span>
    )
  const known = keys.find((key) => key.keyId === keyId)
  return (
    <Link href={hrefs.key(keyId)}>
      <span className="breakable">{known ? keyName(known) : keyId}</span>
    </Link>
  )
}

function Renew({ arn }: { readonly arn: string }) {
  const { vault } = useVault()
  const { refresh, locked } = useRecovery()
  const notices = useNotices()
  const [running, setRunning] = useState(false)
  const { answer: metadata } = useAnswer(describedArn, arn)
  if (!metadata) return null
  if (metadata.KeySpec !== 'SYMMETRIC_DEFAULT') return <Box variant="small">Make a new key in its place.</Box>
  if (metadata.Origin !== 'AWS_KMS') return <Box variant="small">Import its key material again.</Box>

  const renew = async () => {
    setRunning(true)
    await notices.run(
      () => vault.recovery.renewKey(arn),
      'The key has new material, with a copy. Encrypt anew what it encrypted before.',
    )
    await refresh()
    setRunning(false)
  }
  return (
    <Button
      variant="inline-link"
      ariaLabel={`Renew ${partsOf(arn).keyId}`}
      disabled={locked}
      loading={running}
      onClick={() => void renew()}
    >
      Renew
    </Button>
  )
}

function NoteReEncrypted({ arn }: { readonly arn: string }) {
  const { vault } = useVault()
  const { refresh } = useRecovery()
  const notices = useNotices()
  const note = async () => {
    await notices.run(
      () => vault.recovery.noteReEncrypted(arn),
      'Noted: nothing is encrypted under its older material any more.',
    )
    await refresh()
  }
  return (
    <Button
      variant="inline-link"
      ariaLabel={`All of ${partsOf(arn).keyId} is encrypted anew`}
      onClick={() => void note()}
    >
      All is encrypted anew
    </Button>
  )
}
