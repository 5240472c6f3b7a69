import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import ErrorText from './error-text.js'
import { explainError, isCancelled } from './explain-error.js'

interface Notices {
  /** Says that something is done. It takes the place of what was said before. */
  readonly tell: (text: string) => void
  /** Offers something to do. */
  readonly offer: (text: string, buttonText: string, onButtonClick: () => void) => void
  /** Runs an action; tells what it did if that does not show, or explains why it failed. Resolves to whether it was done. */
  readonly run: (action: () => Promise<unknown>, done?: string) => Promise<boolean>
}

type Notice = Pick<FlashbarProps.MessageDefinition, 'header' | 'content' | 'buttonText' | 'onButtonClick'> & {
  readonly type: 'success' | 'info' | 'error'
}

/** How screen readers tell of a notice: in passing, or at once and with the focus on it. */
const ariaRoles: Readonly<Record<Notice['type'], FlashbarProps.AriaRole>> = {
  success: 'status',
  info: 'status',
  error: 'alert',
}

const NoticesContext = createContext<Notices | undefined>(undefined)
const ItemsContext = createContext<readonly FlashbarProps.MessageDefinition[]>([])

/** Holds what the page tells its user. */
export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const [items, setItems] = useState<readonly FlashbarProps.MessageDefinition[]>([])

  // What was told about one page says nothing on the next; what is offered stays.
  useEffect(() => {
    const leave = () => setItems((shown) => shown.filter(({ type }) => type === 'info'))
    addEventListener('hashchange', leave)
    return () => removeEventListener('hashchange', leave)
  }, [])

  const show = useCallback((item: Notice) => {
    const id = crypto.randomUUID()
    const dismiss = () => setItems((shown) => shown.filter((other) => other.id !== id))
    const fresh = {
      ...item,
      ariaRole: ariaRoles[item.type],
      id,
      dismissible: true,
      dismissLabel: 'Dismiss',
      onDismiss: dismiss,
    }
    setItems((shown) => [fresh, ...shown.filter(({ type }) => type === 'info')])
  }, [])

  const notices = useMemo<Notices>(
    () => ({
      tell: (content) => show({ type: 'success', content }),
      offer: (content, buttonText, onButtonClick) => show({ type: 'info', content, buttonText, onButtonClick }),
      async run(action, done) {
        try {
          await action()
          if (done !== undefined) show({ type: 'success', content: done })
          return true
        } catch (error) {
          if (!isCancelled(error)) {
            const explanation = explainError(error)
            show({ type: 'error', header: explanation.title, content: <ErrorText {...explanation} /> })
          }
          return false
        }
      },
    }),
    [show],
  )

  return (
    <NoticesContext.Provider value={notices}>
      <ItemsContext.Provider value={items}>{children}</ItemsContext.Provider>
    </NoticesContext.Provider>
  )
}

/** The notices themselves, for the top of the page, under those that stand for as long as they are true. */
export function NoticeBar({ standing }: { readonly standing: readonly FlashbarProps.MessageDefinition[] }) {
  return <Flashbar items={[...standing, ...useContext(ItemsContext)]} />
}

/** Tells the user things. */
export function useNotices(): Notices {
  const notices = useContext(NoticesContext)
  if (!notices) throw new Error('useNotices is for components inside NoticesProvider')
  return notices
}
