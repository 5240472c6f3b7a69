/**
 * Sealed material is opened for one call and zeroed after it: between calls, nothing in the worker's memory is any of it,
 * neither bytes nor text. (What a BigInt held is out of the reach of JavaScript and of these tools alike.)
 */
import { createHmac } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem512 } from '@noble/post-quantum/ml-kem.js'
import { expect, type Page, test } from '@playwright/test'
import type { KeySpec, KeyUsage, Vault } from 'browser-kms'
import { sm2 } from 'sm-crypto-v2'
import type { AliveMessage, OpenedMessage } from '../pages/workers/opened-secrets.js'
import { loadPage, newVaultName } from './fixtures/tab.js'
import { workerMemory } from './fixtures/worker-memory.js'

declare global {
  var sealedVault: { readonly vault: Vault; readonly worker: Worker }
}

const MASK = 0xa5
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** What a key's answers show of its material, for the test to know that what it looks for is the material. */
interface Shown {
  readonly publicKey: Uint8Array
  readonly mac: Uint8Array
}

/** A kind of key that is sealed, and a call that opens it. */
interface Sealed {
  readonly spec: KeySpec
  readonly usage: KeyUsage
  readonly call: 'sign' | 'generateMac' | 'decapsulate' | 'deriveSharedSecret'
  readonly input: Readonly<Record<string, unknown>>
  /** Whether these bytes are the material of the key. */
  readonly matches: (material: Buffer, shown: Shown) => boolean
  /** Parts of the material that are secret: some forms hold public parts too. */
  readonly secrets: (material: Buffer) => readonly Buffer[]
}

const whole = (material: Buffer) => [material]
const Message = new TextEncoder().encode('attack at dawn')
const signing = (spec: KeySpec, SigningAlgorithm: string) =>
  ({ spec, usage: 'SIGN_VERIFY', call: 'sign', input: { Message, SigningAlgorithm } }) as const
const endsWith = (spki: Uint8Array, raw: Uint8Array) => hex(spki).endsWith(hex(raw))

const sealed: readonly Sealed[] = [
  {
    ...{ spec: 'HMAC_224', usage: 'GENERATE_VERIFY_MAC', call: 'generateMac' },
    input: { Message, MacAlgorithm: 'HMAC_SHA_224' },
    matches: (material, { mac }) => createHmac('sha224', material).update(Message).digest().equals(mac),
    secrets: whole,
  },
  {
    ...signing('ECC_SECG_P256K1', 'ECDSA_SHA_256'),
    matches: (material, { publicKey }) => endsWith(publicKey, secp256k1.getPublicKey(material, false)),
    secrets: whole,
  },
  {
    ...signing('SM2', 'SM2DSA'),
    matches: (material, { publicKey }) =>
      hex(publicKey).endsWith(sm2.getPublicKeyFromPrivateKey(hex(material)).slice(-128)),
    secrets: whole,
  },
  {
    ...signing('ECC_NIST_P256', 'ECDSA_SHA_256'),
    matches: (material, { publicKey }) => endsWith(publicKey, p256.getPublicKey(material, false)),
    secrets: whole,
  },
  {
    ...signing('ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'),
    matches: (material, { publicKey }) => endsWith(publicKey, ed25519.getPublicKey(material)),
    secrets: whole,
  },
  {
    ...signing('ML_DSA_44', 'ML_DSA_SHAKE_256'),
    matches: (material, { publicKey }) => endsWith(publicKey, ml_dsa44.getPublicKey(material)),
    // FIPS 204, algorithm 24: ρ (public), K, tr (public), s₁ …
    secrets: (material) => [material.subarray(32, 64), material.subarray(128, 192)],
  },
  {
    ...{ spec: 'ML_KEM_512', usage: 'ENCAPSULATE_DECAPSULATE', call: 'decapsulate' },
    input: { EncapsulationAlgorithm: 'ML_KEM', SharedSecretCiphertextBlob: new Uint8Array(768) },
    matches: (material, { publicKey }) => endsWith(publicKey, ml_kem512.getPublicKey(material)),
    // FIPS 203, algorithm 16: the secret polynomials, the public key and its hash, z.
    secrets: (material) => [material.subarray(0, 64), material.subarray(-32)],
  },
]

