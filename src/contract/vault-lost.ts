import { KmsError } from './kms-error.js'

/**
 * A vault was here, and its keys are gone: the browser has evicted or lost its storage, or somebody has cleared it. No
 * error of AWS, which does not lose its disks (REC-28).
 *
 * @example
 * ```ts
 * try {
 *   await openVault()
 * } catch (error) {
 *   if (error instanceof VaultLostException && (await mayStartAnew(error.since))) await openVault({ create: true })
 *   else throw error
 * }
 * ```
 */
export class VaultLostException extends KmsError {
  override readonly name = 'VaultLostException'
  /** The name of the vault. */
  readonly vaultName: string
  /** Since when this browser had known it, if that is known. */
  readonly since: Date | undefined

  constructor(vaultName: string, since: Date | undefined) {
    const known = since ? ` since ${since.toISOString()}` : ''
    super(
      `The vault '${vaultName}' was in this browser${known}, and its keys are gone: the browser has evicted or lost its storage, or it was cleared. restoreVault of browser-kms/recovery brings them back from a backup; without one, what they encrypted cannot be decrypted any more. openVault with create: true starts anew, with an empty vault.`,
    )
    this.vaultName = vaultName
    this.since = since
  }
}
