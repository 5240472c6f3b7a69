import Box from '@cloudscape-design/components/box'
import FormField from '@cloudscape-design/components/form-field'
import Select from '@cloudscape-design/components/select'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-facts.js'
import { kmsFor, regionOf } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { replicaRegionsOf } from '../key-set.js'
import TaskDialog from '../task-dialog.js'

interface Props {
  readonly primary: KeyRecord
  readonly onClose: () => void
}

/** Makes a replica the primary key of its set, and the primary a replica. */
export default function ChangePrimary({ primary, onClose }: Props) {
  const { vault } = useVault()
  const regions = replicaRegionsOf(primary)
  const [region, setRegion] = useState(regions[0])

  const change = async () => {
    await kmsFor(vault, primary).updatePrimaryRegion({ KeyId: primary.keyId, PrimaryRegion: region })
    return `The primary key is in ${region} now.`
  }

  return (
    <TaskDialog
      title="Change primary Region"
      action="Change primary Region"
      runningText="Changing"
      disabled={region === undefined}
      task={change}
      onClose={onClose}
    >
      <Box variant="p">
        The key in {regionOf(primary)} becomes a replica. Both keys stay usable, and no ARN, policy or alias changes.
      </Box>
      <FormField label="New primary Region" description="Regions that have a replica of this key.">
        <Select
          selectedOption={region === undefined ? null : { value: region, label: region }}
          options={regions.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => setRegion(detail.selectedOption.value)}
        />
      </FormField>
    </TaskDialog>
  )
}
