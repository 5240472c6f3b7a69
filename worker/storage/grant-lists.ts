/** The lists of grants: loaded with the operations that show them. */
import type { IDBPObjectStore } from 'idb'
import type { KeyId } from '../../src/contract/identifiers.js'
import type { GrantRecord, VaultSchema } from './schema.js'
import { type Page, page, type VaultStore } from './vault-store.js'

type Read = Pick<VaultStore, 'read' | 'grant'>

/** Grants of a key, oldest first, after the given one; all, or one, or those of one grantee. */
export async function listGrants(
  store: Read,
  keyId: KeyId,
  limit: number,
  after: string,
  { grantId, grantee }: { readonly grantId: string | undefined; readonly grantee: string | undefined },
): Promise<Page<GrantRecord>> {
  const inGrants = <Found>(find: (grants: IDBPObjectStore<VaultSchema, ['grants'], 'grants'>) => Promise<Found>) =>
    store.read((database) => find(database.transaction('grants').store))
  if (grantId === undefined && grantee === undefined) {
    const range = IDBKeyRange.bound([keyId, ...placeOf(after)], [keyId, []], true)
    return page(await inGrants((grants) => grants.index('listed').getAll(range, limit + 1)), limit, nameOfPlace)
  }
  const one = grantId === undefined ? undefined : await store.grant(keyId, grantId)
  const found =
    grantId === undefined
      ? await inGrants((grants) => grants.index('grantee').getAll([keyId, grantee as string]))
      : one
        ? [one]
        : []
  const [createdAt = -1, last = ''] = placeOf(after)
  const left = found
    .filter((grant) => grantee === undefined || grant.grantee === grantee)
    .sort((a, b) => a.createdAt - b.createdAt || (a.grantId < b.grantId ? -1 : 1))
    .filter((grant) => grant.createdAt > createdAt || (grant.createdAt === createdAt && grant.grantId > last))
  return page(left, limit, nameOfPlace)
}

/** Grants that a principal may retire because they name it, oldest first, after the given one. */
export async function listRetirableGrants(
  store: Read,
  principal: string,
  limit: number,
  after: string,
): Promise<Page<GrantRecord>> {
  const [createdAt, keyId, grantId] = after.split(' ')
  const from = after === '' ? [principal] : [principal, Number(createdAt), keyId as KeyId, grantId as string]
  const range = IDBKeyRange.bound(from, [principal, []], true)
  const found = await store.read((database) => database.getAllFromIndex('grants', 'retiring', range, limit + 1))
  return page(found, limit, (grant) => `${grant.createdAt} ${grant.keyId} ${grant.grantId}`)
}

/** The place of a grant in the list of its key's grants, as a name. */
function nameOfPlace({ createdAt, grantId }: GrantRecord): string {
  return `${createdAt} ${grantId}`
}

function placeOf(name: string): [] | [createdAt: number, grantId: string] {
  const [createdAt, grantId] = name.split(' ')
  return grantId === undefined ? [] : [Number(createdAt), grantId]
}
