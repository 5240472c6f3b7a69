import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import RestoreForm from './restore-form.js'

/** Brings a backup back, into a vault beside this one. */
export default function RestoreCard() {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Into a vault of its own, beside this one, which stays as it is. Nothing is written before all of it is checked."
        >
          Bring a backup back
        </Header>
      }
    >
      <RestoreForm />
    </Container>
  )
}
