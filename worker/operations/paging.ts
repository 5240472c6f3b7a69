import { InvalidMarkerException } from '../../src/contract/errors.js'
import type { Page, VaultStore } from '../storage/vault-store.js'
import { openTextMark, sealTextMark } from './vault-marks.js'

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
  return { items, Truncated: true, NextMarker: await sealTextMark(store, scope, next) }
}

async function openMarker(store: VaultStore, scope: string, marker: string): Promise<string> {
  const name = await openTextMark(store, scope, marker)
  if (name === undefined)
    throw new InvalidMarkerException('The marker does not come from an earlier page of this list.')
  return name
}
