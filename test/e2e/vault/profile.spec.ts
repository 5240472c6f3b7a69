/**
 * LOCK-7: what a thief has of a vault that is locked at rest. Material that the test knows is imported and used, the browser is
 * closed, and everything that it left on the disk is searched; and a browser on a copy of the profile, in which the thief
 * runs script of the vault's own origin, opens whatever opens without a gesture. The same is done to a vault that is not
 * locked, where both find what they are to find.
 */
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Vault } from 'browser-kms'
import { browserOn } from './fixtures/browser-on.js'
import { filesWith } from './fixtures/profile-search.js'
import { loadPage, newVaultName } from './fixtures/tab.js'

declare global {
  /** In the page: its vault, and the token of the import that goes on. */
  var held: { readonly vault: Vault; importToken: Uint8Array }
}

const passphrase = 'seven words that nobody puts together'

/** What is imported, and the part of it that is secret. */
interface Known {
  readonly kind: { readonly KeySpec: string; readonly KeyUsage: string }
  readonly material: Buffer
  readonly secret: Buffer
}

/** A native symmetric key, a sealed HMAC key, a native and a sealed key pair. */
function knownMaterial(): readonly Known[] {
  const plain = (KeySpec: string, KeyUsage: string, length: number): Known => {
    const material = randomBytes(length)
    return { kind: { KeySpec, KeyUsage }, material, secret: material }
  }
  const pair = (KeySpec: string, namedCurve: string): Known => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve })
    const { d = '' } = privateKey.export({ format: 'jwk' })
    const material = privateKey.export({ format: 'der', type: 'pkcs8' })
    return { kind: { KeySpec, KeyUsage: 'SIGN_VERIFY' }, material, secret: Buffer.from(d, 'base64url') }
  }
  return [
    plain('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 32),
    plain('HMAC_224', 'GENERATE_VERIFY_MAC', 28),
    pair('ECC_NIST_P256', 'P-256'),
    pair('ECC_SECG_P256K1', 'secp256k1'),
  ]
}

/** Imports material into a new key; in the clear it is in this process alone. */
async function importKnown(page: Page, { kind, material }: Known): Promise<string> {
  const { KeyId, publicKey } = await page.evaluate(async (kind) => {
    const { kms } = held.vault
    const { KeyId } = (await kms.createKey({ ...(kind as object), Origin: 'EXTERNAL' })).KeyMetadata
    const WrappingKeySpec = 'RSA_2048'
    const WrappingAlgorithm = 'RSAES_OAEP_SHA_256'
    const parameters = await kms.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec })
    held.importToken = parameters.ImportToken as Uint8Array
    return { KeyId, publicKey: [...(parameters.PublicKey as Uint8Array)] }
  }, kind)
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material)
  await page.evaluate(
    async ({ KeyId, wrapped }) => {
      await held.vault.kms.importKeyMaterial({
        KeyId,
        ImportToken: held.importToken,
        EncryptedKeyMaterial: Uint8Array.from(wrapped),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      })
    },
    { KeyId, wrapped: [...wrapped] },
  )
  return KeyId
}

