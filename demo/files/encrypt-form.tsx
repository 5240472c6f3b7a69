import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { useState } from 'react'
import { hrefs } from '../route.js'
import { useKey } from '../vault/vault-context.js'
import ChooseKey from './choose-key.js'
import SaveOption, { type Saving } from './save-option.js'
import { isUsable, useUsableKeys } from './use-usable-keys.js'

interface Props {
  readonly file: File
  /** The key whose page the user came from. */
  readonly preferredKeyId: string | undefined
  readonly saving: Saving
  readonly onEncrypt: (file: File, keyId: string) => void
}

/** Asks which key to encrypt a file with. */
export default function EncryptForm({ file, preferredKeyId, saving, onEncrypt }: Props) {
  const [keyId, setKeyId] = useState(preferredKeyId)
  const { keys, status } = useUsableKeys('')
  const { record } = useKey(keyId ?? '')
  // A key the user chose and that can no longer be used is not replaced by another behind their back.
  const key = keyId === undefined ? keys[0] : record && isUsable(record) ? record : undefined

  if (keys.length === 0 && status === 'loading')
    return (
      <Box textAlign="center">
        <StatusIndicator type="loading">Looking for keys that encrypt files</StatusIndicator>
      </Box>
    )
  if (keys.length === 0)
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
        <ChooseKey chosen={key} onChoose={setKeyId} />
        <SaveOption {...saving} />
        <Button variant="primary" disabled={!key} onClick={() => key && onEncrypt(file, key.keyId)}>
          Encrypt
        </Button>
      </SpaceBetween>
    </Container>
  )
}
