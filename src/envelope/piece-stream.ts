import type { Bytes } from '../contract/bytes.js'

/** Gets a message, or a plaintext, piece by piece. */
export interface Sink {
  readonly emit: (piece: Bytes) => void
  /** Hears of a failure at once, also when nobody waits. */
  readonly fail?: (reason: unknown) => void
}

/** Makes or opens a message piece by piece. */
export interface PieceByPiece {
  push(chunk: Uint8Array): Promise<void>
  finish(): Promise<void>
  close(): void
}

/**
 * A stream through what makes or opens a message.
 *
 * @param begin may take its time: the stream is there at once
 */
export function streamOf(
  signal: AbortSignal | undefined,
  begin: (sink: Sink) => Promise<PieceByPiece>,
): TransformStream<Uint8Array, Bytes> {
  let work: PieceByPiece | undefined
  let isOver = false
  const end = () => {
    isOver = true
    work?.close()
    signal?.removeEventListener('abort', abort)
  }
  let abort = () => {}
  const failing = async (task: () => Promise<void>) => {
    try {
      await task()
    } catch (error) {
      end()
      throw error
    }
  }
  const transformer: Transformer<Uint8Array, Bytes> & { cancel(): void } = {
    start: (controller) =>
      failing(async () => {
        signal?.throwIfAborted()
        const fail = (reason: unknown) => {
          if (isOver) return
          end()
          controller.error(reason)
        }
        abort = () => fail(signal?.reason)
        signal?.addEventListener('abort', abort)
        const emit = (piece: Bytes) => {
          if (!isOver) controller.enqueue(piece)
        }
        work = await begin({ emit, fail })
        // Aborted meanwhile.
        if (isOver) work.close()
      }),
    transform: (chunk) => failing(() => (work as PieceByPiece).push(chunk)),
    flush: () => failing(() => (work as PieceByPiece).finish()).then(end),
    cancel: end,
  }
  return new TransformStream(transformer)
}
