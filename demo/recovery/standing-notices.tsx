import type { FlashbarProps } from '@cloudscape-design/components/flashbar'
import { useEffect, useState } from 'react'
import { hrefs, type Route } from '../route.js'
import { useKeys } from '../vault/vault-context.js'
import { useRecovery } from './recovery-context.js'

const ASKED = 'browser-kms-console/recovery-asked'

/** What stands at the top of every page: that the vault is locked, and once, that its keys would be lost. */
export function useStandingNotices(route: Route, onUnlock: () => void): readonly FlashbarProps.MessageDefinition[] {
  const { locked } = useRecovery()
  const { asks, stopAsking } = useQuestion()
  if (locked)
    return [
      {
        id: 'locked',
        type: 'warning',
        header: 'This vault is locked.',
        content: 'Its keys cannot be used before you unlock it. They can be looked at, and their deletion cancelled.',
        buttonText: 'Unlock',
        onButtonClick: onUnlock,
        ariaRole: 'status',
      },
    ]
  if (!asks || route.page === 'recovery') return []
  return [
    {
      id: 'set-up-recovery',
      type: 'info',
      header: 'Your keys are in this browser alone.',
      content:
        'If its data is cleared, they are gone, and what they encrypted with them. It takes two minutes to be able to bring them back.',
      buttonText: 'Set up recovery',
      onButtonClick: () => {
        location.hash = hrefs.recovery
      },
      ariaRole: 'status',
      dismissible: true,
      dismissLabel: 'Do not ask again',
      onDismiss: stopAsking,
    },
  ]
}

/** Whether to ask for recovery to be set up: when a key is made in this visit, until somebody does not want to be asked. */
function useQuestion() {
  const { status: listing, keys } = useKeys()
  const { status, refresh } = useRecovery()
  const [wasAsked, setAsked] = useState(hasBeenAsked)
  const [keysBefore, setKeysBefore] = useState<number>()
  const isReady = listing === 'ready' && !wasAsked

  useEffect(() => {
    if (!isReady) return
    setKeysBefore((before) => Math.min(before ?? keys.length, keys.length))
  }, [isReady, keys.length])
  // Before a key is made: what comes after it would move the page under the mouse.
  useEffect(() => {
    if (isReady) void refresh()
  }, [isReady, refresh])

  const stopAsking = () => {
    setAsked(true)
    try {
      localStorage.setItem(ASKED, new Date().toISOString())
    } catch {
      // It is asked again at the next visit.
    }
  }
  return {
    asks: !wasAsked && status?.state === 'none' && keysBefore !== undefined && keys.length > keysBefore,
    stopAsking,
  }
}

function hasBeenAsked(): boolean {
  try {
    return localStorage.getItem(ASKED) !== null
  } catch {
    return false
  }
}
