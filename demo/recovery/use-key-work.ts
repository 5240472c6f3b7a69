import { useCallback, useRef, useState } from 'react'
import { useWarningBeforeLeaving } from '../files/use-file-task.js'
import { isCancelled } from '../notices/explain-error.js'
import type { Progress } from './progress-view.js'

/** Where work on all keys stands. */
export type KeyWork<Result> =
  | { readonly step: 'idle' | 'cancelled' }
  | { readonly step: 'running'; readonly progress: Progress | undefined }
  | { readonly step: 'failed'; readonly error: unknown }
  | { readonly step: 'done'; readonly result: Result }

export interface KeyWorkOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** Runs work on all keys, with progress and cancelling. */
export function useKeyWork<Result>() {
  const [work, show] = useState<KeyWork<Result>>({ step: 'idle' })
  const cancelling = useRef<AbortController>(undefined)
  useWarningBeforeLeaving(work.step === 'running')

  /** @param isTold whether an error is shown elsewhere already */
  const start = useCallback(
    async (run: (options: KeyWorkOptions) => Promise<Result>, isTold?: (error: unknown) => boolean): Promise<void> => {
      const controller = new AbortController()
      cancelling.current = controller
      show({ step: 'running', progress: undefined })
      // A report may come after the end of what it is about.
      const onProgress = (progress: Progress) =>
        show((current) => (current.step === 'running' ? { step: 'running', progress } : current))
      try {
        show({ step: 'done', result: await run({ signal: controller.signal, onProgress }) })
      } catch (error) {
        show(
          isTold?.(error) ? { step: 'idle' } : isCancelled(error) ? { step: 'cancelled' } : { step: 'failed', error },
        )
      }
    },
    [],
  )

  const cancel = useCallback(() => cancelling.current?.abort(), [])
  const close = useCallback(() => show({ step: 'idle' }), [])
  return { work, start, cancel, close }
}
