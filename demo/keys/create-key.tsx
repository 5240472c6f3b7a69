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
import { useNotices } from '../notices/notices.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import { aliasNameProblem } from './alias-name.js'
import ChooseKeyKind from './choose-key-kind.js'
import { proposedKind } from './key-kinds.js'
import { useFirstField } from './use-first-field.js'

/** Asks what the key is called and what kind of key it is, and creates it. An alias is enough for a symmetric one. */
export default function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const { vault, directory } = useVault()
  const { keys } = useKeys()
  const notices = useNotices()
  const field = useFirstField<InputProps.Ref>()
  const [alias, setAlias] = useState('')
  const [kind, setKind] = useState(() => proposedKind('symmetric'))
  const [description, setDescription] = useState('')
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>([])
  const [tagsValid, setTagsValid] = useState(true)
  const [submitted, setSubmitted] = useState(false)
  const [creating, setCreating] = useState(false)

  const problem = aliasNameProblem(alias, new Set(keys.flatMap(({ aliases }) => aliases)))

  const create = async (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    if (problem !== undefined || !tagsValid || creating) return
    setCreating(true)
    const created = await notices.run(async () => {
      const { KeyMetadata } = await vault.kms.createKey({
        KeySpec: kind.spec,
        KeyUsage: kind.usage,
        Description: description,
        Tags: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })),
      })
      await vault.kms.createAlias({ AliasName: `alias/${alias}`, TargetKeyId: KeyMetadata.KeyId })
    }, `Created key ${alias}. It is ready to use.`)
    await directory.refresh()
    setCreating(false)
    if (created) onClose()
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
              <Button variant="primary" loading={creating} loadingText="Creating the key">
                Create key
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            <FormField
              label="Alias"
              description="The name you and your applications use for the key."
              constraintText="Letters, digits, slashes, underscores and hyphens. You can change it later."
              errorText={submitted ? problem : undefined}
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
              {kind.type === 'symmetric'
                ? 'Symmetric key for encryption and decryption (AES-256-GCM). It is generated inside this browser and stays there: no script can read it, and there is no copy anywhere else.'
                : 'It is generated inside this browser and stays there; there is no copy anywhere else. Its page tells how this browser keeps it.'}
            </Box>
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  )
}
