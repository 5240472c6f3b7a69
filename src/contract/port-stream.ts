/**
 * A stream of bytes over a `MessagePort`, in either direction. (A `ReadableStream` that is transferred would do; WebKit has
 * none.) Nothing is sent that was not asked for: the side that reads pulls, and one pull is answered by one chunk, by the end
 * or by a failure, so that neither side holds more than a chunk or two, however slow the other is.
 *
 * Whoever waits here also waits for the end: the other side's `cancel`, the closing of its port (where the engine tells of
 * it), and the signal by which its owner hears that the other side is gone.
 */
import type { Bytes } from './bytes.js'
import { type ErrorRecord, errorOf, errorRecord, KMSInternalException } from './errors.js'
import { eitherOf, oneOf, optional, type Reader, read, structure, text, unreadableValue, viewOf } from './reader.js'

/** Longest chunk that is taken, in bytes. */
export const LONGEST_CHUNK = 4 * 1024 * 1024

/** What the side that reads says. */
const request = structure({ type: oneOf(['pull', 'cancel']) })

/** It came by structured clone, or was transferred: nobody else has it. */
const chunk: Reader<Bytes> = (value, path) => {
  const view = viewOf(value, path)
  if (view.byteLength > LONGEST_CHUNK) throw unreadableValue(path, `can have at most ${LONGEST_CHUNK} bytes`)
  return view as Bytes
}
const error = structure({
  name: text({ longest: 100 }),
  message: text({ longest: 100_000 }),
  reason: optional(text({ longest: 100 })),
})

/** What the side that has the bytes says. */
const answer = eitherOf(
  structure({ type: oneOf<'chunk'>(['chunk']), chunk }),
  eitherOf(structure({ type: oneOf<'failed'>(['failed']), error }), structure({ type: oneOf<'end'>(['end']) })),
)

/** The side that reads wants no more. Told to nobody: it knows. */
class Cancelled extends Error {}

/**
 * Sends chunks over a port, each when it is asked for, and closes the port.
 *
 * @param chunks their buffers change hands: each chunk must be all of its buffer. Returned from early if nobody wants more.
 * @param signal of whoever hears that the other side is gone
 * @returns whether all was sent: false if the other side wanted no more
 * @throws what the chunks have failed with, which the other side is told too; the signal's reason
 */
export async function sendOver(
  port: MessagePort,
  chunks: AsyncIterable<Bytes>,
  signal?: AbortSignal | undefined,
): Promise<boolean> {
  const requests = new Words(port, request, signal)
  const asked = async () => {
    if ((await requests.next()).type === 'cancel') throw new Cancelled()
  }
  try {
    for await (const piece of chunks) {
      await asked()
      port.postMessage({ type: 'chunk', chunk: piece }, [piece.buffer])
    }
    await asked()
    port.postMessage({ type: 'end' })
    return true
  } catch (thrown) {
    if (thrown instanceof Cancelled) return false
    port.postMessage({ type: 'failed', error: errorRecord(thrown) })
    throw thrown
  } finally {
    requests.stop()
    port.close()
  }
}

/**
 * What arrives over a port, chunk by chunk. Whoever does not read to the end returns from it: the other side is told then.
 *
 * @param signal of whoever hears that the other side is gone
 * @throws what the other side has failed with; the signal's reason; KMSInternalException if the other side is gone
 */
export async function* receivedFrom(port: MessagePort, signal?: AbortSignal | undefined): AsyncGenerator<Bytes, void> {
  const answers = new Words(port, answer, signal)
  let isOver = false
  try {
    for (;;) {
      port.postMessage({ type: 'pull' })
      const said = await answers.next()
      isOver = said.type !== 'chunk'
      if (said.type === 'end') return
      if (said.type === 'failed') throw errorOf(said.error as ErrorRecord)
      yield said.chunk
    }
  } finally {
    if (!isOver) port.postMessage({ type: 'cancel' })
    answers.stop()
    port.close()
  }
}

/** What came over a port, word by word, in order. */
class Words<Word> {
  readonly #port: MessagePort
  readonly #reader: Reader<Word>
  readonly #signal: AbortSignal | undefined
  readonly #arrived: Word[] = []
  #waiting: { readonly resolve: (word: Word) => void; readonly reject: (reason: unknown) => void } | undefined
  #failure: { readonly reason: unknown } | undefined

  constructor(port: MessagePort, reader: Reader<Word>, signal: AbortSignal | undefined) {
    this.#port = port
    this.#reader = reader
    this.#signal = signal
    port.addEventListener('message', this.#hear)
    port.addEventListener('messageerror', this.#lose)
    // Chromium, and others to come.
    port.addEventListener('close', this.#lose)
    port.start()
    signal?.addEventListener('abort', this.#end)
    if (signal?.aborted) this.#end()
  }

  /** The next word. @throws once there will be none */
  next(): Promise<Word> {
    const word = this.#arrived.shift()
    if (word !== undefined) return Promise.resolve(word)
    if (this.#failure) return Promise.reject(this.#failure.reason)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  stop(): void {
    this.#port.removeEventListener('message', this.#hear)
    this.#port.removeEventListener('messageerror', this.#lose)
    this.#port.removeEventListener('close', this.#lose)
    this.#signal?.removeEventListener('abort', this.#end)
  }

  readonly #hear = ({ data }: MessageEvent<unknown>) => {
    let word: Word
    try {
      word = read(this.#reader, data, 'what came over the port')
    } catch {
      this.#fail(lost())
      return
    }
    if (!this.#waiting) this.#arrived.push(word)
    else {
      const { resolve } = this.#waiting
      this.#waiting = undefined
      resolve(word)
    }
  }

  readonly #lose = () => this.#fail(lost())

  readonly #end = () => this.#fail(this.#signal?.reason)

  #fail(reason: unknown): void {
    this.#failure ??= { reason }
    this.#waiting?.reject(reason)
    this.#waiting = undefined
  }
}

function lost(): KMSInternalException {
  return new KMSInternalException('The connection of the stream was lost: the other side has ended. Try again.')
}
