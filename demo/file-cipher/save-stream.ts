/** Where a stream of bytes goes: a file the user picks, or the downloads. */
import { chooseDestination } from './choose-destination.js'
import { counted } from './counted.js'
import { type Destination, discardDestination, openDestination } from './destination.js'

/** What was saved. */
export interface SavedFile {
  readonly name: string
  /** Bytes of the output. */
  readonly length: number
  readonly destination: Destination
  /** The output, unless it is in a file the user picked. */
  readonly blob: Blob | undefined
}

interface SaveOptions {
  readonly signal: AbortSignal
  readonly askWhereToSave: boolean
  readonly name: string
  /** Bytes of the output, about. */
  readonly length: number
}

/**
 * Saves a stream as a file.
 *
 * @throws what the stream fails with, `AbortError`, `QuotaExceededError`; nothing of the output is kept then
 */
export async function saveStream(
  made: ReadableStream<Uint8Array>,
  { name, length, askWhereToSave, signal }: SaveOptions,
): Promise<SavedFile> {
  let written = 0
  const output = made.pipeThrough(
    counted((total) => {
      written = total
    }),
  )
  let destination: Destination | undefined
  try {
    // A key that cannot be used, or a file that is none, fails here, before the user is asked where to save.
    const first = await firstPiece(output)
    destination = await chooseDestination(name, length, askWhereToSave)
    const { writable, result } = await openDestination(destination)
    if (first) await write(writable, first)
    await output.pipeTo(writable, { signal })
    const savedAs = destination.kind === 'picked' ? destination.handle.name : name
    return { name: savedAs, length: written, destination, blob: await result() }
  } catch (error) {
    // Ends the work that nobody waits for any more, if that is not what has failed.
    await output.cancel(error).catch(() => {})
    if (destination) await discardDestination(destination)
    throw error
  }
}

async function firstPiece(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const reader = stream.getReader()
  try {
    return (await reader.read()).value
  } finally {
    reader.releaseLock()
  }
}

async function write(writable: WritableStream<Uint8Array>, piece: Uint8Array): Promise<void> {
  const writer = writable.getWriter()
  try {
    await writer.write(piece)
  } finally {
    writer.releaseLock()
  }
}
