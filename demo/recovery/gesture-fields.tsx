import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import FileInput from '@cloudscape-design/components/file-input'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'
import { ownLabel, protectorNames } from './recovery-facts.js'
import type { Given, OfferedProtector } from './use-gesture.js'

interface Props {
  readonly protectors: readonly OfferedProtector[]
  readonly given: Given
  readonly problem: string | undefined
  readonly disabled?: boolean
  /** Whether the focus is to begin in its field. */
  readonly isFirst?: boolean
  /** Hands what the organisation has to open to the user; undefined where that cannot be asked for. */
  readonly onRequest?: (() => void) | undefined
  readonly onChange: (given: Given) => void
}

/** Asks for what opens the vault, whichever of its protectors a person has at hand. */
export default function GestureFields(props: Props) {
  const { protectors, given, problem, disabled = false, isFirst = false, onRequest, onChange } = props
  const types = [...new Set(protectors.map(({ type }) => type))]
  const labels = protectors.filter(({ type }) => type === given.type).flatMap((each) => ownLabel(each) ?? [])
  return (
    <SpaceBetween size="m">
      {types.length > 1 && (
        <FormField label="Open with">
          <RadioGroup
            value={given.type}
            items={types.map((type) => ({ value: type, label: protectorNames[type], disabled }))}
            onChange={({ detail }) => onChange({ ...given, type: detail.value as Given['type'] })}
          />
        </FormField>
      )}
      <div data-first-field={isFirst || undefined}>
        <Field {...{ given, problem, disabled, onRequest, onChange }} named={labels.join(', ')} />
      </div>
    </SpaceBetween>
  )
}

interface FieldProps extends Pick<Props, 'given' | 'problem' | 'onRequest' | 'onChange'> {
  readonly disabled: boolean
  /** What the protectors of this type are called. */
  readonly named: string
}

function Field({ given, problem, disabled, onRequest, onChange, named }: FieldProps): ReactNode {
  switch (given.type) {
    case 'passphrase':
      return (
        <FormField label={protectorNames.passphrase} description={named} errorText={problem}>
          <Input
            type="password"
            value={given.passphrase}
            autoComplete="current-password"
            ariaRequired
            disabled={disabled}
            onChange={({ detail }) => onChange({ ...given, passphrase: detail.value })}
          />
        </FormField>
      )
    case 'recoveryCode':
      return (
        <FormField
          label={protectorNames.recoveryCode}
          description="Small letters are as good as capitals, and hyphens may be left out."
          errorText={problem}
        >
          <Input
            value={given.recoveryCode}
            autoComplete={false}
            spellcheck={false}
            ariaRequired
            disabled={disabled}
            onChange={({ detail }) => onChange({ ...given, recoveryCode: detail.value })}
          />
        </FormField>
      )
    case 'passkey':
      return (
        <FormField label={protectorNames.passkey} errorText={problem}>
          <Box color="text-body-secondary">The browser asks for it when you go on.{named && ` Yours: ${named}.`}</Box>
        </FormField>
      )
    case 'escrow':
      return <Answer {...{ given, problem, disabled, onRequest, onChange, named }} />
  }
}

function Answer({ given, problem, disabled, onRequest, onChange, named }: FieldProps) {
  return (
    <FormField
      label="Answer of the organisation"
      description={`Send the request to the holder of the key${named && ` (${named})`}. The answer is a file, and opens once.`}
      errorText={problem}
    >
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        {onRequest && (
          <Button formAction="none" disabled={disabled} onClick={onRequest}>
            Download the request
          </Button>
        )}
        <FileInput
          value={given.answer ? [given.answer] : []}
          ariaLabel="Choose the answer"
          onChange={({ detail: { value } }) => onChange({ ...given, answer: value[0] })}
        >
          Choose the answer
        </FileInput>
        {given.answer && <span className="breakable">{given.answer.name}</span>}
      </SpaceBetween>
    </FormField>
  )
}
