import type { AnyBytes, Bytes } from '../contract/bytes.js'
import { read, viewOf } from '../contract/reader.js'
import type { Ending } from './ending.js'

/** Gets a message, or a plaintext, piece by piece. */
export interface Sink {
  readonly emit: (piece: Bytes) => void
  /** Hears of a failure at once, also when nobody waits. */
  readonly fail?: (reason: unknown) => void
}

/** Makes or opens a message piece by piece. */
export interface PieceByPiece {
  /** Uses up or copies the chunk before anybody else runs. */
  push(chunk: Uint8Array): Promise<void>
  finish(): Promise<void>
  close(): void
}

/**
 * A stream through what makes or opens a message. A chunk is read, and used up or copied, when its turn comes, before
 * anybody else runs: the Streams standard gives no earlier moment.
 *
 * @param ending errors the stream when it comes
 * @param begin may take its time: the stream is there at once
 */
export function streamOf(
  ending: Ending,
  begin: (sink: Sink) => Promise<PieceByPiece>,
): TransformStream<AnyBytes, Bytes> {
  let work: PieceByPiece | undefined
  let isOver = false
  const end = () => {
    isOver = true
    work?.close()
    ending.stop()
  }
  const failing = async (task: () => Promise<void>) => {
    try {
      await task()
    } catch (error) {
      end()
      throw error
    }
  }
  const transformer: Transformer<AnyBytes, Bytes> & { cancel(): void } = {
    start: (controller) =>
      failing(async () => {
        ending.throwIfEnded()
        const fail = (reason: unknown) => {
          if (isOver) return
          end()
          controller.error(reason)
        }
        ending.listen(fail)
        const emit = (piece: Bytes) => {
          if (!isOver) controller.enqueue(piece)
        }
        work = await begin({ emit, fail })
        // Ended meanwhile.
        if (isOver) work.close()
      }),
    transform: (chunk) => failing(() => (work as PieceByPiece).push(read(viewOf, chunk, 'chunk'))),
    flush: () => failing(() => (work as PieceByPiece).finish()).then(end),
    cancel: end,
  }
  return new TransformStream(transformer)
}
