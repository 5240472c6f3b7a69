import { useCallback, useEffect, useRef, useState } from 'react'
import { discardDestination } from '../file-cipher/choose-destination.js'
import type { FileResult, FileTaskOptions } from '../file-cipher/file-cipher.js'
import { isCancelled } from '../notices/explain-error.js'
import { download } from './download.js'

/** What is done to a file. */
export type Direction = 'encrypt' | 'decrypt'

/** Where the work on a file stands. */
export type FileTask =
  | { readonly step: 'idle' }
  | {
      readonly step: 'running'
      readonly direction: Direction
      readonly bytesRead: number
      readonly size: number
      readonly seconds: number
    }
  | { readonly step: 'cancelled' }
  | { readonly step: 'failed'; readonly direction: Direction; readonly error: unknown; readonly keyId: string }
  | {
      readonly step: 'done'
      readonly direction: Direction
      readonly result: FileResult
      readonly size: number
      readonly seconds: number
      /** Address of the output for another download; none when it is in a file the user picked. */
      readonly url: string | undefined
    }

/** What to do with which file. */
export interface Job {
  readonly direction: Direction
  readonly size: number
  /** The key that is used, for what to say when it cannot be. */
  readonly keyId: string
  readonly run: (options: Pick<FileTaskOptions, 'signal' | 'onProgress'>) => Promise<FileResult>
}

/** Runs one job at a time, with progress and cancelling, and keeps its output until it is closed. */
export function useFileTask() {
  const [task, show] = useState<FileTask>({ step: 'idle' })
  const cancelling = useRef<AbortController>(undefined)
  const lastJob = useRef<Job>(undefined)
  useWarningBeforeLeaving(task.step === 'running')

  /** Forgets the task and removes its temporary output. */
  const close = useCallback(async (): Promise<void> => {
    if (task.step === 'done') {
      if (task.url) URL.revokeObjectURL(task.url)
      if (task.result.destination.kind === 'private') await discardDestination(task.result.destination)
    }
    show({ step: 'idle' })
  }, [task])

  const start = async (job: Job): Promise<void> => {
    await close()
    lastJob.current = job
    const { direction, size, keyId } = job
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    const onProgress = (bytesRead: number) => show({ step: 'running', direction, bytesRead, size, seconds: seconds() })
    const controller = new AbortController()
    cancelling.current = controller
    onProgress(0)
    try {
      const result = await job.run({ signal: controller.signal, onProgress })
      const url = result.blob && URL.createObjectURL(result.blob)
      show({ step: 'done', direction, result, size, seconds: seconds(), url })
      if (url) download(url, result.name)
    } catch (error) {
      show(isCancelled(error) ? { step: 'cancelled' } : { step: 'failed', direction, error, keyId })
    }
  }

  /** Does the last job again. */
  const retry = () => lastJob.current && void start(lastJob.current)
  const cancel = () => cancelling.current?.abort()

  return { task, start, retry, cancel, close }
}

function useWarningBeforeLeaving(running: boolean): void {
  useEffect(() => {
    if (!running) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [running])
}
