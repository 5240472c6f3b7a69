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

/** Events of a vault. */
export interface VaultEventMap {
  /** A key was created, changed or deleted, in this tab or another. */
  keystate: CustomEvent<KeyStateDetail>
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
