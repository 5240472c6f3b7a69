import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { type FormEvent, useMemo, useState } from 'react'
import { useNotices } from '../notices/notices.js'
import type { KeyRecord } from '../vault/key-facts.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import { readAlias } from './alias-name.js'
import { isPendingDeletion } from './key-actions.js'

/** The aliases of a key: add and delete. */
export default function KeyAliases({ record }: { readonly record: KeyRecord }) {
  const { vault, directory } = useVault()
  const { keys } = useKeys()
  const notices = useNotices()
  const [typed, setTyped] = useState('')
  const [submitted, setSubmitted] = useState(false)
  const taken = useMemo(() => new Set(keys.flatMap(({ aliases }) => aliases)), [keys])
  const alias = readAlias(typed, taken)

  const add = async (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    if (alias.problem !== undefined) return
    const { aliasName, bareName } = alias
    const added = await notices.run(
      () => vault.kms.createAlias({ AliasName: aliasName, TargetKeyId: record.keyId }),
      `Added alias ${bareName}.`,
    )
    if (added) {
      setTyped('')
      setSubmitted(false)
    }
    await directory.update([record.keyId])
  }

  const remove = async (alias: string) => {
    await notices.run(() => vault.kms.deleteAlias({ AliasName: `alias/${alias}` }), `Deleted alias ${alias}.`)
    await directory.update([record.keyId])
  }

  return (
    <Container header={<Header variant="h3">Aliases</Header>}>
      <SpaceBetween size="l">
        {/* The button of an alias goes with it; the focus stays here. */}
        <div tabIndex={-1} className="focus-target">
          {record.aliases.length === 0 ? (
            <Box color="text-body-secondary">No alias. Applications reach the key by its ID or ARN.</Box>
          ) : (
            <ul className="rows">
              {record.aliases.map((alias) => (
                <li key={alias}>
                  <span className="breakable">alias/{alias}</span>
                  <Button variant="inline-link" ariaLabel={`Delete alias ${alias}`} onClick={() => void remove(alias)}>
                    Delete
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </div>
        {!isPendingDeletion(record) && (
          <form onSubmit={add}>
            <FormField
              label="New alias"
              errorText={submitted && typed !== '' ? alias.problem : undefined}
              secondaryControl={<Button formAction="submit">Add alias</Button>}
            >
              <Input
                value={typed}
                spellcheck={false}
                placeholder="another-name"
                onChange={({ detail }) => setTyped(detail.value)}
              />
            </FormField>
          </form>
        )}
      </SpaceBetween>
    </Container>
  )
}
