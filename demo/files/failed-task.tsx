import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import { useNotices } from '../notices/notices.js'
import { hrefs } from '../route.js'
import { useVault } from '../vault/vault-context.js'
import type { FileTask } from './use-file-task.js'

type Props = Extract<FileTask, { step: 'failed' }> & { readonly onRetry: () => void }

/** Why a file could not be encrypted or decrypted, and the way out where there is one. */
export default function FailedTask({ direction, error, keyId, onRetry }: Props) {
  const { vault, directory } = useVault()
  const { run } = useNotices()
  const explanation = explainError(error)

  const enable = async () => {
    const enabled = await run(() => vault.kms.enableKey({ KeyId: keyId }), 'Enabled the key.')
    await directory.refresh()
    if (enabled) onRetry()
  }

  const action = {
    DisabledException: (
      <Button onClick={() => void enable()}>
        {direction === 'encrypt' ? 'Enable the key and encrypt' : 'Enable the key and decrypt'}
      </Button>
    ),
    KMSInvalidStateException: <Button href={hrefs.key(keyId)}>Go to the key</Button>,
  }[(error as Error).name]

  return (
    <Alert type="error" header={explanation.title} action={action}>
      <ErrorText {...explanation} />
    </Alert>
  )
}
