import Box from '@cloudscape-design/components/box'
import Container from '@cloudscape-design/components/container'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'
import ErrorText from '../notices/error-text.js'
import type { Asked } from './use-answer.js'

interface Props {
  readonly title: string
  readonly description?: string
  /** What it is called in a sentence. */
  readonly what: string
  readonly text: Asked<string>
  readonly actions?: ReactNode
}

/** A text that belongs to a key, to read and copy. */
export default function KeyDocument({ title, description, what, text: { answer = '', problem }, actions }: Props) {
  return (
    <Container
      header={
        <Header
          variant="h3"
          description={description}
          actions={
            answer && (
              <SpaceBetween direction="horizontal" size="xs">
                <CopyToClipboard
                  copyButtonText="Copy"
                  copyButtonAriaLabel={`Copy ${what}`}
                  textToCopy={answer}
                  copySuccessText={`Copied the ${what}`}
                  copyErrorText={`The browser refused to copy the ${what}`}
                />
                {actions}
              </SpaceBetween>
            )
          }
        >
          {title}
        </Header>
      }
    >
      {problem ? (
        <ErrorText {...problem} />
      ) : (
        <Box variant="code">
          <pre className="document">{answer}</pre>
        </Box>
      )}
    </Container>
  )
}
