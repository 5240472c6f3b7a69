import { useEffect, useRef } from 'react'

/**
 * Puts the focus into the first field of a dialog when it opens, where Cloudscape puts it on the closing cross. It does
 * so in an effect of its own after it has drawn the dialog, so this waits for the next frame.
 */
export function useFirstField<Field extends { focus(): void }>() {
  const field = useRef<Field>(null)
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.focus())
    return () => cancelAnimationFrame(frame)
  }, [])
  return field
}
