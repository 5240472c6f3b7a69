import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { useVault } from '../vault/vault-context.js'
import type { RecoveryStatus } from './recovery-facts.js'

interface Recovery {
  /** Whether the vault has to be unlocked before its keys can be used in this tab. */
  readonly locked: boolean
  /** How the vault stands; undefined until somebody has asked. */
  readonly status: RecoveryStatus | undefined
  /** Why it could not be told. */
  readonly error: unknown
  /** Asks the vault again. */
  readonly refresh: () => Promise<void>
}

const RecoveryContext = createContext<Recovery | undefined>(undefined)

/** Milliseconds in which the vault tells of many changes at once. */
const SETTLE = 500

/** Holds how the vault stands: whether it is locked, and what would be lost. */
export function RecoveryProvider({ children }: { readonly children: ReactNode }) {
  const { vault } = useVault()
  const [locked, setLocked] = useState(vault.locked)
  const [asked, setAsked] = useState<Pick<Recovery, 'status' | 'error'>>({ status: undefined, error: undefined })
  const turn = useRef(0)

  const refresh = useCallback(async () => {
    const mine = ++turn.current
    try {
      const status = await vault.recovery.status()
      if (mine === turn.current) setAsked({ status, error: undefined })
    } catch (error) {
      if (mine === turn.current) setAsked((before) => ({ ...before, error }))
    }
  }, [vault])

  useEffect(() => {
    const follow = () => setLocked(vault.locked)
    follow()
    vault.addEventListener('lock', follow)
    vault.addEventListener('unlock', follow)
    return () => {
      vault.removeEventListener('lock', follow)
      vault.removeEventListener('unlock', follow)
    }
  }, [vault])

  const value = useMemo(() => ({ locked, ...asked, refresh }), [locked, asked, refresh])
  return <RecoveryContext.Provider value={value}>{children}</RecoveryContext.Provider>
}

/** How the vault stands, as it was told last. */
export function useRecovery(): Recovery {
  const value = useContext(RecoveryContext)
  if (!value) throw new Error('useRecovery is for components inside RecoveryProvider')
  return value
}

/** How the vault stands, asked again after every change as long as a component shows it. */
export function useCurrentRecovery(): Recovery {
  const { vault } = useVault()
  const recovery = useRecovery()
  const { refresh } = recovery
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void refresh()
      }, SETTLE)
    }
    const now = () => document.visibilityState === 'visible' && void refresh()
    void refresh()
    vault.addEventListener('keystate', soon)
    document.addEventListener('visibilitychange', now)
    return () => {
      clearTimeout(timer)
      vault.removeEventListener('keystate', soon)
      document.removeEventListener('visibilitychange', now)
    }
  }, [vault, refresh])
  return recovery
}
