/**
 * Official messages of the AWS Encryption SDK: good ones open to their plaintext, as a whole and as a stream, and bad ones
 * are refused, with an error that says why. The files are read where they lie (`../shared/vectors/esdk` beside the checkout,
 * or the folder `esdk` of KMS_TEST_VECTORS); where there are none, the tests are skipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { suiteName } from '../../../src/contract/suites.js'
import * as errors from '../../../src/envelope/errors.js'
import {
  buildClient,
  type Keyring,
  MultiKeyring,
  RawAesKeyring,
  RawRsaKeyring,
  readMessageHeader,
} from '../../../src/envelope/index.js'
import { pieces, through } from './fixtures.js'

type Bytes = Uint8Array<ArrayBuffer>

/** A message, and what is to become of it. */
interface Vector {
  readonly name: string
  readonly message: Bytes
  readonly encryptionContext?: Readonly<Record<string, string>>
  /** Undefined where the message needs a key that only AWS has. */
  readonly keyring: (() => Promise<Keyring>) | undefined
  /** What it opens to, or the error it is refused with. */
  readonly expected: Bytes | { readonly error: RegExp }
}

const folder = join(
  process.env.KMS_TEST_VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url)),
  'esdk',
)
const isThere = existsSync(folder)

const readBytes = (...path: string[]): Bytes => new Uint8Array(readFileSync(join(folder, ...path)))
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'))
const fromBase64 = (base64: string): Bytes => new Uint8Array(Buffer.from(base64, 'base64'))
const fromPem = (pem: string): Bytes => fromBase64(pem.replace(/-----[^-]+-----/g, ''))

// ---- messages with a manifest ----

interface ManifestKey {
  readonly algorithm: 'aes' | 'rsa'
  readonly type: 'symmetric' | 'private' | 'public' | 'aws-kms'
  readonly 'key-id': string
  readonly material: string
}

interface MasterKey {
  readonly type: 'raw' | 'aws-kms'
  readonly key: string
  readonly 'provider-id': string
  readonly 'padding-hash'?: string
}

interface ManifestTest {
  readonly ciphertext: string
  readonly 'master-keys': readonly MasterKey[]
  readonly 'encryption-context': Readonly<Record<string, string>>
  readonly result: { readonly output: { readonly plaintext: string } }
}

const rawKeyrings = new Map<string, Promise<Keyring>>()

/** Many messages have the same keys. */
function rawKeyringOnce(key: ManifestKey, master: MasterKey): Promise<Keyring> {
  const id = JSON.stringify([key, master])
  const made = rawKeyrings.get(id) ?? rawKeyring(key, master)
  rawKeyrings.set(id, made)
  return made
}

