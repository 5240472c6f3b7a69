/**
 * The data worker: seals or opens one file, apart from the page (which would freeze) and from the HSM (which would
 * answer nobody else meanwhile). It gets a data key as a handle; it never sees a KMS key nor a data key's bytes.
 */
import { openDestination } from './destination.js'
import type { CancelMessage, Report, TaskMessage } from './messages.js'
import { openStream } from './open-stream.js'
import { sealStream } from './seal-stream.js'

const PROGRESS_INTERVAL = 200

const cancelling = new AbortController()

self.addEventListener('message', ({ data }: MessageEvent<TaskMessage | CancelMessage>) => {
  if (data.task === 'cancel') cancelling.abort()
  else void run(data)
})

async function run({ task, dataKey, header, source, destination }: TaskMessage): Promise<void> {
  try {
    const output = await openDestination(destination)
    const cipher = task === 'seal' ? sealStream(dataKey, header, source.size) : openStream(dataKey, header)
    await source
      .stream()
      .pipeThrough(progressStream())
      .pipeThrough(cipher)
      .pipeTo(output.writable, { signal: cancelling.signal })
    report({ kind: 'done', result: await output.result() })
  } catch (error) {
    // The name of an error of a class of one's own does not survive structured clone.
    const { name, message } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error))
    report({ kind: 'failed', name, message })
  }
}

function progressStream(): TransformStream<Uint8Array, Uint8Array> {
  let bytesRead = 0
  let lastReport = 0
  return new TransformStream({
    async transform(bytes, controller) {
      bytesRead += bytes.length
      const now = performance.now()
      if (now - lastReport >= PROGRESS_INTERVAL) {
        lastReport = now
        report({ kind: 'progress', bytesRead })
        await nextTask()
      }
      controller.enqueue(bytes)
    },
  })
}

/**
 * Where the file's bytes are at hand and the browser computes on this thread, reading, sealing and writing follow each
 * other in microtasks for seconds on end. A pause lets the message arrive that cancels them.
 */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

function report(report: Report): void {
  // TypeScript's DOM library takes `self` for a window, whose postMessage wants a target origin.
  ;(self as unknown as Worker).postMessage(report)
}
