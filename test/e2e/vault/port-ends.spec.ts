/**
 * Who holds a port waits for answers of somebody else's worker. Whatever ends there, and however, every call settles: those
 * that were under way, and all later ones.
 */
import { expect, type Frame, type Page, test } from '@playwright/test'
import { pageWithFrame } from './fixtures/frame.js'
import { pageMemory } from './fixtures/page-memory.js'
import { loadPage, newVaultName } from './fixtures/tab.js'

/** Milliseconds in which a call settles that the holder is told about, or hears about by a Web Lock. */
const PATIENCE = 20_000
/** Of another origin, the holder waits for half a minute of silence. */
const SILENCE = 60_000

/** The page or frame that has the vault. */
interface Giver {
  readonly place: Page | Frame
  /** The page that holds the port, and perhaps the frame. */
  readonly holder: Page
}

/** Where the vault is, seen from the page that holds the port. */
interface Setting {
  readonly place: 'tab' | 'frame'
  /** Another site, and so another process. */
  readonly isForeign?: boolean
}

type End = readonly [how: string, setting: Setting, end: (giver: Giver) => Promise<unknown>, error: string]

const tab: Setting = { place: 'tab' }
const frame: Setting = { place: 'frame' }
const foreign: Setting = { place: 'tab', isForeign: true }
const gone = 'KMSInternalException: The vault behind this port is gone'
const navigate: End[2] = ({ place }) => (place as Page).goto('about:blank')
const close: End[2] = ({ place }) => (place as Page).close()

const ends: readonly End[] = [
  ['the vault is closed', foreign, inGiver('vault.close()'), 'KMSInvalidStateException: The vault was closed'],
  [
    'the vault is deleted',
    foreign,
    inGiver('browserKms.deleteVault(name)'),
    'KMSInvalidStateException: The vault was d',
  ],
  ['the port is revoked', foreign, inGiver('vault.revoke(port)'), 'AccessDeniedException: The connection of'],
  ['its principal is revoked', foreign, inGiver(`vault.revoke('root')`), 'AccessDeniedException: The connection of'],
  ['its worker is terminated', tab, inGiver('workbench.lastWorker().terminate()'), gone],
  ['its page navigates away', tab, navigate, gone],
  ['its page is reloaded', tab, ({ place }) => (place as Page).reload(), gone],
  ['its tab is closed', tab, close, gone],
  ['its frame is removed', frame, ({ holder }) => holder.evaluate(`document.querySelector('iframe').remove()`), gone],
  ['its frame navigates away', frame, ({ place }) => place.evaluate(`location.assign('about:blank')`), gone],
  ['the port is closed by who holds it', foreign, ({ holder }) => holder.evaluate('void held.close()'), gone],
]

for (const [how, setting, end, error] of ends)
  test(`when ${how}, calls that wait settle, and later ones too`, async ({ page, baseURL }) => {
    const giver = await holderOfPort(page, baseURL, setting)
    const outcomes = slowCalls(page, PATIENCE)
    await end(giver)
    await expectSettled(await outcomes, page, error)
  })

const silentEnds: readonly [how: string, end: End[2]][] = [
  ['its worker is terminated', inGiver('workbench.lastWorker().terminate()')],
  ['its page navigates away', navigate],
  ['its tab is closed', close],
  ['its tab is killed', ({ place }) => crash(place as Page)],
]

test.describe('of another site, where nothing tells of the end but silence', () => {
  // They wait side by side: half a minute each.
  test.describe.configure({ mode: 'default' })
  test(`calls settle when ${silentEnds.map(([how]) => how).join(', ')}`, async ({ page, baseURL, context }) => {
    const waited = []
    for (const [how, end] of silentEnds) {
      const holder = how === silentEnds[0]?.[0] ? page : await context.newPage()
      const giver = await holderOfPort(holder, baseURL, foreign)
      const outcomes = slowCalls(holder, SILENCE)
      await end(giver)
      waited.push({ holder, outcomes })
    }
    for (const { holder, outcomes } of waited) await expectSettled(await outcomes, holder, gone)
  })
})

