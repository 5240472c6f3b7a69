import { createScriptWorker } from '../trusted-scripts.js'
import dataWorkerUrl from './data-worker.ts?worker&url'
import { FileCipherError, type FileCipherProblem } from './file-cipher-error.js'
import type { Report, TaskMessage } from './messages.js'

/** What a caller may want while a task runs. */
export interface TaskOptions {
  readonly signal: AbortSignal
  /** Told about five times a second. */
  readonly onProgress: (bytesRead: number) => void
}

/**
 * Has a data worker do one task and ends the worker.
 *
 * @throws {@link FileCipherError}, or `AbortError` when the signal was raised; nothing of the output is left then
 */
export async function runTask(message: TaskMessage, { signal, onProgress }: TaskOptions): Promise<Blob | undefined> {
  signal.throwIfAborted()
  const worker = createScriptWorker(dataWorkerUrl)
  const cancel = () => worker.postMessage({ task: 'cancel' })
  signal.addEventListener('abort', cancel)
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Report>) => {
        if (data.kind === 'progress') onProgress(data.bytesRead)
        else if (data.kind === 'done') resolve(data.result)
        else reject(revive(data))
      })
      worker.addEventListener('error', () => reject(new Error('The data worker could not be started.')))
      worker.postMessage(message)
    })
  } finally {
    signal.removeEventListener('abort', cancel)
    worker.terminate()
  }
}

const ownProblems: ReadonlySet<string> = new Set<FileCipherProblem>(['AuthenticationFailed', 'SourceChanged'])

function revive({ name, message }: Extract<Report, { kind: 'failed' }>): Error {
  return ownProblems.has(name)
    ? new FileCipherError(name as FileCipherProblem, message)
    : new DOMException(message, name)
}
