/** Names under which a vault is found by every tab of the origin. */
import { read, text } from './reader.js'

const PREFIX = 'browser-kms'

/** The IndexedDB database of a vault's Region; also names its BroadcastChannel. */
export function databaseName(vaultName: string, region: string): string {
  return `${databasePrefix(vaultName)}${region}`
}

/** What the names of all databases of a vault begin with. */
export function databasePrefix(vaultName: string): string {
  return `${PREFIX}/${vaultName}/`
}

/** The IndexedDB database of a vault's recovery, one for all Regions. No Region has a name as plain as that. */
export function recoveryDatabaseName(vaultName: string): string {
  return `${databasePrefix(vaultName)}recovery`
}

/** The Web Lock that lets one tab at a time do the time-driven work of a vault's Region. */
export function sweepLockName(vaultName: string, region: string): string {
  return `${databaseName(vaultName, region)}/sweep`
}

/** The Web Lock that lets one tab at a time change a set of multi-Region keys. */
export function keySetLockName(vaultName: string, keyId: string): string {
  return `${databasePrefix(vaultName)}set/${keyId}`
}

/** What the names of the Web Locks begin with that the workers of a vault hold while they live. */
export function aliveLockPrefix(vaultName: string): string {
  return `${databasePrefix(vaultName)}alive/`
}

/** The Web Lock of whoever makes a vault, deletes it, or looks whether it is there. */
export function existenceLockName(vaultName: string): string {
  return `${databasePrefix(vaultName)}existence`
}

/** What `localStorage` keeps of a vault, outside its databases (REC-28). */
export function markerName(vaultName: string): string {
  return `${databasePrefix(vaultName)}marker`
}

/** What `localStorage` keeps of a vault's automatic backups. */
export function backupsMemoryName(vaultName: string): string {
  return `${databasePrefix(vaultName)}backups`
}

/**
 * An empty database that says of a vault that it was deleted, where the marker was out of reach: in a worker. No vault has
 * a name as short as the one that it seems to be of.
 */
export function deletionNoteName(vaultName: string): string {
  return `${PREFIX}//deleted/${vaultName}`
}

/**
 * An empty database that says of the databases of a vault that they do not count: it is being restored, or was when somebody
 * ended that.
 */
export function restoringNoteName(vaultName: string): string {
  return `${PREFIX}//restoring/${vaultName}`
}

/** The database of what waits for answers of escrow holders about backups whose vaults are not there; of all vaults together. */
export const pendingAnswersName = `${PREFIX}//pending-answers`

/** Names from which other names can be built. */
export const vaultName = text({
  longest: 128,
  pattern: /^[\w.@ -]+$/,
  rule: 'have 1 to 128 letters, digits, spaces or any of . _ @ -',
})

export const regionName = text({
  longest: 32,
  pattern: /^(?:[a-z]+-){2,3}\d+$/,
  rule: 'look like browser-local-1',
})

export const accountId = text({ longest: 100, pattern: /^\d{12}$/, rule: 'be twelve digits' })

/** @throws {@link ValidationException} unless the text has the form of a Region, such as `browser-local-1` */
export function checkRegion(region: unknown): asserts region is string {
  read(regionName, region, 'the Region')
}
