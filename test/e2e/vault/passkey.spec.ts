/** Passkeys as protectors (PROT-4), by Chromium's virtual authenticator. */
import { expect, type Page, test } from '@playwright/test'
import { type Authenticator, plugAuthenticator } from '../fixtures/authenticator.js'
import { newVaultName } from './fixtures/tab.js'

async function open(page: Page, options: Authenticator = {}) {
  const plugged = await plugAuthenticator(page, options)
  await page.goto('/vault.html')
  await page.waitForFunction(() => 'workbench' in globalThis)
  return plugged
}

/** What the dialogs give or say, in the page: bytes as lists of numbers. */
interface Outcome {
  readonly made?: { readonly id: number[]; readonly output: number[]; readonly rpId: string }
  readonly asked?: { readonly id: number[]; readonly output: number[] }
  readonly error?: { readonly name: string; readonly reason: string | undefined; readonly message: string }
}

/** Makes a passkey and asks it, with a salt of one byte over and over. */
function makeAndAsk(page: Page, { rpId, salts = [7, 7] }: { rpId?: string; salts?: number[] } = {}): Promise<Outcome> {
  return page.evaluate(
    async ({ rpId, salts }): Promise<Outcome> => {
      const { makePasskey, askPasskey } = workbench
      const [first, second] = salts.map((value) => new Uint8Array(32).fill(value)) as [
        Uint8Array<ArrayBuffer>,
        Uint8Array<ArrayBuffer>,
      ]
      try {
        const made = await makePasskey({ salt: first, passkeys: [] }, { label: 'this laptop', ...(rpId && { rpId }) })
        const asked = await askPasskey({ salt: second, passkeys: [made] })
        return {
          made: { id: [...made.credentialId], output: [...made.prfOutput], rpId: made.rpId },
          asked: { id: [...asked.credentialId], output: [...asked.prfOutput] },
        }
      } catch (thrown) {
        const { name, reason, message } = thrown as { name: string; reason?: string; message: string }
        return { error: { name, reason, message } }
      }
    },
    { rpId, salts },
  )
}

