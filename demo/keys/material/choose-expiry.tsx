import DatePicker from '@cloudscape-design/components/date-picker'
import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { beginningOf, canExpireOn } from './expiry.js'
import type { ImportTerms } from './wrap-material.js'

/** Whether imported material expires, and on which day (year-month-day). */
export interface Expiry {
  readonly expires: boolean
  readonly day: string
}

interface Props {
  readonly expiry: Expiry
  readonly problem: string | undefined
  readonly onChange: (expiry: Expiry) => void
}

/** Asks when imported material expires: never, or on a day within a year (IMP-8). */
export default function ChooseExpiry({ expiry, problem, onChange }: Props) {
  const { expires, day } = expiry
  return (
    <SpaceBetween size="s">
      <FormField label="Expiration">
        <RadioGroup
          value={expires ? 'expires' : 'never'}
          items={[
            { value: 'never', label: 'It does not expire' },
            {
              value: 'expires',
              label: 'It expires',
              description: 'Then the vault deletes the key material. Import the same again to go on using the key.',
            },
          ]}
          onChange={({ detail }) => onChange({ ...expiry, expires: detail.value === 'expires' })}
        />
      </FormField>
      {expires && (
        <FormField
          label="Expiration date"
          constraintText="At most 365 days ahead. It expires at the beginning of that day."
          errorText={problem}
        >
          <DatePicker
            value={day}
            format="iso"
            placeholder="YYYY-MM-DD"
            expandToViewport
            isDateEnabled={canExpireOn}
            onChange={({ detail }) => onChange({ ...expiry, day: detail.value })}
          />
        </FormField>
      )}
    </SpaceBetween>
  )
}

/** What is wrong with the chosen day. */
export function expiryProblem({ expires, day }: Expiry): string | undefined {
  if (!expires) return undefined
  const date = beginningOf(day)
  if (!date) return 'Enter a date, such as 2027-01-31.'
  return canExpireOn(date) ? undefined : 'Choose a day from tomorrow to 365 days ahead.'
}

/** What an import is told about it. */
export function expiryTerms({ expires, day }: Expiry): ImportTerms {
  return expires
    ? { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: beginningOf(day) }
    : { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
}
