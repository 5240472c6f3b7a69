/**
 * AUTHZ-19: who may not do something to a key does not learn from the refusal whether there is such a key, alias or grant:
 * what exists and what does not are refused with the same error in the same words.
 */
import type { KeyMetadata, KmsClient, OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { inputs, kinds, newAlias } from '../fixtures/requests.js'
import { hold } from '../fixtures/stored.js'
import { call, errorOf, freshVault, newKey, sharedVault, utf8 } from '../fixtures/vault.js'
import { allow, connectUser, otherAccount, policyText, root, userArn } from './fixtures.js'

const shared = sharedVault()
const text = utf8('text')

/** Callers who may do nothing to the keys of these tests. */
const strangers: Readonly<Record<string, () => Promise<KmsClient>>> = {
  'a user without policies': () => connectUser(shared.vault, 'nobody'),
  'a user who may list keys': () => connectUser(shared.vault, 'lister', allow('kms:ListKeys')),
  'a user of another account who may do everything there': () =>
    connectUser(shared.vault, userArn('stranger', otherAccount), allow('kms:*')),
}

/** Key policies that do not mention any of them. */
const keyPolicies: Readonly<Record<string, string | undefined>> = {
  'the default key policy': undefined,
  'a key policy that does not delegate': policyText(allow('kms:*', { Principal: { AWS: userArn('administrator') } })),
}

const absent = crypto.randomUUID()

/** The refusal, with what the request named put out of it. */
async function refusal(client: KmsClient, operation: OperationName, input: object, ...named: readonly string[]) {
  const { name, message } = await errorOf(call(client, operation, input))
  return [name, named.reduce((said, each) => said.replaceAll(each, '…'), message)]
}

/** The input of a request, for another key than the one it was made for. */
function renamed<Input>(input: Input, from: string, to: string): Input {
  if (typeof input === 'string') return input.replaceAll(from, to) as Input
  if (typeof input !== 'object' || input === null || ArrayBuffer.isView(input)) return input
  const entries = Object.entries(input).map(([name, value]) => [name, renamed(value, from, to)])
  return (Array.isArray(input) ? Object.values(Object.fromEntries(entries)) : Object.fromEntries(entries)) as Input
}

const onKeys = (Object.keys(inputs) as OperationName[]).filter(
  // They name no key: a principal, a ciphertext, a token.
  (operation) => !['ListRetirableGrants', 'Decrypt', 'RetireGrant'].includes(operation),
)

describe.each(Object.entries(strangers))('%s cannot tell a key that exists from one that does not', (_who, connect) => {
  describe.each(Object.entries(keyPolicies))('with %s', (_which, Policy) => {
    test.each(onKeys)('%s', async (operation) => {
      const { kms } = shared
      const key = (await kms.createKey(kinds[operation] ?? {})).KeyMetadata
      const input = (await inputs[operation]?.(kms, key)) as Record<string, unknown>
      if (Policy !== undefined)
        await kms.putKeyPolicy({ KeyId: key.KeyId, Policy, BypassPolicyLockoutSafetyCheck: true })
      const stranger = await connect()
      const there = await refusal(stranger, operation, input, key.KeyId)
      const notThere = await refusal(stranger, operation, renamed(input, key.KeyId, absent), absent)
      expect(there).toEqual(notThere)
      expect(there[0]).not.toBe(undefined)
    })
  })
})

describe('names of keys', () => {
  type Names = (key: KeyMetadata, alias: string) => readonly [there: string, notThere: string]
  const arnOf = ({ Arn }: KeyMetadata, resource: string) => (Arn as string).replace(/key\/.*/, resource)
  const names: Readonly<Record<string, Names>> = {
    'key id': ({ KeyId }) => [KeyId, absent],
    'key ARN': (key) => [key.Arn, arnOf(key, `key/${absent}`)],
    'alias name': (_key, alias) => [alias, 'alias/absent'],
    'alias ARN': (key, alias) => [arnOf(key, alias), arnOf(key, 'alias/absent')],
  }
  const who = Object.entries(strangers).flatMap(([name, connect]) =>
    Object.entries(names).map(([kind, made]) => [name, kind, connect, made] as const),
  )

  test.each(who)('%s, by %s', async (_who, _kind, connect, made) => {
    const key = await newKey(shared.kms)
    const [there, notThere] = made(key, await newAlias(shared.kms, key))
    const stranger = await connect()
    const said = (name: string) => refusal(stranger, 'Encrypt', { KeyId: name, Plaintext: text }, name, tailOf(name))
    expect(await said(there)).toEqual(await said(notThere))
  })

  // A refusal names what was asked for by its ARN.
  const tailOf = (name: string) => name.slice(name.lastIndexOf(':') + 1)

  test('control: who could do it to a key of the account learns that there is none', async () => {
    const user = await connectUser(shared.vault, 'alice', allow('kms:*'))
    for (const KeyId of [absent, 'alias/absent'])
      expect((await errorOf(user.encrypt({ KeyId, Plaintext: text }))).name).toBe('NotFoundException')
  })
})

describe('what a request names beside its key', () => {
  const users = [
    () => connectUser(shared.vault, 'nobody'),
    () => connectUser(shared.vault, 'aliaser', allow('kms:*Alias', { Resource: 'arn:aws:kms:*:*:alias/*' })),
  ]

  test.each(users)('UpdateAlias and DeleteAlias: an alias (%#)', async (connect) => {
    const { kms } = shared
    const key = await newKey(kms)
    const alias = await newAlias(kms, key)
    const user = await connect()
    for (const [operation, more] of [
      ['DeleteAlias', {}],
      ['UpdateAlias', { TargetKeyId: key.KeyId }],
      ['UpdateAlias', { TargetKeyId: absent }],
    ] as const) {
      const said = (AliasName: string) => refusal(user, operation, { AliasName, ...more }, AliasName, key.KeyId, absent)
      expect(await said(alias)).toEqual(await said('alias/absent'))
      expect((await said(alias))[0]).toBe('AccessDeniedException')
    }
  })

  test.each(users)('CreateAlias: its target (%#)', async (connect) => {
    const { KeyId } = await newKey(shared.kms)
    const user = await connect()
    const said = (TargetKeyId: string) =>
      refusal(user, 'CreateAlias', { AliasName: 'alias/new', TargetKeyId }, TargetKeyId)
    expect(await said(KeyId)).toEqual(await said(absent))
  })

  test('ReEncrypt: the destination, to whom may not decrypt', async () => {
    const { kms } = shared
    const [source, destination] = [await newKey(kms), await newKey(kms)]
    const { CiphertextBlob } = await kms.encrypt({ KeyId: source.KeyId, Plaintext: text })
    for (const user of [
      await connectUser(shared.vault, 'nobody'),
      await connectUser(shared.vault, 'encrypter', allow('kms:ReEncryptTo')),
    ]) {
      const said = (DestinationKeyId: string) =>
        refusal(user, 'ReEncrypt', { CiphertextBlob, DestinationKeyId }, DestinationKeyId)
      expect(await said(destination.KeyId)).toEqual(await said(absent))
      expect((await said(absent))[0]).toBe('AccessDeniedException')
    }
  })

  test('Decrypt and ReEncrypt: the named key, whatever the ciphertext is', async () => {
    const { kms } = shared
    const [named, other] = [await newKey(kms), await newKey(kms)]
    const { KeyMetadata: rsa } = await kms.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })
    const { CiphertextBlob: foreign } = await kms.encrypt({ KeyId: other.KeyId, Plaintext: text })
    const blobs = {
      garbage: utf8('no ciphertext'),
      foreign,
      'of the key': (await kms.encrypt({ KeyId: named.KeyId, Plaintext: text })).CiphertextBlob,
    }
    for (const [who, connect] of Object.entries(strangers)) {
      const user = await connect()
      for (const { Arn } of [named, rsa])
        for (const [what, CiphertextBlob] of Object.entries(blobs)) {
          const decrypting = (KeyId: string) => refusal(user, 'Decrypt', { KeyId, CiphertextBlob }, KeyId)
          const notThere = Arn.replace(/[^/]*$/, absent)
          expect(await decrypting(Arn), `${who}, ${what}`).toEqual(await decrypting(notThere))
          for (const more of [
            { DestinationKeyId: named.Arn },
            { DestinationKeyId: 'nonsense' },
            { DestinationKeyId: 'nonsense', SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
          ]) {
            const moving = (SourceKeyId: string) =>
              refusal(user, 'ReEncrypt', { SourceKeyId, CiphertextBlob, ...more }, SourceKeyId)
            expect(await moving(Arn), `${who}, ${what}`).toEqual(await moving(notThere))
            expect((await moving(Arn))[0]).toBe('AccessDeniedException')
          }
        }
    }
    // Control: who may use the key is told what is wrong.
    expect((await errorOf(kms.decrypt({ KeyId: named.KeyId, CiphertextBlob: foreign }))).name).toBe(
      'IncorrectKeyException',
    )
    expect((await errorOf(kms.decrypt({ KeyId: named.KeyId, CiphertextBlob: blobs.garbage }))).name).toBe(
      'InvalidCiphertextException',
    )
  })

  test('RetireGrant: the grant', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    const { GrantId } = await kms.createGrant({ KeyId, GranteePrincipal: userArn('grantee'), Operations: ['Decrypt'] })
    const user = await connectUser(shared.vault, 'nobody')
    const said = (id: string) => refusal(user, 'RetireGrant', { KeyId, GrantId: id }, id)
    expect(await said(GrantId as string)).toEqual(await said('0'.repeat(64)))
    expect((await said('0'.repeat(64)))[0]).toBe('AccessDeniedException')
    const retirer = await connectUser(shared.vault, 'retirer', allow('kms:RetireGrant'))
    expect((await errorOf(retirer.retireGrant({ KeyId, GrantId: '0'.repeat(64) }))).name).toBe('NotFoundException')
  })

  test('a key policy that denies a caller of another account is not told from no key', async () => {
    const { kms } = shared
    const { KeyId, Arn } = await newKey(kms)
    const Policy = policyText(allow('kms:*', { Principal: { AWS: root() } }), {
      ...allow('kms:*', { Principal: '*', Condition: { StringEquals: { 'kms:CallerAccount': otherAccount } } }),
      Effect: 'Deny',
    })
    await kms.putKeyPolicy({ KeyId, Policy })
    const stranger = await connectUser(shared.vault, userArn('stranger', otherAccount), allow('kms:*'))
    const said = (arn: string) => refusal(stranger, 'Encrypt', { KeyId: arn, Plaintext: text }, arn)
    expect(await said(Arn)).toEqual(await said(Arn.replace(KeyId, absent)))
  })
})

