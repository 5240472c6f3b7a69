import type { KmsClient } from '../client/client.js'
import type { RecoveryReport } from '../contract/backups.js'
import type { Bytes } from '../contract/bytes.js'
import { once } from '../contract/once.js'
import type { NewProtector, RecoverySetUp } from '../contract/recovery.js'
import type { RehearseOptions } from './backups/rehearse.js'
import type { Gesture, ProtectorOptions } from './gestures.js'
import type { OldMessage, ReEncryptOptions, ReEncryptReport } from './re-encryption.js'
import type { RecoveryPart, RecoveryStatus, RenewedKey, RenewedPair } from './recovery-part.js'
import type { Session } from './session.js'

/** What recovery and lock do, loaded when one of them is first called. */
export function recoveryPart(session: Session, clientOf: (region: string) => KmsClient): () => Promise<RecoveryPart> {
  return once(async () => new (await import('./recovery-part.js')).RecoveryPart(session, clientOf))
}

/**
 * What brings a vault's keys back when the browser has lost them: `vault.recovery`. Every key gets a copy at its birth,
 * sealed to a key whose private half is not on this device; *protectors* open it: a passphrase, a recovery code, a passkey,
 * the key of an organisation. What a person does with one is a *gesture*.
 *
 * Passphrases and codes are texts of JavaScript on their way to the worker: nobody can wipe those, and they stay in memory
 * until the engine collects them. What is made of them is bytes, and wiped.
 *
 * Only the page that opened the vault has this; holders of ports do not. It is loaded when it is first called.
 *
 * @example
 * ```ts
 * const { recoveryCode } = await vault.recovery.setUp([{ type: 'passphrase', passphrase }, { type: 'recoveryCode' }])
 * showOnce(recoveryCode)
 * const { state, reasons } = await vault.recovery.status()
 * ```
 */
export class Recovery {
  readonly #part: () => Promise<RecoveryPart>

  /** @internal Use `vault.recovery`. */
  constructor(part: () => Promise<RecoveryPart>) {
    this.#part = part
  }

