/**
 * Sealed material is opened for one call and zeroed after it: no buffer that was ever made in the worker holds a part of
 * it, or of what would give it away, and after a collection no text does. (What a BigInt held is out of the reach of
 * JavaScript and of these tools alike.)
 */
import { expect, type Page, test } from '@playwright/test'
import type { KeySpec, Vault } from 'browser-kms'
import type { CopiesMessage, CopiesQuestion, OpenedMessage } from '../pages/workers/opened-secrets.js'
import { dataKeyPairs, imported, type SealedUse, sealedUses } from './fixtures/sealed-uses.js'
import { loadPage, newVaultName } from './fixtures/tab.js'
import { workerMemory } from './fixtures/worker-memory.js'
import { wrapWithOpenssl } from './fixtures/wrapping.js'

declare global {
  var sealedVault: { readonly vault: Vault; readonly worker: Worker }
}

const MASK = 0xa5
const masked = (bytes: Uint8Array) => bytes.map((byte) => byte ^ MASK)

/** Calls of each use; enough for what is left now and then to be left. */
const CALLS = 40

interface Secret {
  readonly title: string
  readonly bytes: Buffer
}

test.beforeEach(async ({ page }) => {
  await loadPage(page)
  await page.evaluate(async (name) => {
    const worker = new Worker('/workers/opened-secrets.ts', { type: 'module' })
    const vault = await browserKms.openVault({ name, worker, digestSigning: true })
    globalThis.sealedVault = { vault, worker }
  }, newVaultName())
})

test('SEC-1 no buffer of the worker holds a part of sealed material, or a nonce, after 40 calls of each kind', async ({
  page,
}) => {
  const secrets: Record<string, Buffer[]> = {}
  for (const use of sealedUses) {
    const keyId = await createKey(page, use)
    secrets[use.title] = await secretsOfCalls(page, use, keyId)
  }
  expect(await copies(page, secrets)).toEqual({})

  const { left, masked } = await opened(page)
  expect(masked.length, 'buffers that material was opened into').toBeGreaterThanOrEqual(sealedUses.length * CALLS)
  expect(left.filter((count) => count > 0)).toEqual([])
})

