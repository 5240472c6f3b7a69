import Alert from '@cloudscape-design/components/alert'
import Form from '@cloudscape-design/components/form'
import FormField from '@cloudscape-design/components/form-field'
import Input, { type InputProps } from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-directory.js'
import { kmsFor, regionOf } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { aliasNameProblem } from '../alias-name.js'
import { DialogActions } from '../dialog-actions.js'
import { isImported } from '../key-kinds.js'
import { useDialogTask } from '../use-dialog-task.js'
import { useFirstField } from '../use-first-field.js'
import { proposedRegion, regionProblem, replicaRegionsOf } from './key-set.js'

interface Props {
  readonly primary: KeyRecord
  /** The key of whose page this is: what its replica is called is proposed after it. */
  readonly name: KeyRecord
  readonly onClose: () => void
}

/** Asks for a Region, and makes a replica of a primary key there. */
export default function CreateReplica({ primary, name, onClose }: Props) {
  const { vault } = useVault()
  const { running, problem, run } = useDialogTask()
  const field = useFirstField<InputProps.Ref>()
  const taken = [regionOf(primary), ...replicaRegionsOf(primary)]
  const [region, setRegion] = useState(() => proposedRegion(taken))
  const [alias, setAlias] = useState(name.aliases[0] ?? '')
  const [description, setDescription] = useState(primary.metadata.Description)
  const wrongRegion = regionProblem(region, taken)
  // Which aliases are taken there, only that Region knows.
  const wrongAlias = alias === '' ? undefined : aliasNameProblem(alias, new Set())

  const create = async () => {
    const created = await run(
      async () => {
        await kmsFor(vault, primary).replicateKey({
          KeyId: primary.keyId,
          ReplicaRegion: region,
          Description: description,
        })
        if (alias !== '')
          await vault.region(region).createAlias({ AliasName: `alias/${alias}`, TargetKeyId: primary.keyId })
      },
      isImported(primary)
        ? `Created a replica key in ${region}. It has no key material yet: import the same into it.`
        : `Created a replica key in ${region}.`,
    )
    if (created) onClose()
  }

  return (
    <Modal
      visible
      onDismiss={onClose}
      header="Create replica key"
      closeAriaLabel="Close"
      footer={
        <DialogActions
          action="Create replica key"
          runningText="Creating the replica key"
          running={running}
          disabled={wrongRegion !== undefined || wrongAlias !== undefined}
          onAction={create}
          onCancel={onClose}
        />
      }
    >
      <Form>
        <SpaceBetween size="l">
          {problem}
          <Alert type="info">
            A Region here is a database of its own in this same browser. It gives no geographic isolation: clearing the
            data of this site destroys the keys of all Regions.
          </Alert>
          <FormField
            label="Region"
            description="Any name; a Region that does not exist is made."
            constraintText="Two or three words and a number, such as browser-local-2."
            errorText={wrongRegion}
          >
            <Input ref={field} value={region} spellcheck={false} onChange={({ detail }) => setRegion(detail.value)} />
          </FormField>
          <FormField
            label={
              <>
                Alias <i>- optional</i>
              </>
            }
            description="Each Region has aliases of its own."
            errorText={wrongAlias}
          >
            <Input value={alias} spellcheck={false} onChange={({ detail }) => setAlias(detail.value)} />
          </FormField>
          <FormField
            label={
              <>
                Description <i>- optional</i>
              </>
            }
          >
            <Textarea rows={2} value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
        </SpaceBetween>
      </Form>
    </Modal>
  )
}
