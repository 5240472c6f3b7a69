import { type RefObject, useEffect } from 'react'

/** What takes the focus in a form: a text, a choice that is made already, a switch or a list, but no button beside it. */
const FIELDS =
  'input:not(:disabled, [type="radio"]:not(:checked)), textarea:not(:disabled), button[aria-haspopup]:not(:disabled)'

/**
 * Puts the focus into the first field of a dialog when it opens, where Cloudscape puts it on the closing cross. It does
 * so in an effect of its own after it has drawn the dialog, so this waits for the next frame. A dialog without a field
 * leaves it on the cross.
 */
export function useFirstField(form: RefObject<HTMLFormElement | null>): void {
  useEffect(() => {
    const frame = requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(FIELDS)?.focus())
    return () => cancelAnimationFrame(frame)
  }, [form])
}
