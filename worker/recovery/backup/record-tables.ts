/** How each kind of record is written, and what it must be to be read: one row a kind. */
import type { AliasName, KeyId } from '../../../src/contract/identifiers.js'
import { operations, shapes } from '../../../src/contract/model.js'
import {
  bytes,
  flag,
  listOf,
  mapOf,
  oneOf,
  optional,
  type Reader,
  structure,
  text,
  unreadableValue,
  wholeNumber,
} from '../../../src/contract/reader.js'
import type { OperationName } from '../../../src/contract/shapes.js'
import { accountId, regionName } from '../../../src/contract/vault-names.js'
import type { CopyForm } from '../../material/wrapped-key.js'
import type { BackupRecords, Counts, RecordKind } from './records.js'

/** A reader for each member: one that the type has and the table has not is an error of the type checker. */
type Members<Value> = { readonly [Name in keyof Value]-?: Reader<Value[Name] | undefined> }

export interface RecordTable<Value> {
  /** In the file. */
  readonly code: number
  readonly members: Members<Value>
  /** Members that are bytes, in the order in which these follow the text. */
  readonly bytes: readonly (keyof Value & string)[]
}

/** Regions of a vault that a backup can have. */
export const MOST_REGIONS = 1_000

/** Times are of the application's clock, which need not be whole. */
const time: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadableValue(path, 'must be a time')
  return value
}
const name = text({ longest: 2_048 })
const words = text({ longest: 131_072 })
const keyId = text({ longest: 100 }) as Reader<KeyId>
const materialId = text({ longest: 100 })
const count = wholeNumber({})
const pairs = mapOf(words, { most: 10_000, longestName: 65_536 })
const rotationType = oneOf(shapes.RotationType.enum)

/** Longest member of bytes: more than four times the longest private key. */
const key = bytes({ longest: 65_536 })

const countMembers: Members<Counts> = {
  keys: count,
  materials: count,
  copies: count,
  aliases: count,
  grants: count,
  usage: count,
  departures: count,
  audit: count,
}
export const counts = structure(countMembers) as Reader<Counts>

export const recordTables: { readonly [Kind in RecordKind]: RecordTable<BackupRecords[Kind]> } = {
  manifest: {
    code: 1,
    bytes: [],
    members: {
      schemaVersion: wholeNumber({ min: 1 }),
      vaultId: name,
      accountId,
      createdAt: time,
      regions: listOf(structure({ region: regionName, counts }), { least: 1, most: MOST_REGIONS }),
      recovery: text({ longest: 1_048_576 }),
    },
  },
  region: { code: 2, bytes: [], members: { region: regionName, createdAt: time, trackingSince: time } },
  key: {
    code: 3,
    bytes: [],
    members: {
      keyId,
      revision: count,
      createdAt: time,
      description: words,
      keySpec: oneOf(shapes.KeySpec.enum),
      keyUsage: oneOf(shapes.KeyUsageType.enum),
      origin: oneOf(shapes.OriginType.enum),
      state: oneOf(shapes.KeyState.enum),
      currentMaterialId: optional(materialId),
      currentSince: optional(time),
      nextMaterial: optional(
        structure({
          materialId,
          everywhere: flag,
          rotation: optional(structure({ type: rotationType, startedAt: time })),
        }),
      ),
      custody: optional(oneOf(['native', 'sealed'])),
      rotation: optional(structure({ periodInDays: count, nextDate: time })),
      rotations: optional(structure({ total: count, onDemand: count })),
      importedMaterial: optional(
        structure({ complete: flag, validTo: optional(time), validToAtLatest: optional(time) }),
      ),
      set: optional(
        structure({
          role: oneOf(shapes.MultiRegionKeyType.enum),
          primaryRegion: regionName,
          replicaRegions: listOf(regionName, { most: MOST_REGIONS }),
          movingTo: optional(regionName),
        }),
      ),
      deletionDate: optional(time),
      windowInDays: optional(count),
      dueAt: optional(time),
      unsettledAt: optional(time),
      policy: optional(words),
      tags: pairs,
    },
  },
  material: {
    code: 4,
    bytes: ['publicKey'],
    members: {
      keyId,
      materialId,
      createdAt: time,
      rotation: optional(structure({ ordinal: count, date: time, type: rotationType })),
      imported: optional(
        structure({
          isHere: flag,
          description: optional(words),
          validTo: optional(time),
          ignoresLatest: optional(oneOf<true>([true])),
        }),
      ),
      publicKey: optional(key),
    },
  },
  copy: {
    code: 5,
    bytes: ['encapsulated', 'secret', 'wrapped', 'check'],
    members: {
      keyId,
      materialId,
      pairId: name,
      region: regionName,
      position: count,
      form: oneOf<CopyForm>(['raw', 'pkcs8', 'bytes']),
      encapsulated: key,
      secret: optional(key),
      wrapped: key,
      check: optional(key),
    },
  },
  grant: {
    code: 6,
    bytes: [],
    members: {
      keyId,
      grantId: name,
      createdAt: time,
      name: optional(name),
      grantee: name,
      retiring: optional(name),
      operations: listOf(oneOf(shapes.GrantOperation.enum), { most: 100 }),
      constraints: optional(
        structure({
          EncryptionContextEquals: optional(pairs),
          EncryptionContextSubset: optional(pairs),
          SourceArn: optional(name),
        }),
      ),
      issuingAccount: name,
    },
  },
  usage: {
    code: 7,
    bytes: [],
    members: {
      keyId,
      operation: oneOf(Object.keys(operations) as OperationName[]),
      at: time,
      eventId: name,
      requestId: name,
    },
  },
  gone: { code: 8, bytes: [], members: { keyId } },
  alias: {
    code: 9,
    bytes: [],
    members: { aliasName: name as Reader<AliasName>, targetKeyId: keyId, createdAt: time, updatedAt: time },
  },
  goneAlias: { code: 10, bytes: [], members: { aliasName: name as Reader<AliasName> } },
  departure: { code: 11, bytes: [], members: { keyId, primaryRegion: regionName } },
  audit: { code: 12, bytes: [], members: { number: count, records: text({ longest: 8 * 1024 * 1024 }) } },
  leftOut: { code: 13, bytes: [], members: { keyId, problem: name } },
  regionEnd: {
    code: 14,
    bytes: [],
    members: { region: regionName, changes: count, latest: time, keys: count, leftOut: count },
  },
  end: { code: 15, bytes: [], members: { records: count } },
}
