/**
 * A widget of another origin holds a port for `user/widget` and has one grant: Decrypt with one key, in one encryption
 * context. It tries everything else; only what was granted works, and each refusal is in the audit log.
 */
import { expect, test } from '@playwright/test'
import { pageWithFrame } from './fixtures/frame.js'
import { newVaultName } from './fixtures/tab.js'

test('only the granted call works, and each refusal is recorded', async ({ page, baseURL }) => {
  const frame = await pageWithFrame(page, baseURL)
  expect(new URL(frame.url()).origin).not.toBe(new URL(page.url()).origin)
  const name = newVaultName()
  const given = await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { kms } = vault
    const own = (await kms.createKey({})).KeyMetadata.KeyId
    const other = (await kms.createKey({})).KeyMetadata.KeyId
    const EncryptionContext = { note: '42' }
    const Plaintext = new TextEncoder().encode('for the widget')
    const { CiphertextBlob } = await kms.encrypt({ KeyId: own, Plaintext, EncryptionContext })
    const elsewhere = await kms.encrypt({ KeyId: other, Plaintext, EncryptionContext })
    const without = await kms.encrypt({ KeyId: own, Plaintext })
    const GranteePrincipal = 'arn:aws:iam::000000000000:user/widget'
    const Constraints = { EncryptionContextEquals: EncryptionContext }
    const grant = await kms.createGrant({ KeyId: own, GranteePrincipal, Operations: ['Decrypt'], Constraints })
    const ended = await kms.createGrant({ KeyId: own, GranteePrincipal, Operations: ['Encrypt'] })
    await kms.retireGrant({ GrantToken: ended.GrantToken as string })
    const port = await vault.connectPort({ principal: 'user/widget' })
    const given = {
      own,
      other,
      tokens: [grant.GrantToken as string, ended.GrantToken as string],
      grantId: grant.GrantId as string,
      ciphertext: Array.from(CiphertextBlob as Uint8Array),
      elsewhere: Array.from(elsewhere.CiphertextBlob as Uint8Array),
      without: Array.from(without.CiphertextBlob as Uint8Array),
    }
    frames[0]?.postMessage('kms', '*', [port])
    Object.assign(globalThis, { vault })
    return given
  }, name)

  const { answers, plaintext } = await frame.evaluate(async (given) => {
    const { kms } = globalThis as unknown as { kms: Promise<import('browser-kms').KmsClient> }
    const client = await kms
    const bytes = (values: number[]) => Uint8Array.from(values)
    const { own, other, tokens } = given
    const [live = '', ended = ''] = tokens
    const text = bytes([1, 2, 3])
    const EncryptionContext = { note: '42' }
    const CiphertextBlob = bytes(given.ciphertext)
    const grantee = 'arn:aws:iam::000000000000:user/widget'
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
    })
    const attempts: [name: string, attempt: () => Promise<unknown>][] = [
      // Other operations
      ['Encrypt', () => client.encrypt({ KeyId: own, Plaintext: text, EncryptionContext })],
      ['GenerateDataKey', () => client.generateDataKey({ KeyId: own, KeySpec: 'AES_256', EncryptionContext })],
      ['DescribeKey', () => client.describeKey({ KeyId: own })],
      ['ListKeys', () => client.listKeys({})],
      ['ListAliases', () => client.listAliases({})],
      ['ListGrants', () => client.listGrants({ KeyId: own })],
      ['GetKeyPolicy', () => client.getKeyPolicy({ KeyId: own })],
      ['PutKeyPolicy', () => client.putKeyPolicy({ KeyId: own, Policy: policy, BypassPolicyLockoutSafetyCheck: true })],
      ['CreateGrant', () => client.createGrant({ KeyId: own, GranteePrincipal: grantee, Operations: ['Encrypt'] })],
      ['CreateKey', () => client.createKey({ Policy: policy })],
      ['ScheduleKeyDeletion', () => client.scheduleKeyDeletion({ KeyId: own })],
      ['DisableKey', () => client.disableKey({ KeyId: own })],
      ['CreateAlias', () => client.createAlias({ AliasName: 'alias/mine', TargetKeyId: own })],
      ['TagResource', () => client.tagResource({ KeyId: own, Tags: [{ TagKey: 'a', TagValue: 'b' }] })],
      ['GenerateRandom', () => client.generateRandom({ NumberOfBytes: 8 })],
      [
        'ReEncrypt',
        () => client.reEncrypt({ CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: own }),
      ],
      // Other keys, other contexts
      ['Decrypt of another key', () => client.decrypt({ CiphertextBlob: bytes(given.elsewhere), EncryptionContext })],
      ['Decrypt naming another key', () => client.decrypt({ CiphertextBlob, KeyId: other, EncryptionContext })],
      ['Decrypt without the context', () => client.decrypt({ CiphertextBlob: bytes(given.without) })],
      [
        'Decrypt with more context',
        () => client.decrypt({ CiphertextBlob, EncryptionContext: { note: '42', a: 'b' } }),
      ],
      // Replayed, borrowed and forged tokens
      ['the token of a retired grant', () => client.encrypt({ KeyId: own, Plaintext: text, GrantTokens: [ended] })],
      [
        'the live token for another operation',
        () => client.encrypt({ KeyId: own, Plaintext: text, GrantTokens: [live] }),
      ],
      [
        'a forged token',
        () => client.encrypt({ KeyId: own, Plaintext: text, GrantTokens: [`${live.slice(0, -4)}AAAA`] }),
      ],
      ['RetireGrant by token', () => client.retireGrant({ GrantToken: live })],
      ['RetireGrant by id', () => client.retireGrant({ KeyId: own, GrantId: given.grantId })],
      ['RevokeGrant', () => client.revokeGrant({ KeyId: own, GrantId: given.grantId })],
      // A principal that the request says it is
      [
        'a principal in the request',
        () => client.describeKey({ KeyId: own, principal: 'root', Caller: 'root' } as never),
      ],
    ]
    const answers: [string, string, string][] = []
    for (const [name, attempt] of attempts)
      answers.push(
        await attempt().then(
          (): [string, string, string] => [name, 'succeeded', ''],
          (error): [string, string, string] => [name, error.name, error.$metadata.requestId],
        ),
      )
    const { Plaintext } = await client.decrypt({ CiphertextBlob, EncryptionContext })
    return { answers, plaintext: new TextDecoder().decode(Plaintext) }
  }, given)

  expect(plaintext).toBe('for the widget')
  const otherErrors: Record<string, string> = {
    // Not IncorrectKeyException: that would tell that there is such a key.
    'Decrypt naming another key': 'AccessDeniedException',
    'a forged token': 'InvalidGrantTokenException',
    'a principal in the request': 'ValidationException',
  }
  for (const [attempt, outcome] of answers)
    expect([attempt, outcome]).toEqual([attempt, otherErrors[attempt] ?? 'AccessDeniedException'])

  const records = await page.evaluate(async (name) => {
    const { vault } = globalThis as unknown as { vault: import('browser-kms').Vault }
    await vault.close()
    const { audit } = await workbench.storedState(name)
    return audit.flatMap(({ records }) => [...records])
  }, name)
  const recorded = new Map(records.map((record) => [record.requestId, record]))
  for (const [attempt, outcome, requestId] of answers)
    expect(recorded.get(requestId), attempt).toMatchObject({
      userArn: 'arn:aws:iam::000000000000:user/widget',
      errorCode: outcome,
    })
})

