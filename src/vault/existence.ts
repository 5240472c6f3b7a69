/** Whether a vault is there: looked at, and changed, by one tab at a time. */
import { KMSInternalException, KMSInvalidStateException } from '../contract/errors.js'
import { VaultLostException } from '../contract/vault-lost.js'
import {
  databasePrefix,
  deletionNoteName,
  existenceLockName,
  recoveryDatabaseName,
  restoringNoteName,
} from '../contract/vault-names.js'
import { canRemember, readMarker, removeMarker, writeMarker } from './marker.js'

/** Milliseconds; a deletion or an opening that has begun in another tab ends before that, unless its tab is frozen. */
const LOCK_TIMEOUT = 40_000

export interface ExistenceLock {
  /** `shared` for whoever opens a vault that stays what it is, `exclusive` for whoever makes it anew or deletes it. */
  readonly mode: LockMode
  readonly signal?: AbortSignal | undefined
}

/**
 * Does something about a vault while no other tab does what would contradict it: a marker that is written after the vault
 * was deleted would say for ever that it was lost.
 *
 * @throws {@link KMSInvalidStateException} if another tab does not come to an end
 */
export async function withExistenceLock<Result>(
  vaultName: string,
  { mode, signal }: ExistenceLock,
  work: () => Promise<Result>,
): Promise<Result> {
  const timeout = AbortSignal.timeout(LOCK_TIMEOUT)
  const waiting = signal ? AbortSignal.any([signal, timeout]) : timeout
  try {
    return await navigator.locks.request(existenceLockName(vaultName), { mode, signal: waiting }, work)
  } catch (error) {
    if (error !== timeout.reason) throw error
    throw new KMSInvalidStateException(
      `Another tab has begun to open, restore or delete the vault '${vaultName}', and does not come to an end. Close the other tabs and windows of this site, and try again.`,
    )
  }
}

/** The names of a vault's databases, one for each Region. */
export async function databasesOf(vaultName: string): Promise<readonly string[]> {
  const prefix = databasePrefix(vaultName)
  return (await allDatabases()).filter((name) => name.startsWith(prefix))
}

/** Whether what there is of a vault is only what a restore has left behind; see half-restored.ts. */
export async function isHalfRestored(vaultName: string): Promise<boolean> {
  return (await allDatabases()).includes(restoringNoteName(vaultName))
}

async function allDatabases(): Promise<readonly string[]> {
  const databases = await indexedDB.databases().catch(({ name }: DOMException) => {
    throw refused(name)
  })
  return databases.flatMap(({ name }) => name ?? [])
}

/** Before a vault is deleted: one without a marker is as good as one with it; a marker without a vault says it was lost. */
export async function forgetVault(vaultName: string): Promise<void> {
  removeMarker(vaultName)
  if (canRemember()) return removeNote(vaultName)
  const request = indexedDB.open(deletionNoteName(vaultName))
  await settled(request)
  request.result.close()
}

/**
 * After a vault was opened: it is there, and who deletes it in a worker later has to say so anew. A note of an earlier
 * deletion would say it of the loss of this vault.
 */
export async function rememberVault(vaultName: string): Promise<void> {
  // The note was looked at with the marker, by checkNotLost.
  if (readMarker(vaultName)) return
  await removeNote(vaultName)
  writeMarker(vaultName)
}

/**
 * Refuses to take a vault that was lost for a new one.
 *
 * @param mayStartAnew forgets that it was there instead
 * @throws {@link VaultLostException}
 */
export async function checkNotLost(vaultName: string, mayStartAnew: boolean): Promise<void> {
  if (!readMarker(vaultName)) return
  const databases = await allDatabases()
  if (databases.includes(deletionNoteName(vaultName))) {
    removeMarker(vaultName)
    await removeNote(vaultName)
  }
  const marker = readMarker(vaultName)
  const recovery = recoveryDatabaseName(vaultName)
  if (!marker || databases.some((name) => name !== recovery && name.startsWith(databasePrefix(vaultName)))) return
  if (!mayStartAnew) throw new VaultLostException(vaultName, marker.since)
  await settled(indexedDB.deleteDatabase(recovery))
  removeMarker(vaultName)
}

/** Also where there is none. */
function removeNote(vaultName: string): Promise<void> {
  return settled(indexedDB.deleteDatabase(deletionNoteName(vaultName)))
}

function settled(request: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve()
    request.onerror = () => reject(refused(request.error?.name))
  })
}

function refused(why: string | undefined): KMSInternalException {
  return new KMSInternalException(`The browser gives no access to its databases (${why}). Try again.`)
}
