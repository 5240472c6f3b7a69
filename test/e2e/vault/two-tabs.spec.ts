/** Two tabs at the same keys: no update is lost, and what one decides holds in the other within 100 ms. */
import { expect, test } from '@playwright/test'
import { newVaultName, twoTabs } from './fixtures/tab.js'

test('two tabs that mutate the same key at once never lose an update', async ({ context }) => {
  const tabs = await twoTabs(context)
  const name = newVaultName()
  const keyId = await tabs[0].evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    return (await vault.kms.createKey({})).KeyMetadata.KeyId
  }, name)

  const outcomes = await Promise.all(
    tabs.map((tab, index) =>
      tab.evaluate(
        async ({ name, keyId, tab }) => {
          const { kms } = await browserKms.openVault({ name })
          const tagging = Array.from({ length: 25 }, (_, number) =>
            kms.tagResource({ KeyId: keyId, Tags: [{ TagKey: `${tab}-${number}`, TagValue: 'x' }] }),
          )
          const contested = kms.createAlias({ AliasName: 'alias/contested', TargetKeyId: keyId }).then(
            () => 'created',
            (error: Error) => error.name,
          )
          const aliases = Array.from({ length: 20 }, (_, number) =>
            kms.createAlias({ AliasName: `alias/${tab}-${number}`, TargetKeyId: keyId }),
          )
          await Promise.all([...tagging, ...aliases])
          return contested
        },
        { name, keyId, tab: `tab${index}` },
      ),
    ),
  )
  expect(outcomes.sort()).toEqual(['AlreadyExistsException', 'created'])

  const found = await tabs[1].evaluate(
    async ({ name, keyId }) => {
      const { kms } = await browserKms.openVault({ name })
      const { Tags } = await kms.listResourceTags({ KeyId: keyId })
      const { Aliases } = await kms.listAliases({ KeyId: keyId, Limit: 100 })
      return { tags: Tags.length, aliases: Aliases.length }
    },
    { name, keyId },
  )
  expect(found).toEqual({ tags: 50, aliases: 41 })
})

for (const worker of ['plain', 'deaf'] as const)
  test(`a key disabled in one tab is refused in another within 100 ms, by a ${worker} worker`, async ({ context }) => {
    const [first, second] = await twoTabs(context)
    const name = newVaultName()
    const keyId = await first.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      Object.assign(globalThis, { kms: vault.kms })
      return (await vault.kms.createKey({})).KeyMetadata.KeyId
    }, name)
    // The second tab encrypts without pause, and notes when it began the last call that still succeeded.
    await second.evaluate(
      async ({ name, keyId, worker }) => {
        const { kms } = await browserKms.openVault({ name, worker: workbench.startWorker[worker]() })
        await kms.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(16) })
        const lastSuccess = (async () => {
          for (let last = 0; ; ) {
            const begun = performance.timeOrigin + performance.now()
            try {
              await kms.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(16) })
              last = begun
            } catch (error) {
              return { last, name: (error as Error).name }
            }
          }
        })()
        Object.assign(globalThis, { lastSuccess })
      },
      { name, keyId, worker },
    )
    const disabledAt = await first.evaluate(async (keyId) => {
      const { kms } = globalThis as unknown as { kms: import('browser-kms').KmsClient }
      await kms.disableKey({ KeyId: keyId })
      return performance.timeOrigin + performance.now()
    }, keyId)
    const { last, name: refusal } = await second.evaluate(
      () => (globalThis as unknown as { lastSuccess: Promise<{ last: number; name: string }> }).lastSuccess,
    )
    expect(refusal).toBe('DisabledException')
    expect(last - disabledAt).toBeLessThan(100)
  })

test('an alias that is moved in one tab is followed in the other', async ({ context }) => {
  const [first, second] = await twoTabs(context)
  const name = newVaultName()
  const [before, after] = await first.evaluate(async (name) => {
    const { kms } = await browserKms.openVault({ name })
    const made = [await kms.createKey({}), await kms.createKey({})].map(({ KeyMetadata }) => KeyMetadata)
    await kms.createAlias({ AliasName: 'alias/moving', TargetKeyId: made[0]?.KeyId })
    Object.assign(globalThis, { kms })
    return made.map(({ Arn, KeyId }) => ({ Arn, KeyId }))
  }, name)
  const encrypt = () =>
    second.evaluate(async () => {
      const { kms } = globalThis as unknown as { kms: import('browser-kms').KmsClient }
      return (await kms.encrypt({ KeyId: 'alias/moving', Plaintext: new Uint8Array(1) })).KeyId
    })
  await second.evaluate(async (name) => {
    Object.assign(globalThis, { kms: (await browserKms.openVault({ name })).kms })
  }, name)
  expect(await encrypt()).toBe(before?.Arn)
  await first.evaluate(async (TargetKeyId) => {
    const { kms } = globalThis as unknown as { kms: import('browser-kms').KmsClient }
    await kms.updateAlias({ AliasName: 'alias/moving', TargetKeyId })
  }, after?.KeyId)
  await expect.poll(encrypt, { timeout: 1000, intervals: [100] }).toBe(after?.Arn)
})

test('a deletion that falls due with two tabs open happens once', async ({ context }) => {
  const [first, second] = await twoTabs(context)
  const name = newVaultName()
  const keyId = await first.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({})
    await vault.kms.scheduleKeyDeletion({ KeyId: KeyMetadata.KeyId, PendingWindowInDays: 7 })
    await vault.close()
    return KeyMetadata.KeyId
  }, name)
  const ahead = 8 * 86_400_000
  const seen = await Promise.all(
    [first, second].map((tab) =>
      tab.evaluate(
        async ({ name, ahead, keyId }) => {
          const { kms } = await browserKms.openVault({ name, worker: workbench.startWorker.clock(ahead) })
          const described = await kms.describeKey({ KeyId: keyId }).catch((error: Error) => error.name)
          return [described, (await kms.listKeys()).Keys]
        },
        { name, ahead, keyId },
      ),
    ),
  )
  expect(seen).toEqual([
    ['NotFoundException', []],
    ['NotFoundException', []],
  ])
  const { audit } = await first.evaluate((name) => workbench.storedState(name), name)
  const deletions = audit.flatMap(({ records }) => records).filter(({ eventName }) => eventName === 'DeleteKey')
  expect(deletions).toHaveLength(1)
})
