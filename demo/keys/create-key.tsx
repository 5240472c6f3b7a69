import Box from '@cloudscape-design/components/box'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import TagEditor, { type TagEditorProps } from '@cloudscape-design/components/tag-editor'
import Textarea from '@cloudscape-design/components/textarea'
import { useMemo, useState } from 'react'
import { hrefs } from '../route.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import AdvancedOptions, { type Advanced } from './advanced-options.js'
import { readAlias } from './alias-name.js'
import ChooseKeyKind from './choose-key-kind.js'
import { isAliasFree } from './is-alias-free.js'
import { canBeImported, proposedKind } from './key-kinds.js'
import NameKey, { type UnnamedKey } from './name-key.js'
import TaskDialog from './task-dialog.js'

/** Asks what the key is called and what kind of key it is, and creates it. An alias is enough for a symmetric one. */
export default function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const { vault, directory } = useVault()
  const { keys } = useKeys()
  const [typedAlias, setTypedAlias] = useState('')
  /** Names that another tab took meanwhile. */
  const [alsoTaken, setAlsoTaken] = useState<readonly string[]>([])
  const [kind, setKind] = useState(() => proposedKind('symmetric'))
  const [advanced, setAdvanced] = useState<Advanced>({ imported: false, acknowledged: false, multiRegion: false })
  const [description, setDescription] = useState('')
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>([])
  const [tagsValid, setTagsValid] = useState(true)
  const [submitted, setSubmitted] = useState(false)
  const [unnamed, setUnnamed] = useState<UnnamedKey>()

  const taken = useMemo(() => new Set([...keys.flatMap(({ aliases }) => aliases), ...alsoTaken]), [keys, alsoTaken])
  const alias = readAlias(typedAlias, taken)
  const imported = advanced.imported && canBeImported(kind.spec)

  const create = async () => {
    setSubmitted(true)
    if (alias.problem !== undefined || !tagsValid || (imported && !advanced.acknowledged)) return undefined
    const { aliasName, bareName } = alias
    if (!(await isAliasFree(vault.kms, aliasName))) {
      setAlsoTaken([...alsoTaken, bareName])
      return undefined
    }
    const { KeyMetadata } = await vault.kms.createKey({
      KeySpec: kind.spec,
      KeyUsage: kind.usage,
      Origin: imported ? 'EXTERNAL' : 'AWS_KMS',
      MultiRegion: advanced.multiRegion,
      Description: description,
      Tags: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })),
    })
    const { KeyId: keyId } = KeyMetadata
    try {
      await vault.kms.createAlias({ AliasName: aliasName, TargetKeyId: keyId })
    } catch (error) {
      setUnnamed({ keyId, kms: vault.kms, what: 'key', aliasName, error })
      return undefined
    }
    await directory.update([keyId])
    showImport(keyId)
    return imported
      ? `Created key ${bareName}. It waits for its key material.`
      : `Created key ${bareName}. It is ready to use.`
  }
  /** The page of a key that waits for its key material tells what comes next. */
  const showImport = (keyId: string) => {
    if (imported) location.hash = hrefs.key(keyId)
  }

  if (unnamed)
    return (
      <NameKey
        unnamed={unnamed}
        onClose={() => {
          onClose()
          showImport(unnamed.keyId)
        }}
      />
    )
  return (
    <TaskDialog title="Create key" action="Create key" runningText="Creating the key" task={create} onClose={onClose}>
      <FormField
        label="Alias"
        description="The name you and your applications use for the key."
        constraintText="Letters, digits, slashes, underscores and hyphens. You can change it later."
        errorText={submitted ? alias.problem : undefined}
      >
        <Input
          value={typedAlias}
          placeholder="notes"
          ariaRequired
          spellcheck={false}
          onChange={({ detail }) => setTypedAlias(detail.value)}
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
            ? 'Symmetric key for encryption and decryption (AES-256-GCM). It is generated inside this browser: no script can read it. A sealed copy is kept if recovery is set up.'
            : 'It is generated inside this browser. A sealed copy is kept if recovery is set up. Its page tells how this browser keeps it.'}
      </Box>
    </TaskDialog>
  )
}
