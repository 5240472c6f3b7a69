/** REC-20, REC-22 A backup as a message: what goes in comes out, and nothing that was altered, cut or mixed does. */
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { headerPairs, readBackupHeader } from '../../../src/contract/backup-header.js'
import { type Bytes, concatenate } from '../../../src/contract/bytes.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { buildClient, readMessageHeader } from '../../../src/envelope/index.js'
import { openingKey, publicKeyOfSeed } from '../../../worker/material/hpke.js'
import { beginBackup, openBackup, sealBackup } from '../../../worker/recovery/backup/message.js'
import { checkSignature, openDataKey, pairIdOf } from '../../../worker/recovery/backup/proof.js'
import type { BackupRecord } from '../../../worker/recovery/backup/records.js'
import { anyRecord } from './fixtures/backup-records.js'

const seed = crypto.getRandomValues(new Uint8Array(32))
const records: readonly BackupRecord[] = fc.sample(anyRecord, { numRuns: 40, seed: 7 })
let pair: { readonly pairId: string; readonly publicKey: Bytes }
let device: { readonly signingKey: CryptoKey; readonly publicKey: Bytes }
let backup: Bytes

async function newDevice() {
  const keys = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey))
  return { signingKey: keys.privateKey, publicKey }
}

const headerOf = (publicKey: Bytes, vaultName = 'default'): Parameters<typeof headerPairs>[0] => ({
  vaultName,
  vaultId: 'a vault',
  accountId: '000000000000',
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  schemaVersion: 4,
  keys: 3,
  regions: { 'browser-local-1': 3 },
  protectors: [{ id: 'one', type: 'passphrase', label: 'mine', more: [1] }],
  rootPublicKey: new Uint8Array(32),
  backupPublicKey: publicKey,
  backupCertificate: new Uint8Array(64),
})

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items
}

async function seal(contents: Iterable<BackupRecord> = records, vaultName = 'default', by = device): Promise<Bytes> {
  const chunks: Bytes[] = []
  const { signingKey, publicKey } = by
  for await (const chunk of sealBackup({ header: headerOf(publicKey, vaultName), pair, signingKey }, each(contents)))
    chunks.push(chunk)
  return concatenate(chunks)
}

