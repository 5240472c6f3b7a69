import Alert from '@cloudscape-design/components/alert'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-directory.js'
import { kmsFor, regionOf } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { aliasNameProblem } from '../alias-name.js'
import { isImported } from '../key-kinds.js'
import TaskDialog from '../task-dialog.js'
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
  const taken = [regionOf(primary), ...replicaRegionsOf(primary)]
  const [region, setRegion] = useState(() => proposedRegion(taken))
  const [alias, setAlias] = useState(name.aliases[0] ?? '')
  const [description, setDescription] = useState(primary.metadata.Description)
  const wrongRegion = regionProblem(region, taken)
  // Which aliases are taken there, only that Region knows.
  const wrongAlias = alias === '' ? undefined : aliasNameProblem(alias, new Set())

  const create = async () => {
    await kmsFor(vault, primary).replicateKey({
      KeyId: primary.keyId,
      ReplicaRegion: region,
      Description: description,
    })
    if (alias !== '')
      await vault.region(region).createAlias({ AliasName: `alias/${alias}`, TargetKeyId: primary.keyId })
    return isImported(primary)
      ? `Created a replica key in ${region}. It has no key material yet: import the same into it.`
      : `Created a replica key in ${region}.`
  }

  return (
    <TaskDialog
      title="Create replica key"
      action="Create replica key"
      runningText="Creating the replica key"
      disabled={wrongRegion !== undefined || wrongAlias !== undefined}
      task={create}
      onClose={onClose}
    >
      <Alert type="info">
        A Region here is a database of its own in this same browser. It gives no geographic isolation: clearing the data
        of this site destroys the keys of all Regions.
      </Alert>
      <FormField
        label="Region"
        description="Any name; a Region that does not exist is made."
        constraintText="Two or three words and a number, such as browser-local-2."
        errorText={wrongRegion}
      >
        <Input value={region} spellcheck={false} onChange={({ detail }) => setRegion(detail.value)} />
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
    </TaskDialog>
  )
}
