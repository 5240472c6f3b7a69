import { type RefObject, useEffect } from 'react'

/** Where the focus goes when what had it inside is gone. */
const HOME = '.focus-target'

/**
 * Keeps the focus on the page. A button that is gone once it has done its work (in an alert that has nothing more to say,
 * in a row that was deleted) takes the focus with it, also where a dialog wants to give it back: whoever works with the
 * keyboard would begin at the top of the document again. Then the focus goes to the nearest {@link HOME} around it, or
 * else to the heading of the page.
 */
export function useKeptFocus(heading: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let last: Element | undefined
    let homes: readonly HTMLElement[] = []
    let frame = 0

    const remember = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return
      last = target
      homes = homesAround(target)
    }
    const restore = () => {
      const active = document.activeElement
      if (!last || (active !== null && active !== document.body)) return
      const isGone = !last.isConnected || last.matches(':disabled')
      last = undefined
      // Otherwise the user has left it, by a click beside it.
      if (isGone) (homes.find(({ isConnected }) => isConnected) ?? heading.current)?.focus()
    }
    /** A dialog that closes gives the focus back in a frame of its own. */
    const restoreSoon = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(restore)
      })
    }
    // Not every browser tells of the focus that goes with its element.
    const changes = new MutationObserver(() => {
      if (last && !last.isConnected) restoreSoon()
    })

    changes.observe(document.body, { childList: true, subtree: true })
    document.addEventListener('focusin', remember)
    document.addEventListener('focusout', restoreSoon)
    return () => {
      changes.disconnect()
      document.removeEventListener('focusin', remember)
      document.removeEventListener('focusout', restoreSoon)
      cancelAnimationFrame(frame)
    }
  }, [heading])
}

function homesAround(element: Element): readonly HTMLElement[] {
  const home = element.parentElement?.closest<HTMLElement>(HOME)
  return home ? [home, ...homesAround(home)] : []
}
