import type { AnyBytes } from '../contract/bytes.js'
import { read, viewOf } from '../contract/reader.js'
import { NeedsMore } from './bytes.js'
import { type MessageHeader, readHeader } from './header.js'

/**
 * Reads the header of a message, to tell which keys it needs or what its encryption context says. **Nothing of it has been
 * authenticated**: whoever made or changed the message could write into it what they liked. Decrypting authenticates it.
 *
 * @param bytes the beginning of a message
 * @returns undefined if the header has not arrived as a whole
 * @throws MessageFormatError for what is no message, `ValidationException` for what is no bytes
 *
 * @example
 * ```ts
 * const header = readMessageHeader(new Uint8Array(await file.slice(0, 65_536).arrayBuffer()))
 * ```
 */
export function readMessageHeader(bytes: AnyBytes): MessageHeader | undefined {
  const beginning = read(viewOf, bytes, 'bytes')
  try {
    return readHeader(beginning).header
  } catch (error) {
    if (error instanceof NeedsMore) return undefined
    throw error
  }
}
