/**
 * What a backup holds, record by record, inside its message. First a manifest; then each Region: what it is, its keys and
 * aliases, what stands beside them, and its end; then the end of all.
 *
 * A Region is read while it is in use (snapshot.ts), so that a key can come twice: a `key` record takes back all that came of
 * that key before it, a `gone` record too, and an `alias` record the alias of that name.
 */
import type { AliasName, KeyId } from '../../../src/contract/identifiers.js'
import type { LastUsage } from '../../audit/usage-log.js'
import type { SealedCopy } from '../../material/copies.js'
import type { AliasRecord, DepartureRecord, GrantRecord, KeyRecord, MaterialRecord } from '../../storage/schema.js'

/** What a vault holds of each thing, when it was counted. */
export interface Counts {
  readonly keys: number
  readonly materials: number
  readonly copies: number
  readonly aliases: number
  readonly grants: number
  readonly usage: number
  readonly departures: number
  readonly audit: number
}

/** Says first what is to come. */
export interface Manifest {
  readonly schemaVersion: number
  readonly vaultId: string
  readonly accountId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** All of the Regions, in the order in which they come. */
  readonly regions: readonly {
    readonly region: string
    /** When the backup was begun. */
    readonly counts: Counts
  }[]
  /** JSON; see recovery-facts.ts. */
  readonly recovery: string
}

/** A Region begins. */
export interface RegionFacts {
  readonly region: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Since when the last use of keys is known. */
  readonly trackingSince: number
}

/** A backing key without what can be used of it: that is in its copy. */
export type BackedUpMaterial = Omit<MaterialRecord, 'handles' | 'sealed' | 'sealedUnder'>

/** A sealed copy, and whose it is. */
export interface BackedUpCopy extends SealedCopy {
  readonly keyId: KeyId
  readonly materialId: string
}

/** What could not be in the backup, and why. */
export interface LeftOut {
  readonly keyId: KeyId
  /** A sentence. */
  readonly problem: string
}

/** A Region is complete: it is as it was after so many changes. */
export interface RegionEnd {
  readonly region: string
  readonly changes: number
  /** The highest time that was seen (TIME-1). */
  readonly latest: number
  /** Keys that the Region had then. */
  readonly keys: number
  /** Of these, keys that are not in the backup at all. */
  readonly leftOut: number
}

/** The values of each kind of record. */
export interface BackupRecords {
  manifest: Manifest
  region: RegionFacts
  key: KeyRecord
  material: BackedUpMaterial
  copy: BackedUpCopy
  grant: GrantRecord
  usage: LastUsage & { readonly keyId: KeyId }
  gone: { readonly keyId: KeyId }
  alias: AliasRecord
  goneAlias: { readonly aliasName: AliasName }
  departure: DepartureRecord
  audit: {
    /** The running number of the last record in the pack. */
    readonly number: number
    readonly records: string
  }
  leftOut: LeftOut
  regionEnd: RegionEnd
  end: {
    /** Records before this one. */
    readonly records: number
  }
}
export type RecordKind = keyof BackupRecords

/** One record, of whichever kind. */
export type BackupRecord<Kind extends RecordKind = RecordKind> = {
  readonly [Each in Kind]: { readonly kind: Each; readonly value: BackupRecords[Each] }
}[Kind]
