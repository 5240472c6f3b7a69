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
          const describing = Array.from({ length: 25 }, (_, number) =>
            kms.updateKeyDescription({ KeyId: keyId, Description: `${tab}-${number}` }),
          )
          const making = Array.from({ length: 10 }, () => kms.createKey({ Description: tab }))
          await Promise.all([...tagging, ...aliases, ...describing, ...making])
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

  const { keys, counters, materials } = await tabs[0].evaluate((name) => workbench.storedState(name), name)
  const mutations = { tags: 50, aliases: 41, descriptions: 50, keys: 21 }
  expect(counters).toEqual({ keys: 21, changes: Object.values(mutations).reduce((sum, count) => sum + count) })
  expect(keys.find((key) => key.keyId === keyId)?.revision).toBe(mutations.tags + mutations.descriptions)
  expect(materials).toHaveLength(21)
})

/** How often a key is disabled, and how long the other tab may go on using it, in milliseconds. */
const DISABLED = 10
const REFUSED_WITHIN = 100

for (const worker of ['plain', 'deaf'] as const)
  test(`a key disabled in one tab is refused in another within 100 ms, by a ${worker} worker`, async ({ context }) => {
    const [first, second] = await twoTabs(context)
    const name = newVaultName()
    const keyId = await first.evaluate(async (name) => {
      const { kms } = await browserKms.openVault({ name })
      const { KeyId } = (await kms.createKey({})).KeyMetadata
      Object.assign(globalThis, {
        disable: async () => {
          await kms.disableKey({ KeyId })
          return performance.timeOrigin + performance.now()
        },
        enable: () => kms.enableKey({ KeyId }).then(() => undefined),
      })
      return KeyId
    }, name)
    // Encrypts without pause until the answer is the one that is waited for. Both tabs have the clock of the machine.
    await second.evaluate(
      async ({ name, KeyId, worker }) => {
        const { kms } = await browserKms.openVault({ name, worker: workbench.startWorker[worker]() })
        const now = () => performance.timeOrigin + performance.now()
        Object.assign(globalThis, {
          encryptUntil: async (wanted: string) => {
            for (let lastSuccess = 0; ; ) {
              const begun = now()
              const outcome = await kms.encrypt({ KeyId, Plaintext: new Uint8Array(16) }).then(
                () => 'success',
                (error: Error) => error.name,
              )
              if (outcome === wanted) return { lastSuccess, answered: now() }
              if (outcome === 'success') lastSuccess = begun
            }
          },
        })
      },
      { name, KeyId: keyId, worker },
    )
    const encryptUntil = (wanted: string) =>
      second.evaluate((wanted) => (globalThis as unknown as InSecondTab).encryptUntil(wanted), wanted)

    const refusedAfter: number[] = []
    const usedAfter: number[] = []
    for (let count = 0; count < DISABLED; count++) {
      await encryptUntil('success')
      const refused = encryptUntil('DisabledException')
      const disabledAt = await first.evaluate(() => (globalThis as unknown as InFirstTab).disable())
      const { lastSuccess, answered } = await refused
      refusedAfter.push(answered - disabledAt)
      usedAfter.push(lastSuccess - disabledAt)
      await first.evaluate(() => (globalThis as unknown as InFirstTab).enable())
    }
    const list = refusedAfter.map((duration) => duration.toFixed(1)).join(', ')
    console.log(`a ${worker} worker refused the key, milliseconds after the acknowledgement in the other tab: ${list}`)
    expect(Math.max(...usedAfter), 'the last success, when it was asked for').toBeLessThan(REFUSED_WITHIN)
  })

interface InFirstTab {
  /** @returns when it was acknowledged */
  disable(): Promise<number>
  enable(): Promise<void>
}
interface InSecondTab {
  encryptUntil(outcome: string): Promise<{ lastSuccess: number; answered: number }>
}

