import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import type { KeyRecord } from '../vault/key-facts.js'
import { formatDeadline, keyName } from './key-names.js'

interface Props {
  readonly record: KeyRecord
  readonly onImport: () => void
  readonly onCancelDeletion: () => void
}

/** What a user has to know first about a key that waits for something, and the button that ends the wait. */
export default function KeyNews({ record, onImport, onCancelDeletion }: Props) {
  const { KeyState, DeletionDate, PendingDeletionWindowInDays: window } = record.metadata
  const name = keyName(record)
  const cancel = <Button onClick={onCancelDeletion}>Cancel deletion</Button>
  if (KeyState === 'PendingImport')
    return (
      <Alert type="info" action={<Button onClick={onImport}>Import key material</Button>}>
        <Strong>{name} waits for its key material.</Strong> Import it to use the key. If it had key material before,
        only the same brings back what it encrypted.
      </Alert>
    )
  if (KeyState === 'PendingReplicaDeletion')
    return (
      <Alert type="warning" action={cancel}>
        <Strong>{name} will be deleted after its replica keys.</Strong> The waiting period of {window} days begins when
        the last replica key is deleted; until then the replica keys can be used, and this key cannot.
      </Alert>
    )
  if (!DeletionDate) return null
  return (
    <Alert type="warning" action={cancel}>
      <Strong>
        {name} will be deleted on {formatDeadline(DeletionDate)}.
      </Strong>{' '}
      What it encrypted cannot be decrypted after that.
    </Alert>
  )
}

function Strong({ children }: { readonly children: React.ReactNode }) {
  return (
    <Box variant="span" fontWeight="bold">
      {children}
    </Box>
  )
}
