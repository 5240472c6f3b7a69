import type { LockWord } from '../../src/contract/port-words.js'
import type { VaultLock } from '../vault/vault-lock.js'

/** What pages and holders of ports are told of the lock. */
export function lockWord({ isLocked, turn }: VaultLock): LockWord {
  return { type: 'LOCK', isLocked, turn }
}
