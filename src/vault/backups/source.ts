/** Where a backup is read from. */
import { isBufferSource } from '../../contract/buffer-source.js'
import type { AnyBytes, Bytes } from '../../contract/bytes.js'
import { handleOf, type Reader, read, viewOf } from '../../contract/reader.js'

/** A backup, as an application has it: a file, a stream such as the body of a `Response`, or bytes. */
export type BackupSource = Blob | ReadableStream<AnyBytes> | AnyBytes

/** Bytes that are passed on in one piece. */
const PIECE = 262_144

const isBlob = (value: unknown): value is Blob =>
  typeof (value as Partial<Blob> | null | undefined)?.stream === 'function'
const isStream = (value: unknown): value is ReadableStream<AnyBytes> =>
  typeof (value as Partial<ReadableStream> | null | undefined)?.getReader === 'function'

/** Reads what was given; what it holds is read when its turn comes. */
export const backupSource: Reader<BackupSource> = handleOf(
  'a backup: a Blob, a ReadableStream of bytes, or bytes',
  (value) => isBlob(value) || isStream(value) || isBufferSource(value),
)

/**
 * The bytes of a backup, piece by piece, each in a buffer of its own. A stream is cancelled if it is not read to its end.
 *
 * @param signal ends it, also while it waits for a stream that gives nothing
 * @throws `ValidationException` for a chunk of a stream that is no bytes; what a stream fails with; the signal's reason
 */
export async function* piecesOf(source: BackupSource, signal?: AbortSignal): AsyncGenerator<Bytes, void> {
  if (!isBlob(source) && !isStream(source)) {
    yield* cut(source)
    return
  }
  const reader = (isBlob(source) ? source.stream() : source).getReader()
  let isOver = false
  // Whoever waits for a chunk then hears that there is none.
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {})
  signal?.addEventListener('abort', cancel)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      isOver = done
      if (done) return
      yield* cut(value)
    }
  } catch (error) {
    isOver = true
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
    // Not waited for: a stream may never come to its end.
    if (!isOver) cancel()
    reader.releaseLock()
  }
}

function* cut(chunk: AnyBytes): Generator<Bytes, void> {
  const view = read(viewOf, chunk, 'a chunk of the backup')
  for (let from = 0; from < view.byteLength; from += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, view.byteLength - from))
    piece.set(view.subarray(from, from + PIECE))
    yield piece
  }
}