test('a flood on its port hurts nobody else', async ({ page, baseURL }) => {
  const frame = await pageWithFrame(page, baseURL)
  await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({})
    await vault.kms.createAlias({ AliasName: 'alias/own', TargetKeyId: KeyMetadata.KeyId })
    const port = await vault.connectPort({ principal: 'user/widget' })
    frames[0]?.postMessage('port', '*', [port])
    Object.assign(globalThis, { vault })
  }, newVaultName())
  await frame.evaluate(async () => {
    const { port } = globalThis as unknown as { port: Promise<MessagePort> }
    const flooded = await port
    const calls = Array.from({ length: 100 }, () => ['ListKeys', {}])
    for (let count = 0; count < 20_000; count++)
      flooded.postMessage({
        id: String(count),
        type: 'APPLY',
        path: ['submit'],
        argumentList: [{ type: 'RAW', value: { calls, bytes: new ArrayBuffer(0) } }],
      })
  })
  const works = await page.evaluate(async () => {
    const { vault } = globalThis as unknown as { vault: import('browser-kms').Vault }
    const Plaintext = new TextEncoder().encode('mine')
    for (let count = 0; count < 20; count++) {
      const { CiphertextBlob } = await vault.kms.encrypt({ KeyId: 'alias/own', Plaintext })
      await vault.kms.decrypt({ CiphertextBlob: CiphertextBlob as Uint8Array })
    }
    return true
  })
  expect(works).toBe(true)
})

