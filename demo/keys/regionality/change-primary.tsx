import Box from '@cloudscape-design/components/box'
import FormField from '@cloudscape-design/components/form-field'
import Modal from '@cloudscape-design/components/modal'
import Select, { type SelectProps } from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import type { KeyRecord } from '../../vault/key-directory.js'
import { kmsFor, regionOf } from '../../vault/key-region.js'
import { useVault } from '../../vault/vault-context.js'
import { DialogActions } from '../dialog-actions.js'
import { useDialogTask } from '../use-dialog-task.js'
import { useFirstField } from '../use-first-field.js'
import { replicaRegionsOf } from './key-set.js'

interface Props {
  readonly primary: KeyRecord
  readonly onClose: () => void
}

/** Makes a replica the primary key of its set, and the primary a replica. */
export default function ChangePrimary({ primary, onClose }: Props) {
  const { vault } = useVault()
  const { running, problem, run } = useDialogTask()
  const field = useFirstField<SelectProps.Ref>()
  const regions = replicaRegionsOf(primary)
  const [region, setRegion] = useState(regions[0])

  const change = async () => {
    const changed = await run(
      () => kmsFor(vault, primary).updatePrimaryRegion({ KeyId: primary.keyId, PrimaryRegion: region }),
      `The primary key is in ${region} now.`,
    )
    if (changed) onClose()
  }

  return (
    <Modal
      visible
      onDismiss={onClose}
      header="Change primary Region"
      closeAriaLabel="Close"
      footer={
        <DialogActions
          action="Change primary Region"
          runningText="Changing"
          running={running}
          disabled={region === undefined}
          onAction={change}
          onCancel={onClose}
        />
      }
    >
      <SpaceBetween size="l">
        {problem}
        <Box variant="p">
          The key in {regionOf(primary)} becomes a replica. Both keys stay usable, and no ARN, policy or alias changes.
        </Box>
        <FormField label="New primary Region" description="Regions that have a replica of this key.">
          <Select
            ref={field}
            selectedOption={region === undefined ? null : { value: region, label: region }}
            options={regions.map((value) => ({ value, label: value }))}
            onChange={({ detail }) => setRegion(detail.selectedOption.value)}
          />
        </FormField>
      </SpaceBetween>
    </Modal>
  )
}
