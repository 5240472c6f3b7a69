import type { IDBPDatabase } from 'idb'
import type { VaultSchema } from './schema.js'

/**
 * Steps from each version of the database to the next: step `n` brings version `n` to `n + 1`. A step that has been
 * released is never edited, only followed by another, and every step has a test that starts from a database written
 * by the version before it.
 */
export const migrations: readonly ((database: IDBPDatabase<VaultSchema>) => void)[] = [
  (database) => {
    database.createObjectStore('keys', { keyPath: 'keyId' }).createIndex('due', 'dueAt')
    database.createObjectStore('materials', { keyPath: ['keyId', 'materialId'] })
    database.createObjectStore('aliases', { keyPath: 'aliasName' }).createIndex('target', ['targetKeyId', 'aliasName'])
    database.createObjectStore('audit')
    database.createObjectStore('vault')
  },
]

/** The version of the schema that this code reads and writes. */
export const schemaVersion = migrations.length
