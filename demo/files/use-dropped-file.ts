import { useEffect } from 'react'

/** Takes a file that is dropped anywhere on the page, not only on the marked place. */
export function useDroppedFile(onDrop: (file: File) => void): void {
  useEffect(() => {
    const take = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0]
      // The marked place has taken what was dropped on it.
      if (!file || event.defaultPrevented) return
      event.preventDefault()
      onDrop(file)
    }
    document.addEventListener('drop', take)
    return () => document.removeEventListener('drop', take)
  }, [onDrop])
}

/** Keeps the browser from leaving the page for a file that was dropped beside it. */
export function useStayOnDrop(): void {
  useEffect(() => {
    const stay = (event: DragEvent) => event.preventDefault()
    addEventListener('dragover', stay)
    addEventListener('drop', stay)
    return () => {
      removeEventListener('dragover', stay)
      removeEventListener('drop', stay)
    }
  }, [])
}