  /**
   * Sets recovery up: from now on every new key gets a copy. Keys from before get one if their material is in sealed
   * custody; of native ones {@link status} says which they are, and {@link renewKey} gives new material to symmetric ones.
   *
   * @param protectors 1 to 16; a passkey is never the only one. `label` is what the person calls it, up to 128 characters. A
   *   passphrase has 8 to 1024 characters. An escrow key is X-Wing (1216 bytes) or an RSA SubjectPublicKeyInfo of 4096 bits
   * @returns the protectors, and the recovery code where one was asked for: it is shown once, and nobody can show it again
   * @throws `KMSInvalidStateException` if recovery is set up already
   * @throws `ValidationException` for protectors that cannot be
   * @throws `PasskeyException` if the passkey cannot be made, or has no PRF
   *
   * @example
   * ```ts
   * const { recoveryCode } = await vault.recovery.setUp([
   *   { type: 'passphrase', passphrase },
   *   { type: 'recoveryCode' },
   *   { type: 'passkey', label: 'this laptop' },
   * ])
   * ```
   */
  async setUp(protectors: readonly ProtectorOptions[]): Promise<RecoverySetUp> {
    return (await this.#part()).setUp(protectors)
  }

  /**
   * How the vault stands: `none`, nothing is set up; `at-risk`, something would be lost, and `reasons` says what and what
   * helps; `safe`: every key has a copy, there are protectors of two kinds, a backup that is not a week behind the last change,
   * and a rehearsal in the last 90 days that went well.
   *
   * @example
   * ```ts
   * const { state, reasons } = await vault.recovery.status()
   * if (state !== 'safe') show(reasons)
   * ```
   */
  async status(): Promise<RecoveryStatus> {
    return (await this.#part()).status()
  }

  /**
   * Whether a passphrase, a code, a passkey or an answer is this vault's. Nothing else happens. After five wrong ones in a row
   * each takes its time: a second, doubling up to a minute, also across reloads.
   *
   * @throws `KMSInvalidStateException` if recovery is not set up
   *
   * @example
   * ```ts
   * if (!(await vault.recovery.verify({ recoveryCode: typed }))) askAgain()
   * ```
   */
  async verify(gesture: Gesture): Promise<boolean> {
    return (await this.#part()).verify(gesture)
  }

  /**
   * Adds a protector.
   *
   * @param gesture with one that there is
   * @throws `IncorrectProtectorException` if the gesture opens nothing
   * @throws `ValidationException` for a protector that cannot be, `LimitExceededException` for a seventeenth
   *
   * @example
   * ```ts
   * const { recoveryCode } = await vault.recovery.add({ passphrase }, { type: 'recoveryCode' })
   * ```
   */
  async add(gesture: Gesture, protector: ProtectorOptions): Promise<NewProtector> {
    return (await this.#part()).add(gesture, protector)
  }

  /**
   * Removes a protector; the last one cannot be removed, nor the last beside passkeys. **Backups that were made before still
   * open with it**, and so do copies of this browser's storage: if it may be in wrong hands, call {@link renewPair}
   * afterwards, make a new backup, and delete the old ones.
   *
   * @param gesture with any protector, also with the one that is removed
   * @throws `IncorrectProtectorException`, `NotFoundException`, `KMSInvalidStateException`
   *
   * @example
   * ```ts
   * await vault.recovery.remove({ passphrase }, protector.id)
   * ```
   */
  async remove(gesture: Gesture, protectorId: string): Promise<void> {
    return (await this.#part()).remove(gesture, protectorId)
  }

  /**
   * Gives a protector another label.
   *
   * @throws `NotFoundException` if there is no such protector
   *
   * @example
   * ```ts
   * await vault.recovery.rename(protector.id, 'the key in the drawer')
   * ```
   */
  async rename(protectorId: string, label: string): Promise<void> {
    return (await this.#part()).rename(protectorId, label)
  }

  /**
   * Makes a new recovery pair and seals every copy anew, so that what was opened with the old one opens nothing from now on.
   * All protectors stay. If it is interrupted, it goes on with the next gesture; meanwhile both pairs open what they sealed.
   *
   * @throws `IncorrectProtectorException`
   *
   * @example
   * ```ts
   * await vault.recovery.remove({ passphrase }, lost.id)
   * await vault.recovery.renewPair({ passphrase })
   * ```
   */
  async renewPair(gesture: Gesture): Promise<RenewedPair> {
    return (await this.#part()).renewPair(gesture)
  }

  /**
   * Gives a symmetric key from before recovery was set up new material, which has a copy, by rotation on demand. What was
   * encrypted under its older material stays readable here, and is lost with this browser until {@link reEncrypt} has
   * encrypted it anew.
   *
   * @param keyId in any form
   * @throws `UnsupportedOperationException` for keys of other types and imported material: make a new key, or import again
   * @throws `KMSInvalidStateException` if recovery is not set up; and what RotateKeyOnDemand throws
   *
   * @example
   * ```ts
   * const { keyArn } = await vault.recovery.renewKey('alias/notes')
   * for await (const { index, message } of vault.recovery.reEncrypt(keyArn, old)) if (message) await put(index, message)
   * await vault.recovery.noteReEncrypted(keyArn)
   * ```
   */
  async renewKey(keyId: string): Promise<RenewedKey> {
    return (await this.#part()).renewKey(keyId)
  }

  /**
   * Encrypts ciphertexts of KMS and messages of the envelope anew, under the current material of their key. Data keys are
   * encrypted anew inside the worker; bodies of messages stay as they are where that is safe, see `options.bodies`.
   *
   * @param keyId in any form
   * @param messages taken up one by one: bytes, `Blob`s, or these with the encryption context of a ciphertext
   * @returns a report for each; one that fails says why, and the next one is taken up
   * @throws `NotFoundException` and the like, before the first
   *
   * @example
   * ```ts
   * for await (const { index, message, changed, error } of vault.recovery.reEncrypt('alias/notes', messages)) {
   *   if (error) report(index, error)
   *   else if (changed) await put(index, message)
   * }
   * ```
   */
  async *reEncrypt(
    keyId: string,
    messages: Iterable<OldMessage> | AsyncIterable<OldMessage>,
    options: ReEncryptOptions = {},
  ): AsyncGenerator<ReEncryptReport, void, undefined> {
    yield* (await this.#part()).reEncrypt(keyId, messages, options)
  }

  /**
   * Opens the copy of every material of the vault, as a restore would, and proves by use that it is the right one. Nothing of
   * it is kept. {@link status} tells when that was done last.
   *
   * @throws `IncorrectProtectorException`, `KMSInvalidStateException` if recovery is not set up
   *
   * @example
   * ```ts
   * const { ok, problems } = await vault.recovery.rehearse({ recoveryCode })
   * if (!ok) show(problems)
   * ```
   */
  async rehearse(gesture: Gesture, options: RehearseOptions = {}): Promise<RecoveryReport> {
    return (await this.#part()).rehearse(gesture, options)
  }

  /**
   * Says of a renewed key that all that its older materials had encrypted has been encrypted anew: {@link status} cannot know
   * of what you keep elsewhere, and lists the key in `keysToReEncrypt` until then.
   *
   * @throws `NotFoundException`; `KMSInvalidStateException` if its current material has no copy
   */
  async noteReEncrypted(keyId: string): Promise<void> {
    return (await this.#part()).noteReEncrypted(keyId)
  }

  /**
   * What the holder of an escrow key has to open; its answer is a gesture, once. The answer is sealed to a key that this
   * browser makes for the one request: whoever carries it sees nothing.
   *
   * @throws `NotFoundException` if there is no such protector, `ValidationException` if it is none of escrow
   *
   * @example
   * ```ts
   * const answer = await sendToTheOrganisation(await vault.recovery.request(protector.id))
   * await vault.recovery.add({ escrow: answer }, { type: 'passphrase', passphrase })
   * ```
   */
  async request(protectorId: string): Promise<Bytes> {
    return (await this.#part()).request(protectorId)
  }
}
