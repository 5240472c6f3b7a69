/**
 * The gate: whoever holds a client port can make the calls of its principal, and nothing else of the worker. The
 * attacks are raw messages, among the calls of an honest client on the same port.
 */
import { expect, type Page, test } from '@playwright/test'
import type { Assault } from '../pages/attacks.js'
import { pageWithFrame } from './fixtures/frame.js'
import { loadPage, newVaultName } from './fixtures/tab.js'

/** Milliseconds in which the honest calls beside any attack are answered: 10 MB take a while to arrive. */
const PATIENCE = 20_000

const dropped = ['path', 'type', 'argument', 'message']
const answered = ['batch', 'input', 'sharing']

for (const place of ['a client port', 'the worker itself'])
  for (const group of [...dropped, ...answered])
    test(`${place}: an attack by its ${group} runs no code, changes nothing, and disturbs nobody`, async ({ page }) => {
      await loadPage(page)
      const name = newVaultName()
      const vault = await page.evaluateHandle(
        async (name) => browserKms.openVault({ name, worker: workbench.startWorker.plain() }),
        name,
      )
      const { assaults, before, after } = await page.evaluate(
        async ({ name, group, place, vault }) => {
          const { KeyMetadata } = await vault.kms.createKey({ Description: 'of the honest client' })
          await vault.kms.createAlias({ AliasName: 'alias/honest', TargetKeyId: KeyMetadata.KeyId })
          const port = await vault.connectPort({ principal: 'root' })
          const [target, kms] =
            place === 'a client port' ? [port, browserKms.clientFromPort(port)] : [workbench.lastWorker(), vault.kms]
          const { audit: _, ...before } = await workbench.storedState(name)
          const assaults = await workbench.besiege(group, target, kms, KeyMetadata.KeyId)
          const { audit: __, ...after } = await workbench.storedState(name)
          return { assaults, before, after }
        },
        { name, group, place, vault },
      )
      expect(assaults.length).toBeGreaterThanOrEqual(10)
      for (const { name, wrongAnswers, duration } of assaults) {
        expect(wrongAnswers, name).toBe(0)
        expect(duration, name).toBeLessThan(PATIENCE)
      }
      if (dropped.includes(group)) expect(assaults.filter(({ replies }) => replies.length > 0)).toEqual([])
      else expectErrors(assaults)
      expect(after).toEqual(before)
      await expectUntouched(page)

      const auditSize = await page.evaluate(
        async ({ name, vault }) => {
          await vault.close()
          return JSON.stringify((await workbench.storedState(name)).audit).length
        },
        { name, vault },
      )
      expect(auditSize, 'characters of the audit log').toBeLessThan(2_000_000)
    })

test('malformed calls of the control are answered with errors, and the vault goes on', async ({ page }) => {
  await loadPage(page)
  const { answers, works } = await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name, worker: workbench.startWorker.plain() })
    const worker = workbench.lastWorker()
    await vault.kms.createKey({})
    const oddities = [
      undefined,
      null,
      7,
      'constructor',
      [],
      {},
      { principal: {}, region: {}, keyId: {}, name: {} },
      { principal: '__proto__', region: '__proto__', keyId: '__proto__', name: '__proto__', connectionId: '__proto__' },
      { principal: 'somebody', region: 'browser-local-1', keyId: 'x'.repeat(1_000_000), name: '../other' },
      { principal: 'root', region: 'x'.repeat(1_000_000), keyId: 'alias/none', accountId: '1' },
    ]
    const answers: string[] = []
    for (const method of ['open', 'connect', 'revoke', 'simulate', 'custodyOf'])
      for (const [index, oddity] of oddities.entries()) {
        const reply = await workbench.ask(worker, method, oddity)
        answers.push(`${method} ${index}: ${reply}`)
      }
    const { Keys } = await vault.kms.listKeys({})
    return { answers, works: Keys.length }
  }, newVaultName())
  expect(works).toBe(1)
  // Revoking what is not connected is no error: there were none.
  const acceptable =
    /^(open|connect|simulate|custodyOf) \d+: (\w+Exception|TypeError)|^revoke \d+: (0$|TypeError|ValidationException)/
  expect(answers.filter((answer) => !acceptable.test(answer))).toEqual([])
  await expectUntouched(page)
})

