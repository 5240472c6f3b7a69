/**
 * The vault and OpenSSL (Node's) understand each other: what the vault signs, OpenSSL verifies; what OpenSSL encrypts,
 * the vault decrypts; both come to the same secret; the data key pairs that the vault hands out are OpenSSL's too.
 */
import { spawnSync } from 'node:child_process'
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type SignKeyObjectInput,
  sign,
  verify,
} from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { KeySpec, KeyUsage, KmsClient, Vault } from 'browser-kms'
import { loadPage, newVaultName } from './fixtures/tab.js'

declare global {
  var opened: Vault
}

/** Methods of the client that the tests call from here: bytes come and go as they are. */
type Method = {
  [Name in keyof KmsClient]: KmsClient[Name] extends (input: never) => Promise<unknown> ? Name : never
}[keyof KmsClient]

test.describe.configure({ mode: 'default' })

let page: Page

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage()
  await loadPage(page)
  await page.evaluate(async (name) => {
    globalThis.opened = await browserKms.openVault({ name, worker: workbench.startWorker.plain(), digestSigning: true })
  }, newVaultName())
})
test.afterAll(() => page.close())

async function kms<Name extends Method>(
  method: Name,
  input: Parameters<KmsClient[Name]>[0],
): Promise<Awaited<ReturnType<KmsClient[Name]>>> {
  const answer = await page.evaluate(
    ([method, input]) => {
      // The types of the methods cannot follow a name that comes from outside the page.
      const kms = globalThis.opened.kms as unknown as Record<string, (input: unknown) => Promise<unknown>>
      return kms[method]?.(input)
    },
    [method, input] as const,
  )
  return answer as Awaited<ReturnType<KmsClient[Name]>>
}

/** A key of a spec and usage, made when a test first needs it: RSA keys take their time. */
const made = new Map<string, Promise<{ readonly KeyId: string; readonly publicKey: KeyObject }>>()
function keyFor(KeySpec: KeySpec, KeyUsage: KeyUsage) {
  const kind = `${KeySpec} ${KeyUsage}`
  let key = made.get(kind)
  if (!key) {
    key = kms('createKey', { KeySpec, KeyUsage }).then(async ({ KeyMetadata: { KeyId } }) => {
      const { PublicKey } = await kms('getPublicKey', { KeyId })
      return { KeyId, publicKey: spki(PublicKey) }
    })
    made.set(kind, key)
  }
  return key
}

const spki = (key: Uint8Array) => createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' })
const pkcs8 = (key: Uint8Array) => createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
const message = Buffer.from('attack at dawn')
const otherMessage = Buffer.from('attack at noon')

/** How OpenSSL signs and verifies with an algorithm of KMS; `null` where the key says the hash. */
interface Scheme {
  readonly spec: KeySpec
  readonly algorithm: NonNullable<Parameters<KmsClient['sign']>[0]['SigningAlgorithm']>
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
  readonly options?: Omit<SignKeyObjectInput, 'key'>
}

const rsaSchemes = (spec: KeySpec): Scheme[] =>
  ([256, 384, 512] as const).flatMap((bits) => [
    {
      spec,
      algorithm: `RSASSA_PKCS1_V1_5_SHA_${bits}`,
      hash: `sha${bits}`,
      options: { padding: constants.RSA_PKCS1_PADDING },
    },
    {
      spec,
      algorithm: `RSASSA_PSS_SHA_${bits}`,
      hash: `sha${bits}`,
      options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 },
    },
  ])

