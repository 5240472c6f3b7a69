import type { LockOptions } from '../contract/recovery.js'
import type { Gesture, ProtectorOptions } from './gestures.js'
import type { RecoveryPart } from './recovery-part.js'

/**
 * Locking at rest: `vault.lock`. The browser's storage then holds sealed copies of keys and nothing that can be used, and
 * `vault.unlock` brings keys into the worker's memory for as long as the vault is unlocked: whoever takes the disk, or a copy
 * of the profile, has nothing without a protector of `vault.recovery`.
 *
 * While it is locked, keys are shown as `Unavailable`, and what needs one gets `KMSInvalidStateException` with the `reason`
 * `locked`. All else goes on: lists, policies, grants, aliases, tags; keys are made, imported, rotated and deleted. So does
 * what needs the public half of a key alone: `getPublicKey`, `verify`, `encapsulate`. Each tab is unlocked by itself.
 *
 * **What was stored before can linger**: browsers write databases as logs, and clean them up in their own time. A vault that is
 * locked at rest from the beginning (`openVault({ lock })`) has never stored anything else.
 *
 * @example
 * ```ts
 * await vault.lock.enable({ passphrase }, { afterIdle: 10 * 60_000 })
 * vault.addEventListener('lock', askForPassphrase)
 * ```
 */
export class Lock {
  readonly #part: () => Promise<RecoveryPart>

  /** @internal Use `vault.lock`. */
  constructor(part: () => Promise<RecoveryPart>) {
    this.#part = part
  }

  /**
   * Locks the vault at rest from now on. It stays unlocked in this tab, and is locked in all others. Again, it changes after
   * which time the vault locks itself. If it is interrupted, the next opening ends it.
   *
   * @throws `IncorrectProtectorException` if the gesture opens nothing
   * @throws `KMSInvalidStateException` if recovery is not set up, or material has no sealed copy; the message names its keys
   *
   * @example
   * ```ts
   * await vault.lock.enable({ passphrase }, { afterIdle: 10 * 60_000 })
   * ```
   */
  async enable(gesture: Gesture, options: LockOptions = {}): Promise<void> {
    return (await this.#part()).enableLock(gesture, options)
  }

  /** @internal For `openVault({ lock })`. */
  async begin(protectors: readonly ProtectorOptions[], options: LockOptions): Promise<string | undefined> {
    return (await this.#part()).setUpLocked(protectors, options)
  }

  /**
   * Locks the vault in this tab. Requests on their way, and work of envelopes, end with the lock's error or are done.
   *
   * @throws `KMSInvalidStateException` if the vault is not locked at rest
   *
   * @example
   * ```ts
   * await vault.lock.now()
   * ```
   */
  async now(): Promise<void> {
    return (await this.#part()).lockNow()
  }

  /**
   * Stores keys as the browser's own handles again: from then on the vault opens without a gesture. If it is interrupted, the
   * vault is locked at rest as before.
   *
   * @throws `IncorrectProtectorException` if the gesture opens nothing
   * @throws `KMSInvalidStateException` if the vault is not locked at rest, or a key cannot be brought back
   *
   * @example
   * ```ts
   * await vault.lock.disable({ passphrase })
   * ```
   */
  async disable(gesture: Gesture): Promise<void> {
    return (await this.#part()).disableLock(gesture)
  }
}
