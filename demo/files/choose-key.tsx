import FormField from '@cloudscape-design/components/form-field'
import Select from '@cloudscape-design/components/select'
import { useState } from 'react'
import { keyName } from '../keys/key-names.js'
import type { KeyRecord } from '../vault/key-facts.js'
import { useUsableKeys } from './use-usable-keys.js'

interface Props {
  readonly chosen: KeyRecord | undefined
  readonly onChoose: (keyId: string) => void
}

/** Asks for one of the keys that encrypt files, of which there may be thousands. */
export default function ChooseKey({ chosen, onChoose }: Props) {
  const [text, setText] = useState('')
  const { keys, status, more } = useUsableKeys(text)
  return (
    <FormField
      label="Key"
      description="Only this browser has the key: it alone can decrypt the file, as long as it keeps the key."
    >
      <Select
        selectedOption={chosen ? option(chosen) : null}
        options={keys.map(option)}
        placeholder="Choose a key"
        triggerVariant="option"
        filteringType="manual"
        filteringPlaceholder="Find keys by alias or key ID"
        filteringAriaLabel="Find keys"
        virtualScroll
        statusType={status}
        loadingText="Looking for keys"
        empty="There is no enabled symmetric key."
        noMatch="No keys match"
        onLoadItems={({ detail }) => {
          setText(detail.filteringText)
          if (!detail.firstPage) more()
        }}
        onChange={({ detail }) => detail.selectedOption.value !== undefined && onChoose(detail.selectedOption.value)}
      />
    </FormField>
  )
}

function option(key: KeyRecord) {
  return { value: key.keyId, label: keyName(key), description: key.keyId }
}
