/** Every operation needs its permissions, and no others (section 10 of chapter 05, AUTHZ-16). */
import type { OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { builtOperations } from '../../../worker/operations/table.js'
import { newAliasName, onStores, validRequest } from '../fixtures/requests.js'
import { call, errorOf, sharedVault } from '../fixtures/vault.js'
import { allow, connectUser } from './fixtures.js'

/** What an operation needs, where that is not its own name alone. */
const needed: { readonly [Operation in OperationName]?: readonly string[] } = {
  ReEncrypt: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  ReplicateKey: ['kms:ReplicateKey', 'kms:CreateKey'],
}
/** Settled by the grant (AUTHZ-17), or never allowed to do anything. */
const others: readonly string[] = ['RetireGrant', ...onStores]
const operations = builtOperations.filter((name) => !others.includes(name))

const shared = sharedVault()

const request = (operation: OperationName) => validRequest(shared.kms, operation)

describe.each(operations)('%s', (operation) => {
  const actions = needed[operation] ?? [`kms:${operation}`]

  test('is denied to who has no permission, or only those of others', async () => {
    const input = await request(operation)
    const everythingElse = builtOperations.map((name) => `kms:${name}`).filter((action) => !actions.includes(action))
    for (const statements of [[], [allow(everythingElse)]]) {
      const client = await connectUser(shared.vault, 'nobody', ...statements)
      const error = await errorOf(call(client, operation, input))
      expect(error.name).toBe('AccessDeniedException')
    }
  })

  test('is denied if one of its permissions is missing', async () => {
    if (actions.length === 1) return
    for (const missing of actions) {
      const client = await connectUser(shared.vault, 'most', allow(actions.filter((action) => action !== missing)))
      const error = await errorOf(call(client, operation, await request(operation)))
      expect(error.name).toBe('AccessDeniedException')
      // A ciphertext does not tell whether its key exists.
      expect(error.message).toContain(missing === 'kms:ReEncryptFrom' ? 'The ciphertext refers to' : missing)
    }
  })

  test('is allowed to who has exactly its permissions', async () => {
    const client = await connectUser(shared.vault, 'exact', allow(actions))
    await call(client, operation, await request(operation))
  })
})

describe('operations on aliases need the alias and the key', () => {
  const aliases = 'arn:aws:kms:*:*:alias/*'
  const keys = 'arn:aws:kms:*:*:key/*'

  test.each(['CreateAlias', 'UpdateAlias', 'DeleteAlias'] as const)('%s', async (operation) => {
    for (const Resource of [aliases, keys]) {
      const client = await connectUser(shared.vault, 'half', allow('kms:*', { Resource }))
      expect((await errorOf(call(client, operation, await request(operation)))).name).toBe('AccessDeniedException')
    }
    const client = await connectUser(shared.vault, 'whole', allow(`kms:${operation}`, { Resource: [aliases, keys] }))
    await call(client, operation, await request(operation))
  })

  test('UpdateAlias needs the key that is left as well', async () => {
    const { kms, vault } = shared
    const [one, two] = [(await kms.createKey()).KeyMetadata, (await kms.createKey()).KeyMetadata]
    const AliasName = newAliasName()
    await kms.createAlias({ AliasName, TargetKeyId: one.KeyId })
    const client = await connectUser(vault, 'half', allow('kms:UpdateAlias', { Resource: [aliases, two.Arn] }))
    // The refusal names the alias: which key is behind it, is not told.
    const { message } = await errorOf(client.updateAlias({ AliasName, TargetKeyId: two.KeyId }))
    expect(message).toContain(`${AliasName} because`)
    expect(message).not.toContain(one.KeyId)
    const both = await connectUser(vault, 'half', allow('kms:UpdateAlias', { Resource: [aliases, one.Arn, two.Arn] }))
    await both.updateAlias({ AliasName, TargetKeyId: two.KeyId })
  })
})

test('AUTHZ-16 tags at creation need the permission to tag', async () => {
  const Tags = [{ TagKey: 'a', TagValue: 'b' }]
  const creator = await connectUser(shared.vault, 'creator', allow('kms:CreateKey'))
  await creator.createKey()
  expect((await errorOf(creator.createKey({ Tags }))).message).toContain('kms:TagResource')
  const tagger = await connectUser(shared.vault, 'tagger', allow(['kms:CreateKey', 'kms:TagResource']))
  await tagger.createKey({ Tags })
})
