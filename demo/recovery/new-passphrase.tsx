import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { passphraseQuality, SHORTEST } from './passphrase-quality.js'

/** A new passphrase, typed twice. */
export interface TypedPassphrase {
  readonly passphrase: string
  readonly again: string
}

interface Props {
  readonly typed: TypedPassphrase
  /** Shows what is missing. */
  readonly submitted: boolean
  readonly onChange: (typed: TypedPassphrase) => void
}

/** Asks for a new passphrase. */
export default function NewPassphrase({ typed, submitted, onChange }: Props) {
  const { passphrase, again } = typed
  const [type, word, sentence] = passphraseQuality(passphrase)
  return (
    <SpaceBetween size="m">
      <FormField
        label="New passphrase"
        description="Four or five random words make a good one. Nobody can reset it."
        constraintText={
          <>
            <StatusIndicator type={type}>{word}</StatusIndicator> {sentence}
          </>
        }
        errorText={submitted ? lengthProblem(typed) : undefined}
      >
        <Input
          type="password"
          value={passphrase}
          autoComplete="new-password"
          ariaRequired
          onChange={({ detail }) => onChange({ ...typed, passphrase: detail.value })}
        />
      </FormField>
      <FormField label="New passphrase, again" errorText={submitted ? repetitionProblem(typed) : undefined}>
        <Input
          type="password"
          value={again}
          autoComplete="new-password"
          ariaRequired
          onChange={({ detail }) => onChange({ ...typed, again: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  )
}

/** Whether it can be taken as it is. */
export function isPassphraseReady(typed: TypedPassphrase): boolean {
  return lengthProblem(typed) === undefined && repetitionProblem(typed) === undefined
}

function lengthProblem({ passphrase }: TypedPassphrase): string | undefined {
  return [...passphrase.normalize('NFKC')].length < SHORTEST ? `Use ${SHORTEST} characters or more.` : undefined
}

function repetitionProblem({ passphrase, again }: TypedPassphrase): string | undefined {
  return passphrase === again ? undefined : 'The two are not the same.'
}
