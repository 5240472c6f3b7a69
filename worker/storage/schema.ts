/**
 * The one description of the database. A vault has one database for each of its Regions; IndexedDB is the truth for
 * all tabs, and whatever a worker holds in memory is a copy.
 *
 * Metadata and material live apart, because every read of a record parses the keys in it (55 µs for an AES handle,
 * 195 µs for an RSA one), and most requests need the metadata alone.
 */
import type { DBSchema } from 'idb'
import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { KeySpec, KeyState, KeyUsage, Origin } from '../../src/contract/shapes.js'
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
  /** The material that new ciphertexts are made with. */
  readonly currentMaterialId: MaterialId
  readonly custody: Custody
  /** In PendingDeletion only. */
  readonly deletionDate?: number
  /** When the sweeper has to look at this key again; absent if never. Indexed. */
  readonly dueAt?: number
  /** Absent while the key has the default key policy (MGT-24). */
  readonly policy?: string
  readonly tags: Readonly<Record<string, string>>
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
    /** Seals the markers of paged lists, so that a forged one is noticed. Non-extractable AES-256-GCM. */
    readonly markerKey: CryptoKey
    /** Seals material that WebCrypto cannot hold. Non-extractable AES-256-GCM. */
    readonly sealingKey: CryptoKey
  }
  /** Kept because counting 100,000 records takes 34 ms. */
  counters: {
    /** KMS keys in any state. */
    readonly keys: number
    /** Mutations so far: a worker whose own count agrees knows that its cache is up to date. */
    readonly changes: number
  }
}

export interface VaultSchema extends DBSchema {
  keys: { key: KeyId; value: KeyRecord; indexes: { due: number } }
  materials: { key: [KeyId, MaterialId]; value: MaterialRecord }
  aliases: { key: AliasName; value: AliasRecord; indexes: { target: [KeyId, AliasName] } }
  /** Keyed by the running number of the last audit record in the pack. */
  audit: { key: number; value: AuditPack }
  vault: { key: keyof VaultRecords; value: VaultRecords[keyof VaultRecords] }
}

export type StoreName = 'keys' | 'materials' | 'aliases' | 'audit' | 'vault'
export const allStores: readonly StoreName[] = ['keys', 'materials', 'aliases', 'audit', 'vault']