async function open(bytes: Uint8Array, length = bytes.byteLength): Promise<BackupRecord[]> {
  const chunks = Array.from({ length: Math.ceil(bytes.byteLength / Math.max(1, length)) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  )
  const begun = await beginBackup(each(chunks))
  const header = readBackupHeader(begun.message)
  await checkSignature(begun.message, header)
  const dataKey = await openDataKey(await openingKey(seed.slice()), begun.message)
  const found: BackupRecord[] = []
  for await (const record of openBackup(begun, dataKey)) found.push(record)
  return found
}

beforeAll(async () => {
  pair = { pairId: 'a pair', publicKey: await publicKeyOfSeed(seed) }
  device = await newDevice()
  backup = await seal()
})

test.each([1, 7, 100, 65_536, 10_000_000])('REC-20 it opens, in pieces of %i bytes', async (length) => {
  expect(await open(backup, length)).toEqual(records)
})

test('REC-20 its header tells a stranger what it is', async () => {
  const { message } = await beginBackup(each([backup]))
  expect(pairIdOf(message)).toBe('a pair')
  const { format, signature, ...header } = readBackupHeader(message)
  expect(format).toBe('browser-kms/backup/1')
  expect(signature).toHaveLength(64)
  expect(JSON.stringify(header)).toBe(
    JSON.stringify({ ...headerOf(device.publicKey), regions: { 'browser-local-1': 3 } }),
  )
})

test('REC-20 it is a message of the AWS Encryption SDK that any client reads who has the data key', async () => {
  const message = readMessageHeader(backup)
  expect(message?.suiteId).toBe(0x0478)
  const { message: header } = await beginBackup(each([backup]))
  const dataKey = await openDataKey(await openingKey(seed.slice()), header)
  const keyring = {
    wrap: () => Promise.reject(new Error()),
    unwrap: async () => ({ dataKey: dataKey.slice() }),
  }
  const { plaintext } = await buildClient({ dataWorkers: false }).decrypt(keyring, backup)
  expect(plaintext.byteLength).toBeGreaterThan(1_000)
})

test('REC-20 an empty one opens, and one of many frames', async () => {
  expect(await open(await seal([]))).toEqual([])
  const many = Array.from(
    { length: 60 },
    (_, number): BackupRecord => ({
      kind: 'audit',
      value: { number, records: 'x'.repeat(10_000) },
    }),
  )
  expect(await open(await seal(many))).toEqual(many)
})

describe('REC-22 whoever stores backups cannot', () => {
  const refused = async (bytes: Uint8Array) => {
    await expect(open(bytes)).rejects.toThrow(BackupFormatException)
  }

  test('alter one: no bit of the header or near frame borders', async () => {
    const places = [
      ...Array.from({ length: 100 }, (_, index) => index),
      ...Array.from({ length: 300 }, (_, index) => 100 + 11 * index),
      ...Array.from({ length: 60 }, (_, index) => backup.byteLength - 1 - index),
    ]
    for (const place of places) {
      const altered = backup.slice()
      altered[place] = (altered[place] as number) ^ (1 << (place % 8))
      const outcome = await open(altered).catch((error: unknown) => error)
      expect(outcome, `bit of byte ${place}`).toBeInstanceOf(BackupFormatException)
    }
  })

  test('cut one, at whatever length', async () => {
    const lengths = Array.from({ length: 100 }, (_, index) => Math.floor((index * backup.byteLength) / 100))
    for (const length of [...lengths, backup.byteLength - 1]) await refused(backup.subarray(0, length))
  })

  test('add to one', async () => {
    await refused(concatenate([backup, Uint8Array.of(0)]))
    await refused(concatenate([backup, backup]))
  })

  test('mix two of one vault: the header of one, the frames of the other', async () => {
    const other = await seal()
    const bodyAt = async (bytes: Bytes) => {
      const { message } = await beginBackup(each([bytes]))
      expect(message.frameLength).toBe(65_536)
      // Header and body of both are of the same lengths: only random parts differ.
      return bytes.findIndex((byte, index) => index > 3_000 && byte !== backup[index])
    }
    expect(other.byteLength).toBe(backup.byteLength)
    const at = await bodyAt(other)
    await refused(concatenate([backup.subarray(0, at), other.subarray(at)]))
    await refused(concatenate([other.subarray(0, at), backup.subarray(at)]))
  })

  test('put the data key of another backup, signed by the same device, under a header', async () => {
    const other = await seal(records, 'another')
    const { message } = await beginBackup(each([other]))
    const { message: own } = await beginBackup(each([backup]))
    const opening = await openingKey(seed.slice())
    const mixed = { ...own, encryptedDataKeys: message.encryptedDataKeys }
    await expect(checkSignature(mixed, readBackupHeader(mixed))).rejects.toThrow(BackupFormatException)
    await expect(openDataKey(opening, mixed)).rejects.toThrow(BackupFormatException)
  })

  test('make one up, knowing all public keys', async () => {
    const forged = await seal(records, 'default', { ...(await newDevice()), publicKey: device.publicKey })
    await refused(forged)
  })
})

describe('REC-20 what is no backup', () => {
  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['nothing', () => new Uint8Array(0)],
    ['a text', () => new TextEncoder().encode('This is a text.')],
    ['zeros', () => new Uint8Array(100_000)],
    ['a large file of version 2', () => concatenate([Uint8Array.of(2, 4, 0x78), new Uint8Array(300_000).fill(0xff)])],
    [
      'another message',
      async () => {
        const keyring = {
          wrap: async () => ({
            dataKey: new Uint8Array(32),
            encryptedDataKeys: [
              { providerId: 'x', providerInfo: new Uint8Array(1), encryptedDataKey: new Uint8Array(1) },
            ],
          }),
          unwrap: () => Promise.reject(new Error()),
        }
        const client = buildClient({ dataWorkers: false })
        return (await client.encrypt(keyring, new Uint8Array(10), { suiteId: 0x0478 })).result
      },
    ],
  ])('%s', async (_name, bytes) => {
    await expect(open(await bytes())).rejects.toThrow(BackupFormatException)
  })

  test('whatever the bytes are, it is said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        await expect(open(Uint8Array.of(2, 4, 0x78, ...bytes))).rejects.toThrow(BackupFormatException)
      }),
    )
  })

  test('a format of a newer version says so', () => {
    const message = { suiteId: 0x0478, contentType: 'framed', encryptedDataKeys: [] } as const
    const encryptionContext = { format: 'browser-kms/backup/2' }
    expect(() => readBackupHeader({ ...message, encryptionContext })).toThrow(/newer version/)
  })

  test.each<[string, (pairs: Record<string, string>) => object]>([
    ['without a member', ({ keys: _, ...pairs }) => pairs],
    ['with a member too many', (pairs) => ({ ...pairs, more: '' })],
    ['with a number that is none', (pairs) => ({ ...pairs, keys: '-1' })],
    ['with a time that is none', (pairs) => ({ ...pairs, createdAt: 'today' })],
    ['with no JSON', (pairs) => ({ ...pairs, regions: '{' })],
    ['with a Region that is none', (pairs) => ({ ...pairs, regions: '{"nowhere":1}' })],
    ['without protectors', (pairs) => ({ ...pairs, protectors: '[]' })],
    [
      'with too many protectors',
      (pairs) => ({ ...pairs, protectors: JSON.stringify(Array(33).fill({ id: 'one', type: 'a', label: '' })) }),
    ],
    ['with a protector that is none', (pairs) => ({ ...pairs, protectors: '[7]' })],
    ['with a protector without a type', (pairs) => ({ ...pairs, protectors: '[{"id":"one","label":"x"}]' })],
    ['with a protector without an id', (pairs) => ({ ...pairs, protectors: '[{"type":"a","label":"x"}]' })],
    ['with a key of another length', (pairs) => ({ ...pairs, rootPublicKey: 'AAAA' })],
    ['with a key that is no base64', (pairs) => ({ ...pairs, rootPublicKey: '!' })],
    ['with a vault that cannot be', (pairs) => ({ ...pairs, vaultName: '../x' })],
  ])('a header %s', (_name, change) => {
    const pairs = { ...headerPairs(headerOf(new Uint8Array(32))), signature: btoa('\0'.repeat(64)) }
    const message = {
      suiteId: 0x0478,
      contentType: 'framed',
      encryptedDataKeys: [{ providerId: 'browser-kms/recovery' }],
    } as const
    const read = (encryptionContext: object) =>
      readBackupHeader({ ...message, encryptionContext: { ...encryptionContext } as Record<string, string> })
    expect(read(pairs)).toBeDefined()
    expect(() => read(change(pairs))).toThrow(BackupFormatException)
  })
})