test('what was sent over a connection that is taken back meanwhile is not done', async () => {
  const { vault, kms } = shared
  const user = await connectUser(vault, 'maker', allow('kms:*'))
  const before = await keyCount(kms)
  const batch = Array.from({ length: 200 }, () =>
    user.createKey({}).then(
      () => 'made',
      ({ name }: Error) => name,
    ),
  )
  const count = await vault.revoke('user/maker')
  const madeByThen = await keyCount(kms)
  const answers = await Promise.all(batch)
  expect(count).toBe(1)
  // Whatever was made was made before `revoke` had resolved.
  expect(await keyCount(kms)).toBe(madeByThen)
  expect(answers.filter((answer) => answer === 'AccessDeniedException').length).toBeGreaterThan(0)
  expect(answers.filter((answer) => answer === 'made').length).toBeLessThanOrEqual(madeByThen - before)
})

test('a change that waits for the disk when its connection is taken back is not made', async () => {
  const { vault, kms, name } = await freshVault()
  const user = await connectUser(vault, 'waiter', allow('kms:*'))
  await user.listKeys({})
  const release = await hold(name, ['keys', 'vault'])
  const creating = user.createKey({}).then(
    () => 'made',
    ({ name }: Error) => name,
  )
  // It has come to the disk by then, or comes to it later: what is said below is true of either.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const revoking = vault.revoke('user/waiter')
  // The worker has heard of it as soon as something is refused; what it has not heard of waits for the disk.
  let isRefused = false
  while (!isRefused) {
    user.generateRandom({ NumberOfBytes: 1 }).catch(() => {
      isRefused = true
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await release()
  expect(await revoking).toBe(1)
  expect(await creating).toBe('AccessDeniedException')
  expect(await keyCount(kms)).toBe(0)
})

async function keyCount(kms: KmsClient): Promise<number> {
  let count = 0
  let Marker: string | undefined
  do {
    const { Keys, NextMarker } = await kms.listKeys({ Limit: 1000, ...(Marker !== undefined && { Marker }) })
    count += Keys.length
    Marker = NextMarker
  } while (Marker !== undefined)
  return count
}
