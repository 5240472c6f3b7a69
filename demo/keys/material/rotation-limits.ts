import type { KeyRecord } from '../../vault/key-facts.js'
import { isImported } from '../key-kinds.js'
import { isReplica, primaryRegionOf } from '../key-set.js'
import { isWaiting, type MaterialHistory, rotationsLeft } from './key-material.js'

type KeyState = KeyRecord['metadata']['KeyState']

/** Why a key in a state does not rotate; nothing for the states in which it does. */
const states: { readonly [State in KeyState]?: string } = {
  Disabled: 'The key is disabled: it does not rotate, and its rotation cannot be changed until you enable it.',
  PendingDeletion:
    'The key waits for its deletion: it does not rotate. Its former setting comes back when the deletion is cancelled.',
  PendingReplicaDeletion:
    'The key waits for its deletion: it does not rotate. Its former setting comes back when the deletion is cancelled.',
  PendingImport: 'Key material of this key is missing. Import it first.',
  Creating: 'The key is being created. Try again in a moment.',
  Unavailable: 'The key cannot be used at the moment.',
}

/** Why the rotation of a key cannot be changed here, in a sentence. */
export function whyNoRotation(record: KeyRecord): string | undefined {
  if (isReplica(record))
    return `This is a replica key: its rotation is set on the primary key, in ${primaryRegionOf(record)}, and follows it.`
  return states[record.metadata.KeyState]
}

/** Why a key cannot be rotated now. */
export function whyNotNow(record: KeyRecord, history: MaterialHistory): string | undefined {
  const noRotation = whyNoRotation(record)
  if (noRotation) return noRotation
  if (history.status.OnDemandRotationStartDate) return 'A rotation is going on.'
  if (rotationsLeft(history) <= 0) return 'All on-demand rotations of this key are used up.'
  if (!isImported(record)) return undefined
  const waiting = history.materials.find(isWaiting)
  if (!waiting) return 'Import new key material first: there is none to rotate to.'
  if (waiting.KeyMaterialState === 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION')
    return 'The new key material has to be imported into all replica keys first.'
  return undefined
}
