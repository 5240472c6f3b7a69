import Alert from '@cloudscape-design/components/alert'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor, regionOf } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { readAlias } from '../alias-name.js'
import { isAliasFree } from '../is-alias-free.js'
import { isImported } from '../key-kinds.js'
import { proposedRegion, regionProblem, replicaRegionsOf } from '../key-set.js'
import NameKey, { type UnnamedKey } from '../name-key.js'
import TaskDialog from '../task-dialog.js'

interface Props {
  readonly primary: KeyRecord
  /** The key of whose page this is: what its replica is called is proposed after it. */
  readonly name: KeyRecord
  readonly onClose: () => void
}

/** Asks for a Region, and makes a replica of a primary key there. */
export default function CreateReplica({ primary, name: named, onClose }: Props) {
  const { vault } = useVault()
  const regions = [regionOf(primary), ...replicaRegionsOf(primary)]
  const [region, setRegion] = useState(() => proposedRegion(regions))
  const [typedAlias, setTypedAlias] = useState(named.aliases[0] ?? '')
  /** Aliases that were found to be taken: each Region has its own. */
  const [taken, setTaken] = useState<readonly { readonly in: string; readonly name: string }[]>([])
  const [description, setDescription] = useState(primary.metadata.Description)
  const wrongRegion = regionProblem(region, regions)
  const takenThere = new Set(taken.filter((alias) => alias.in === region).map(({ name }) => name))
  const alias = typedAlias.trim() === '' ? undefined : readAlias(typedAlias, takenThere)
  const [unnamed, setUnnamed] = useState<UnnamedKey>()

  const create = async () => {
    if (alias?.problem !== undefined) return undefined
    const kms = vault.region(region)
    if (alias && !(await isAliasFree(kms, alias.aliasName))) {
      setTaken([...taken, { in: region, name: alias.bareName }])
      return undefined
    }
    await kmsFor(vault, primary).replicateKey({
      KeyId: primary.keyId,
      ReplicaRegion: region,
      Description: description,
    })
    if (alias)
      try {
        await kms.createAlias({ AliasName: alias.aliasName, TargetKeyId: primary.keyId })
      } catch (error) {
        setUnnamed({ keyId: primary.keyId, kms, what: 'replica key', aliasName: alias.aliasName, error })
        return undefined
      }
    return isImported(primary)
      ? `Created a replica key in ${region}. It has no key material yet: import the same into it.`
      : `Created a replica key in ${region}.`
  }

  if (unnamed) return <NameKey unnamed={unnamed} onClose={onClose} />
  return (
    <TaskDialog
      title="Create replica key"
      action="Create replica key"
      runningText="Creating the replica key"
      disabled={wrongRegion !== undefined || alias?.problem !== undefined}
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
        errorText={alias?.problem}
      >
        <Input value={typedAlias} spellcheck={false} onChange={({ detail }) => setTypedAlias(detail.value)} />
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
