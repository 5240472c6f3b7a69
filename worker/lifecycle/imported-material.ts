/** What the materials of a key of origin EXTERNAL mean for the key (STATE-11, IMP-18). */
import type { KeyState } from '../../src/contract/shapes.js'
import type { ImportedMaterialSummary, KeyRecord, MaterialRecord } from '../storage/schema.js'

/** Whether the key is bound to a material for ever; one that waits for a rotation can still be given up. */
export function isBound({ nextMaterial }: KeyRecord, { materialId }: MaterialRecord): boolean {
  return nextMaterial?.materialId !== materialId || nextMaterial.rotation !== undefined
}

/** The key with what follows from its materials: the summary, and the state. */
export function withMaterials(key: KeyRecord, materials: readonly MaterialRecord[]): KeyRecord {
  const importedMaterial = summaryOf(key, materials)
  return { ...key, importedMaterial, state: stateWith(key.state, importedMaterial.complete) }
}

function summaryOf(key: KeyRecord, materials: readonly MaterialRecord[]): ImportedMaterialSummary {
  const bound = materials.filter((material) => isBound(key, material))
  const here = materials.flatMap(({ imported }) => (imported?.isHere ? [imported] : []))
  const validTo = earliest(here.map((imported) => imported.validTo))
  const validToAtLatest = earliest(here.map((imported) => (imported.ignoresLatest ? undefined : imported.validTo)))
  return {
    complete: bound.length > 0 && bound.every(({ imported }) => imported?.isHere),
    ...(validTo !== undefined && { validTo }),
    ...(validToAtLatest !== undefined && { validToAtLatest }),
  }
}

function earliest(dates: readonly (number | undefined)[]): number | undefined {
  const known = dates.filter((date) => date !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** Transitions T3 and T4: an enabled key has all its materials, a disabled one need not (STATE-9). */
function stateWith(state: KeyState, complete: boolean): KeyState {
  if (complete) return state === 'PendingImport' ? 'Enabled' : state
  return state === 'Enabled' || state === 'Updating' ? 'PendingImport' : state
}

/** The state of a key that loses a material that it is bound to: transitions T5 to T7. */
export function stateAfterLoss(state: KeyState): KeyState {
  return state === 'Disabled' ? 'PendingImport' : stateWith(state, false)
}
