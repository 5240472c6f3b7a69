import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import Link from '@cloudscape-design/components/link'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { keyArnsOf, originalName } from '../file-cipher/encrypted-file.js'
import { keyName } from '../keys/key-names.js'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import { hrefs } from '../route.js'
import type { ListedKey } from '../vault/key-facts.js'
import { useKeys } from '../vault/vault-context.js'
import type { ChosenFile } from './chosen-file.js'
import SaveOption, { type Saving } from './save-option.js'

interface Props {
  readonly chosen: Exclude<ChosenFile, { kind: 'plain' }>
  readonly saving: Saving
  readonly onDecrypt: (file: File, keyId: string | undefined) => void
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
  const key = ownKey(keyArnsOf(header), keys)
  return (
    <Container
      header={
        <Header variant="h2" description="This is what the file says about itself. It is verified when you decrypt it.">
          Decrypt
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'Original name', value: <span className="breakable">{originalName(header, file)}</span> },
            {
              label: 'Encrypted with',
              value: key ? (
                <Link href={hrefs.key(key.keyId)}>
                  <span className="breakable">{keyName(key)}</span>
                </Link>
              ) : (
                'a key this browser does not have'
              ),
            },
          ]}
        />
        <SaveOption {...saving} />
        <Button variant="primary" onClick={() => onDecrypt(file, key?.keyId)}>
          Decrypt
        </Button>
      </SpaceBetween>
    </Container>
  )
}

/** The first of some keys that the vault has: itself, or its replica in the vault's Region. */
function ownKey(arns: readonly string[], keys: readonly ListedKey[]): ListedKey | undefined {
  const keyIds = arns.map((arn) => arn.slice(arn.lastIndexOf('/') + 1))
  return keyIds.map((keyId) => keys.find((key) => key.keyId === keyId)).find((key) => key !== undefined)
}