test('a revoked widget is told so, and what it has left on the way is refused', async ({ page, baseURL }) => {
  const frame = await pageWithFrame(page, baseURL)
  await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({})
    const principal = 'user/widget'
    const Statement = [{ Effect: 'Allow', Action: 'kms:DescribeKey', Resource: '*' }]
    const port = await vault.connectPort({ principal, policies: [{ Version: '2012-10-17', Statement }] })
    frames[0]?.postMessage('kms', '*', [port])
    Object.assign(globalThis, { vault, keyId: KeyMetadata.KeyId })
  }, newVaultName())
  const keyId = await page.evaluate(() => (globalThis as unknown as { keyId: string }).keyId)
  const ask = () =>
    frame.evaluate(async (KeyId) => {
      const { kms } = globalThis as unknown as { kms: Promise<import('browser-kms').KmsClient> }
      return (await kms).describeKey({ KeyId }).then(
        () => 'works',
        (error: Error) => `${error.name}: ${error.message}`,
      )
    }, keyId)
  expect(await ask()).toBe('works')
  const count = await page.evaluate(() =>
    (globalThis as unknown as { vault: import('browser-kms').Vault }).vault.revoke(
      'arn:aws:iam::000000000000:user/widget',
    ),
  )
  expect(count).toBe(1)
  expect(await ask()).toBe(
    'AccessDeniedException: The connection of arn:aws:iam::000000000000:user/widget was revoked.',
  )
})

test('one small message, in which a large text is shared, costs the worker nothing', async ({ page, baseURL }) => {
  const frame = await pageWithFrame(page, baseURL)
  await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({})
    const port = await vault.connectPort({ principal: 'user/widget' })
    frames[0]?.postMessage('port', '*', [port])
    Object.assign(globalThis, { vault, keyId: KeyMetadata.KeyId })
  }, newVaultName())
  await frame.evaluate(async () => {
    const { port } = globalThis as unknown as { port: Promise<MessagePort> }
    const TagKey = 'x'.repeat(2 ** 20)
    const Tags = Array.from({ length: 25_600 }).fill({ TagKey, TagValue: TagKey })
    const value = { calls: [['TagResource', { KeyId: 'alias/none', Tags }]], bytes: new ArrayBuffer(0) }
    const message = { id: '1', type: 'APPLY', path: ['submit'], argumentList: [{ type: 'RAW', value }] }
    for (let count = 0; count < 20; count++) (await port).postMessage(message)
  })
  // It took a minute, and four gigabytes, for one of these.
  const waited = await page.evaluate(async () => {
    const { vault, keyId } = globalThis as unknown as { vault: import('browser-kms').Vault; keyId: string }
    const started = performance.now()
    await vault.kms.encrypt({ KeyId: keyId, Plaintext: new TextEncoder().encode('mine') })
    return performance.now() - started
  })
  expect(waited).toBeLessThan(20_000)
})
