import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { encryptsFiles } from '../keys/key-kinds.js'
import { keyName } from '../keys/key-names.js'
import { sortKeys } from '../keys/sort-and-filter.js'
import { hrefs } from '../route.js'
import type { KeyRecord } from '../vault/key-directory.js'
import { useKeys } from '../vault/vault-context.js'
import SaveOption, { type Saving } from './save-option.js'

interface Props {
  readonly file: File
  /** The key whose page the user came from. */
  readonly preferredKeyId: string | undefined
  readonly saving: Saving
  readonly onEncrypt: (file: File, keyId: string) => void
}

/** Asks which key to encrypt a file with. */
export default function EncryptForm({ file, preferredKeyId, saving, onEncrypt }: Props) {
  const { keys } = useKeys()
  const [keyId, setKeyId] = useState(preferredKeyId)
  const usable = sortKeys(keys, { column: 'alias', descending: false }).filter(
    (candidate) => encryptsFiles(candidate) && candidate.metadata.KeyState === 'Enabled',
  )
  // A key the user chose and that can no longer be used is not replaced by another behind their back.
  const key = keyId === undefined ? usable[0] : usable.find((candidate) => candidate.keyId === keyId)

  if (usable.length === 0)
    return (
      <Alert type="info" header="You need a key first." action={<Button href={hrefs.keys}>Go to the keys</Button>}>
        Create a key or enable one, then come back.
      </Alert>
    )
  return (
    <Container
      header={
        <Header variant="h2" description="The result has the format of the AWS Encryption SDK.">
          Encrypt
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField
          label="Key"
          description="Only this browser has the key: it alone can decrypt the file, as long as it keeps the key."
        >
          <Select
            selectedOption={key ? option(key) : null}
            options={usable.map(option)}
            placeholder="Choose a key"
            triggerVariant="option"
            filteringType={usable.length > 8 ? 'auto' : 'none'}
            onChange={({ detail }) => setKeyId(detail.selectedOption.value)}
          />
        </FormField>
        <SaveOption {...saving} />
        <Button variant="primary" disabled={!key} onClick={() => key && onEncrypt(file, key.keyId)}>
          Encrypt
        </Button>
      </SpaceBetween>
    </Container>
  )
}

function option(key: KeyRecord) {
  return { value: key.keyId, label: keyName(key), description: key.keyId }
}
