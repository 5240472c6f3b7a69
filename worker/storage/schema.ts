/**
 * The one description of the database. A vault has one database for each of its Regions; IndexedDB is the truth for
 * all tabs, and whatever a worker holds in memory is a copy.
 *
 * Metadata and material live apart, because every read of a record parses the keys in it (55 µs for an AES handle,
 * 195 µs for an RSA one), and most requests need the metadata alone.
 */
import type { DBSchema } from 'idb'
import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { KeySpec, KeyState, KeyUsage, Origin, Value } from '../../src/contract/shapes.js'
import type { LastUsage } from '../audit/usage-log.js'
import type { SealedCopy } from '../material/copies.js'
import type { Material } from '../material/family.js'

/** A KMS key without its material. Times are milliseconds since 1970. */
export interface KeyRecord {
  readonly keyId: KeyId
  /** Counts the changes of this record. */
  readonly revision: number
  readonly createdAt: number
  readonly description: string
  readonly keySpec: KeySpec
  readonly keyUsage: KeyUsage
  readonly origin: Origin
  readonly state: KeyState
  /** The material that new ciphertexts are made with. Absent until material was imported for the first time. */
  readonly currentMaterialId?: MaterialId
  /** When that became the current one, if not when the key was made. */
  readonly currentSince?: number
  readonly nextMaterial?: NextMaterial
  /** Absent while no material was imported yet. */
  readonly custody?: Custody
  /** Automatic rotation, while it is on. It stays as it is while the key is disabled or pending deletion (ROT-21, ROT-23). */
  readonly rotation?: AutomaticRotation
  /** Rotations so far, and how many of them were asked for (ROT-29). */
  readonly rotations?: { readonly total: number; readonly onDemand: number }
  /** Of keys of origin EXTERNAL, once material was imported. */
  readonly importedMaterial?: ImportedMaterialSummary
  /** Of multi-Region keys. */
  readonly set?: KeySetPlace
  /** In PendingDeletion only. */
  readonly deletionDate?: number
  /** In PendingReplicaDeletion only: days that the key waits once its last replica is gone (DEL-24). */
  readonly windowInDays?: number
  /** When the sweeper has to look at this key again; absent if never. Kept by the transaction. Indexed. */
  readonly dueAt?: number
  /** From when on the other Regions of a multi-Region key have to be told something; absent if nothing. Indexed. */
  readonly unsettledAt?: number
  /** Absent while the key has the default key policy (MGT-24). */
  readonly policy?: string
  readonly tags: Readonly<Record<string, string>>
}

/** The schedule of automatic rotation. */
export interface AutomaticRotation {
  readonly periodInDays: number
  readonly nextDate: number
}

/**
 * Material that is to become the current one: imported and waiting for RotateKeyOnDemand (IMP-18), or made by a rotation
 * that ends when the keys of all Regions have it (ROT-33).
 */
export interface NextMaterial {
  readonly materialId: MaterialId
  /** Whether the keys of all Regions have it. */
  readonly everywhere: boolean
  /** The rotation that goes on; absent while imported material waits. */
  readonly rotation?: { readonly type: RotationType; readonly startedAt: number }
}

export type RotationType = Value<'RotationType'>

/** What the materials of a key of origin EXTERNAL amount to; kept with the key, so that no use has to read them all. */
export interface ImportedMaterialSummary {
  /** Whether all materials that the key is bound to are here: only then it can be used (STATE-11). */
  readonly complete: boolean
  /** When the first of those that are here expires. */
  readonly validTo?: number
  /** The same, of those for which a clock set back is no help (TIME-1). */
  readonly validToAtLatest?: number
}

/** A multi-Region key's place in its set: one primary and its replicas, one key in a Region (MRK-2). */
export interface KeySetPlace {
  readonly role: Value<'MultiRegionKeyType'>
  readonly primaryRegion: string
  readonly replicaRegions: readonly string[]
  /** The Region whose key is about to become the primary; with the old primary, while that is `Updating` (MRK-14). */
  readonly movingTo?: string
}

/** Where the bytes of a key's material are (design: custody of material). */
export type Custody = 'native' | 'sealed'

/** Names one backing key; 64 hex digits. */
export type MaterialId = string

/**
 * One backing key. All of a key's materials are kept until the key is deleted (MGT-91). Its handles are
 * non-extractable: script that reads this record can use them but not copy them.
 */
export interface MaterialRecord extends Material {
  readonly keyId: KeyId
  readonly materialId: MaterialId
  readonly createdAt: number
  /** How it became the current material. Absent for the first one, and while it waits. */
  readonly rotation?: {
    /** The key's first rotation is 1. */
    readonly ordinal: number
    readonly date: number
    readonly type: RotationType
  }
  /** Of keys of origin EXTERNAL. The record outlives its handles: it says which material has to be imported again. */
  readonly imported?: {
    readonly isHere: boolean
    readonly description?: string
    readonly validTo?: number
    /** The clock had been ahead of `validTo` once when this was imported: only what it says now counts (TIME-1). */
    readonly ignoresLatest?: true
  }
}

/** The sealed copy of a backing key, for the recovery pair (REC-2). It stands apart: no use of the key needs it. */
export interface CopyRecord extends SealedCopy {
  readonly keyId: KeyId
  readonly materialId: MaterialId
}

