import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import { useEffect, useState } from 'react'
import type { KeyRecord } from '../vault/key-directory.js'
import { useVault } from '../vault/vault-context.js'
import { formatDate, formatDeadline } from './key-names.js'
import KeyStatus from './key-status.js'

/** The general configuration of a key, and who holds its material. */
export default function KeySummary({ record }: { readonly record: KeyRecord }) {
  const { Arn, KeyState, CreationDate, DeletionDate, Description } = record.metadata
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'ARN', value: <Copyable text={Arn} what="ARN" /> },
        { label: 'Status', value: <KeyStatus state={KeyState} /> },
        { label: 'Creation date', value: formatDate(CreationDate) },
        { label: 'Key ID', value: <Copyable text={record.keyId} what="key ID" /> },
        { label: 'Custody', value: <Custody keyId={record.keyId} /> },
        ...(DeletionDate ? [{ label: 'Scheduled deletion date', value: formatDeadline(DeletionDate) }] : []),
        { label: 'Description', value: Description || '-' },
      ]}
    />
  )
}

function Copyable({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText={`Copied the ${what}`}
      copyErrorText={`The browser refused to copy the ${what}`}
    />
  )
}

const custodies = {
  native: 'Native: non-extractable, held by the browser',
  sealed: 'Sealed: encrypted, opened inside the worker',
} as const

function Custody({ keyId }: { readonly keyId: string }) {
  const { vault } = useVault()
  const [custody, setCustody] = useState<keyof typeof custodies>()
  useEffect(() => {
    let current = true
    vault.custodyOf(keyId).then(
      (answer) => current && setCustody(answer),
      // A key without material, such as one that waits for an import, is in nobody's custody.
      () => current && setCustody(undefined),
    )
    return () => {
      current = false
    }
  }, [vault, keyId])
  return custody ? custodies[custody] : '-'
}
