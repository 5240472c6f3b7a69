import Alert from '@cloudscape-design/components/alert'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor, regionOf } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { encryptsFiles } from '../key-kinds.js'
import { isReplica } from '../key-set.js'
import TaskDialog from '../task-dialog.js'
import { useAnswer } from '../use-answer.js'
import ChooseExpiry, { type Expiry, expiryProblem, expiryTerms } from './choose-expiry.js'
import ChooseMaterial, { type MaterialSource, readSource } from './choose-material.js'
import { historyOf, isWaiting } from './key-material.js'
import { type ImportTerms, importWrapped } from './wrap-material.js'

interface Props {
  readonly record: KeyRecord
  readonly onClose: () => void
}

const DESCRIPTION = /^[a-zA-Z0-9:/_\s.-]{0,256}$/

/** Takes key material from the user, wraps it for the vault and imports it. */
export default function ImportMaterial({ record, onClose }: Props) {
  const { vault } = useVault()
  const { KeySpec: spec } = record.metadata
  const [source, setSource] = useState<MaterialSource>({})
  const [expiry, setExpiry] = useState<Expiry>({ expires: false, day: '' })
  const [isNew, setIsNew] = useState(false)
  const [description, setDescription] = useState('')
  const [wrongSource, setWrongSource] = useState<string>()
  const [submitted, setSubmitted] = useState(false)
  const wrongExpiry = expiryProblem(expiry)
  const wrongDescription = DESCRIPTION.test(description)
    ? undefined
    : 'Use at most 256 letters, digits, spaces and any of : / _ . -'

  const importIt = async () => {
    setSubmitted(true)
    if (wrongExpiry !== undefined || wrongDescription !== undefined) return undefined
    const read = await readSource(source, spec)
    if ('problem' in read) {
      setWrongSource(read.problem)
      return undefined
    }
    const terms: ImportTerms = {
      ...expiryTerms(expiry),
      ...(isNew && { ImportType: 'NEW_KEY_MATERIAL' }),
      ...(description !== '' && { KeyMaterialDescription: description }),
    }
    try {
      await importWrapped(kmsFor(vault, record), { keyId: record.keyId, spec }, read.bytes, terms)
    } finally {
      read.bytes.fill(0)
    }
    return isNew
      ? 'Imported new key material. The key goes on with the current one until you rotate to it.'
      : 'Imported the key material. Keep a copy of it: the vault never gives it out.'
  }

  return (
    <TaskDialog
      title="Import key material"
      action="Import key material"
      runningText="Wrapping and importing"
      task={importIt}
      onClose={onClose}
    >
      {record.metadata.MultiRegion && (
        <Alert type="info">
          This is for the key in {regionOf(record)}. Every key of a multi-Region set needs the same key material,
          imported one by one.
        </Alert>
      )}
      {encryptsFiles(record) && <ChooseImportType record={record} isNew={isNew} onChange={setIsNew} />}
      <ChooseMaterial
        spec={spec}
        source={source}
        problem={wrongSource}
        onChange={(changed) => {
          setSource(changed)
          setWrongSource(undefined)
        }}
      />
      <ChooseExpiry expiry={expiry} problem={submitted ? wrongExpiry : undefined} onChange={setExpiry} />
      {encryptsFiles(record) && (
        <FormField
          label={
            <>
              Key material description <i>- optional</i>
            </>
          }
          errorText={wrongDescription}
        >
          <Input
            value={description}
            placeholder="Where its copy is"
            onChange={({ detail }) => setDescription(detail.value)}
          />
        </FormField>
      )}
    </TaskDialog>
  )
}

interface ImportTypeProps {
  readonly record: KeyRecord
  readonly isNew: boolean
  readonly onChange: (isNew: boolean) => void
}

/** Asks whether it is the same material again or another to rotate to, where the key has had material (IMP-18). */
function ChooseImportType({ record, isNew, onChange }: ImportTypeProps) {
  const { answer } = useAnswer(historyOf, record)
  if (!answer || answer.materials.length === 0) return null
  const why = isReplica(record)
    ? 'New key material is imported into the primary key first, then here as the same again.'
    : answer.materials.some(isWaiting)
      ? 'Not possible now: other new key material waits for its rotation already.'
      : 'It waits until you rotate to it. The earlier key material stays necessary.'
  return (
    <FormField label="Which key material">
      <RadioGroup
        value={isNew ? 'new' : 'same'}
        items={[
          {
            value: 'same',
            label: 'The same again',
            description: 'Bytes that this key has had before: to bring them back, or to change when they expire.',
          },
          {
            value: 'new',
            label: 'New, for a rotation',
            description: why,
            disabled: isReplica(record) || answer.materials.some(isWaiting),
          },
        ]}
        onChange={({ detail }) => onChange(detail.value === 'new')}
      />
    </FormField>
  )
}