const schemes: readonly Scheme[] = [
  ...(['RSA_2048', 'RSA_3072', 'RSA_4096'] as const).flatMap(rsaSchemes),
  { spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256', hash: 'sha256' },
  { spec: 'ECC_NIST_P384', algorithm: 'ECDSA_SHA_384', hash: 'sha384' },
  { spec: 'ECC_NIST_P521', algorithm: 'ECDSA_SHA_512', hash: 'sha512' },
  { spec: 'ECC_SECG_P256K1', algorithm: 'ECDSA_SHA_256', hash: 'sha256' },
  { spec: 'ECC_NIST_EDWARDS25519', algorithm: 'ED25519_SHA_512', hash: null },
]

for (const { spec, algorithm, hash, options } of schemes) {
  test(`ASYM-16 OpenSSL verifies what the vault signs: ${algorithm} with ${spec}`, async () => {
    const { KeyId, publicKey } = await keyFor(spec, 'SIGN_VERIFY')
    for (const length of [1, message.length, 4096]) {
      const Message = length === message.length ? message : randomBytes(length)
      const { Signature } = await kms('sign', { KeyId, Message: bytes(Message), SigningAlgorithm: algorithm })
      expect(verify(hash, Message, { key: publicKey, ...options }, Signature), `${length} bytes`).toBe(true)
      expect(verify(hash, otherMessage, { key: publicKey, ...options }, Signature), 'another message').toBe(false)
    }
  })

  if (hash && !['RSA_3072', 'RSA_4096'].includes(spec))
    test(`ASYM-10 OpenSSL verifies what the vault signs of a digest: ${algorithm} with ${spec}`, async () => {
      const { KeyId, publicKey } = await keyFor(spec, 'SIGN_VERIFY')
      const Message = bytes(createHash(hash).update(message).digest())
      const request = { KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: algorithm } as const
      const { Signature } = await kms('sign', request)
      expect(verify(hash, message, { key: publicKey, ...options }, Signature)).toBe(true)
    })
}

function bytes(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  // Playwright takes plain Uint8Arrays.
  return new Uint8Array(buffer)
}

for (const spec of ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const)
  for (const [algorithm, oaepHash, overhead] of [
    ['RSAES_OAEP_SHA_1', 'sha1', 42],
    ['RSAES_OAEP_SHA_256', 'sha256', 66],
  ] as const)
    test(`ASYM-16 the vault decrypts what OpenSSL encrypts: ${algorithm} with ${spec}`, async () => {
      const { KeyId, publicKey } = await keyFor(spec, 'ENCRYPT_DECRYPT')
      const limit = Number(spec.slice(4)) / 8 - overhead
      for (const plaintext of [message, randomBytes(1), randomBytes(limit)]) {
        const ciphertext = publicEncrypt(
          { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
          plaintext,
        )
        const request = { KeyId, EncryptionAlgorithm: algorithm, CiphertextBlob: bytes(ciphertext) }
        const { Plaintext } = await kms('decrypt', request)
        expect(Buffer.from(Plaintext).equals(plaintext), `${plaintext.length} bytes`).toBe(true)
      }
    })

for (const [spec, namedCurve] of [
  ['ECC_NIST_P256', 'P-256'],
  ['ECC_NIST_P384', 'P-384'],
  ['ECC_NIST_P521', 'P-521'],
] as const)
  test(`ASYM-20 OpenSSL and the vault come to the same secret: ${spec}`, async () => {
    const { KeyId, publicKey } = await keyFor(spec, 'KEY_AGREEMENT')
    for (let count = 0; count < 5; count++) {
      const own = generateKeyPairSync('ec', { namedCurve })
      const PublicKey = bytes(own.publicKey.export({ format: 'der', type: 'spki' }))
      const { SharedSecret } = await kms('deriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey })
      const secret = diffieHellman({ privateKey: own.privateKey, publicKey })
      expect(Buffer.from(SharedSecret).equals(secret)).toBe(true)
    }
  })

/** SM2 by OpenSSL's own program: Node knows the curve, and neither the signatures nor the encryption on it. */
test.describe('SM2', () => {
  test.skip(!hasOpenssl(), 'there is no program openssl')
  const USER_ID = 'distid:1234567812345678'

  test('ASYM-9 OpenSSL reads public keys of the vault as ones on the curve SM2', async () => {
    const { publicKey } = await keyFor('SM2', 'SIGN_VERIFY')
    const { stdout } = openssl(['pkey', '-pubin', '-in', 'key', '-noout', '-text'], [], { key: pem(publicKey) })
    expect(String(stdout)).toContain('ASN1 OID: SM2')
  })

  test('ASYM-17 OpenSSL verifies what the vault signs, with the default user id', async () => {
    const { KeyId, publicKey } = await keyFor('SM2', 'SIGN_VERIFY')
    const { Signature } = await kms('sign', { KeyId, Message: bytes(message), SigningAlgorithm: 'SM2DSA' })
    const verified = (message: Buffer, userId: string) =>
      openssl(
        ['pkeyutl', '-verify', '-pubin', '-inkey', 'key', '-rawin', '-digest', 'sm3', '-in', 'message'],
        ['-sigfile', 'signature', '-pkeyopt', userId],
        { key: pem(publicKey), message, signature: Signature },
      ).status === 0
    expect(verified(message, USER_ID)).toBe(true)
    expect(verified(otherMessage, USER_ID), 'another message').toBe(false)
    expect(verified(message, 'distid:somebody'), 'another user').toBe(false)
  })

  test('ASYM-18 the vault decrypts what OpenSSL encrypts', async () => {
    const { KeyId, publicKey } = await keyFor('SM2', 'ENCRYPT_DECRYPT')
    for (const plaintext of [message, randomBytes(1), randomBytes(200)]) {
      const { stdout } = openssl(['pkeyutl', '-encrypt', '-pubin', '-inkey', 'key', '-in', 'plaintext'], [], {
        key: pem(publicKey),
        plaintext,
      })
      const request = { KeyId, EncryptionAlgorithm: 'SM2PKE', CiphertextBlob: bytes(stdout) } as const
      expect(Buffer.from((await kms('decrypt', request)).Plaintext).equals(plaintext)).toBe(true)
    }
  })

  test('MGT-43 OpenSSL signs with the private half of a pair, and decrypts with it', async () => {
    const { KeyId } = await symmetricKey()
    const pair = await kms('generateDataKeyPair', { KeyId, KeyPairSpec: 'SM2' })
    const files = { public: pem(spki(pair.PublicKey)), private: pem(pkcs8(pair.PrivateKeyPlaintext)), message }
    const form = ['-rawin', '-digest', 'sm3', '-in', 'message', '-pkeyopt', USER_ID]
    const signature = openssl(['pkeyutl', '-sign', '-inkey', 'private'], form, files).stdout
    const verified = openssl(['pkeyutl', '-verify', '-pubin', '-inkey', 'public', '-sigfile', 'signature'], form, {
      ...files,
      signature,
    })
    expect(verified.status).toBe(0)
    const encrypt = ['pkeyutl', '-encrypt', '-pubin', '-inkey', 'public', '-in', 'message']
    const ciphertext = openssl(encrypt, [], files).stdout
    const decrypt = ['pkeyutl', '-decrypt', '-inkey', 'private', '-in', 'ciphertext']
    expect(openssl(decrypt, [], { ...files, ciphertext }).stdout).toEqual(message)
  })
})

const pem = (key: KeyObject) =>
  Buffer.from(key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8' }))

function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version']).status === 0
}

/** Runs OpenSSL's program in a folder that has these files. */
function openssl(command: readonly string[], options: readonly string[], files: Record<string, Uint8Array>) {
  const folder = mkdtempSync(join(tmpdir(), 'browser-kms-openssl-'))
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 })
    return spawnSync('openssl', [...command, ...options], { cwd: folder })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** How OpenSSL uses a pair of each spec, both halves. */
const pairs: readonly { readonly spec: KeySpec; readonly namedCurve?: string; readonly hash: string | null }[] = [
  { spec: 'RSA_2048', hash: 'sha256' },
  { spec: 'RSA_3072', hash: 'sha384' },
  { spec: 'RSA_4096', hash: 'sha512' },
  { spec: 'ECC_NIST_P256', namedCurve: 'prime256v1', hash: 'sha256' },
  { spec: 'ECC_NIST_P384', namedCurve: 'secp384r1', hash: 'sha384' },
  { spec: 'ECC_NIST_P521', namedCurve: 'secp521r1', hash: 'sha512' },
  { spec: 'ECC_SECG_P256K1', namedCurve: 'secp256k1', hash: 'sha256' },
  { spec: 'ECC_NIST_EDWARDS25519', hash: null },
]

for (const { spec, namedCurve, hash } of pairs)
  test(`MGT-43 OpenSSL works with both halves of a data key pair: ${spec}`, async () => {
    const { KeyId } = await symmetricKey()
    const pair = await kms('generateDataKeyPair', { KeyId, KeyPairSpec: spec as 'RSA_2048' })
    const [publicKey, privateKey] = [spki(pair.PublicKey), pkcs8(pair.PrivateKeyPlaintext)]
    expect(publicKey.asymmetricKeyDetails?.namedCurve).toBe(namedCurve)
    expect(createPublicKey(privateKey).equals(publicKey), 'the public half of the private one').toBe(true)
    expect(verify(hash, message, publicKey, sign(hash, message, privateKey)), 'signature').toBe(true)
    expect(verify(hash, otherMessage, publicKey, sign(hash, message, privateKey)), 'another message').toBe(false)
    if (spec.startsWith('RSA'))
      expect(privateDecrypt(privateKey, publicEncrypt(publicKey, message)).equals(message), 'encryption').toBe(true)
    if (namedCurve?.startsWith('secp') || namedCurve === 'prime256v1') {
      const own = generateKeyPairSync('ec', { namedCurve })
      const secrets = [
        diffieHellman({ privateKey, publicKey: own.publicKey }),
        diffieHellman({ privateKey: own.privateKey, publicKey }),
      ] as const
      expect(secrets[0].equals(secrets[1]), 'agreement').toBe(true)
    }
    // What OpenSSL writes of the keys is what the vault wrote.
    expect(publicKey.export({ format: 'der', type: 'spki' }).equals(pair.PublicKey), 'SPKI').toBe(true)
  })

async function symmetricKey() {
  const { KeyMetadata } = await kms('createKey', {})
  return { KeyId: KeyMetadata.KeyId }
}
