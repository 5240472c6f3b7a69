import type { Bytes } from '../contract/bytes.js'

/** Bytes of frames that travel together: enough for a message to a worker to cost little. */
const RUN_LENGTH = 524_288
/** Frames that travel together. */
const MOST_FRAMES = 4096
const FIRST_LENGTH = 65_536

/** How many frames of a length travel together, at least one. */
export function framesOfRun(frameLength: number): number {
  return Math.max(1, Math.min(MOST_FRAMES, Math.floor(RUN_LENGTH / frameLength)))
}

/**
 * Gathers the bytes of a run. It grows with what comes, never ahead of it by more than a copy, nor beyond what a run before
 * has had.
 */
export class RunBuffer {
  readonly #spare: (length: number) => Bytes | undefined
  #bytes: Bytes = new Uint8Array(0)
  #length = 0
  #longestRun = 0

  /** @param spare gives a buffer to be used again, if there is one */
  constructor(spare: (length: number) => Bytes | undefined) {
    this.#spare = spare
  }

  get length(): number {
    return this.#length
  }

  /** What has been gathered. */
  get filled(): Bytes {
    return this.#bytes.subarray(0, this.#length)
  }

  /**
   * Takes as much of the bytes as fits.
   *
   * @param limit bytes that the buffer is to hold at most, for now
   * @param capacity bytes that it will hold at most before it is taken
   * @returns the rest
   */
  fill(bytes: Uint8Array, limit: number, capacity: number): Uint8Array {
    const taken = bytes.subarray(0, Math.max(0, limit - this.#length))
    this.#reserve(this.#length + taken.byteLength, capacity)
    this.#bytes.set(taken, this.#length)
    this.#length += taken.byteLength
    return bytes.subarray(taken.byteLength)
  }

  /** Gives out what has been gathered, up to a length; the rest stays. */
  take(length = this.#length): Bytes {
    const taken = this.#bytes.subarray(0, length)
    this.#longestRun = Math.max(this.#longestRun, length)
    const rest = this.#bytes.subarray(length, this.#length)
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    if (rest.byteLength > 0) {
      this.fill(rest, rest.byteLength, rest.byteLength)
      rest.fill(0)
    }
    return taken
  }

  /** Forgets what has been gathered, and what a buffer that is used again still holds of the run before. */
  wipe(): void {
    this.#bytes.fill(0)
    this.#bytes = new Uint8Array(0)
    this.#length = 0
  }

  #reserve(needed: number, capacity: number): void {
    if (needed <= this.#bytes.byteLength) return
    const length = Math.max(
      needed,
      Math.min(capacity, Math.max(4 * this.#bytes.byteLength, FIRST_LENGTH, this.#longestRun)),
    )
    const larger = this.#spare(length) ?? new Uint8Array(length)
    larger.set(this.filled)
    this.#bytes.fill(0)
    this.#bytes = larger
  }
}
