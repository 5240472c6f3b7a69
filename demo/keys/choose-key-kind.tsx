import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { KeyType } from 'browser-kms'
import { type KeyKind, keyTypes, proposedKind, specsOf, typeWords, usagesOf, usageWords } from './key-kinds.js'

interface Props {
  readonly kind: KeyKind
  readonly onChange: (kind: KeyKind) => void
}

/** What a key of each type is. */
const descriptions: Readonly<Record<KeyType, string>> = {
  symmetric: 'One secret key that encrypts and decrypts. It is what files are encrypted with.',
  asymmetric: 'A private key that stays in this browser, and a public key to give to others.',
  hmac: 'One secret key that makes codes by which changed messages are noticed.',
}

/** Asks for key type, then usage, then key spec (ASYM-29). What leaves no choice is not asked. */
export default function ChooseKeyKind({ kind, onChange }: Props) {
  const { type, usage, spec } = kind
  return (
    <SpaceBetween size="l">
      <FormField label="Key type">
        <RadioGroup
          value={type}
          items={keyTypes.map((value) => ({ value, label: typeWords[value], description: descriptions[value] }))}
          onChange={({ detail }) => {
            const chosen = keyTypes.find((candidate) => candidate === detail.value)
            if (chosen) onChange(proposedKind(chosen))
          }}
        />
      </FormField>
      {type !== 'symmetric' && (
        <SpaceBetween size="l">
          <FormField label="Key usage">
            <RadioGroup
              value={usage}
              items={usagesOf(type).map((value) => ({ value, label: usageWords[value] }))}
              onChange={({ detail }) => {
                const chosen = usagesOf(type).find((candidate) => candidate === detail.value)
                if (chosen) onChange(proposedKind(type, chosen))
              }}
            />
          </FormField>
          <FormField label="Key spec">
            <Select
              selectedOption={{ value: spec, label: spec }}
              options={specsOf(type, usage).map((value) => ({ value, label: value }))}
              onChange={({ detail }) => {
                const chosen = specsOf(type, usage).find((candidate) => candidate === detail.selectedOption.value)
                if (chosen) onChange({ type, usage, spec: chosen })
              }}
            />
          </FormField>
        </SpaceBetween>
      )}
    </SpaceBetween>
  )
}