test('forged ids and tickets: nobody gets the answer of another, on the same port or through another', async ({
  page,
}) => {
  await loadPage(page)
  const outcome = await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const { KeyMetadata } = await vault.kms.createKey({})
    const [own, other] = [
      await vault.connectPort({ principal: 'root' }),
      await vault.connectPort({ principal: 'root' }),
    ]
    const stolen: unknown[] = []
    const ids: string[] = []
    const tickets: string[] = []
    const message = (id: string, method: string, value: unknown) => ({
      id,
      type: 'APPLY',
      path: [method],
      argumentList: [{ type: 'RAW', value }],
    })
    // The attacker sees every id and ticket of the honest client, before it can use the ticket itself.
    const send = own.postMessage.bind(own)
    own.postMessage = (data: { id: string }, transfer?: Transferable[] | StructuredSerializeOptions) => {
      ids.push(data.id)
      send(data, transfer as Transferable[])
      other.postMessage(message(data.id, 'submit', { calls: [['ListKeys', {}]], bytes: new ArrayBuffer(0) }))
    }
    own.addEventListener('message', ({ data }) => {
      const ticket = data.value?.ticket
      if (ticket === undefined) return
      tickets.push(ticket)
      other.postMessage(message('thief', 'collect', ticket))
    })
    other.addEventListener('message', ({ data }) => {
      if (data.id === 'thief' && data.type === 'RAW') stolen.push(data.value)
    })
    other.start()
    const kms = browserKms.clientFromPort(own)

    const round = async (count: number) => {
      const texts = Array.from({ length: 20 }, (_, index) => `round ${count}, call ${index}`)
      const slow = kms.updateKeyDescription({ KeyId: KeyMetadata.KeyId, Description: `round ${count}` })
      const right = await Promise.all(
        texts.map(async (text) => {
          const Plaintext = new TextEncoder().encode(text)
          const { CiphertextBlob } = await kms.encrypt({ KeyId: KeyMetadata.KeyId, Plaintext })
          const answer = await kms.decrypt({ CiphertextBlob })
          return new TextDecoder().decode(answer.Plaintext) === text
        }),
      )
      await slow
      return right.every(Boolean)
    }
    const rounds: boolean[] = []
    for (let count = 0; count < 20; count++) {
      rounds.push(await round(count))
      // Replays of all ids and tickets that have been used, on the honest client's own port.
      for (const id of ids.splice(0))
        send(message(id, 'submit', { calls: [['ListKeys', {}]], bytes: new ArrayBuffer(0) }), [])
      for (const ticket of tickets) send(message(`replay ${ticket}`, 'collect', ticket), [])
    }
    return { rounds, tickets: tickets.length, stolen }
  }, newVaultName())
  expect(outcome.rounds).toEqual(Array(20).fill(true))
  expect(outcome.tickets).toBeGreaterThan(0)
  expect(outcome.stolen).toEqual([])
})

test('whoever gives up a port ends that connection, and no other', async ({ page }) => {
  await loadPage(page)
  const works = await page.evaluate(async (name) => {
    const vault = await browserKms.openVault({ name })
    const [given, kept] = [
      await vault.connectPort({ principal: 'root' }),
      await vault.connectPort({ principal: 'root' }),
    ]
    given.postMessage({ id: 'end', type: 'RELEASE' })
    given.postMessage({ id: 'after', type: 'APPLY', path: ['constructor', 'constructor'], argumentList: [] })
    return [(await browserKms.clientFromPort(kept).listKeys({})).Keys, (await vault.kms.listKeys({})).Keys]
  }, newVaultName())
  expect(works).toEqual([[], []])
})

test.describe('an iframe of another origin', () => {
  test('uses keys through the port it was given, until the port is revoked', async ({ page, baseURL }) => {
    const frame = await pageWithFrame(page, baseURL)
    await page.evaluate(async (name) => {
      const vault = await browserKms.openVault({ name })
      const { KeyMetadata } = await vault.kms.createKey({})
      await vault.kms.createAlias({ AliasName: 'alias/widget', TargetKeyId: KeyMetadata.KeyId })
      const port = await vault.connectPort({ principal: 'root' })
      frames[0]?.postMessage('kms', '*', [port])
      Object.assign(globalThis, { revoke: () => vault.revoke(port) })
    }, newVaultName())
    const use = () =>
      frame.evaluate(async () => {
        const { kms } = globalThis as unknown as { kms: Promise<import('browser-kms').KmsClient> }
        const client = await kms
        try {
          const Plaintext = new TextEncoder().encode('from the widget')
          const { CiphertextBlob } = await client.encrypt({ KeyId: 'alias/widget', Plaintext })
          return new TextDecoder().decode((await client.decrypt({ CiphertextBlob })).Plaintext)
        } catch (error) {
          return (error as Error).name
        }
      })
    expect(new URL(frame.url()).origin).not.toBe(new URL(page.url()).origin)
    expect(await use()).toBe('from the widget')
    const revoked = await page.evaluate(() => (globalThis as unknown as { revoke: () => Promise<number> }).revoke())
    expect(revoked).toBe(1)
    expect(await use()).toBe('AccessDeniedException')
  })
})

/** Every attack that could be sent got one reply, and nothing but errors in it. */
function expectErrors(assaults: readonly Assault[]): void {
  for (const { name, replies, unsendable } of assaults) {
    if (unsendable !== undefined) continue
    expect(replies.length, name).toBeLessThanOrEqual(1)
    for (const reply of replies) {
      expect(reply, name).toMatch(/"name":"\w+"|"answers":\[\]/)
      expect(reply, name).not.toMatch(/KMSInternalException/)
    }
  }
}

/** No code of an attack has run in the worker, and no prototype has anything new. */
async function expectUntouched(page: Page): Promise<void> {
  const [worker] = page.workers()
  if (!worker) throw new Error('the worker is gone')
  const traces = await worker.evaluate(() => {
    const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Promise.prototype]
    return ['pwned' in globalThis, ...prototypes.map((prototype) => Object.keys(prototype))]
  })
  expect(traces).toEqual([false, [], [], [], [], []])
}
