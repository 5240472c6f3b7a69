import type { Bytes } from '../contract/bytes.js'

/** Buffers that have come back, to be used again: fresh memory costs more than the copy into it (measured). */
export class SpareBuffers {
  readonly #most: number
  #buffers: ArrayBuffer[] = []
  #isClosed = false

  /** @param most buffers that are kept */
  constructor(most: number) {
    this.#most = most
  }

  /** A buffer of this length at least, holding what it held. */
  take(length: number): Bytes | undefined {
    const index = this.#buffers.findIndex(({ byteLength }) => byteLength >= length)
    const [buffer] = index < 0 ? [] : this.#buffers.splice(index, 1)
    return buffer && new Uint8Array(buffer)
  }

  /** Keeps a buffer; wipes it if there are enough, or nobody will use it. */
  keep(buffer: ArrayBuffer): void {
    if (!this.#isClosed && this.#buffers.length < this.#most) this.#buffers.push(buffer)
    else new Uint8Array(buffer).fill(0)
  }

  /** Wipes all buffers, also those that have yet to come back. */
  close(): void {
    this.#isClosed = true
    for (const buffer of this.#buffers) new Uint8Array(buffer).fill(0)
    this.#buffers = []
  }
}