test('a key and an alias that are made in one tab can be used in the other at once', async ({ context }) => {
  const [first, second] = await twoTabs(context)
  const name = newVaultName()
  for (const tab of [first, second])
    await tab.evaluate(async (name) => {
      Object.assign(globalThis, { kms: (await browserKms.openVault({ name })).kms })
    }, name)
  for (let count = 0; count < 10; count++) {
    const AliasName = `alias/made-${count}`
    // The other tab has looked for the alias before, in vain.
    const encrypt = () =>
      second.evaluate(async (KeyId) => {
        const { kms } = globalThis as unknown as { kms: import('browser-kms').KmsClient }
        return kms.encrypt({ KeyId, Plaintext: new Uint8Array(1) }).then(
          ({ KeyId }) => KeyId,
          (error: Error) => error.name,
        )
      }, AliasName)
    expect(await encrypt()).toBe('NotFoundException')
    const arn = await first.evaluate(async (AliasName) => {
      const { kms } = globalThis as unknown as { kms: import('browser-kms').KmsClient }
      const { KeyMetadata } = await kms.createKey({})
      await kms.createAlias({ AliasName, TargetKeyId: KeyMetadata.KeyId })
      return KeyMetadata.Arn
    }, AliasName)
    expect(await encrypt()).toBe(arn)
  }
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
  await expect.poll(encrypt, { intervals: [100] }).toBe(after?.Arn)
})

const DAY = 86_400_000

for (const { moment, ahead } of [
  { moment: 'has fallen due when two tabs are opened', ahead: 8 * DAY },
  // By the sweepers' own timers: nobody asks for anything.
  { moment: 'falls due while two tabs are open', ahead: 7 * DAY - 6000 },
])
  test(`a deletion that ${moment} happens once`, async ({ context }) => {
    const tabs = await twoTabs(context)
    const name = newVaultName()
    const keyIds = await tabs[0].evaluate(async (name) => {
      const vault = await browserKms.openVault({ name, worker: workbench.startWorker.clock(0) })
      const keyIds: string[] = []
      for (let count = 0; count < 5; count++) {
        const { KeyId } = (await vault.kms.createKey({})).KeyMetadata
        await vault.kms.createAlias({ AliasName: `alias/due-${count}`, TargetKeyId: KeyId })
        await vault.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
        keyIds.push(KeyId)
      }
      await vault.kms.createKey({ Description: 'stays' })
      await vault.close()
      return keyIds
    }, name)
    const seen = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(
          async ({ name, ahead, keyIds }) => {
            const vault = await browserKms.openVault({ name, worker: workbench.startWorker.clock(ahead) })
            const told = new Set<string>()
            const allTold = new Promise<void>((resolve) => {
              vault.addEventListener('keystate', ({ detail }) => {
                if (detail.keyState === undefined) told.add(detail.keyId)
                if (told.size === keyIds.length) resolve()
              })
            })
            // What happened before a tab began to listen, it finds out by asking.
            if (ahead < 7 * 86_400_000) await allTold
            const described = await Promise.all(
              keyIds.map((KeyId) => vault.kms.describeKey({ KeyId }).catch((error: Error) => error.name)),
            )
            return { described, keys: (await vault.kms.listKeys()).Keys.length }
          },
          { name, ahead, keyIds },
        ),
      ),
    )
    const gone = { described: Array(5).fill('NotFoundException'), keys: 1 }
    expect(seen).toEqual([gone, gone])
    const state = await tabs[0].evaluate((name) => workbench.storedState(name), name)
    const deletions = state.audit
      .flatMap(({ records }) => records)
      .filter(({ eventName }) => eventName === 'DeleteKey')
      .map(({ resources: [arn = ''] }) => arn.slice(arn.lastIndexOf('/') + 1))
    expect(deletions.sort()).toEqual(keyIds.sort())
    expect(state.aliases).toEqual([])
    expect(state.materials).toHaveLength(1)
    expect(state.counters.keys).toBe(1)
  })