async function rawKeyring(key: ManifestKey, master: MasterKey): Promise<Keyring> {
  const names = { keyNamespace: master['provider-id'], keyName: key['key-id'] }
  if (key.algorithm === 'aes') {
    const material = fromBase64(key.material)
    const wrappingKey = await crypto.subtle.importKey('raw', material, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return new RawAesKeyring({ ...names, wrappingKey })
  }
  const algorithm = { name: 'RSA-OAEP', hash: (master['padding-hash'] as string).replace('sha', 'SHA-') }
  const material = fromPem(key.material)
  return key.type === 'private'
    ? new RawRsaKeyring({
        ...names,
        privateKey: await crypto.subtle.importKey('pkcs8', material, algorithm, false, ['decrypt']),
      })
    : new RawRsaKeyring({
        ...names,
        publicKey: await crypto.subtle.importKey('spki', material, algorithm, false, ['encrypt']),
      })
}

function manifest(directory: string, expected: (plaintext: Bytes) => Vector['expected']): Vector[] {
  const { keys } = readJson(directory, 'keys.json') as { keys: Readonly<Record<string, ManifestKey>> }
  const { tests } = readJson(directory, 'manifest.json') as { tests: Readonly<Record<string, ManifestTest>> }
  const file = (url: string) => readBytes(directory, ...url.replace('file://', '').split('/'))
  return Object.entries(tests).map(([name, vector]) => {
    const masters = vector['master-keys']
    return {
      name,
      message: file(vector.ciphertext),
      encryptionContext: vector['encryption-context'],
      expected: expected(file(vector.result.output.plaintext)),
      keyring: masters.some(({ type }) => type === 'aws-kms')
        ? undefined
        : async () => {
            const keyrings = masters.map((master) => rawKeyringOnce(keys[master.key] as ManifestKey, master))
            return new MultiKeyring({ children: await Promise.all(keyrings) })
          },
    }
  })
}

// ---- messages with their data key ----

/** Says that a data key is that of every message. */
const knowing = (dataKey: Bytes) => async (): Promise<Keyring> => ({
  wrap: () => Promise.reject(new Error('these messages are there already')),
  unwrap: async () => ({ dataKey: dataKey.slice() }),
})

function commitments(): Vector[] {
  const { tests } = readJson('commitment-test-vectors.json') as {
    readonly tests: readonly {
      readonly comment: string
      readonly status: boolean
      readonly ciphertext: string
      readonly 'decrypted-dek': string
      readonly 'plaintext-frames': readonly string[]
    }[]
  }
  return tests.map((vector) => ({
    name: vector.comment,
    message: fromBase64(vector.ciphertext),
    keyring: knowing(fromBase64(vector['decrypted-dek'])),
    expected: vector.status
      ? new TextEncoder().encode(vector['plaintext-frames'].join(''))
      : { error: /^KeyCommitmentError$/ },
  }))
}

const oracleKeys: Readonly<Record<string, (length: number) => Bytes>> = {
  null: (length) => new Uint8Array(length),
  test_counting: (length) => Uint8Array.from({ length }, (_, index) => index + 1),
}

function oracle(): Vector[] {
  const tests = readJson('decrypt-oracle-vectors.json') as readonly {
    readonly 'key-type': string
    readonly 'algorithm-suite': string
    readonly ciphertext: string
    readonly plaintext: string
  }[]
  return tests.map((vector) => {
    const dataKey = oracleKeys[vector['key-type']]
    // The first byte of a suite's number says its hash, the second the length of the key.
    const length = { '14': 16, '46': 24, '78': 32 }[vector['algorithm-suite'].slice(2)] as number
    return {
      name: `${vector['key-type']} ${vector['algorithm-suite']}`,
      message: fromBase64(vector.ciphertext),
      keyring: dataKey && knowing(dataKey(length)),
      expected: fromBase64(vector.plaintext),
    }
  })
}

const sets: Readonly<Record<string, () => Vector[]>> = {
  'v4-Net-4.0.1': () => manifest('v4-Net-4.0.1', (plaintext) => plaintext),
  'valid-Net-4.0.0': () => manifest('valid-Net-4.0.0', (plaintext) => plaintext),
  // Their header tags are wrong: a version of the SDK for .NET made them so.
  'invalid-Net-4.0.0': () =>
    manifest('invalid-Net-4.0.0', () => ({ error: /^(MessageAuthenticationError|EncryptionContextError)$/ })),
  'commitment-test-vectors.json': commitments,
  'decrypt-oracle-vectors.json': oracle,
}

const client = buildClient('REQUIRE_ENCRYPT_ALLOW_DECRYPT')
const tallies: string[] = []

describe.each(Object.keys(sets))('%s', (set) => {
  const vectors = isThere ? (sets[set] as () => Vector[])() : []
  const ours = vectors.filter(({ keyring }) => keyring)
  const foreign = vectors.length - ours.length
  const bad = vectors.filter(({ expected }) => 'error' in expected).length
  tallies.push(
    `${set}: ${ours.length - bad} open, ${bad} are refused, ${foreign} skipped (their data keys are under KMS keys of AWS)`,
  )

  test.runIf(isThere)('there are some', () => {
    expect(ours.length).toBeGreaterThan(0)
  })

  test.each(ours)('$name', async ({ message, encryptionContext = {}, keyring, expected }) => {
    const source = await (keyring as () => Promise<Keyring>)()
    const options = { encryptionContext }
    const ways = {
      'as a whole': async () => (await client.decrypt(source, message, options)).plaintext,
      'as a stream': () =>
        through(client.decryptStream(source, { ...options, allowSigned: true }), pieces(message, 101)),
    }
    for (const [way, open] of Object.entries(ways)) {
      if (!('error' in expected)) {
        expect(await open(), way).toEqual(expected)
        continue
      }
      const error: Error = await open().then(
        () => expect.fail(`${way}: it was opened`),
        (reason: Error) => reason,
      )
      expect(error.name, way).toMatch(expected.error)
      expect(errors, way).toHaveProperty(error.name)
    }
  })

  test.runIf(foreign > 0)('what cannot be opened here can be read: its keys are KMS keys of AWS', () => {
    const headers = vectors.filter(({ keyring }) => !keyring).map(({ message }) => readMessageHeader(message))
    expect(headers).toHaveLength(foreign)
    for (const header of headers)
      expect(header?.encryptedDataKeys.map(({ providerId }) => providerId)).toContain('aws-kms')
  })

  test.runIf(ours.length > 40)('are of every algorithm suite that the file is about', () => {
    const suites = new Set(ours.map(({ message }) => suiteName(readMessageHeader(message)?.suiteId ?? 0)))
    expect(suites.size).toBeGreaterThanOrEqual(set.startsWith('commitment') ? 2 : 11)
  })
})

test.skipIf(isThere)(`skipped: there are no vectors in ${folder}`, () => {})

afterAll(() => {
  console.info(isThere ? tallies.join('\n') : `No official messages: there is no ${folder}`)
})
