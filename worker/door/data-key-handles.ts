/** Data keys that leave the worker as handles only; see `HandleWish`. */
import type { Bytes } from '../../src/contract/bytes.js'
import { baseKeyOf, type HandleWish, hasHandles, messageKeys, type WishedHandle } from '../../src/contract/data-keys.js'
import { ValidationException } from '../../src/contract/errors.js'
import type { OperationInput } from '../../src/contract/shapes.js'
import { messageIdLength, type Suite, suiteOf } from '../../src/contract/suites.js'
import { unreadable } from './unreadable.js'

/** Keys beside the first one that a data key can be encrypted under. */
const MOST_KEYS = 32
/** Characters of what names a key. */
const LONGEST_KEY_ID = 2048

interface Wish {
  readonly suite: Suite
  readonly usage: HandleWish['usage']
  readonly messageId: Bytes | undefined
  readonly alsoUnder: readonly string[]
}

/**
 * Answers a GenerateDataKey or Decrypt, and turns the data key in the answer into a handle. Whatever else the wish takes,
 * such as an Encrypt for each further key, is a request of the same caller, authorised and audited like any other.
 *
 * @param run makes a request of the caller
 */
export async function answerWithHandle(
  run: (operation: unknown, input: unknown) => Promise<unknown>,
  operation: unknown,
  input: unknown,
  asked: unknown,
): Promise<{ readonly answer: unknown; readonly handle: WishedHandle }> {
  const { suite, usage, messageId, alsoUnder } = readWish(operation, asked)
  const { Plaintext: dataKey, ...answer } = (await run(operation, input)) as { readonly Plaintext: Bytes }
  try {
    if (dataKey.byteLength !== suite.keyLength)
      throw new ValidationException(`The data key must have ${suite.keyLength} bytes, as the algorithm suite asks.`)
    const { EncryptionContext, GrantTokens } = input as OperationInput<'GenerateDataKey'>
    const alsoEncrypted = []
    for (const KeyId of alsoUnder) {
      const request = { KeyId, Plaintext: dataKey, ...(EncryptionContext && { EncryptionContext }) }
      const encrypted = await run('Encrypt', { ...request, ...(GrantTokens && { GrantTokens }) })
      alsoEncrypted.push(encrypted as WishedHandle['alsoEncrypted'][number])
    }
    const handle =
      messageId === undefined && suite.kdf !== undefined
        ? await baseKeyOf(dataKey)
        : await messageKeys(suite, dataKey, messageId ?? new Uint8Array(0), usage)
    return { answer, handle: { dataKey: handle, alsoEncrypted } }
  } finally {
    dataKey.fill(0)
  }
}

function readWish(operation: unknown, asked: unknown): Wish {
  const { suiteId, usage, messageId, alsoUnder = [] } = (asked ?? {}) as Partial<Record<keyof HandleWish, unknown>>
  const suite = typeof suiteId === 'number' ? suiteOf(suiteId) : undefined
  if (!suite || !hasHandles(suite)) throw unreadable('there are no handles for this algorithm suite')
  if (operation !== 'GenerateDataKey' && operation !== 'Decrypt') throw unreadable('only data keys have handles')
  if (usage !== 'encrypt' && usage !== 'decrypt') throw unreadable('the usage of a handle is encrypt or decrypt')
  if (messageId !== undefined && !(messageId instanceof Uint8Array && messageId.byteLength === messageIdLength(suite)))
    throw unreadable('the id of a message has another length')
  if (!isListOfKeys(alsoUnder) || (alsoUnder.length > 0 && operation !== 'GenerateDataKey'))
    throw unreadable(`a new data key can be encrypted under ${MOST_KEYS} further keys`)
  return { suite, usage, messageId: messageId as Bytes | undefined, alsoUnder }
}

function isListOfKeys(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MOST_KEYS) return false
  return value.every((keyId) => typeof keyId === 'string' && keyId.length <= LONGEST_KEY_ID)
}