/** Uses a key with its private half. */
function use(page: Page, KeyId: string, { kind }: Known): Promise<string> {
  return page.evaluate(
    async ({ KeyId, KeyUsage }) => {
      const { kms } = held.vault
      const Message = new TextEncoder().encode('text')
      const used = async () => {
        if (KeyUsage === 'GENERATE_VERIFY_MAC') return kms.generateMac({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_224' })
        if (KeyUsage === 'SIGN_VERIFY') return kms.sign({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' })
        return kms.decrypt({ CiphertextBlob: (await kms.encrypt({ KeyId, Plaintext: Message })).CiphertextBlob })
      }
      return used().then(
        () => 'used',
        ({ reason, message }: { reason?: string; message: string }) => reason ?? message,
      )
    },
    { KeyId, KeyUsage: kind.KeyUsage },
  )
}

/**
 * What script of the origin gets out of all databases without a gesture: how many handles it could use, and all bytes that
 * any of them opens.
 */
function ransack(page: Page): Promise<{ readonly handles: number; readonly spoils: number[][] }> {
  return page.evaluate(async () => {
    const keys: CryptoKey[] = []
    const sealed: Uint8Array<ArrayBuffer>[] = []
    const gather = (value: unknown): void => {
      if (value instanceof CryptoKey) keys.push(value)
      else if (value instanceof Uint8Array) sealed.push(new Uint8Array(value))
      else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) gather(member)
    }
    const done = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name))
      for (const store of database.objectStoreNames)
        gather(await done(database.transaction(store).objectStore(store).getAll()))
      database.close()
    }
    const spoils: number[][] = []
    for (const key of keys.filter(({ usages }) => usages.includes('decrypt')))
      for (const bytes of sealed) {
        const parameters = { name: 'AES-GCM', iv: bytes.subarray(0, 12) }
        const plain = await crypto.subtle.decrypt(parameters, key, bytes.subarray(12)).catch(() => undefined)
        if (plain) spoils.push([...new Uint8Array(plain)])
      }
    // The device's key for backups signs, and opens nothing; import tokens are good for a day.
    const isOfUse = ({ type, usages }: CryptoKey) =>
      type === 'secret' || (type === 'private' && !usages.includes('sign'))
    return { handles: keys.filter(isOfUse).length, spoils }
  })
}

for (const isLocked of [true, false])
  test(`LOCK-7 a vault that is ${isLocked ? '' : 'not '}locked at rest, and a thief of the disk`, async ({
    baseURL,
  }) => {
    test.setTimeout(480_000)
    const profile = await mkdtemp(join(tmpdir(), 'browser-kms-profile-'))
    const stolen = `${profile}-stolen`
    const known = knownMaterial()
    const name = newVaultName()
    try {
      const keyIds = await browserOn(profile, async (context) => {
        const page = await loadPage(await context.newPage(), baseURL)
        await page.evaluate(
          async ({ name, isLocked, passphrase }) => {
            const lock = { protectors: [{ type: 'passphrase' as const, passphrase }] }
            const vault = await browserKms.openVault({ name, ...(isLocked && { lock }) })
            Object.assign(globalThis, { held: { vault } })
          },
          { name, isLocked, passphrase },
        )
        const ids: string[] = []
        for (const each of known) {
          const KeyId = await importKnown(page, each)
          expect(await use(page, KeyId, each)).toBe('used')
          ids.push(KeyId)
        }
        if (isLocked) {
          await page.evaluate(() => held.vault.lock.now())
          for (const [index, each] of known.entries())
            expect(await use(page, ids[index] as string, each)).toBe('locked')
          await page.evaluate((passphrase) => held.vault.unlock({ passphrase }), passphrase)
          for (const [index, each] of known.entries()) expect(await use(page, ids[index] as string, each)).toBe('used')
        }
        return ids
      })

      await cp(profile, stolen, { recursive: true })
      const lyingAbout = await Promise.all(known.map(({ secret }) => filesWith(stolen, secret)))
      const { thefts, handles, spoils } = await browserOn(stolen, async (context) => {
        const page = await loadPage(await context.newPage(), baseURL)
        const ransacked = await ransack(page)
        await page.evaluate(async (name) => {
          Object.assign(globalThis, { held: { vault: await browserKms.openVault({ name }) } })
        }, name)
        const thefts: string[] = []
        for (const [index, each] of known.entries()) thefts.push(await use(page, keyIds[index] as string, each))
        return { thefts, ...ransacked }
      })
      const opens = ({ secret }: Known) => spoils.some((bytes) => Buffer.from(bytes).includes(secret))

      const [symmetric, mac, pair, sealedPair] = known as readonly [Known, Known, Known, Known]
      if (isLocked) {
        expect(lyingAbout).toEqual([[], [], [], []])
        expect([handles, spoils]).toEqual([0, []])
        expect(thefts).toEqual(['locked', 'locked', 'locked', 'locked'])
      } else {
        // Chromium writes handles with the bytes of their keys, and what is sealed is opened by such a handle.
        expect(lyingAbout.map((files) => files.length > 0)).toEqual([true, false, true, false])
        expect([symmetric, mac, pair, sealedPair].map(opens)).toEqual([false, true, false, true])
        expect(thefts).toEqual(['used', 'used', 'used', 'used'])
      }
    } finally {
      for (const folder of [profile, stolen])
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    }
  })
