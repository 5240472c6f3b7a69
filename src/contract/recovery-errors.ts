/** Errors of recovery (chapter 10). AWS has no such errors: it does not lose its disks. */
import { KmsError } from './kms-error.js'

/**
 * A passphrase, recovery code, passkey or answer of an escrow holder that opens nothing here. What was wrong with it is not
 * told, and all of them fail after the same work (PROT-6). After five failures in a row the vault takes its time to answer.
 *
 * @example
 * ```ts
 * try {
 *   await vault.unlock({ passphrase })
 * } catch (error) {
 *   if (error instanceof IncorrectProtectorException) askAgain()
 *   else throw error
 * }
 * ```
 */
export class IncorrectProtectorException extends KmsError {
  override readonly name = 'IncorrectProtectorException'
}

/**
 * What was given as a backup is none, is of a version that this one does not know, or has been damaged, cut or changed since
 * it was made. Nothing of it was taken.
 *
 * @example
 * ```ts
 * try {
 *   await restoreVault(file, { passphrase })
 * } catch (error) {
 *   if (error instanceof BackupFormatException) askForAnotherFile(error.message)
 *   else throw error
 * }
 * ```
 */
export class BackupFormatException extends KmsError {
  override readonly name = 'BackupFormatException'
}

/**
 * A passkey could not be asked for what opens a vault. `reason` says why: `passkeyCancelled`, the person (or a time limit)
 * ended the dialog; `passkeyWithoutPrf`, the passkey or what holds it has no PRF extension, and another may; and
 * `browserWithoutPrf`, no passkey can be used here.
 *
 * @example
 * ```ts
 * try {
 *   await vault.unlock({ passkey: true })
 * } catch (error) {
 *   if (error instanceof PasskeyException && error.reason === 'passkeyCancelled') return
 *   throw error
 * }
 * ```
 */
export class PasskeyException extends KmsError {
  override readonly name = 'PasskeyException'
}
