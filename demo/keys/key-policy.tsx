import Box from '@cloudscape-design/components/box'
import Container from '@cloudscape-design/components/container'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import Header from '@cloudscape-design/components/header'
import { useEffect, useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { useVault } from '../vault/vault-context.js'

/** The key policy document, to read and copy. */
export default function KeyPolicy({ keyId }: { readonly keyId: string }) {
  const { vault } = useVault()
  const [policy, setPolicy] = useState('')
  const [problem, setProblem] = useState<Explanation>()
  useEffect(() => {
    let current = true
    vault.kms.getKeyPolicy({ KeyId: keyId }).then(
      ({ Policy }) => current && setPolicy(JSON.stringify(JSON.parse(Policy), undefined, 2)),
      (error: unknown) => current && setProblem(explainError(error)),
    )
    return () => {
      current = false
    }
  }, [vault, keyId])
  return (
    <Container
      header={
        <Header
          variant="h3"
          actions={
            <CopyToClipboard
              copyButtonText="Copy"
              copyButtonAriaLabel="Copy key policy"
              textToCopy={policy}
              copySuccessText="Copied the key policy"
              copyErrorText="The browser refused to copy the key policy"
            />
          }
        >
          Key policy
        </Header>
      }
    >
      {problem ? (
        <ErrorText {...problem} />
      ) : (
        <Box variant="code">
          <pre className="document">{policy}</pre>
        </Box>
      )}
    </Container>
  )
}
