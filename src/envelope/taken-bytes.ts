import type { Bytes } from '../contract/bytes.js'
import { viewOf } from '../contract/reader.js'
import { discard } from './memory.js'

/** Bytes that are handed on at a time: as many as travel together to a data worker. A signal is heeded between them. */
const SLICE_LENGTH = 524_288

/**
 * What a caller gave: copied at once, so that the caller can wipe it after the call, and let go of slice by slice, so that
 * a message of 1 GiB does not need 4.
 */
export class TakenBytes {
  readonly byteLength: number
  readonly #slices: Bytes[] = []

  /** A reader of the bytes that a public function takes; see `read` of contract/reader.ts. */
  static of(this: void, value: unknown, path: string): TakenBytes {
    return new TakenBytes(viewOf(value, path))
  }

  private constructor(bytes: Uint8Array) {
    this.byteLength = bytes.byteLength
    for (let offset = 0; offset < bytes.byteLength; offset += SLICE_LENGTH)
      this.#slices.push(copyOf(bytes.subarray(offset, offset + SLICE_LENGTH)))
  }

  /** Gives out the slices, once. Each is wiped when the next one is asked for. */
  *slices(): Generator<Bytes> {
    for (let slice = this.#slices.shift(); slice; slice = this.#slices.shift())
      try {
        yield slice
      } finally {
        discard(slice)
      }
  }

  /** Wipes what was not given out. To be called at the end, good or bad. */
  wipe(): void {
    for (const slice of this.#slices.splice(0)) discard(slice)
  }
}

/** A copy in a buffer that is nobody else's, also of memory that is shared. */
function copyOf(bytes: Uint8Array): Bytes {
  const copy = new Uint8Array(bytes.byteLength)
  copy.set(bytes)
  return copy
}
