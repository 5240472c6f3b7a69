import Box from '@cloudscape-design/components/box'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import TagEditor, { type TagEditorProps } from '@cloudscape-design/components/tag-editor'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { hrefs } from '../route.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import AdvancedOptions, { type Advanced } from './advanced-options.js'
import { aliasNameProblem } from './alias-name.js'
import ChooseKeyKind from './choose-key-kind.js'
import { canBeImported, proposedKind } from './key-kinds.js'
import TaskDialog from './task-dialog.js'

/** Asks what the key is called and what kind of key it is, and creates it. An alias is enough for a symmetric one. */
export default function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const { vault } = useVault()
  const { keys } = useKeys()
  const [alias, setAlias] = useState('')
  const [kind, setKind] = useState(() => proposedKind('symmetric'))
  const [advanced, setAdvanced] = useState<Advanced>({ imported: false, acknowledged: false, multiRegion: false })
  const [description, setDescription] = useState('')
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>([])
  const [tagsValid, setTagsValid] = useState(true)
  const [submitted, setSubmitted] = useState(false)

  const aliasProblem = aliasNameProblem(alias, new Set(keys.flatMap(({ aliases }) => aliases)))

  const imported = advanced.imported && canBeImported(kind.spec)

  const create = async () => {
    setSubmitted(true)
    if (aliasProblem !== undefined || !tagsValid || (imported && !advanced.acknowledged)) return undefined
    const { KeyMetadata } = await vault.kms.createKey({
      KeySpec: kind.spec,
      KeyUsage: kind.usage,
      Origin: imported ? 'EXTERNAL' : 'AWS_KMS',
      MultiRegion: advanced.multiRegion,
      Description: description,
      Tags: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })),
    })
    await vault.kms.createAlias({ AliasName: `alias/${alias}`, TargetKeyId: KeyMetadata.KeyId })
    // The page of the key tells what comes next.
    if (imported) location.hash = hrefs.key(KeyMetadata.KeyId)
    return `Created key ${alias}. It is ready to use.`
  }

  return (
    <TaskDialog title="Create key" action="Create key" runningText="Creating the key" task={create} onClose={onClose}>
      <FormField
        label="Alias"
        description="The name you and your applications use for the key."
        constraintText="Letters, digits, slashes, underscores and hyphens. You can change it later."
        errorText={submitted ? aliasProblem : undefined}
      >
        <Input
          value={alias}
          placeholder="notes"
          ariaRequired
          spellcheck={false}
          onChange={({ detail }) => setAlias(detail.value)}
        />
      </FormField>
      <ChooseKeyKind kind={kind} onChange={setKind} />
      <FormField
        label={
          <>
            Description <i>- optional</i>
          </>
        }
      >
        <Textarea
          value={description}
          placeholder="What the key protects"
          rows={2}
          onChange={({ detail }) => setDescription(detail.value)}
        />
      </FormField>
      <AdvancedOptions
        spec={kind.spec}
        advanced={{ ...advanced, imported }}
        submitted={submitted}
        onChange={setAdvanced}
      />
      <ExpandableSection headerText="Tags - optional">
        <TagEditor
          tags={tags}
          onChange={({ detail }) => {
            setTags(detail.tags)
            setTagsValid(detail.valid)
          }}
        />
      </ExpandableSection>
      <Box variant="small">
        {imported
          ? 'The key is made without key material. Its page takes the key material next.'
          : kind.type === 'symmetric'
            ? 'Symmetric key for encryption and decryption (AES-256-GCM). It is generated inside this browser and stays there: no script can read it, and there is no copy anywhere else.'
            : 'It is generated inside this browser and stays there; there is no copy anywhere else. Its page tells how this browser keeps it.'}
      </Box>
    </TaskDialog>
  )
}
