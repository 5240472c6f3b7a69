import { useCallback, useEffect, useRef, useState } from 'react'
import { discardDestination } from '../file-cipher/destination.js'
import type { FileTaskOptions } from '../file-cipher/file-cipher.js'
import type { SavedFile } from '../file-cipher/save-stream.js'
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
      readonly bytesDone: number
      readonly size: number
      readonly seconds: number
    }
  | { readonly step: 'cancelled' }
  | {
      readonly step: 'failed'
      readonly direction: Direction
      readonly error: unknown
      readonly keyId: string | undefined
    }
  | {
      readonly step: 'done'
      readonly direction: Direction
      readonly result: SavedFile
      readonly seconds: number
      /** Address of the output for another download; none when it is in a file the user picked. */
      readonly url: string | undefined
    }

/** What to do with which file. */
export interface Job {
  readonly direction: Direction
  readonly size: number
  /** The key that is used, for what to say when it cannot be; none if this browser does not have it. */
  readonly keyId: string | undefined
  readonly run: (options: Pick<FileTaskOptions, 'signal' | 'onProgress'>) => Promise<SavedFile>
}

/** Milliseconds between two looks at how far a job is. */
const PROGRESS_INTERVAL = 200

/** Runs one job at a time, with progress and cancelling, and keeps its output until it is closed. */
export function useFileTask() {
  const [task, show] = useState<FileTask>({ step: 'idle' })
  const cancelling = useRef<AbortController>(undefined)
  const lastJob = useRef<Job>(undefined)
  useWarningBeforeLeaving(task.step === 'running')

  /** Forgets the task, and has its temporary output removed, which takes a while for a large one. */
  const close = useCallback((): void => {
    show({ step: 'idle' })
    if (task.step !== 'done') return
    if (task.url) URL.revokeObjectURL(task.url)
    if (task.result.destination.kind === 'private') void discardDestination(task.result.destination)
  }, [task])

  const start = async (job: Job): Promise<void> => {
    close()
    lastJob.current = job
    const { direction, size, keyId } = job
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    let bytesDone = 0
    const look = () => show({ step: 'running', direction, bytesDone, size, seconds: seconds() })
    const onProgress = (bytes: number) => {
      bytesDone = bytes
    }
    const controller = new AbortController()
    cancelling.current = controller
    look()
    const looking = setInterval(look, PROGRESS_INTERVAL)
    try {
      const result = await job.run({ signal: controller.signal, onProgress })
      const url = result.blob && URL.createObjectURL(result.blob)
      show({ step: 'done', direction, result, seconds: seconds(), url })
      if (url) download(url, result.name)
    } catch (error) {
      show(isCancelled(error) ? { step: 'cancelled' } : { step: 'failed', direction, error, keyId })
    } finally {
      clearInterval(looking)
    }
  }

  /** Does the last job again. */
  const retry = () => lastJob.current && void start(lastJob.current)
  const cancel = () => cancelling.current?.abort()

  return { task, start, retry, cancel, close }
}

/** Has the browser ask before the page is left. */
export function useWarningBeforeLeaving(running: boolean): void {
  useEffect(() => {
    if (!running) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [running])
}