/** What a Region knows of the vault's recovery: the public half of it. */
export interface RegionRecovery {
  /** Every copy is bound to it. 32 hex digits. */
  readonly vaultId: string
  readonly pairId: string
  /** HPKE, KEM 0x647a: 1,216 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>
  /** Counts the changes of this over all Regions: an older one takes no newer one's place. */
  readonly generation: number
  /** Whether all that follows from it in this Region has been done; see recovery/settlement.ts. */
  readonly isSettled: boolean
  /** Locked at rest (LOCK-1): no private handle, and nothing sealed under a key of the vault, is stored. */
  readonly atRest: boolean
  /** On its way out of rest: handles are stored again, and nothing counts on them yet. */
  readonly isWaking?: true
}

/** The key pair of one GetParametersForImport (IMP-10). */
export interface ImportTokenRecord {
  readonly keyId: KeyId
  readonly tokenId: string
  readonly wrappingAlgorithm: Value<'AlgorithmSpec'>
  readonly wrappingKeySpec: Value<'WrappingKeySpec'>
  /** Indexed. */
  readonly validTo: number
  /** Non-extractable. */
  readonly privateKey: CryptoKey
}

/** A replica that was deleted, until its primary knows. */
export interface DepartureRecord {
  readonly keyId: KeyId
  readonly primaryRegion: string
}

/** Permission for one principal to use one key in some ways (GRANT-2). */
export interface GrantRecord {
  readonly keyId: KeyId
  /** 64 hex digits. */
  readonly grantId: string
  readonly createdAt: number
  readonly name?: string
  /** ARN of whom it is for, or the name of an AWS service, which meets nobody. */
  readonly grantee: string
  /** ARN of who may retire it, or the name of an AWS service. */
  readonly retiring?: string
  readonly operations: readonly GrantOperation[]
  readonly constraints?: GrantConstraints
  /** The account in whose name it was made. */
  readonly issuingAccount: string
}

export type GrantOperation = Value<'GrantOperation'>

/**
 * What the encryption context of a request must have: exactly these pairs, or at least these (GRANT-16). And the resource on
 * whose behalf an AWS service makes it, which no request to a vault is made.
 */
export interface GrantConstraints {
  readonly EncryptionContextEquals?: Readonly<Record<string, string>>
  readonly EncryptionContextSubset?: Readonly<Record<string, string>>
  readonly SourceArn?: string
}

export interface AliasRecord {
  readonly aliasName: AliasName
  readonly targetKeyId: KeyId
  readonly createdAt: number
  readonly updatedAt: number
}

/** Audit records of one commit, packed: one IndexedDB record costs about the same whether it holds one or a hundred. */
export interface AuditPack {
  /** JSON array of {@link AuditRecord}s. */
  readonly records: string
}

/** Facts about the vault itself. */
export interface VaultRecords {
  identity: {
    readonly accountId: string
    readonly region: string
    readonly createdAt: number
    /**
     * Seals the markers of paged lists, so that a forged one is noticed. Non-extractable AES-256-GCM. Absent at rest, and a copy
     * of it is in its place (LOCK-1).
     */
    readonly markerKey?: CryptoKey
    readonly markerCopy?: SealedCopy
    /** Seals material that WebCrypto cannot hold. Non-extractable AES-256-GCM. Absent at rest, where nothing is sealed under it. */
    readonly sealingKey?: CryptoKey
  }
  /** Kept because counting 100,000 records takes 34 ms. */
  counters: {
    /** KMS keys in any state. */
    readonly keys: number
    /** Mutations so far: a worker whose own count agrees knows that its cache is up to date. */
    readonly changes: number
  }
  /** The highest time that was seen (TIME-1), to the minute. */
  clock: { readonly latest: number }
  /** Since when the last use of keys is kept (DEL-32). */
  tracking: { readonly since: number }
  /** Absent until recovery was set up. */
  recovery: RegionRecovery
}

export interface VaultSchema extends DBSchema {
  keys: { key: KeyId; value: KeyRecord; indexes: { due: number; unsettled: number } }
  materials: { key: [KeyId, MaterialId]; value: MaterialRecord }
  copies: { key: [KeyId, MaterialId]; value: CopyRecord }
  aliases: { key: AliasName; value: AliasRecord; indexes: { target: [KeyId, AliasName] } }
  /** Keyed by the running number of the last audit record in the pack. */
  audit: { key: number; value: AuditPack }
  grants: {
    key: [KeyId, string]
    value: GrantRecord
    indexes: {
      grantee: [KeyId, string]
      listed: [KeyId, number, string]
      retiring: [string, number, KeyId, string]
    }
  }
  importTokens: { key: [KeyId, string]; value: ImportTokenRecord; indexes: { validTo: number } }
  departures: { key: KeyId; value: DepartureRecord }
  usage: { key: KeyId; value: LastUsage }
  vault: { key: keyof VaultRecords; value: VaultRecords[keyof VaultRecords] }
}

export type StoreName =
  | 'keys'
  | 'materials'
  | 'copies'
  | 'aliases'
  | 'audit'
  | 'grants'
  | 'importTokens'
  | 'departures'
  | 'usage'
  | 'vault'
export const allStores: readonly StoreName[] = [
  'keys',
  'materials',
  'copies',
  'aliases',
  'audit',
  'grants',
  'importTokens',
  'departures',
  'usage',
  'vault',
]
