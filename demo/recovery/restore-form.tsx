import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import FileInput from '@cloudscape-design/components/file-input'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import LiveRegion from '@cloudscape-design/components/live-region'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { type BackupDescription, readBackup, restoreVault } from 'browser-kms/recovery'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { formatDate } from '../keys/key-names.js'
import ErrorText from '../notices/error-text.js'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { createHsm } from '../trusted-scripts.js'
import { knownVaults, vaultNameProblem } from '../vault/vault-names.js'
import { useIsSlow, Waiting } from './gesture-dialog.js'
import GestureFields from './gesture-fields.js'
import ProgressView from './progress-view.js'
import { ago, protectorNames } from './recovery-facts.js'
import RestoreReportView, { type RestoreReport } from './restore-report.js'
import { type OfferedProtector, useGesture } from './use-gesture.js'
import { useKeyWork } from './use-key-work.js'

interface Chosen {
  readonly file: File
  readonly backup: BackupDescription
}

interface Props {
  /** The name that is proposed for the vault; otherwise one that is free. */
  readonly proposedName?: string
}

/** Brings a backup back: a file, what it says about itself, what opens it, and what came of it. Needs no open vault. */
export default function RestoreForm({ proposedName }: Props) {
  const [chosen, setChosen] = useState<Chosen>()
  const [problem, setProblem] = useState<Explanation>()

  const choose = async (file: File | undefined) => {
    setChosen(undefined)
    setProblem(undefined)
    if (!file) return
    try {
      setChosen({ file, backup: await readBackup(file) })
    } catch (error) {
      setProblem(explainError(error))
    }
  }

  return (
    <SpaceBetween size="l">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <FileInput
          value={chosen ? [chosen.file] : []}
          accept=".bkms-backup"
          ariaLabel="Choose a backup"
          onChange={({ detail: { value } }) => void choose(value[0])}
        >
          Choose a backup
        </FileInput>
        {chosen && <span className="breakable">{chosen.file.name}</span>}
      </SpaceBetween>
      {problem && (
        <LiveRegion assertive>
          <Alert type="error" header={problem.title}>
            <ErrorText {...problem} />
          </Alert>
        </LiveRegion>
      )}
      {chosen && (
        <Restoring key={`${chosen.file.name} ${chosen.file.lastModified}`} {...chosen} proposedName={proposedName} />
      )}
    </SpaceBetween>
  )
}

function Restoring({ file, backup, proposedName }: Chosen & { readonly proposedName: string | undefined }) {
  const [name, setName] = useState(() => proposedName ?? freeName(backup))
  const [submitted, setSubmitted] = useState(false)
  const protectors = offered(backup)
  const { given, problem, change, read, refuse } = useGesture(protectors)
  const { work, start, cancel } = useKeyWork<RestoreReport>()
  const running = work.step === 'running'
  const isSlow = useIsSlow(running && work.progress === undefined)
  const nameProblem = vaultNameProblem(name)
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (work.step !== 'idle') frame.current?.focus()
  }, [work.step])

  const restore = async (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    const gesture = await read()
    if (running || !gesture || nameProblem) return
    await start((options) => restoreVault(file, gesture, { name, worker: createHsm(), ...options }), refuse)
  }

  return (
    <SpaceBetween size="l">
      <Description backup={backup} />
      {work.step !== 'done' && (
        <form onSubmit={restore} noValidate>
          <SpaceBetween size="m">
            <FormField
              label="Name of the vault"
              constraintText="One that no vault in this browser has."
              errorText={submitted ? nameProblem : undefined}
            >
              <Input value={name} disabled={running} ariaRequired onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <GestureFields
              protectors={protectors}
              given={given}
              problem={problem}
              disabled={running}
              onChange={change}
            />
            {!running && (
              <Button variant="primary" formAction="submit">
                Bring it back
              </Button>
            )}
          </SpaceBetween>
        </form>
      )}
      <div ref={frame} tabIndex={-1} className="focus-target">
        {running && <ProgressView label="Checking every key" progress={work.progress} onCancel={cancel} />}
        {isSlow && <Waiting />}
        <LiveRegion assertive={work.step === 'failed'}>
          {work.step === 'failed' && <Failed error={work.error} />}
          {work.step === 'cancelled' && (
            <Alert type="info" header="Stopped.">
              Nothing was kept.
            </Alert>
          )}
          {work.step === 'done' && <RestoreReportView report={work.result} name={name} />}
        </LiveRegion>
      </div>
    </SpaceBetween>
  )
}

/** What the file says about itself, which proves nothing yet. */
function Description({ backup }: { readonly backup: BackupDescription }) {
  const { vaultName, createdAt, keys, regions } = backup
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'Vault', value: <span className="breakable">{vaultName}</span> },
        { label: 'Made', value: `${formatDate(createdAt)} (${ago(createdAt)})` },
        { label: 'Keys', value: `${keys} in ${Object.keys(regions).join(', ') || 'no Region'}` },
        {
          label: 'Opens with one of',
          value: <span className="breakable">{backup.protectors.map(nameOf).join(', ')}</span>,
        },
      ]}
    />
  )
}

function Failed({ error }: { readonly error: unknown }) {
  const explanation = explainError(error)
  const isTaken = error instanceof Error && error.name === 'KMSInvalidStateException'
  return (
    <Alert type="error" header={isTaken ? 'The backup cannot be brought back under this name.' : explanation.title}>
      <ErrorText
        {...explanation}
        {...(isTaken && { advice: 'There is a vault of this name in this browser. Choose another name.' })}
      />
    </Alert>
  )
}

/** Those that can be used here: the answer of an organisation is for a vault that is there to ask. */
function offered({ protectors }: BackupDescription): readonly OfferedProtector[] {
  return protectors.flatMap(({ type, label }) =>
    type === 'passphrase' || type === 'recoveryCode' || type === 'passkey' ? [{ type, label }] : [],
  )
}

function nameOf({ type, label }: BackupDescription['protectors'][number]): string {
  return label || (Object.entries(protectorNames).find(([name]) => name === type)?.[1] ?? type)
}

function freeName({ vaultName }: BackupDescription): string {
  const taken = knownVaults()
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${vaultName}-restored` : `${vaultName}-restored-${number}`
    if (!taken.includes(name)) return name
  }
}
