import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import Link from '@cloudscape-design/components/link'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { originalName } from '../file-cipher/file-cipher.js'
import { keyName } from '../keys/key-names.js'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import { hrefs } from '../route.js'
import { useKeys } from '../vault/vault-context.js'
import type { ChosenFile } from './chosen-file.js'
import { formatSize } from './file-size.js'
import SaveOption, { type Saving } from './save-option.js'

interface Props {
  readonly chosen: Exclude<ChosenFile, { kind: 'plain' }>
  readonly saving: Saving
  readonly onDecrypt: (file: File, keyId: string) => void
}

/** Shows what an encrypted file says about itself and offers to decrypt it. */
export default function DecryptForm({ chosen, saving, onDecrypt }: Props) {
  const { keys } = useKeys()
  if (chosen.kind === 'unreadable') {
    const explanation = explainError(chosen.error)
    return (
      <Alert type="error" header={explanation.title}>
        <ErrorText {...explanation} />
      </Alert>
    )
  }
  const { header, file } = chosen
  const keyId = header.keyArn.slice(header.keyArn.lastIndexOf('/') + 1)
  const key = keys.find((candidate) => candidate.metadata.Arn === header.keyArn)
  return (
    <Container header={<Header variant="h2">Decrypt</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Original name', value: <span className="breakable">{originalName(header, file)}</span> },
            { label: 'Original size', value: formatSize(header.plaintextLength) },
            {
              label: 'Encrypted with',
              value: key ? <Link href={hrefs.key(keyId)}>{keyName(key)}</Link> : 'a key this browser does not have',
            },
          ]}
        />
        <SaveOption {...saving} />
        <Button variant="primary" onClick={() => onDecrypt(file, keyId)}>
          Decrypt
        </Button>
      </SpaceBetween>
    </Container>
  )
}
