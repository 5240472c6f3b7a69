import { type RefObject, useEffect } from 'react'

/** What takes the focus in a form: a text, a choice that is made already, a switch or a list, but no button beside it. */
const FIELDS =
  'input:not(:disabled, [type="radio"]:not(:checked)), textarea:not(:disabled), button[aria-haspopup]:not(:disabled)'

/** What takes the focus before others, such as what has to be typed, under a choice that is made already. */
const FIRST = '[data-first-field] input:not(:disabled)'

/**
 * Puts the focus into the first field of a dialog when it opens, where Cloudscape puts it on the closing cross. It does
 * so in an effect of its own after it has drawn the dialog, so this waits for the next frame. A dialog without a field
 * leaves it on the cross.
 */
export function useFirstField(form: RefObject<HTMLFormElement | null>): void {
  useEffect(() => {
    const frame = requestAnimationFrame(() => first(form.current)?.focus())
    return () => cancelAnimationFrame(frame)
  }, [form])
}

function first(form: HTMLFormElement | null): HTMLElement | null | undefined {
  return form?.querySelector<HTMLElement>(FIRST) ?? form?.querySelector<HTMLElement>(FIELDS)
}
