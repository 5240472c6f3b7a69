import type { Vault } from 'browser-kms'
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react'
import type { KeyDirectory, KeyListing } from './key-directory.js'
import { isDescribed, type KeyRecord } from './key-facts.js'

/** The open vault and the page's list of its keys. */
export interface OpenVault {
  readonly vault: Vault
  readonly directory: KeyDirectory
}

const VaultContext = createContext<OpenVault | undefined>(undefined)

export const VaultProvider = VaultContext.Provider

/** The vault this page works with. */
export function useVault(): OpenVault {
  const value = useContext(VaultContext)
  if (!value) throw new Error('useVault is for components inside VaultProvider')
  return value
}

/** The keys of the vault; the component is drawn again when they change. */
export function useKeys(): KeyListing {
  const { directory } = useVault()
  return useSyncExternalStore(directory.subscribe, directory.listing)
}

/** Has keys described as long as a component shows them. */
export function useSeen(keyIds: readonly string[] | 'all'): void {
  const { directory } = useVault()
  // The same ids in another array are no reason to look again.
  const names = keyIds === 'all' ? keyIds : keyIds.join(' ')
  useEffect(() => directory.see(names === 'all' ? names : names.split(' ').filter(Boolean)), [directory, names])
}

/** One key, described. */
export function useKey(keyId: string): { readonly status: KeyListing['status']; readonly record?: KeyRecord } {
  const { status, keys } = useKeys()
  useSeen([keyId])
  const key = keys.find((candidate) => candidate.keyId === keyId)
  if (key && isDescribed(key)) return { status, record: key }
  return { status: key && status === 'ready' ? 'loading' : status }
}
