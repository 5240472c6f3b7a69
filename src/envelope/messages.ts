/** Makes and opens whole messages, and begins those that come piece by piece. */
import { type Bytes, concatenate } from '../contract/bytes.js'
import { type Suite, suiteName, suiteOf } from '../contract/suites.js'
import { dataWorkersFor } from './data-workers/data-workers.js'
import { checkContext, contextWith, type EncryptionContext } from './encryption-context.js'
import { MessageLimitError } from './errors.js'
import type { MessageHeader } from './header.js'
import { type MaterialsSource, materialsManager, wipe } from './materials.js'
import { MessageDecryptor } from './message-decryptor.js'
import { MessageEncryptor } from './message-encryptor.js'
import type {
  ClientOptions,
  DecryptOptions,
  DecryptResult,
  DecryptStreamOptions,
  EncryptOptions,
  EncryptResult,
} from './options.js'
import type { Sink } from './piece-stream.js'
import { CommitmentPolicy, checkEncryptsWith } from './policies.js'

/** The SDK's default. Larger frames are faster. */
const DEFAULT_FRAME_LENGTH = 4096
/** A frame has to be held as a whole before it can be believed. */
const DEFAULT_MAX_FRAME_LENGTH = 16 * 1024 * 1024
const LONGEST_FRAME = 0xffffffff

export interface Messages {
  beginEncryption(source: MaterialsSource, options: EncryptOptions, sink: Sink): Promise<MessageEncryptor>
  beginDecryption(source: MaterialsSource, options: DecryptStreamOptions, sink: Sink): MessageDecryptor
  encrypt(source: MaterialsSource, plaintext: Uint8Array, options: EncryptOptions): Promise<EncryptResult>
  decrypt(source: MaterialsSource, message: Uint8Array, options: DecryptOptions): Promise<DecryptResult>
}

export function messagesOf({
  commitmentPolicy = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
  maxEncryptedDataKeys,
  dataWorkers,
}: ClientOptions): Messages {
  if (!Object.hasOwn(CommitmentPolicy, commitmentPolicy))
    throw new TypeError(`There is no commitment policy ${commitmentPolicy}.`)
  checkCount('maxEncryptedDataKeys', maxEncryptedDataKeys, 1)
  const workers = dataWorkersFor(dataWorkers)

  const beginEncryption: Messages['beginEncryption'] = async (source, encryptOptions, sink) => {
    const { encryptionContext = {}, suiteId, frameLength = DEFAULT_FRAME_LENGTH } = encryptOptions
    const { plaintextLength, onProgress } = encryptOptions
    checkContext(encryptionContext)
    checkFrameLength(frameLength)
    checkCount('plaintextLength', plaintextLength, 0)
    const suite = suiteId === undefined ? undefined : knownSuite(suiteId)
    if (suite) checkEncryptsWith(commitmentPolicy, suite)
    const materials = await materialsManager(source).encryptionMaterials({
      commitmentPolicy,
      encryptionContext: contextWith(encryptionContext),
      suite,
      plaintextLength,
    })
    const { length } = materials.encryptedDataKeys
    try {
      checkEncryptsWith(commitmentPolicy, materials.suite)
      if (maxEncryptedDataKeys !== undefined && length > maxEncryptedDataKeys)
        throw new MessageLimitError(
          `The keyrings made ${length} encrypted data keys; ${maxEncryptedDataKeys} are allowed.`,
        )
    } catch (error) {
      wipe(materials.dataKey)
      materials.signingKey?.fill(0)
      throw error
    }
    return MessageEncryptor.begin({ materials, frameLength, plaintextLength, workers, onProgress, ...sink })
  }

  const beginDecryption: Messages['beginDecryption'] = (source, decryptOptions, sink) => {
    const { encryptionContext, maxFrameLength = DEFAULT_MAX_FRAME_LENGTH, maxBodyLength, onProgress } = decryptOptions
    const { allowSigned = false, holdUntilVerified = false } = decryptOptions
    checkCount('maxFrameLength', maxFrameLength, 1)
    checkCount('maxBodyLength', maxBodyLength, 0)
    return new MessageDecryptor({
      manager: materialsManager(source),
      policy: commitmentPolicy,
      maxEncryptedDataKeys,
      maxFrameLength,
      maxBodyLength,
      forbidsSigned: !allowSigned && !holdUntilVerified,
      holdsSigned: holdUntilVerified,
      expectedContext: encryptionContext,
      workers,
      onProgress,
      ...sink,
    })
  }

  return {
    beginEncryption,
    beginDecryption,

    async encrypt(source, plaintext, encryptOptions) {
      const { signal } = encryptOptions
      signal?.throwIfAborted()
      const pieces: Bytes[] = []
      const withLength = { plaintextLength: plaintext.byteLength, ...encryptOptions }
      const encryptor = await beginEncryption(source, withLength, { emit: (piece) => pieces.push(piece) })
      try {
        for (const slice of slicesOf(plaintext)) {
          signal?.throwIfAborted()
          await encryptor.push(slice)
        }
        await encryptor.finish()
        signal?.throwIfAborted()
      } finally {
        encryptor.close()
      }
      return { result: concatenate(pieces), messageHeader: encryptor.header }
    },

    async decrypt(source, message, decryptOptions) {
      const { signal } = decryptOptions
      signal?.throwIfAborted()
      const pieces: Bytes[] = []
      // As a whole in memory anyway: what limits frames is the message itself.
      const whole = { maxFrameLength: LONGEST_FRAME, ...decryptOptions, allowSigned: true }
      const decryptor = beginDecryption(source, whole, { emit: (piece) => pieces.push(piece) })
      try {
        for (const slice of slicesOf(message)) {
          signal?.throwIfAborted()
          await decryptor.push(slice)
        }
        await decryptor.finish()
        signal?.throwIfAborted()
      } catch (error) {
        for (const piece of pieces) piece.fill(0)
        throw error
      } finally {
        decryptor.close()
      }
      const { header, encryptionContext } = decryptor
      const plaintext = concatenate(pieces)
      for (const piece of pieces) piece.fill(0)
      return {
        plaintext,
        messageHeader: header as MessageHeader,
        encryptionContext: encryptionContext as EncryptionContext,
      }
    },
  }
}

/** Bytes that are handed over at a time: a signal is heeded between them. */
const SLICE_LENGTH = 1_048_576

function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += SLICE_LENGTH)
    yield bytes.subarray(offset, offset + SLICE_LENGTH)
}

function knownSuite(id: number): Suite {
  const suite = suiteOf(id)
  if (!suite) throw new TypeError(`There is no algorithm suite ${suiteName(id)}.`)
  return suite
}

function checkFrameLength(frameLength: number): void {
  if (!(Number.isSafeInteger(frameLength) && frameLength > 0 && frameLength <= LONGEST_FRAME))
    throw new TypeError('frameLength must be a whole number of bytes, 1 to 2^32 - 1.')
}

function checkCount(name: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= least))
    throw new TypeError(`${name} must be a whole number, ${least} or more.`)
}