test.describe('of another site, in engines whose ports have a close event', () => {
  // Chromium has it behind a flag.
  const testThere = test.extend({
    page: async ({ playwright, launchOptions, baseURL }, use) => {
      const args = [...(launchOptions.args ?? []), '--enable-blink-features=MessagePortCloseEvent']
      const browser = await playwright.chromium.launch({ ...launchOptions, args })
      await use(await browser.newPage({ baseURL: baseURL as string }))
      await browser.close()
    },
  })
  for (const [how, end] of silentEnds)
    testThere(`when ${how}, calls settle at once`, async ({ page, baseURL }) => {
      const giver = await holderOfPort(page, baseURL, foreign)
      const outcomes = slowCalls(page, PATIENCE)
      await end(giver)
      await expectSettled(await outcomes, page, gone)
    })

  testThere('the worker forgets the connection of a frame that is gone, and never had a client', async ({ page }) => {
    await loadPage(page)
    await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      const frame = document.body.appendChild(document.createElement('iframe'))
      const port = await vault.connectPort({ principal: 'user/widget' })
      frame.contentWindow?.postMessage('port', '*', [port])
      await vault.connectPort({ principal: 'user/other' })
      frame.remove()
      Object.assign(globalThis, { vault })
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }, newVaultName())
    expect(await connections(page, 'user/widget')).toBe(0)
    expect(await connections(page, 'user/other')).toBe(1)
  })
})

test('a port that ended before anybody listened says so too', async ({ page }) => {
  await loadPage(page)
  const outcomes = await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const [revoked, closed] = [
      await vault.connectPort({ principal: 'root' }),
      await vault.connectPort({ principal: 'root' }),
    ]
    await vault.revoke(revoked)
    await vault.close()
    return Promise.all([revoked, closed].map((port) => browserKms.clientFromPort(port).listKeys({}).catch(String)))
  }, newVaultName())
  expect(outcomes[0]).toContain('was revoked')
  expect(outcomes[1]).toContain('The vault was closed')
})

test.describe('one port has one connection', () => {
  test('clients of it share it, and none ends it when nobody has that client any more', async ({ page }) => {
    await loadPage(page)
    const memory = await pageMemory(page)
    await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      const port = await vault.connectPort({ principal: 'root' })
      Object.assign(globalThis, { vault, port })
      await browserKms.clientFromPort(port).listKeys({})
      Object.assign(globalThis, { kept: browserKms.clientFromPort(port) })
      await browserKms.clientFromPort(port).listKeys({})
    }, newVaultName())
    await memory.collectGarbage()
    const outcomes = await page.evaluate(async (patience) => {
      const { kept, port } = globalThis as unknown as { kept: import('browser-kms').KmsClient; port: MessagePort }
      const clients = [kept, browserKms.clientFromPort(port)]
      const late = new Promise((resolve) => setTimeout(resolve, patience, 'waits'))
      return Promise.all(clients.map((kms) => Promise.race([kms.listKeys({}).then(() => 'answered', String), late])))
    }, PATIENCE)
    expect(outcomes).toEqual(['answered', 'answered'])
  })

  test('a client of vault.connect() has its own, which ends when nobody has the client any more', async ({ page }) => {
    await loadPage(page)
    const memory = await pageMemory(page)
    await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      for (let count = 0; count < 50; count++) await vault.connect({ principal: 'user/dropped' })
      const kept = await vault.connect({ principal: 'root' })
      // Nobody has the client, but somebody its answer.
      const { Keys } = await (await vault.connect({ principal: 'root' })).listKeys({})
      Object.assign(globalThis, { vault, kept, Keys })
    }, newVaultName())
    await expect
      .poll(async () => {
        await memory.collectGarbage()
        return connections(page, 'user/dropped')
      })
      .toBe(0)
    expect(
      await page.evaluate(() => (globalThis as unknown as { kept: import('browser-kms').KmsClient }).kept.listKeys()),
    ).toHaveProperty('Keys')
  })
})

test.describe('the worker forgets a connection, and simulate does not take its rights', () => {
  const ways: readonly [way: string, end: (frame: Frame) => Promise<unknown>][] = [
    ['whose port was closed', (frame) => frame.evaluate(async () => (await portOf()).close())],
    [
      'that was given up',
      (frame) => frame.evaluate(async () => (await portOf()).postMessage({ id: 'end', type: 'RELEASE' })),
    ],
    ['whose frame was removed', (frame) => frame.page().evaluate(() => document.querySelector('iframe')?.remove())],
    ['whose frame has navigated away', (frame) => frame.evaluate(() => location.assign('about:blank'))],
  ]
  for (const [way, end] of ways)
    test(way, async ({ page, baseURL }) => {
      const frame = await pageWithFrame(page, baseURL)
      await page.evaluate(async (name) => {
        const vault = await browserKms.openVault({ name })
        const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }]
        const port = await vault.connectPort({ principal: 'user/widget', policies })
        const decision = async () =>
          (await vault.simulate({ principal: 'user/widget', action: 'kms:ListKeys', resource: '*' })).decision
        frames[0]?.postMessage('port', '*', [port])
        Object.assign(globalThis, { vault, decision })
      }, newVaultName())
      const decision = () =>
        page.evaluate(() => (globalThis as unknown as { decision: () => Promise<string> }).decision())
      await frame.evaluate(async () => {
        const { port } = globalThis as unknown as { port: Promise<MessagePort> }
        Object.assign(globalThis, { portOf: () => port })
        await browserKms.clientFromPort(await port).listKeys({})
      })
      expect(await decision()).toBe('allowed')
      await end(frame)
      await expect.poll(decision).toBe('implicitDeny')
      expect(await connections(page, 'user/widget')).toBe(0)
    })
})

