/** Pages of a Region's records: each is read in one transaction, with the number of changes that the Region had then. */
import type { IDBPDatabase, IDBPTransaction } from 'idb'
import type { AliasName, KeyId } from '../../../src/contract/identifiers.js'
import type { LastUsage } from '../../audit/usage-log.js'
import type {
  AliasRecord,
  CopyRecord,
  DepartureRecord,
  GrantRecord,
  KeyRecord,
  MaterialRecord,
  RegionRecovery,
  StoreName,
  VaultRecords,
  VaultSchema,
} from '../../storage/schema.js'
import type { Counts } from './records.js'

type Database = IDBPDatabase<VaultSchema>
type Reading = IDBPTransaction<VaultSchema, StoreName[], 'readonly'>

/** A key, and all that belongs to it but its aliases. */
export interface KeyUnit {
  readonly key: KeyRecord
  readonly materials: readonly MaterialRecord[]
  readonly copies: readonly CopyRecord[]
  readonly grants: readonly GrantRecord[]
  readonly usage: LastUsage | undefined
}

/** Something of a Region, as it was after so many changes. */
export interface At<Found> {
  readonly changes: number
  readonly found: Found
}

/** What is beside keys and aliases. */
export interface Facts {
  readonly keys: number
  readonly latest: number
  readonly trackingSince: number
  readonly createdAt: number
  readonly departures: readonly DepartureRecord[]
  readonly recovery: RegionRecovery | undefined
  /** The running number of the last audit record. */
  readonly audit: number
}

/** Stores that belong to keys, and the one that counts changes. */
const ofKeys: StoreName[] = ['keys', 'materials', 'copies', 'grants', 'usage', 'vault']
const all: StoreName[] = [...ofKeys, 'aliases', 'departures', 'audit']

/** Some keys in the order of their ids, after one. */
export async function pageOfKeys(database: Database, after: string, most: number): Promise<At<readonly KeyUnit[]>> {
  const reading = database.transaction(ofKeys)
  const changes = changesIn(reading)
  const keys = await reading.objectStore('keys').getAll(IDBKeyRange.lowerBound(after as KeyId, true), most)
  return { found: await unitsOf(reading, keys), changes: await changes }
}

/** Some aliases in the order of their names, after one. */
export async function pageOfAliases(
  database: Database,
  after: string,
  most: number,
): Promise<At<readonly AliasRecord[]>> {
  const reading = database.transaction(['aliases', 'vault'] as StoreName[])
  const range = IDBKeyRange.lowerBound(after as AliasName, true)
  const [found, changes] = await Promise.all([reading.objectStore('aliases').getAll(range, most), changesIn(reading)])
  return { found, changes }
}

/** What has changed, and what stands beside keys and aliases, as all of it was at one moment. */
export async function again(
  database: Database,
  names: { readonly keys: readonly KeyId[]; readonly aliases: readonly AliasName[] },
): Promise<
  At<{ readonly units: readonly KeyUnit[]; readonly aliases: readonly AliasRecord[]; readonly facts: Facts }>
> {
  const reading = database.transaction(all)
  const [changes, facts, keys, aliases] = await Promise.all([
    changesIn(reading),
    factsIn(reading),
    Promise.all(names.keys.map((keyId) => reading.objectStore('keys').get(keyId))),
    Promise.all(names.aliases.map((aliasName) => reading.objectStore('aliases').get(aliasName))),
  ])
  const units = await Promise.all(keys.map((key) => (key ? unitsOf(reading, [key]) : [])))
  return { changes, found: { units: units.flat(), aliases: aliases.flatMap((alias) => alias ?? []), facts } }
}

/** How many of each there are. */
export async function countsOf(database: Database): Promise<At<Counts>> {
  const reading = database.transaction(all)
  const count = (name: StoreName) => reading.objectStore(name).count()
  const [changes, keys, materials, copies, aliases, grants, usage, departures, audit] = await Promise.all([
    changesIn(reading),
    count('keys'),
    count('materials'),
    count('copies'),
    count('aliases'),
    count('grants'),
    count('usage'),
    count('departures'),
    lastAudit(reading),
  ])
  return { changes, found: { keys, materials, copies, aliases, grants, usage, departures, audit } }
}

/** Packs of audit records after one number, up to another. */
export async function pageOfAudit(
  database: Database,
  after: number,
  last: number,
  most: number,
): Promise<readonly { readonly number: number; readonly records: string }[]> {
  if (after >= last) return []
  const { store } = database.transaction('audit')
  const range = IDBKeyRange.bound(after, last, true)
  const [numbers, packs] = await Promise.all([store.getAllKeys(range, most), store.getAll(range, most)])
  return packs.map(({ records }, index) => ({ number: numbers[index] as number, records }))
}

/** @param keys in the order of their ids, and all that there are between the first and the last of them */
async function unitsOf(reading: Reading, keys: readonly KeyRecord[]): Promise<readonly KeyUnit[]> {
  const [first, last] = [keys[0], keys.at(-1)]
  if (!first || !last) return []
  const range = IDBKeyRange.bound([first.keyId], [last.keyId, []])
  const usageRange = IDBKeyRange.bound(first.keyId, last.keyId)
  const [materials, copies, grants, usedKeys, usage] = await Promise.all([
    reading.objectStore('materials').getAll(range),
    reading.objectStore('copies').getAll(range),
    reading.objectStore('grants').getAll(range),
    reading.objectStore('usage').getAllKeys(usageRange),
    reading.objectStore('usage').getAll(usageRange),
  ])
  const [materialsOf, copiesOf, grantsOf] = [byKey(materials), byKey(copies), byKey(grants)]
  const usageOf = new Map(usedKeys.map((keyId, index) => [keyId, usage[index]]))
  return keys.map((key) => ({
    key,
    materials: materialsOf.get(key.keyId) ?? [],
    copies: copiesOf.get(key.keyId) ?? [],
    grants: grantsOf.get(key.keyId) ?? [],
    usage: usageOf.get(key.keyId),
  }))
}

function byKey<Item extends { readonly keyId: KeyId }>(items: readonly Item[]): ReadonlyMap<KeyId, readonly Item[]> {
  const groups = new Map<KeyId, Item[]>()
  for (const item of items) {
    const group = groups.get(item.keyId)
    if (group) group.push(item)
    else groups.set(item.keyId, [item])
  }
  return groups
}

async function changesIn(reading: Reading): Promise<number> {
  return (await countersIn(reading)).changes
}

async function countersIn(reading: Reading): Promise<VaultRecords['counters']> {
  return (await reading.objectStore('vault').get('counters')) as VaultRecords['counters']
}

async function factsIn(reading: Reading): Promise<Facts> {
  const vault = reading.objectStore('vault')
  const [counters, clock, tracking, identity, recovery, departures, audit] = await Promise.all([
    countersIn(reading),
    vault.get('clock') as Promise<VaultRecords['clock'] | undefined>,
    vault.get('tracking') as Promise<VaultRecords['tracking'] | undefined>,
    vault.get('identity') as Promise<VaultRecords['identity']>,
    vault.get('recovery') as Promise<RegionRecovery | undefined>,
    reading.objectStore('departures').getAll(),
    lastAudit(reading),
  ])
  const { createdAt } = identity
  return {
    keys: counters.keys,
    latest: clock?.latest ?? 0,
    trackingSince: tracking?.since ?? createdAt,
    createdAt,
    departures,
    recovery,
    audit,
  }
}

async function lastAudit(reading: Reading): Promise<number> {
  return (await reading.objectStore('audit').openKeyCursor(null, 'prev'))?.key ?? 0
}
