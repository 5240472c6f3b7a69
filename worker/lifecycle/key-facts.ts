import { bytesToHex } from '../../src/contract/bytes.js'
import type { KeyRecord, MaterialId } from '../storage/schema.js'

/** Milliseconds. */
export const DAY = 86_400_000

/** Names of generated material are random: the bytes they stand for are known to nobody. */
export function newMaterialId(): MaterialId {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
}

/** Whether keys of other Regions share this key's material. */
export function hasReplicas({ set }: KeyRecord): boolean {
  return set !== undefined && set.replicaRegions.length > 0
}
