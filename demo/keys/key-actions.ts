import type { KmsClient } from 'browser-kms'
import type { KeyRecord } from '../vault/key-facts.js'

/** An action on one or several keys, as the "Key actions" menu offers it. */
export interface KeyAction {
  readonly id: 'enable' | 'disable' | 'cancelDeletion'
  readonly text: string
  /** Whether the action makes sense for a key in its present state. */
  readonly applies: (key: KeyRecord) => boolean
  readonly perform: (kms: KmsClient, keyId: string) => Promise<unknown>
  /** What is told afterwards, of one key by name or of several. */
  readonly done: (keys: string) => string
}

/** Actions that need no further question. */
export const keyActions: readonly KeyAction[] = [
  {
    id: 'enable',
    text: 'Enable',
    applies: ({ metadata }) => metadata.KeyState === 'Disabled',
    perform: (kms, keyId) => kms.enableKey({ KeyId: keyId }),
    done: (keys) => `Enabled ${keys}.`,
  },
  {
    id: 'disable',
    text: 'Disable',
    applies: ({ metadata }) => metadata.KeyState === 'Enabled',
    perform: (kms, keyId) => kms.disableKey({ KeyId: keyId }),
    done: (keys) => `Disabled ${keys}. Nothing works with it until you enable it again.`,
  },
  {
    id: 'cancelDeletion',
    text: 'Cancel key deletion',
    applies: isPendingDeletion,
    perform: (kms, keyId) => kms.cancelKeyDeletion({ KeyId: keyId }),
    done: (keys) => `Cancelled the deletion of ${keys}. The state is Disabled now: enable it to use it.`,
  },
]

/** Whether a key waits for its deletion. */
export function isPendingDeletion({ metadata }: KeyRecord): boolean {
  return metadata.KeyState === 'PendingDeletion' || metadata.KeyState === 'PendingReplicaDeletion'
}

/** Whether a key's deletion can be scheduled. */
export function canScheduleDeletion(key: KeyRecord): boolean {
  return !isPendingDeletion(key) && key.metadata.KeyState !== 'Updating'
}
