import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Form from '@cloudscape-design/components/form'
import FormField from '@cloudscape-design/components/form-field'
import Input, { type InputProps } from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import TagEditor, { type TagEditorProps } from '@cloudscape-design/components/tag-editor'
import Textarea from '@cloudscape-design/components/textarea'
import { type FormEvent, useState } from 'react'
import { hrefs } from '../route.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import AdvancedOptions, { type Advanced } from './advanced-options.js'
import { aliasNameProblem } from './alias-name.js'
import ChooseKeyKind from './choose-key-kind.js'
import { canBeImported, proposedKind } from './key-kinds.js'
import { useDialogTask } from './use-dialog-task.js'
import { useFirstField } from './use-first-field.js'

/** Asks what the key is called and what kind of key it is, and creates it. An alias is enough for a symmetric one. */
export default function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const { vault } = useVault()
  const { keys } = useKeys()
  const { running, problem, run } = useDialogTask()
  const field = useFirstField<InputProps.Ref>()
  const [alias, setAlias] = useState('')
  const [kind, setKind] = useState(() => proposedKind('symmetric'))
  const [advanced, setAdvanced] = useState<Advanced>({ imported: false, acknowledged: false, multiRegion: false })
  const [description, setDescription] = useState('')
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>([])
  const [tagsValid, setTagsValid] = useState(true)
  const [submitted, setSubmitted] = useState(false)

  const aliasProblem = aliasNameProblem(alias, new Set(keys.flatMap(({ aliases }) => aliases)))

  const imported = advanced.imported && canBeImported(kind.spec)

  const create = async (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    if (aliasProblem !== undefined || !tagsValid || running) return
    if (imported && !advanced.acknowledged) return
    let keyId = ''
    const created = await run(async () => {
      const { KeyMetadata } = await vault.kms.createKey({
        KeySpec: kind.spec,
        KeyUsage: kind.usage,
        Origin: imported ? 'EXTERNAL' : 'AWS_KMS',
        MultiRegion: advanced.multiRegion,
        Description: description,
        Tags: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })),
      })
      keyId = KeyMetadata.KeyId
      await vault.kms.createAlias({ AliasName: `alias/${alias}`, TargetKeyId: keyId })
    }, `Created key ${alias}. It is ready to use.`)
    if (!created) return
    onClose()
    // The page of the key tells what comes next.
    if (imported) location.hash = hrefs.key(keyId)
  }

  return (
    <Modal visible onDismiss={onClose} header="Create key" closeAriaLabel="Close">
      <form onSubmit={create}>
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                Cancel
              </Button>
              <Button variant="primary" loading={running} loadingText="Creating the key">
                Create key
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            {problem}
            <FormField
              label="Alias"
              description="The name you and your applications use for the key."
              constraintText="Letters, digits, slashes, underscores and hyphens. You can change it later."
              errorText={submitted ? aliasProblem : undefined}
            >
              <Input
                ref={field}
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
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  )
}
