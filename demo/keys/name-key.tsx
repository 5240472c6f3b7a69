import Alert from '@cloudscape-design/components/alert'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import LiveRegion from '@cloudscape-design/components/live-region'
import type { KmsClient } from 'browser-kms'
import { useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import { useNotices } from '../notices/notices.js'
import { useVault } from '../vault/vault-context.js'
import { type AliasName, bareAliasName, readAlias } from './alias-name.js'
import TaskDialog from './task-dialog.js'

/** The shortest that a key waits for its deletion, in days. */
const SHORTEST_WAIT = 7

/** A key that was made, and could not be given its alias. */
export interface UnnamedKey {
  readonly keyId: string
  /** The client of its Region. */
  readonly kms: KmsClient
  /** What was made, in a word or two. */
  readonly what: 'key' | 'replica key'
  readonly aliasName: AliasName
  /** Why it could not have the alias. */
  readonly error: unknown
}

interface Props {
  readonly unnamed: UnnamedKey
  readonly onClose: () => void
}

/**
 * Goes on with a key that was made without its alias: with another alias, without one, or by deleting it. Making it once
 * more would leave another such key each time.
 */
export default function NameKey({ unnamed: { keyId, kms, what, aliasName, error }, onClose }: Props) {
  const { directory } = useVault()
  const notices = useNotices()
  const [typed, setTyped] = useState(bareAliasName(aliasName))
  const [touched, setTouched] = useState(false)
  const { title, ...explanation } = explainError(error)
  const alias = readAlias(typed, new Set())

  const name = async () => {
    setTouched(true)
    if (alias.problem !== undefined) return undefined
    await kms.createAlias({ AliasName: alias.aliasName, TargetKeyId: keyId })
    await directory.update([keyId])
    return `Created ${what} ${alias.bareName}.`
  }
  const remove = async () => {
    await kms.scheduleKeyDeletion({ KeyId: keyId, PendingWindowInDays: SHORTEST_WAIT })
    return `Scheduled ${what} ${keyId} for deletion in ${SHORTEST_WAIT} days. Until then you can cancel it.`
  }

  return (
    <TaskDialog
      title={`The ${what} has no alias yet`}
      action="Add the alias"
      runningText="Adding the alias"
      task={name}
      other={{ action: 'Delete the key', runningText: 'Scheduling its deletion', task: remove }}
      cancel="Keep it without an alias"
      onCancel={() => notices.tell(`Created ${what} ${keyId} without an alias.`)}
      onClose={onClose}
    >
      <LiveRegion>
        <Alert type="warning" header={`The ${what} was created, but not its alias ${aliasName}: ${title}`}>
          <ErrorText title={title} {...explanation} />
        </Alert>
      </LiveRegion>
      <FormField label="Key ID">
        <span className="breakable">
          <CopyToClipboard
            variant="inline"
            textToCopy={keyId}
            copyButtonAriaLabel="Copy key ID"
            copySuccessText="Copied the key ID"
            copyErrorText="The browser refused to copy the key ID"
          />
        </span>
      </FormField>
      <FormField
        label="Alias"
        description={`The ${what} exists and stays. Give it another name; nothing is created a second time.`}
        errorText={touched ? alias.problem : undefined}
      >
        <Input value={typed} ariaRequired spellcheck={false} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </TaskDialog>
  )
}
