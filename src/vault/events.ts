/** What an open vault tells its page. */
import type { KeyStateMessage } from '../contract/control.js'
import type { KeyState } from '../contract/shapes.js'

/** What a `keystate` event tells. */
export interface KeyStateDetail {
  /** Bare key id. */
  readonly keyId: string
  readonly keyArn: string
  readonly region: string
  /** The state now; `undefined` once the key is deleted. */
  readonly keyState: KeyState | undefined
}

/** What a `backup` event tells: what came of an automatic backup. */
export interface BackupDetail {
  /**
   * - `done`: it is written.
   * - `pending`: not yet, for a reason that goes away by itself, such as a lost network; it is tried again.
   * - `failed`: somebody has to do what the error says; it is tried again after a while, or by `resume()`.
   * - `conflict`: somebody else has written there, and nothing was overwritten; see `resume({ replace: true })`.
   */
  readonly state: 'done' | 'pending' | 'failed' | 'conflict'
  /** The target's name. */
  readonly target: string
  /** When the backup was made, or when it was tried. */
  readonly at: Date
  /** What the target, or whoever makes backups, threw. */
  readonly error?: unknown
}

/** Events of a vault. */
export interface VaultEventMap {
  /** A key was created, changed or deleted, in this tab or another. */
  keystate: CustomEvent<KeyStateDetail>
  /** A backup was written to a target of `vault.backups.keepAt`, or could not be. */
  backup: CustomEvent<BackupDetail>
  /** The vault was locked: by `lock.now()`, after its idle time, or because another tab had it locked at rest. */
  lock: Event
  /** The vault was unlocked. */
  unlock: Event
  /** The vault is closed: by `close()`, because it was deleted, or because its worker ended. */
  close: Event
}

/** An `EventTarget` that knows the events of a vault by their types. */
export class VaultEvents extends EventTarget {
  override addEventListener<Type extends keyof VaultEventMap>(
    type: Type,
    listener: ((event: VaultEventMap[Type]) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListener | null, options)
  }

  override removeEventListener<Type extends keyof VaultEventMap>(
    type: Type,
    listener: ((event: VaultEventMap[Type]) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options)
  }
}

export function keyStateEvent({ keyId, keyArn, region, keyState }: KeyStateMessage): VaultEventMap['keystate'] {
  const detail: KeyStateDetail = { keyId, keyArn, region, keyState }
  return new CustomEvent('keystate', { detail })
}