test('SEC-1 no buffer of the worker holds a part of material that was imported', async ({ page }) => {
  const secrets: Record<string, Buffer[]> = {}
  for (const { title, spec, usage, bytes, parts, algorithm } of imported) {
    const { KeyId, PublicKey, ImportToken } = await page.evaluate(
      async ({ KeySpec, KeyUsage, WrappingAlgorithm }) => {
        const { kms } = globalThis.sealedVault.vault
        const { KeyId } = (await kms.createKey({ KeySpec, KeyUsage, Origin: 'EXTERNAL' })).KeyMetadata
        const parameters = { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' } as const
        return { ...(await kms.getParametersForImport(parameters)), KeyId }
      },
      { KeySpec: spec, KeyUsage: usage, WrappingAlgorithm: algorithm },
    )
    const EncryptedKeyMaterial = wrapWithOpenssl(PublicKey as Uint8Array, algorithm, bytes)
    await page.evaluate(
      (request) =>
        globalThis.sealedVault.vault.kms.importKeyMaterial({
          ...request,
          ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
        }),
      { KeyId, ImportToken, EncryptedKeyMaterial: new Uint8Array(EncryptedKeyMaterial) },
    )
    secrets[title] = [...parts]
  }
  expect(await copies(page, secrets)).toEqual({})
})

test('SEC-1 no buffer of the worker holds a private half of a data key pair', async ({ page }) => {
  const secrets: Record<string, Buffer[]> = {}
  for (const { spec, secret } of dataKeyPairs) {
    const halves = await page.evaluate(async (KeyPairSpec) => {
      const { kms } = globalThis.sealedVault.vault
      const { KeyId } = (await kms.createKey()).KeyMetadata
      const pairs = Array.from({ length: 5 }, () => kms.generateDataKeyPair({ KeyId, KeyPairSpec }))
      return (await Promise.all(pairs)).map(({ PrivateKeyPlaintext }) => PrivateKeyPlaintext)
    }, spec)
    secrets[spec] = halves.map((half) => secret(Buffer.from(half)))
  }
  expect(await copies(page, secrets)).toEqual({})
})

test('SEC-1 after a collection no text is any of sealed material', async ({ page }) => {
  const secrets: Secret[] = []
  for (const use of sealedUses) {
    const keyId = await createKey(page, use)
    const material = await secretsOfCalls(page, use, keyId, 5)
    secrets.push(...material.map((bytes) => ({ title: use.title, bytes })))
  }
  const memory = await workerMemory(page)
  await memory.collectGarbage()
  expect(textsFound(await memory.snapshot(), secrets)).toEqual([])

  // The method finds what is there.
  const kept = Buffer.from('of these bytes one can be found..')
  await memory.evaluate(`globalThis.kept = Uint8Array.from([${[...kept].map(String)}])
    globalThis.keptText = Array.from(kept, (byte) => byte.toString(16).padStart(2, '0')).join('')`)
  await memory.collectGarbage()
  expect(textsFound(await memory.snapshot(), [{ title: 'kept', bytes: kept }])).toContain('kept as hexadecimal')
  await memory.close()
})

/** What has to be found, so that not finding is worth something: a secret that is kept, in every form. */
test('the search finds bytes as they are, backwards, as words, in part and in the library’s own arrays', async ({
  page,
}) => {
  const memory = await workerMemory(page)
  const kept = Buffer.from(Array.from({ length: 32 }, (_, index) => 3 * index + 1))
  const list = `[${[...kept].map(String)}]`
  const forms: Readonly<Record<string, string>> = {
    whole: `Uint8Array.from(${list})`,
    part: `Uint8Array.from([9, ...${list}.slice(8, 24), 9])`,
    backwards: `new Uint8Array(${list}).reverse()`,
    slice: `new Uint8Array([1, ...${list}]).slice(1)`,
    'words of 32 bits': `(() => { const words = new Uint32Array(8); const bytes = ${list}
      words.forEach((_, i) => words[i] = (bytes[4*i] << 24 | bytes[4*i+1] << 16 | bytes[4*i+2] << 8 | bytes[4*i+3]) >>> 0) })()`,
    hexadecimal: `Uint8Array.fromHex('${kept.toString('hex')}')`,
  }
  let found = 0
  for (const [form, expression] of Object.entries(forms)) {
    await memory.evaluate(expression)
    const { kept: now = 0 } = await copies(page, { kept: [kept] })
    expect(now, form).toBeGreaterThan(found)
    found = now
  }
  await memory.close()
})

/** Makes the calls of one use, and tells the secrets that they had to do with. */
async function secretsOfCalls(page: Page, use: SealedUse, keyId: string, calls = CALLS): Promise<Buffer[]> {
  const { call, input, encrypted } = use
  const { answers, publicKey } = await page.evaluate(
    async ({ KeyId, call, input, encrypted, calls }) => {
      const { kms } = globalThis.sealedVault.vault
      // The methods' types cannot follow a name that comes from outside the page.
      const methods = kms as unknown as Record<string, (input: object) => Promise<Record<string, Uint8Array>>>
      const publicKey = call === 'generateMac' ? new Uint8Array(0) : (await kms.getPublicKey({ KeyId })).PublicKey
      const answers: Record<string, Uint8Array>[] = []
      for (let count = 0; count < calls; count++) {
        const given: Record<string, unknown> = { ...input, KeyId }
        if (input.Message) given.Message = crypto.getRandomValues(new Uint8Array(input.Message as Uint8Array))
        if (call === 'deriveSharedSecret') given.PublicKey = publicKey
        if (encrypted)
          given.CiphertextBlob = (await methods.encrypt?.({ ...given, Plaintext: encrypted }))?.CiphertextBlob
        answers.push({ ...(given as Record<string, Uint8Array>), ...(await methods[call]?.(given)) })
      }
      return { answers, publicKey }
    },
    { KeyId: keyId, call, input, encrypted, calls },
  )
  const { masked } = await opened(page)
  const material = Buffer.from((masked.at(-1) ?? new Uint8Array()).map((byte) => byte ^ MASK))
  const shown = { publicKey: Buffer.from(publicKey), answers }
  expect([use.title, use.matches(material, shown)], 'the test knows the material').toEqual([use.title, true])
  return [...use.secrets(material, shown)]
}

function createKey(page: Page, { spec, usage }: SealedUse): Promise<string> {
  return page.evaluate(
    async ({ KeySpec, KeyUsage }) =>
      (await globalThis.sealedVault.vault.kms.createKey({ KeySpec, KeyUsage })).KeyMetadata.KeyId,
    { KeySpec: spec satisfies KeySpec, KeyUsage: usage },
  )
}

/** Half of a secret is as bad as all of it. */
const halves = (bytes: Buffer) => {
  const half = bytes.length >> 1
  return [bytes.subarray(0, half), bytes.subarray(-half)]
}

/** The forms in which bytes could have become text. */
const texts: Readonly<Record<string, (bytes: Buffer) => readonly string[]>> = {
  hexadecimal: (bytes) => halves(bytes).flatMap((half) => [half.toString('hex'), half.toString('hex').toUpperCase()]),
  // Three bytes are four characters.
  'base 64': (bytes) => {
    const whole = bytes.subarray(0, 3 * Math.floor(bytes.length / 6))
    return [whole.toString('base64'), whole.toString('base64url')]
  },
  'a list of numbers': (bytes) => halves(bytes).map((half) => [...half].join(',')),
  'a number': (bytes) => [BigInt(`0x${bytes.toString('hex')}`).toString()],
  'its characters': (bytes) => [JSON.stringify(bytes.subarray(0, bytes.length >> 1).toString('latin1')).slice(1, -1)],
}

function textsFound(snapshot: string, secrets: readonly Secret[]): string[] {
  return secrets.flatMap(({ title, bytes }) =>
    Object.entries(texts)
      .filter(([, forms]) => forms(bytes).some((form) => snapshot.includes(form)))
      .map(([form]) => `${title} as ${form}`),
  )
}

/** What the worker opened so far. */
function opened(page: Page): Promise<OpenedMessage> {
  return ask<OpenedMessage>(page, { tellOpened: true }, 'masked')
}

/** In how many buffers of the worker parts of secrets are; those that are in none are not listed. */
async function copies(
  page: Page,
  secrets: Readonly<Record<string, readonly Buffer[]>>,
): Promise<Record<string, number>> {
  const tellCopies = Object.fromEntries(
    Object.entries(secrets).map(([title, values]) => [title, values.map((value) => new Uint8Array(masked(value)))]),
  )
  const question: CopiesQuestion = { tellCopies }
  const { made, copies } = await ask<CopiesMessage>(page, question, 'copies')
  expect(made, 'buffers that were looked at').toBeGreaterThan(0)
  return { ...copies }
}

function ask<Answer>(page: Page, question: object, member: string): Promise<Answer> {
  return page.evaluate(
    ({ question, member }) =>
      new Promise<Answer>((resolve) => {
        const { worker } = globalThis.sealedVault
        const listen = ({ data }: MessageEvent) => {
          if (!data?.[member]) return
          worker.removeEventListener('message', listen)
          resolve(data)
        }
        worker.addEventListener('message', listen)
        worker.postMessage(question)
      }),
    { question, member },
  )
}
