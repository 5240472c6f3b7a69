/** The encryption context as bytes (MSG-3 to MSG-6). */
import { type Bytes, compareBytes, concatenate, encoder, u16 } from '../contract/bytes.js'
import { failingWith, mapOf, type Reader, text, unreadableValue } from '../contract/reader.js'
import { ByteReader, decodeText, NeedsMore, withLength } from './bytes.js'
import { EncryptionContextError, MessageFormatError } from './errors.js'

/** Pairs that are authenticated with a message and not secret. Has no prototype: any name can be a key. */
export type EncryptionContext = Readonly<Record<string, string>>

/** The pair that holds the key to verify a message's signature with; keys that begin so are reserved (MSG-16). */
export const PUBLIC_KEY = 'aws-crypto-public-key'
const RESERVED = 'aws-crypto-'

const LONGEST = 65_535

/**
 * Serialises pairs in the order of their keys' UTF-8 bytes; nothing at all for none.
 *
 * @throws {@link EncryptionContextError} if they are too many or too long
 */
export function serializeContext(context: EncryptionContext): Bytes {
  const pairs = Object.entries(context).map(([key, value]) => [encoder.encode(key), encoder.encode(value)] as const)
  if (pairs.length === 0) return new Uint8Array(0)
  if (pairs.length > LONGEST || pairs.some((pair) => pair.some(({ byteLength }) => byteLength > LONGEST)))
    throw tooLong()
  pairs.sort(([a], [b]) => compareBytes(a, b))
  const bytes = concatenate([u16(pairs.length), ...pairs.flatMap((pair) => pair.map(withLength))])
  if (bytes.byteLength > LONGEST) throw tooLong()
  return bytes
}

/**
 * Reads what {@link serializeContext} wrote; in any order, but whole, and no key twice.
 *
 * @throws {@link MessageFormatError}
 */
export function parseContext(bytes: Bytes): EncryptionContext {
  const context = emptyContext()
  if (bytes.byteLength === 0) return context
  const reader = new ByteReader(bytes)
  try {
    const count = reader.u16()
    if (count === 0) throw new MessageFormatError('The encryption context counts no pairs.')
    for (let index = 0; index < count; index++) {
      const [key, value] = [decodeText(reader.field()), decodeText(reader.field())]
      if (key === undefined || value === undefined) throw new MessageFormatError('The encryption context is no UTF-8.')
      if (Object.hasOwn(context, key)) throw new MessageFormatError('The encryption context has a key twice.')
      context[key] = value
    }
  } catch (error) {
    throw error instanceof NeedsMore ? new MessageFormatError('The encryption context is cut short.') : error
  }
  if (reader.left > 0) throw new MessageFormatError('The encryption context has bytes left over.')
  return context
}

export function emptyContext(): Record<string, string> {
  return Object.create(null) as Record<string, string>
}

/** A copy without a prototype, with more pairs. */
export function contextWith(...contexts: readonly (EncryptionContext | undefined)[]): Record<string, string> {
  return Object.assign(emptyContext(), ...contexts)
}

const asContextError = (message: string) => new EncryptionContextError(message)
/** Each pair takes four bytes beside its texts, and the format has 65,535 for all. */
const pairs = mapOf(text({ longest: LONGEST }), { most: Math.floor(LONGEST / 4), longestName: LONGEST })

/**
 * Reads pairs that a message is expected to have, as a plain object: what a `Map` or `Headers` holds would be no pair at
 * all, and nothing expected. The copy has no prototype.
 *
 * @throws through `read`: {@link EncryptionContextError}
 */
export const expectedPairs: Reader<EncryptionContext> = failingWith(asContextError, (value, path) => {
  const context = pairs(value, path)
  if (contextLength(context) > LONGEST)
    throw unreadableValue(path, `can have ${LONGEST} bytes, with four more for each pair`)
  return context
})

/**
 * Reads the encryption context of a new message, likewise.
 *
 * @throws through `read`: {@link EncryptionContextError}
 */
export const newContext: Reader<EncryptionContext> = failingWith(asContextError, (value, path) => {
  const context = expectedPairs(value, path)
  if (Object.keys(context).some(isReserved))
    throw unreadableValue(path, `has a key that begins with ${RESERVED}, which is reserved`)
  return context
})

/** Reads the key of a pair. */
export const contextKey: Reader<string> = failingWith(asContextError, (value, path) => {
  const key = text({ longest: LONGEST })(value, path)
  if (isReserved(key)) throw unreadableValue(path, `begins with ${RESERVED}, which is reserved`)
  return key
})

function isReserved(key: string): boolean {
  return key.startsWith(RESERVED)
}

/** Bytes of the serialised context. */
function contextLength(context: EncryptionContext): number {
  let length = 2
  for (const pair of Object.entries(context)) for (const part of pair) length += 2 + encoder.encode(part).byteLength
  return length
}

function tooLong(): EncryptionContextError {
  return new EncryptionContextError(`An encryption context can have ${LONGEST} bytes.`)
}
