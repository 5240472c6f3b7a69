import { InvalidMarkerException } from '../../src/contract/errors.js'
import { open, seal } from '../material/symmetric.js'
import type { Page, VaultStore } from '../storage/vault-store.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

interface PageRequest {
  readonly Limit?: number | undefined
  readonly Marker?: string | undefined
}

/** The members that every list answers, and the items that the operation still has to put in its own form. */
export interface AnsweredPage<Item> {
  readonly items: readonly Item[]
  readonly Truncated: boolean
  readonly NextMarker?: string
}

/**
 * One page of a list (MGT-35). A page begins after the name at which the last one ended, so that what is created or
 * deleted between two pages is neither repeated nor makes others skip.
 *
 * @param scope the operation and what it filters by: a marker is good only for the list that gave it
 * @param read reads up to `limit` items after a name
 * @throws InvalidMarkerException for a marker that this vault did not give for this list
 */
export async function listPage<Item>(
  store: VaultStore,
  scope: string,
  { Limit, Marker }: PageRequest,
  defaultLimit: number,
  read: (limit: number, after: string) => Page<Item> | Promise<Page<Item>>,
): Promise<AnsweredPage<Item>> {
  const after = Marker === undefined ? '' : await openMarker(store, scope, Marker)
  const { items, next } = await read(Limit ?? defaultLimit, after)
  if (next === undefined) return { items, Truncated: false }
  return { items, Truncated: true, NextMarker: await sealMarker(store, scope, next) }
}

/** Markers are sealed: opaque to the caller, and a forged one is noticed. */
async function sealMarker({ identity }: VaultStore, scope: string, name: string): Promise<string> {
  return btoa(String.fromCharCode(...(await seal(identity.markerKey, encoder.encode(name), encoder.encode(scope)))))
}

async function openMarker({ identity }: VaultStore, scope: string, marker: string): Promise<string> {
  const sealed = fromBase64(marker)
  const name = sealed && (await open(identity.markerKey, sealed, encoder.encode(scope)))
  if (!name) throw new InvalidMarkerException('The marker does not come from an earlier page of this list.')
  return decoder.decode(name)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
