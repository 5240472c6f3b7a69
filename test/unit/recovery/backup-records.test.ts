/** REC-20 The records of a backup: whatever is written is read back, and nothing else is. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatenate, u32 } from '../../../src/contract/bytes.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { decodeRecords, encodeRecord } from '../../../worker/recovery/backup/record-codec.js'
import { recordTables } from '../../../worker/recovery/backup/record-tables.js'
import type { BackupRecord } from '../../../worker/recovery/backup/records.js'
import { anyRecord, anyRecordOf, recordKinds } from './fixtures/backup-records.js'

async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...cuts].map((cut) => cut % (bytes.byteLength + 1)).sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, bytes.byteLength]) {
    yield bytes.subarray(from, to)
    from = to
  }
}

async function decoded(bytes: Uint8Array, cuts: readonly number[] = []): Promise<BackupRecord[]> {
  const records: BackupRecord[] = []
  for await (const record of decodeRecords(inPieces(bytes, cuts))) records.push(record)
  return records
}

const encoded = (records: readonly BackupRecord[]) => concatenate(records.map(encodeRecord))

test('REC-20 no two kinds have one code', () => {
  const codes = Object.values(recordTables).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

test.each(recordKinds)('REC-20 any %s is read back as it was', async (kind) => {
  await fc.assert(
    fc.asyncProperty(anyRecordOf(kind), async (record) => {
      expect(await decoded(encodeRecord(record))).toEqual([record])
    }),
  )
})

test('REC-20 any list of records is, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecord), fc.array(fc.nat()), async (records, cuts) => {
      expect(await decoded(encoded(records), cuts)).toEqual(records)
    }),
  )
})

test('REC-20 handles and sealed bytes are in no record', async () => {
  const material = { keyId: 'k', materialId: 'm', createdAt: 1, handles: { a: 'handle' }, sealed: new Uint8Array(3) }
  const record = { kind: 'material', value: material } as unknown as BackupRecord
  expect(await decoded(encodeRecord(record))).toEqual([
    { kind: 'material', value: { keyId: 'k', materialId: 'm', createdAt: 1 } },
  ])
})

describe('REC-20 what is no record', () => {
  const alias = encodeRecord({
    kind: 'alias',
    value: { aliasName: 'alias/a', targetKeyId: 'k', createdAt: 1, updatedAt: 1 },
  } as unknown as BackupRecord)
  const written = (code: number, text: string, bytes = new Uint8Array(0)) => {
    const content = new TextEncoder().encode(text)
    return concatenate([Uint8Array.of(code), u32(content.byteLength), u32(bytes.byteLength), content, bytes])
  }

  test.each<[string, Uint8Array]>([
    ['an unknown kind', written(99, '{}')],
    ['no JSON', written(8, '{')],
    ['no object', written(8, '7')],
    ['a member too many', written(8, '{"keyId":"k","more":1}')],
    ['a member too few', written(8, '{}')],
    ['another type', written(8, '{"keyId":1}')],
    ['bytes left over', written(8, '{"keyId":"k"}', Uint8Array.of(1))],
    ['bytes that are not there', written(4, '{"keyId":"k","materialId":"m","createdAt":1,"publicKey":5}')],
    ['a length below zero', written(4, '{"keyId":"k","materialId":"m","createdAt":1,"publicKey":-1}')],
    ['bytes that are no length', written(4, '{"keyId":"k","materialId":"m","createdAt":1,"publicKey":"AA=="}')],
    ['a text of 4 GB', concatenate([Uint8Array.of(8), u32(0xffffffff), u32(0)])],
    ['bytes of 4 GB', concatenate([Uint8Array.of(8), u32(2), u32(0xffffffff)])],
    ...Array.from({ length: alias.byteLength - 1 }, (_, length): [string, Uint8Array] => [
      `its first ${length + 1} bytes`,
      alias.subarray(0, length + 1),
    ]),
  ])('%s', async (_name, bytes) => {
    await expect(decoded(bytes)).rejects.toThrow(BackupFormatException)
  })

  test('whatever it is, it is records or a BackupFormatException', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { maxLength: 3 }),
        fc.nat(),
        fc.nat({ max: 255 }),
        async (records, at, byte) => {
          const bytes = encoded(records)
          if (bytes.byteLength > 0) bytes[at % bytes.byteLength] = byte
          const outcome = await decoded(bytes).catch((error: unknown) => error)
          expect(Array.isArray(outcome) || outcome instanceof BackupFormatException).toBe(true)
        },
      ),
    )
  })

  test('what could not be read back is not written', () => {
    const record = { kind: 'gone', value: { keyId: 'k'.repeat(1_000) } } as unknown as BackupRecord
    expect(() => encodeRecord(record)).toThrow(BackupFormatException)
  })
})
