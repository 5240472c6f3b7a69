/** What someone finds who reads a vault's database by the side of the vault. */
import { openDB } from 'idb'

/** A CryptoKey, as far as it can be told. */
export interface StoredHandle {
  readonly type: string
  readonly algorithm: string
  readonly extractable: boolean
  readonly usages: readonly string[]
}

export interface StoredKey {
  readonly keyId: string
  readonly revision: number
  readonly description: string
  readonly state: string
  readonly currentMaterialId: string
  readonly deletionDate?: number
  readonly dueAt?: number
  readonly policy?: string
  readonly tags: Readonly<Record<string, string>>
}

export interface StoredAuditRecord {
  readonly eventTime: number
  readonly eventName: string
  readonly requestId: string
  readonly requestParameters?: Readonly<Record<string, unknown>>
  readonly resources: readonly string[]
  readonly errorCode?: string
}

export interface StoredState {
  readonly keys: readonly StoredKey[]
  readonly materials: readonly {
    readonly keyId: string
    readonly materialId: string
    readonly handles: Readonly<Record<string, StoredHandle>>
  }[]
  readonly aliases: readonly { readonly aliasName: string; readonly targetKeyId: string }[]
  /** Oldest first; each pack with its key, the running number of its last record. */
  readonly audit: readonly { readonly number: number; readonly records: readonly StoredAuditRecord[] }[]
  readonly counters: { readonly keys: number; readonly changes: number }
  readonly identity: Readonly<Record<string, unknown>>
}

/** Everything in the database of a vault's Region at one moment, in a form that can leave the page. */
export async function storedState(name: string, region = 'browser-local-1'): Promise<StoredState> {
  const database = await openDB(`browser-kms/${name}/${region}`)
  try {
    const transaction = database.transaction(['keys', 'materials', 'aliases', 'audit', 'vault'])
    const [keys, materials, aliases, packs, numbers, counters, identity] = await Promise.all([
      transaction.objectStore('keys').getAll(),
      transaction.objectStore('materials').getAll(),
      transaction.objectStore('aliases').getAll(),
      transaction.objectStore('audit').getAll(),
      transaction.objectStore('audit').getAllKeys(),
      transaction.objectStore('vault').get('counters'),
      transaction.objectStore('vault').get('identity'),
    ])
    const audit = packs.map((pack, index) => ({ number: numbers[index], records: JSON.parse(pack.records) }))
    return portable({ keys, materials, aliases, audit, counters, identity }) as StoredState
  } finally {
    database.close()
  }
}

/** CryptoKeys do not leave the page; what can be told of them does. */
function portable(value: unknown): unknown {
  if (value instanceof CryptoKey) {
    const { type, algorithm, extractable, usages } = value
    return { type, algorithm: algorithm.name, extractable, usages: [...usages] } satisfies StoredHandle
  }
  if (value instanceof Uint8Array) return Array.from(value)
  if (Array.isArray(value)) return value.map(portable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, portable(member)]))
}
