import Box from '@cloudscape-design/components/box'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import type { Vault } from 'browser-kms'
import type { KeyRecord } from '../vault/key-facts.js'
import { isImported } from './key-kinds.js'
import { formatDate, formatDeadline } from './key-names.js'
import { regionalityOf } from './key-set.js'
import KeyStatus from './key-status.js'
import LastUse from './last-use.js'
import { expiryWords } from './material/expiry.js'
import { useAnswer } from './use-answer.js'

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
        { label: 'Custody', value: <Custody record={record} /> },
        { label: 'Regionality', value: regionalityOf(record) },
        { label: 'Last use', value: <LastUse record={record} /> },
        ...(isImported(record) ? [{ label: 'Expiration date', value: expiryWords(record.metadata) }] : []),
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

/** What custody means for the key, in a word and a sentence. */
const custodies = {
  native: ['Native', 'The browser itself holds the key: scripts can use it, but none can read it.'],
  sealed: ['Sealed', 'The key is stored encrypted; the worker decrypts it for each use and then wipes it.'],
} as const

function Custody({ record }: { readonly record: KeyRecord }) {
  // A key without material, such as one that waits for an import, is in nobody's custody.
  const { answer } = useAnswer(custodyOf, record)
  if (!answer) return '-'
  const [word, sentence] = custodies[answer]
  return (
    <>
      <div>{word}</div>
      <Box variant="small" display="block">
        {sentence}
      </Box>
    </>
  )
}

function custodyOf(vault: Vault, { keyId }: KeyRecord): Promise<keyof typeof custodies> {
  return vault.custodyOf(keyId)
}
