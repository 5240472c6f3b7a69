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

/** The Web Lock that lets one tab at a time do the time-driven work of a vault's Region. */
export function sweepLockName(vaultName: string, region: string): string {
  return `${databaseName(vaultName, region)}/sweep`
}

/** The Web Lock that lets one tab at a time change a set of multi-Region keys. */
export function keySetLockName(vaultName: string, keyId: string): string {
  return `${databasePrefix(vaultName)}set/${keyId}`
}

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
