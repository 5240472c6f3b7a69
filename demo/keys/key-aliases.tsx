import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { type FormEvent, useState } from 'react'
import { useNotices } from '../notices/notices.js'
import type { KeyRecord } from '../vault/key-directory.js'
import { useKeys, useVault } from '../vault/vault-context.js'
import { aliasNameProblem } from './alias-name.js'
import { isPendingDeletion } from './key-actions.js'

/** The aliases of a key: add and delete. */
export default function KeyAliases({ record }: { readonly record: KeyRecord }) {
  const { vault, directory } = useVault()
  const { keys } = useKeys()
  const notices = useNotices()
  const [name, setName] = useState('')
  const [submitted, setSubmitted] = useState(false)
  const problem = aliasNameProblem(name, new Set(keys.flatMap(({ aliases }) => aliases)))

  const add = async (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    if (problem !== undefined) return
    const added = await notices.run(
      () => vault.kms.createAlias({ AliasName: `alias/${name}`, TargetKeyId: record.keyId }),
      `Added alias ${name}.`,
    )
    if (added) {
      setName('')
      setSubmitted(false)
    }
    await directory.refresh()
  }

  const remove = async (alias: string) => {
    await notices.run(() => vault.kms.deleteAlias({ AliasName: `alias/${alias}` }), `Deleted alias ${alias}.`)
    await directory.refresh()
  }

  return (
    <Container header={<Header variant="h3">Aliases</Header>}>
      <SpaceBetween size="l">
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
        {!isPendingDeletion(record) && (
          <form onSubmit={add}>
            <FormField
              label="New alias"
              errorText={submitted && name !== '' ? problem : undefined}
              secondaryControl={<Button formAction="submit">Add alias</Button>}
            >
              <Input
                value={name}
                spellcheck={false}
                placeholder="another-name"
                onChange={({ detail }) => setName(detail.value)}
              />
            </FormField>
          </form>
        )}
      </SpaceBetween>
    </Container>
  )
}