test('SEC-1 sealed material is opened for one call and zeroed after it; no bytes or text of it stay', async ({
  page,
}) => {
  await loadPage(page)
  await page.evaluate(async (name) => {
    const worker = new Worker('/workers/opened-secrets.ts', { type: 'module' })
    const vault = await browserKms.openVault({ name, worker, digestSigning: true })
    globalThis.sealedVault = { vault, worker }
  }, newVaultName())

  const keyIds: string[] = []
  const secrets: { readonly spec: KeySpec; readonly bytes: Buffer }[] = []
  for (const kind of sealed) {
    const { keyId, shown } = await createKey(page, kind)
    keyIds.push(keyId)
    const { masked } = await opened(page)
    const material = Buffer.from((masked.at(-1) ?? new Uint8Array()).map((byte) => byte ^ MASK))
    expect([kind.spec, kind.matches(material, shown)], 'the test knows the material').toEqual([kind.spec, true])
    secrets.push(...kind.secrets(material).map((bytes) => ({ spec: kind.spec, bytes })))
  }

  await page.evaluate(
    async ({ kinds, rounds }) => {
      const kms = globalThis.sealedVault.vault.kms as unknown as Record<string, (input: object) => Promise<unknown>>
      for (let round = 0; round < rounds; round++)
        await Promise.all(
          kinds.map(({ call, input }) => Promise.all(Array.from({ length: 5 }, () => kms[call]?.(input)))),
        )
      // Later calls reuse what earlier ones left.
      for (let count = 0; count < 5; count++) await globalThis.sealedVault.vault.kms.listKeys()
    },
    {
      kinds: sealed.map(({ call, input }, index) => ({ call, input: { ...input, KeyId: keyIds[index] } })),
      rounds: 4,
    },
  )

  const { left, masked } = await opened(page)
  expect(masked.length, 'buffers that material was opened into').toBeGreaterThanOrEqual(sealed.length * 21)
  expect(
    left.filter((count) => count > 0),
    'buffers that were not zeroed',
  ).toEqual([])

  const memory = await workerMemory(page)
  await memory.collectGarbage()
  const buffers = await alive(page)
  expect(buffers.length, 'buffers that were looked at').toBeGreaterThan(masked.length)
  expect(bytesFound(buffers, secrets), 'bytes in buffers').toEqual([])
  expect(textsFound(await memory.snapshot(), secrets), 'text in the heap').toEqual([])

  // The method finds what is there.
  const kept = Buffer.from('of these bytes one can be found..')
  const keptAs = { spec: 'HMAC_224', bytes: kept } as const
  await memory.evaluate(`globalThis.kept = Uint8Array.from([${[...kept].map(String)}])
    globalThis.keptText = Array.from(kept, (byte) => byte.toString(16).padStart(2, '0')).join('')`)
  await memory.collectGarbage()
  expect(bytesFound(await alive(page), [keptAs])).toEqual(['HMAC_224'])
  expect(textsFound(await memory.snapshot(), [keptAs])).toContain('HMAC_224 as hexadecimal')
  await memory.close()
})

interface Secret {
  readonly spec: KeySpec
  readonly bytes: Buffer
}

/** Half of a secret is as bad as all of it. */
const halves = (bytes: Buffer) => {
  const half = bytes.length >> 1
  return [bytes.subarray(0, half), bytes.subarray(-half)]
}

function bytesFound(buffers: readonly Buffer[], secrets: readonly Secret[]): string[] {
  return secrets
    .filter(({ bytes }) => halves(bytes).some((half) => buffers.some((buffer) => buffer.includes(half))))
    .map(({ spec }) => spec)
}

/** The forms in which bytes could have become text. */
const texts: Readonly<Record<string, (bytes: Buffer) => readonly string[]>> = {
  hexadecimal: (bytes) => halves(bytes).flatMap((half) => [hex(half), hex(half).toUpperCase()]),
  // Three bytes are four characters.
  'base 64': (bytes) => {
    const whole = bytes.subarray(0, 3 * Math.floor(bytes.length / 6))
    return [whole.toString('base64'), whole.toString('base64url')]
  },
  'a list of numbers': (bytes) => halves(bytes).map((half) => [...half].join(',')),
  'a number': (bytes) => [BigInt(`0x${hex(bytes)}`).toString()],
  'its characters': (bytes) => [JSON.stringify(bytes.subarray(0, bytes.length >> 1).toString('latin1')).slice(1, -1)],
}

function textsFound(snapshot: string, secrets: readonly Secret[]): string[] {
  return secrets.flatMap(({ spec, bytes }) =>
    Object.entries(texts)
      .filter(([, forms]) => forms(bytes).some((form) => snapshot.includes(form)))
      .map(([form]) => `${spec} as ${form}`),
  )
}

/** Makes a key, uses it once, and tells what the answers show of it. */
function createKey(page: Page, { spec, usage, call, input }: Sealed): Promise<{ keyId: string; shown: Shown }> {
  return page.evaluate(
    async ({ spec, usage, call, input }) => {
      const { kms } = globalThis.sealedVault.vault
      const { KeyMetadata } = await kms.createKey({ KeySpec: spec, KeyUsage: usage })
      const { KeyId } = KeyMetadata
      // The methods' types cannot follow a name that comes from outside the page.
      const methods = kms as unknown as Record<string, (input: object) => Promise<{ readonly Mac?: Uint8Array }>>
      const answer = await methods[call]?.({ ...input, KeyId })
      const publicKey = usage === 'GENERATE_VERIFY_MAC' ? undefined : (await kms.getPublicKey({ KeyId })).PublicKey
      const nothing = new Uint8Array(0)
      return { keyId: KeyId, shown: { publicKey: publicKey ?? nothing, mac: answer?.Mac ?? nothing } }
    },
    { spec, usage, call, input },
  )
}

/** What the worker opened so far. */
function opened(page: Page): Promise<OpenedMessage> {
  return ask<OpenedMessage>(page, 'tellOpened', 'masked')
}

/** What is in the arrays of bytes that are alive in the worker. */
async function alive(page: Page): Promise<Buffer[]> {
  return (await ask<AliveMessage>(page, 'tellAlive', 'alive')).alive.map((bytes) => Buffer.from(bytes))
}

function ask<Answer>(page: Page, question: 'tellOpened' | 'tellAlive', member: string): Promise<Answer> {
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
        worker.postMessage({ [question]: true })
      }),
    { question, member },
  )
}
