import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ColumnLayout from '@cloudscape-design/components/column-layout'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'

const steps = [
  [
    '1. Create a key',
    'Give it a name. The browser generates it so that no script can ever read it, not even this page.',
  ],
  ['2. Encrypt a file', 'Drop one on the page. It never leaves this device, and there is no limit to its size.'],
  [
    '3. Try to break it',
    'Disable the key, change a byte of the file, come back offline: see what still opens, and what does not.',
  ],
] as const

/** What a newcomer sees: what this is, and the one thing to do. */
export default function FirstSteps({ onCreate }: { readonly onCreate: () => void }) {
  return (
    <Container
      header={
        <Header variant="h2" description="AWS KMS, in this browser: the same operations, no account, no server.">
          Start with a key
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ColumnLayout columns={3} variant="text-grid">
          {steps.map(([title, text]) => (
            <div key={title}>
              <Box variant="h3" padding="n">
                {title}
              </Box>
              <Box variant="p" color="text-body-secondary">
                {text}
              </Box>
            </div>
          ))}
        </ColumnLayout>
        <Button variant="primary" onClick={onCreate}>
          Create a key
        </Button>
      </SpaceBetween>
    </Container>
  )
}