declare const portOf: () => Promise<MessagePort>

/** How many connections a principal had; it has none afterwards. */
function connections(page: Page, principal: string): Promise<number> {
  return page.evaluate(
    (principal) => (globalThis as unknown as { vault: import('browser-kms').Vault }).vault.revoke(principal),
    principal,
  )
}

interface Holder {
  settled(
    call: (kms: import('browser-kms').KmsClient, port: MessagePort) => Promise<unknown>,
    patience: number,
  ): Promise<string>
}

/** Calls that wait when the end comes: generating these keys takes seconds. */
function slowCalls(holder: Page, patience: number): Promise<string[]> {
  return holder.evaluate((patience) => {
    const { settled } = globalThis as unknown as Holder
    const slow = () => settled((kms) => kms.createKey({ KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }), patience)
    return Promise.all(Array.from({ length: 8 }, slow))
  }, patience)
}

async function expectSettled(outcomes: readonly string[], holder: Page, error: string): Promise<void> {
  expect(outcomes.filter((outcome) => outcome !== 'answered' && !outcome.startsWith(error))).toEqual([])
  for (let round = 0; round < 2; round++) {
    const later = await holder.evaluate((patience) => {
      const { settled } = globalThis as unknown as Holder
      return Promise.all([
        settled((kms) => kms.listKeys({}), patience),
        // A new client of the port shares its end.
        settled((_, port) => browserKms.clientFromPort(port).listKeys({}), patience),
      ])
    }, SILENCE)
    for (const outcome of later) expect(outcome).toContain(error)
  }
}

/** The page holds a port of a vault that a tab or a frame of another origin has. */
async function holderOfPort(
  page: Page,
  baseURL: string | undefined,
  { place, isForeign = false }: Setting,
): Promise<Giver> {
  await loadPage(page)
  const url = new URL('/vault.html', baseURL)
  if (isForeign) url.hostname = '127.0.0.1'
  const opened = place === 'tab' ? page.waitForEvent('popup') : page.waitForEvent('frameattached')
  await page.evaluate(
    ({ url, place }) => {
      const received = new Promise<MessagePort>((resolve) => {
        addEventListener('message', ({ ports: [port] }) => {
          if (!port) return
          Object.assign(globalThis, { held: port })
          resolve(port)
        })
      })
      const client = received.then((port) => browserKms.clientFromPort(port))
      const settled: Holder['settled'] = async (call, patience) => {
        const late = new Promise<string>((resolve) => setTimeout(resolve, patience, 'waits'))
        const outcome = call(await client, await received).then(
          () => 'answered',
          ({ name, message }: Error) => `${name}: ${message}`,
        )
        return Promise.race([outcome, late])
      }
      Object.assign(globalThis, { settled })
      if (place === 'tab') open(url)
      else document.body.appendChild(document.createElement('iframe')).src = url
    },
    { url: url.href, place },
  )
  const giver = await opened
  await giver.waitForURL(url.href)
  await giver.waitForFunction(() => 'workbench' in globalThis)
  await giver.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name, worker: workbench.startWorker.plain() })
    const port = await vault.connectPort({ principal: 'root' })
    const other = opener ?? parent
    Object.assign(globalThis, { vault, port, name })
    other.postMessage('kms', '*', [port])
  }, newVaultName())
  expect(
    await page.evaluate(
      (patience) => (globalThis as unknown as Holder).settled((kms) => kms.listKeys({}), patience),
      PATIENCE,
    ),
  ).toBe('answered')
  return { place: giver, holder: page }
}

/** Does something in the place that has the vault, in the words of its globals. */
function inGiver(code: string): End[2] {
  return ({ place }) => place.evaluate(`void ${code}`)
}

async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  // It has no answer.
  session.send('Page.crash').catch(() => {})
  await page.waitForEvent('crash')
}
