import type { Vault } from 'browser-kms'
import { createContext, useContext, useSyncExternalStore } from 'react'
import type { KeyDirectory, KeyListing } from './key-directory.js'

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
