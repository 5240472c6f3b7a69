import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { useState } from 'react'
import { formatDate } from '../keys/key-names.js'
import AddProtector from './add-protector.js'
import RecoveryCodeDialog from './recovery-code-dialog.js'
import { ownLabel, type Protector, type ProtectorType, protectorNames } from './recovery-facts.js'
import RemoveProtector from './remove-protector.js'
import RenameProtector from './rename-protector.js'
import RenewPair from './renew-pair.js'
import { uncheckedCodes } from './unchecked-codes.js'

type Dialog =
  | { readonly task: 'add'; readonly type: ProtectorType }
  | { readonly task: 'rename' | 'remove' | 'check'; readonly protector: Protector }
  | { readonly task: 'renew' }

interface Props {
  readonly protectors: readonly Protector[]
  readonly onCode: (code: { readonly protectorId: string; readonly code: string }) => void
}

/** What opens the vault again: add, rename, remove. */
export default function ProtectorsCard({ protectors, onCode }: Props) {
  const [dialog, setDialog] = useState<Dialog>()
  const close = () => setDialog(undefined)
  const unchecked = uncheckedCodes()
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${protectors.length})`}
          description="Each of them alone opens the copies of your keys."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setDialog({ task: 'renew' })}>Renew the recovery key</Button>
              <ButtonDropdown
                items={Object.entries(protectorNames).map(([id, text]) => ({ id, text }))}
                onItemClick={({ detail }) => setDialog({ task: 'add', type: detail.id as ProtectorType })}
              >
                Add
              </ButtonDropdown>
            </SpaceBetween>
          }
        >
          Protectors
        </Header>
      }
    >
      {/* The buttons of a protector go with it; the focus stays here. */}
      <div tabIndex={-1} className="focus-target">
        <ul className="rows">
          {protectors.map((protector) => {
            const { id, type, createdAt } = protector
            const own = ownLabel(protector)
            const name = own ?? protectorNames[type]
            return (
              <li key={id}>
                <div className="grows">
                  <span className="breakable">{name}</span>
                  <Box variant="small" display="block">
                    {own ? `${protectorNames[type]}, made` : 'Made'} {formatDate(createdAt)}
                  </Box>
                  {unchecked.includes(id) && (
                    <StatusIndicator type="warning">Shown, but not typed back yet</StatusIndicator>
                  )}
                </div>
                {unchecked.includes(id) && (
                  <Button variant="inline-link" onClick={() => setDialog({ task: 'check', protector })}>
                    Type it back
                  </Button>
                )}
                <Button
                  variant="inline-link"
                  ariaLabel={`Rename ${name}`}
                  onClick={() => setDialog({ task: 'rename', protector })}
                >
                  Rename
                </Button>
                <Button
                  variant="inline-link"
                  ariaLabel={`Remove ${name}`}
                  disabled={protectors.length === 1}
                  onClick={() => setDialog({ task: 'remove', protector })}
                >
                  Remove
                </Button>
              </li>
            )
          })}
        </ul>
      </div>
      {dialog?.task === 'add' && <AddProtector type={dialog.type} onCode={onCode} onClose={close} />}
      {dialog?.task === 'rename' && <RenameProtector protector={dialog.protector} onClose={close} />}
      {dialog?.task === 'remove' && <RemoveProtector protector={dialog.protector} onClose={close} />}
      {dialog?.task === 'check' && <RecoveryCodeDialog protectorId={dialog.protector.id} onClose={close} />}
      {dialog?.task === 'renew' && <RenewPair onClose={close} />}
    </Container>
  )
}
