import Checkbox from '@cloudscape-design/components/checkbox'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { KeySpec } from 'browser-kms'
import { useState } from 'react'
import { canBeImported } from './key-kinds.js'

/** What cannot be changed once a key is made, and is usually left alone. */
export interface Advanced {
  readonly imported: boolean
  /** Whether the user has said to know what importing means. */
  readonly acknowledged: boolean
  readonly multiRegion: boolean
}

interface Props {
  readonly spec: KeySpec
  readonly advanced: Advanced
  /** Shows what is missing. */
  readonly submitted: boolean
  readonly onChange: (advanced: Advanced) => void
}

/** Asks for the origin of the key material (IMP-21) and for the regionality of a key. */
export default function AdvancedOptions({ spec, advanced, submitted, onChange }: Props) {
  const { imported, acknowledged, multiRegion } = advanced
  const [expanded, setExpanded] = useState(false)
  // What is missing must not be out of sight.
  const unconfirmed = submitted && imported && !acknowledged
  return (
    <ExpandableSection
      headerText="Advanced options"
      expanded={expanded || unconfirmed}
      onChange={({ detail }) => setExpanded(detail.expanded)}
    >
      <SpaceBetween size="l">
        <FormField label="Key material origin">
          <RadioGroup
            value={imported ? 'imported' : 'generated'}
            items={[
              { value: 'generated', label: 'Generated here', description: 'No one has a copy, and no one ever had.' },
              {
                value: 'imported',
                label: 'Imported',
                description: canBeImported(spec)
                  ? 'You bring the key material after the key is made.'
                  : `Not possible for key spec ${spec}.`,
                disabled: !canBeImported(spec),
              },
            ]}
            onChange={({ detail }) => onChange({ ...advanced, imported: detail.value === 'imported' })}
          />
        </FormField>
        {imported && (
          <FormField errorText={unconfirmed && 'Confirm it to create a key for imported key material.'}>
            <Checkbox
              checked={acknowledged}
              description="Whoever has its copy can do outside what the key does here. And this browser can lose the key material, or let it expire: only the same bytes, imported again, bring back what it encrypted."
              onChange={({ detail }) => onChange({ ...advanced, acknowledged: detail.checked })}
            >
              I understand that I am responsible for the security and durability of the key material, and keep a copy of
              it
            </Checkbox>
          </FormField>
        )}
        <FormField label="Regionality">
          <RadioGroup
            value={multiRegion ? 'multi' : 'single'}
            items={[
              { value: 'single', label: 'Single-Region key' },
              {
                value: 'multi',
                label: 'Multi-Region key',
                description:
                  'It can have replicas in other Regions, with the same key material. A Region here is a database of its own in this same browser: no geographic isolation.',
              },
            ]}
            onChange={({ detail }) => onChange({ ...advanced, multiRegion: detail.value === 'multi' })}
          />
        </FormField>
      </SpaceBetween>
    </ExpandableSection>
  )
}
