/**
 * Evicted is not new (REC-28): a word about each vault outside IndexedDB, by which a vault whose databases were lost is
 * told from one that never was. It stands in `localStorage`, which browsers keep apart from what they evict or lose with
 * IndexedDB (Chromium after a crash), though not always (Safari clears both). Workers have none, and a browser can refuse
 * it: then nothing is remembered, and a lost vault looks like a new one. Who deletes a vault there leaves a note in an empty
 * database, for the next page that looks at the marker; once a vault of that name has been opened, it is gone.
 */
import { backupsMemoryName, markerName } from '../contract/vault-names.js'

/** What is remembered of a vault. */
export interface VaultMarker {
  /** Since when this browser has known the vault; undefined if that cannot be read any more. */
  readonly since: Date | undefined
}

/** Whether there is anything to remember it by, here. */
export function canRemember(): boolean {
  return storage() !== undefined
}

export function readMarker(vaultName: string): VaultMarker | undefined {
  const text = storage()?.getItem(markerName(vaultName))
  if (text === undefined || text === null) return undefined
  return { since: sinceIn(text) }
}

/** Remembers that the vault is there; what was known before stays. */
export function writeMarker(vaultName: string): void {
  if (readMarker(vaultName)) return
  try {
    storage()?.setItem(markerName(vaultName), JSON.stringify({ since: new Date().toISOString() }))
  } catch {
    // Full, or a private window: the vault works all the same.
  }
}

/** Forgets the vault, and with it where its backups were kept. */
export function removeMarker(vaultName: string): void {
  for (const name of [markerName(vaultName), backupsMemoryName(vaultName)]) storage()?.removeItem(name)
}

/** Looking at it throws where storage is denied. */
function storage(): Storage | undefined {
  try {
    return globalThis.localStorage ?? undefined
  } catch {
    return undefined
  }
}

function sinceIn(text: string): Date | undefined {
  try {
    const { since } = JSON.parse(text) as { readonly since?: unknown }
    const date = new Date(typeof since === 'string' ? since : Number.NaN)
    return Number.isNaN(date.getTime()) ? undefined : date
  } catch {
    return undefined
  }
}
