import type { IDBPDatabase, IDBPTransaction } from 'idb'
import type { StoreName, VaultSchema } from './schema.js'

/** What a step works with. */
interface Migration {
  readonly database: IDBPDatabase<VaultSchema>
  readonly transaction: IDBPTransaction<VaultSchema, StoreName[], 'versionchange'>
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Steps from each version of the database to the next: step `n` brings version `n` to `n + 1`. A step that has been
 * released is never edited, only followed by another, and every step has a test that starts from a database written
 * by the version before it.
 */
export const migrations: readonly ((migration: Migration) => void)[] = [
  ({ database }) => {
    database.createObjectStore('keys', { keyPath: 'keyId' }).createIndex('due', 'dueAt')
    database.createObjectStore('materials', { keyPath: ['keyId', 'materialId'] })
    database.createObjectStore('aliases', { keyPath: 'aliasName' }).createIndex('target', ['targetKeyId', 'aliasName'])
    database.createObjectStore('audit')
    database.createObjectStore('vault')
  },
  // Rotation, imported material, multi-Region keys, last use. Records of version 1 are right as they are: what is new in
  // them is absent where it does not apply.
  ({ database, transaction, now }) => {
    transaction.objectStore('keys').createIndex('unsettled', 'unsettledAt')
    database.createObjectStore('importTokens', { keyPath: ['keyId', 'tokenId'] }).createIndex('validTo', 'validTo')
    database.createObjectStore('departures', { keyPath: 'keyId' })
    database.createObjectStore('usage')
    void transaction.objectStore('vault').put({ since: now }, 'tracking')
  },
  // Grants.
  ({ database }) => {
    const grants = database.createObjectStore('grants', { keyPath: ['keyId', 'grantId'] })
    grants.createIndex('grantee', ['keyId', 'grantee'])
    grants.createIndex('listed', ['keyId', 'createdAt', 'grantId'])
    grants.createIndex('retiring', ['retiring', 'createdAt', 'keyId', 'grantId'])
  },
  // Sealed copies of material.
  ({ database }) => {
    database.createObjectStore('copies', { keyPath: ['keyId', 'materialId'] })
  },
]

/** The version of the schema that this code reads and writes. */
export const schemaVersion = migrations.length
