import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { useState } from 'react'
import { useNotices } from '../notices/notices.js'
import { useVault } from '../vault/vault-context.js'
import EnableLock from './enable-lock.js'
import GestureDialog from './gesture-dialog.js'
import { idleWords } from './idle-times.js'
import { useRecovery } from './recovery-context.js'
import type { Gesture, RecoveryStatus } from './recovery-facts.js'
import Unlock from './unlock.js'

/** Locks the vault at rest: from when on, and when by itself; locks and unlocks it. */
export default function LockCard({ status }: { readonly status: RecoveryStatus }) {
  const { vault } = useVault()
  const { locked } = useRecovery()
  const notices = useNotices()
  const [dialog, setDialog] = useState<'enable' | 'disable' | 'unlock'>()
  const close = () => setDialog(undefined)
  const { lock } = status

  const disable = async (gesture: Gesture) => {
    await vault.lock.disable(gesture)
    return 'The vault is not locked at rest any more. It opens without being asked for anything.'
  }

  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Then this browser stores nothing that can be used: whoever takes the disk or copies the profile needs one of your protectors too."
        >
          Lock
        </Header>
      }
    >
      <SpaceBetween size="m">
        {/* What is done here changes the buttons; the focus stays here. */}
        <div tabIndex={-1} className="focus-target" role="status">
          {lock === undefined ? (
            <>
              <StatusIndicator type="stopped">Not locked:</StatusIndicator> the keys can be used whenever this browser
              is open.
            </>
          ) : locked ? (
            <>
              <StatusIndicator type="error">Locked:</StatusIndicator> no key can be used before you unlock the vault.
            </>
          ) : (
            <>
              <StatusIndicator type="success">Unlocked</StatusIndicator> in this tab. {idleWords(lock.afterIdle)}
            </>
          )}
        </div>
        <SpaceBetween direction="horizontal" size="xs">
          {lock === undefined && <Button onClick={() => setDialog('enable')}>Lock this vault</Button>}
          {lock !== undefined && locked && (
            <Button variant="primary" onClick={() => setDialog('unlock')}>
              Unlock the vault
            </Button>
          )}
          {lock !== undefined && !locked && (
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                variant="primary"
                iconName="lock-private"
                onClick={() => void notices.run(() => vault.lock.now())}
              >
                Lock now
              </Button>
              <Button onClick={() => setDialog('enable')}>Change the idle time</Button>
              <Button onClick={() => setDialog('disable')}>Stop locking</Button>
            </SpaceBetween>
          )}
        </SpaceBetween>
      </SpaceBetween>
      {dialog === 'enable' && <EnableLock lock={lock} onClose={close} />}
      {dialog === 'unlock' && <Unlock onClose={close} />}
      {dialog === 'disable' && (
        <GestureDialog
          title="Stop locking"
          action="Stop locking"
          runningText="Storing keys as handles"
          task={disable}
          onClose={close}
        >
          The keys are stored as the browser's own handles again. The vault opens without being asked for anything.
        </GestureDialog>
      )}
    </Container>
  )
}
