/** Names under which a vault is found by every tab of the origin. */
import { ValidationException } from './errors.js'

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

/**
 * Refuses names from which other names could not be built.
 *
 * @throws {@link ValidationException}
 */
export function checkVaultName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || !/^[\w.@ -]{1,128}$/.test(name))
    throw new ValidationException(
      `The vault name '${String(name)}' must have 1 to 128 letters, digits, spaces or any of . _ @ -`,
    )
}

/** @throws {@link ValidationException} unless the text has the form of a Region, such as `browser-local-1` */
export function checkRegion(region: unknown): asserts region is string {
  if (typeof region !== 'string' || region.length > 32 || !/^(?:[a-z]+-){2,3}\d+$/.test(region))
    throw new ValidationException(`The Region '${String(region)}' must look like browser-local-1.`)
}

/** @throws {@link ValidationException} unless the text is twelve digits */
export function checkAccountId(accountId: unknown): asserts accountId is string {
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId))
    throw new ValidationException(`The account id '${String(accountId)}' must be twelve digits.`)
}
