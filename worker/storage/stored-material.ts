import type { MaterialRecord, RegionRecovery } from './schema.js'

/**
 * What was prepared for a transaction does not fit any more what it finds: the recovery pair is another one, or the key has
 * rotated meanwhile. To be prepared anew.
 */
export class StaleBirth extends Error {
  constructor() {
    super('the material was prepared for another recovery pair, or for another place in the rotation')
  }
}

/** Material as it may be stored: locked at rest, only what everybody may know of it (LOCK-1). */
export function storable(material: MaterialRecord, recovery: RegionRecovery | undefined): MaterialRecord {
  if (!recovery?.atRest || recovery.isWaking) return material
  const { handles, sealed: _, sealedUnder: __, ...rest } = material
  const known = Object.entries(handles).filter(([, { type }]) => type === 'public')
  return { ...rest, handles: Object.fromEntries(known) }
}