async function credentials({ session, id }: Awaited<ReturnType<typeof open>>) {
  return (await session.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials
}

test('PROT-4 a passkey answers the same each time it is asked, and another for another salt', async ({ page }) => {
  await open(page)
  const { made, asked } = await makeAndAsk(page)
  expect(made?.rpId).toBe('localhost')
  expect(made?.output).toHaveLength(32)
  expect(new Set(made?.output).size).toBeGreaterThan(8)
  expect(asked).toEqual({ id: made?.id, output: made?.output })
  const other = await makeAndAsk(page, { salts: [7, 8] })
  expect(other.asked?.output).not.toEqual(other.made?.output)
})

test('PROT-4 a second passkey overwrites none: each is of another user, and is found without being named', async ({
  page,
}) => {
  const plugged = await open(page)
  await makeAndAsk(page)
  await makeAndAsk(page)
  const made = await credentials(plugged)
  expect(made.map(({ isResidentCredential }) => isResidentCredential)).toEqual([true, true])
  expect(new Set(made.map(({ userHandle }) => userHandle)).size).toBe(2)
})

test('PROT-4 of several passkeys of a vault, the one that is at hand answers', async ({ page }) => {
  const plugged = await open(page)
  const { made: lost } = await makeAndAsk(page)
  await plugged.session.send('WebAuthn.clearCredentials', { authenticatorId: plugged.id })
  const { made } = await makeAndAsk(page)
  const answer = await page.evaluate(
    async ([lost, made]) => {
      const passkey = (id: number[]) => ({ credentialId: Uint8Array.from(id), rpId: 'localhost', transports: [] })
      const elsewhere = { ...passkey(lost), rpId: 'vault.example' }
      const passkeys = [elsewhere, passkey(lost), passkey(made)]
      const { credentialId } = await workbench.askPasskey({ salt: new Uint8Array(32).fill(7), passkeys })
      return [...credentialId]
    },
    [lost?.id ?? [], made?.id ?? []] as const,
  )
  expect(answer).toEqual(made?.id)
})

test('PROT-4 if making a passkey gives no result, it is asked at once, one time', async ({ page }) => {
  await open(page)
  // Chromium's authenticator gives a result: one that gives none answers as it does to a request without a salt.
  await page.evaluate(() => {
    const { credentials } = navigator
    const [create, get] = [credentials.create.bind(credentials), credentials.get.bind(credentials)]
    Object.assign(globalThis, { asked: 0 })
    credentials.create = (options) => {
      if (options?.publicKey) options.publicKey.extensions = { prf: {} }
      return create(options)
    }
    credentials.get = (options) => {
      ;(globalThis as unknown as { asked: number }).asked += 1
      return get(options)
    }
  })
  const { made, asked } = await makeAndAsk(page)
  expect(made?.output).toHaveLength(32)
  expect(asked?.output).toEqual(made?.output)
  expect(await page.evaluate(() => (globalThis as unknown as { asked: number }).asked)).toBe(2)
})

test.describe('PROT-4 three errors:', () => {
  test('an authenticator without PRF; the passkey that protects nothing is not kept', async ({ page }) => {
    const plugged = await open(page, { hasPrf: false })
    const { error } = await makeAndAsk(page)
    expect(error).toMatchObject({ name: 'PasskeyException', reason: 'passkeyWithoutPrf' })
    expect(error?.message).toContain('has no PRF extension')
    await expect.poll(() => credentials(plugged)).toEqual([])
  })

  test('a passkey without PRF that is asked', async ({ page }) => {
    await open(page, { hasPrf: false })
    const outcome = await page.evaluate(async () => {
      const own = new Uint8Array(32).fill(1)
      const made = (await navigator.credentials.create({
        publicKey: {
          rp: { name: 'a page' },
          user: { id: own, name: 'someone', displayName: 'Someone' },
          challenge: own,
          pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        },
      })) as PublicKeyCredential
      const passkeys = [{ credentialId: new Uint8Array(made.rawId), rpId: 'localhost', transports: [] }]
      return workbench.askPasskey({ salt: own, passkeys }).catch(({ name, reason }) => ({ name, reason }))
    })
    expect(outcome).toEqual({ name: 'PasskeyException', reason: 'passkeyWithoutPrf' })
  })

  test('a dialog that was cancelled', async ({ page }) => {
    const { session, id } = await open(page)
    await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
    const { error } = await makeAndAsk(page)
    expect(error).toMatchObject({ name: 'PasskeyException', reason: 'passkeyCancelled' })
  })

  // Chromium has PRF; the page is made to see a browser that has none, in the three ways that such browsers show it.
  for (const { way, withhold } of [
    {
      way: 'says that it has none',
      withhold: () => {
        PublicKeyCredential.getClientCapabilities = async () => ({ 'extension:prf': false })
      },
    },
    {
      way: 'has no WebAuthn',
      withhold: () => {
        Object.defineProperty(globalThis, 'PublicKeyCredential', { value: undefined })
      },
    },
    {
      way: 'says nothing and answers nothing',
      withhold: () => {
        PublicKeyCredential.getClientCapabilities = async () => ({})
        PublicKeyCredential.prototype.getClientExtensionResults = () => ({})
      },
    },
  ])
    test(`a browser without PRF, which ${way}`, async ({ page }) => {
      await open(page)
      await page.evaluate(withhold)
      const { error } = await makeAndAsk(page)
      expect(error).toMatchObject({ name: 'PasskeyException', reason: 'browserWithoutPrf' })
    })
})

test('PROT-4 a passkey of another domain is refused with the names of both', async ({ page }) => {
  await open(page)
  const { error } = await makeAndAsk(page, { rpId: 'vault.example' })
  expect(error?.name).toBe('ValidationException')
  expect(error?.message).toContain("one of 'vault.example', and cannot be used at 'localhost'")
})

test.describe('PROT-4 a vault', () => {
  /** A vault of the page's own that a passkey and a recovery code open. */
  async function setUp(page: Page): Promise<{ name: string; types: string[]; recoveryCode: string | undefined }> {
    const name = newVaultName()
    return page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      const passkey = { type: 'passkey', label: 'this laptop', userName: 'someone' } as const
      const { protectors, recoveryCode } = await vault.recovery.setUp([{ type: 'recoveryCode' }, passkey])
      await vault.close()
      return { name, types: protectors.map(({ type }) => type), recoveryCode }
    }, name)
  }

  /** In the page, whether its passkey, or a code, is the vault's; or the error. */
  const verify = async ({ name, recoveryCode }: { name: string; recoveryCode?: string | undefined }) => {
    const vault = await browserKms.openVault({ name })
    try {
      return await vault.recovery.verify(recoveryCode ? { recoveryCode } : { passkey: true })
    } catch (error) {
      const { name, reason } = error as { name: string; reason?: string }
      return { name, reason }
    } finally {
      await vault.close()
    }
  }

  test('is opened by its passkey, also after a reload', async ({ page }) => {
    await open(page)
    const { name, types } = await setUp(page)
    expect(types).toEqual(['recoveryCode', 'passkey'])
    expect(await page.evaluate(verify, { name })).toBe(true)
    await page.reload()
    await page.waitForFunction(() => 'browserKms' in globalThis)
    expect(await page.evaluate(verify, { name })).toBe(true)
  })

  for (const { what, value, outcome } of [
    { what: 'is not opened by another output', value: 9, outcome: false },
    { what: 'refuses an output of zeros', value: 0, outcome: { name: 'ValidationException', reason: undefined } },
  ])
    test(what, async ({ page }) => {
      await open(page)
      const { name } = await setUp(page)
      // No authenticator of Chromium's answers so.
      await page.evaluate((value) => {
        const results = { first: new Uint8Array(32).fill(value).buffer }
        PublicKeyCredential.prototype.getClientExtensionResults = () => ({ prf: { results } })
      }, value)
      expect(await page.evaluate(verify, { name })).toEqual(outcome)
    })

  test('says so if its passkey is not here, and opens by its other protector', async ({ page }) => {
    const { session, id } = await open(page)
    const { name, recoveryCode } = await setUp(page)
    await session.send('WebAuthn.clearCredentials', { authenticatorId: id })
    expect(await page.evaluate(verify, { name })).toEqual({ name: 'PasskeyException', reason: 'passkeyCancelled' })
    expect(await page.evaluate(verify, { name, recoveryCode })).toBe(true)
  })

  test('is not protected by a passkey alone', async ({ page }) => {
    await open(page)
    const error = await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      return vault.recovery.setUp([{ type: 'passkey' }]).catch(({ name, message }) => ({ name, message }))
    }, newVaultName())
    expect(error).toMatchObject({ name: 'ValidationException', message: expect.stringContaining('never the only') })
  })
})
