import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import type { ReactNode } from 'react'
import ErrorText from '../notices/error-text.js'
import { causeOf, explainError } from '../notices/explain-error.js'
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

  const enable = async (KeyId: string) => {
    const enabled = await run(() => vault.kms.enableKey({ KeyId }), 'Enabled the key.')
    await directory.settled()
    if (enabled) onRetry()
  }

  const actions: Readonly<Record<string, ReactNode>> =
    keyId === undefined
      ? {}
      : {
          DisabledException: (
            <Button onClick={() => void enable(keyId)}>
              {direction === 'encrypt' ? 'Enable the key and encrypt' : 'Enable the key and decrypt'}
            </Button>
          ),
          KMSInvalidStateException: <Button href={hrefs.key(keyId)}>Go to the key</Button>,
        }
  const { name } = causeOf(error) as Error

  return (
    <Alert type="error" header={explanation.title} action={Object.hasOwn(actions, name) && actions[name]}>
      <ErrorText {...explanation} />
    </Alert>
  )
}
