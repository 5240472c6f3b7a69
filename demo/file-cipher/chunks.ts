/**
 * How the content of an encrypted file is cut and numbered: AES-256-GCM over chunks of 512 KiB, with the nonces of the
 * STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): an 11-byte counter and a byte that is 1 for the
 * final chunk. A chunk that is moved, dropped, repeated or taken for the end decrypts under the wrong nonce and is
 * refused. Every file has a data key of its own, so the counter may start at 0.
 */

/** Plaintext bytes of a chunk. Only the final chunk may be shorter, and only that of an empty file is empty. */
export const CHUNK_LENGTH = 512 * 1024
/** Bytes that AES-GCM adds to a chunk. */
export const TAG_LENGTH = 16

/** Length of all chunks of a file together. */
export function sealedLength(plaintextLength: number): number {
  return plaintextLength + TAG_LENGTH * Math.max(1, Math.ceil(plaintextLength / CHUNK_LENGTH))
}

/** AES-GCM's parameters for one chunk; the header is the additional data of every chunk. */
export function chunkParameters(counter: number, final: boolean, header: Uint8Array<ArrayBuffer>): AesGcmParams {
  const iv = new Uint8Array(12)
  // Bytes 7 to 10 hold the low 32 bits of the counter: enough for 2 PiB, and setUint32 would wrap beyond.
  if (counter > 0xffffffff) throw new RangeError('a file has at most 2^32 chunks')
  new DataView(iv.buffer).setUint32(7, counter)
  iv[11] = final ? 1 : 0
  return { name: 'AES-GCM', iv, additionalData: header, tagLength: TAG_LENGTH * 8 }
}

/**
 * Cuts bytes of any lengths into chunks of one length. A full chunk is held back until more bytes follow, so that the
 * final one is known when it is given out.
 */
export class ChunkCutter {
  readonly #chunk: Uint8Array<ArrayBuffer>
  #filled = 0

  constructor(length: number) {
    this.#chunk = new Uint8Array(length)
  }

  /** Takes bytes and yields chunks that are not final. A chunk is valid until the next one is asked for. */
  *push(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
    let rest = bytes
    while (rest.length > 0) {
      if (this.#filled === this.#chunk.length) {
        yield this.#chunk
        this.#filled = 0
      }
      const taken = rest.subarray(0, this.#chunk.length - this.#filled)
      this.#chunk.set(taken, this.#filled)
      this.#filled += taken.length
      rest = rest.subarray(taken.length)
    }
  }

  /** The final chunk, which may be empty. */
  final(): Uint8Array<ArrayBuffer> {
    return this.#chunk.subarray(0, this.#filled)
  }

  /** Forgets the bytes it holds. */
  wipe(): void {
    this.#chunk.fill(0)
  }
}
