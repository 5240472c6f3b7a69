/** What the page asks of a data worker: to seal and open runs of frames, and to hash signed messages. */
import { transfer } from 'comlink'
import type { Bytes } from '../../contract/bytes.js'
import type { ContentKey } from '../../contract/data-keys.js'
import { contentCipher } from '../content-cipher.js'
import type { Digest, HashName } from '../digests.js'
import { MessageAuthenticationError } from '../errors.js'
import { type Layout, openRun, type Run, sealRun } from '../frames.js'
import { newFastDigest } from './fast-digests.js'

export interface Task {
  readonly contentKey: ContentKey
  readonly layout: Layout
  readonly run: Run
}

export interface Done {
  readonly pieces: readonly Bytes[]
  /** The buffer that the run came in, to be used again. */
  readonly spare: ArrayBuffer
}

/** Why a run cannot be opened; an error of a class of one's own would arrive as any error. */
export interface Refused {
  readonly refused: string
}

/** More of a message that is hashed. */
export interface HashTask {
  /** Of the message, among those that the page has hashed in this worker. */
  readonly id: number
  readonly hash: HashName
  readonly bytes: Bytes
}

export class DataService {
  readonly #digests = new Map<number, Promise<Digest>>()

  /** Takes a Web Lock, and keeps it for good: who gets it after this worker knows that it has ended. */
  holdWhileAlive(lock: string): Promise<void> {
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(lock, () => {
          resolve()
          return new Promise<never>(() => {})
        })
        .catch(reject)
    })
  }

  async seal({ contentKey, layout, run }: Task): Promise<Done> {
    return done(await sealRun(await contentCipher(contentKey), layout, run), run)
  }

  async open({ contentKey, layout, run }: Task): Promise<Done | Refused> {
    try {
      return done(await openRun(await contentCipher(contentKey), layout, run), run)
    } catch (error) {
      if (error instanceof MessageAuthenticationError) return { refused: error.message }
      throw error
    }
  }

  /**
   * Goes on with a message, or begins it. Calls are worked on in the order in which they come.
   *
   * @returns the buffer that the bytes came in, to be used again
   */
  async hash({ id, hash, bytes }: HashTask): Promise<ArrayBuffer> {
    const begun = this.#digests.get(id) ?? newFastDigest(hash)
    this.#digests.set(id, begun)
    const digest = await begun
    digest.update(bytes)
    return transfer(bytes.buffer, [bytes.buffer])
  }

  /** Ends a message. */
  async digest(id: number): Promise<Bytes> {
    const digest = (await this.#digests.get(id)) as Digest
    this.#digests.delete(id)
    return digest.digest()
  }

  /** Gives up a message. */
  forget(id: number): void {
    this.#digests.delete(id)
  }
}

function done(pieces: readonly Bytes[], { bytes }: Run): Done {
  const spare = bytes.buffer
  return transfer({ pieces, spare }, [...pieces.map(({ buffer }) => buffer), spare])
}
