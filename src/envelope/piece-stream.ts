import type { AnyBytes, Bytes } from '../contract/bytes.js'
import { read, viewOf } from '../contract/reader.js'
import type { Ending, EndListener } from './ending.js'

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
  return new TransformStream(new PieceTransformer(ending, begin))
}

/** Held by its stream, and between chunks by nothing else: a stream that everybody has dropped goes with all it holds. */
class PieceTransformer implements Transformer<AnyBytes, Bytes>, EndListener {
  readonly #ending: Ending
  readonly #begin: (sink: Sink) => Promise<PieceByPiece>
  #work: PieceByPiece | undefined
  #controller: TransformStreamDefaultController<Bytes> | undefined
  #stopListening = () => {}
  #isOver = false

  constructor(ending: Ending, begin: (sink: Sink) => Promise<PieceByPiece>) {
    this.#ending = ending
    this.#begin = begin
  }

  start(controller: TransformStreamDefaultController<Bytes>): Promise<void> {
    this.#controller = controller
    return this.#do(async () => {
      this.#ending.throwIfEnded()
      this.#stopListening = this.#ending.listenWeakly(this)
      const work = await this.#begin({
        emit: (piece) => {
          if (!this.#isOver) controller.enqueue(piece)
        },
        fail: (reason) => this.fail(reason),
      })
      this.#work = work
      // Ended meanwhile.
      if (this.#isOver) work.close()
    })
  }

  transform(chunk: AnyBytes): Promise<void> {
    return this.#do(async () => (this.#work as PieceByPiece).push(read(viewOf, chunk, 'chunk')))
  }

  async flush(): Promise<void> {
    await this.#do(() => (this.#work as PieceByPiece).finish())
    this.cancel()
  }

  /**
   * The end, good or bad. By the Streams standard also when the readable is cancelled or the writable aborted; Chromium does
   * not say so yet, and there the rest goes when the stream is collected.
   */
  cancel(): void {
    this.#isOver = true
    this.#work?.close()
    this.#stopListening()
  }

  /** Ends the stream at once, also when nobody waits. */
  fail(reason: unknown): void {
    if (this.#isOver) return
    this.cancel()
    this.#controller?.error(reason)
  }

  /** A writable is told of an error only when what it waits for is over: that must not outlast the end. */
  async #do(task: () => Promise<void>): Promise<void> {
    try {
      await this.#ending.outlast(task)
    } catch (error) {
      this.cancel()
      throw error
    }
  }
}
