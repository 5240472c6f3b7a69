import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { VaultLostException } from 'browser-kms'
import { useEffect, useRef, useState } from 'react'
import { formatDate } from '../keys/key-names.js'
import RestoreForm from './restore-form.js'

interface Props {
  readonly lost: VaultLostException
  readonly onStartAnew: () => void
}

/** The vault was here and is gone: what has happened, and the two ways on. */
export default function LostVault({ lost: { vaultName, since }, onStartAnew }: Props) {
  const [confirmed, setConfirmed] = useState(false)
  const [running, setRunning] = useState(false)
  const heading = useRef<HTMLDivElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <main className="lost-vault">
      <SpaceBetween size="l">
        <div ref={heading} tabIndex={-1} className="focus-target">
          <Header variant="h1">The keys of this vault are gone</Header>
        </div>
        <Alert
          type="error"
          header={`The vault "${vaultName}" was in this browser${since ? ` since ${formatDate(since)}` : ''}.`}
        >
          Its storage is gone: the browser has cleared it because the disk was full, or somebody has cleared the data of
          this site. What its keys encrypted cannot be decrypted without a backup.
        </Alert>
        <Container
          header={
            <Header variant="h2" description="Everything is as it was when the backup was made.">
              Bring a backup back
            </Header>
          }
        >
          <RestoreForm proposedName={vaultName} />
        </Container>
        <Container
          header={
            <Header
              variant="h2"
              description="An empty vault, with new keys. Nothing that was encrypted before opens with them."
            >
              Start anew
            </Header>
          }
        >
          <SpaceBetween size="m">
            <Checkbox checked={confirmed} onChange={({ detail }) => setConfirmed(detail.checked)}>
              I have no backup, or do not need what was encrypted
            </Checkbox>
            <Button
              disabled={!confirmed}
              loading={running}
              loadingText="Making an empty vault"
              onClick={() => {
                setRunning(true)
                onStartAnew()
              }}
            >
              Start anew
            </Button>
          </SpaceBetween>
        </Container>
        <Box variant="small">A backup can also be brought back later, beside a new vault, on the page Recovery.</Box>
      </SpaceBetween>
    </main>
  )
}
