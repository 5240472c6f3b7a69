import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import TagEditor, { type TagEditorProps } from '@cloudscape-design/components/tag-editor'
import type { KmsClient } from 'browser-kms'
import { useCallback, useEffect, useState } from 'react'
import { useNotices } from '../notices/notices.js'
import type { KeyRecord } from '../vault/key-facts.js'
import { useVault } from '../vault/vault-context.js'
import { isPendingDeletion } from './key-actions.js'

/** The tags of a key: list, add, edit, remove. */
export default function KeyTags({ record: { keyId, ...record } }: { readonly record: KeyRecord }) {
  const { vault } = useVault()
  const notices = useNotices()
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>()
  const [valid, setValid] = useState(true)
  const [saving, setSaving] = useState(false)

  const load = useCallback(async () => setTags(await loadTags(vault.kms, keyId)), [vault, keyId])
  useEffect(() => {
    load().catch(() => setTags([]))
  }, [load])

  const save = async () => {
    if (!tags) return
    setSaving(true)
    await notices.run(async () => {
      await saveTags(vault.kms, keyId, tags)
      await load()
    }, 'Saved the tags.')
    setSaving(false)
  }

  return (
    <Container header={<Header variant="h3">Tags</Header>}>
      <SpaceBetween size="l">
        <TagEditor
          tags={tags ?? []}
          loading={tags === undefined}
          onChange={({ detail }) => {
            setTags(detail.tags)
            setValid(detail.valid)
          }}
        />
        <Button
          disabled={!valid || isPendingDeletion({ keyId, ...record })}
          loading={saving}
          loadingText="Saving"
          onClick={() => void save()}
        >
          Save tags
        </Button>
      </SpaceBetween>
    </Container>
  )
}

async function loadTags(kms: KmsClient, keyId: string): Promise<readonly TagEditorProps.Tag[]> {
  const { Tags } = await kms.listResourceTags({ KeyId: keyId })
  return Tags.map(({ TagKey, TagValue }) => ({ key: TagKey ?? '', value: TagValue ?? '', existing: true }))
}

async function saveTags(kms: KmsClient, keyId: string, tags: readonly TagEditorProps.Tag[]): Promise<void> {
  const removed = tags.filter(({ existing, markedForRemoval }) => existing && markedForRemoval)
  const kept = tags.filter(({ markedForRemoval }) => !markedForRemoval)
  if (removed.length > 0) await kms.untagResource({ KeyId: keyId, TagKeys: removed.map(({ key }) => key) })
  if (kept.length > 0)
    await kms.tagResource({ KeyId: keyId, Tags: kept.map(({ key, value }) => ({ TagKey: key, TagValue: value })) })
}
