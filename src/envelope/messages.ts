/** Makes and opens whole messages, and begins those that come piece by piece. What it is given has been read. */
import type { Bytes } from '../contract/bytes.js'
import { suiteOf } from '../contract/suites.js'
import { dataWorkersFor } from './data-workers/data-workers.js'
import { contextWith, type EncryptionContext } from './encryption-context.js'
import type { Ending } from './ending.js'
import { MessageLimitError } from './errors.js'
import type { MessageHeader } from './header.js'
import { checkRequested, type MaterialsSource, materialsManager, wipe } from './materials.js'
import { joined } from './memory.js'
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
import { checkEncryptsWith } from './policies.js'
import type { TakenBytes } from './taken-bytes.js'

/** The SDK's default. Larger frames are faster. */
const DEFAULT_FRAME_LENGTH = 4096
/** A frame has to be held as a whole before it can be believed. */
const DEFAULT_MAX_FRAME_LENGTH = 16 * 1024 * 1024
const LONGEST_FRAME = 0xffffffff
/** More than a message has readers, and few enough that all of them are tried in a moment. */
const DEFAULT_MAX_ENCRYPTED_DATA_KEYS = 100

/** Whoever begins work that has an end of its own looks after that. */
type Unending<Options> = Omit<Options, 'signal'>

export interface Messages {
  beginEncryption(source: MaterialsSource, options: Unending<EncryptOptions>, sink: Sink): Promise<MessageEncryptor>
  beginDecryption(source: MaterialsSource, options: Unending<DecryptStreamOptions>, sink: Sink): MessageDecryptor
  encrypt(
    source: MaterialsSource,
    plaintext: TakenBytes,
    options: Unending<EncryptOptions>,
    ending: Ending,
  ): Promise<EncryptResult>
  decrypt(
    source: MaterialsSource,
    message: TakenBytes,
    options: Unending<DecryptOptions>,
    ending: Ending,
  ): Promise<DecryptResult>
}

export function messagesOf({
  commitmentPolicy = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
  maxEncryptedDataKeys = DEFAULT_MAX_ENCRYPTED_DATA_KEYS,
  dataWorkers,
}: ClientOptions): Messages {
  const workers = dataWorkersFor(dataWorkers)

  const beginEncryption: Messages['beginEncryption'] = async (source, encryptOptions, sink) => {
    const { encryptionContext = {}, suiteId, frameLength = DEFAULT_FRAME_LENGTH } = encryptOptions
    const { plaintextLength, onProgress } = encryptOptions
    const suite = suiteId === undefined ? undefined : suiteOf(suiteId)
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
      checkRequested(materials, encryptionContext)
      if (length > maxEncryptedDataKeys)
        throw new MessageLimitError(
          `The keyrings made ${length} encrypted data keys; ${maxEncryptedDataKeys} are allowed. maxEncryptedDataKeys of buildClient says how many.`,
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

  const encryptAll = async (
    source: MaterialsSource,
    plaintext: TakenBytes,
    encryptOptions: Unending<EncryptOptions>,
    ending: Ending,
  ): Promise<EncryptResult> => {
    const pieces: Bytes[] = []
    let encryptor: MessageEncryptor | undefined
    try {
      ending.throwIfEnded()
      const withLength = { plaintextLength: plaintext.byteLength, ...encryptOptions }
      encryptor = await beginEncryption(source, withLength, { emit: (piece) => pieces.push(piece) })
      for (const slice of plaintext.slices()) {
        ending.throwIfEnded()
        await encryptor.push(slice)
      }
      await encryptor.finish()
      ending.throwIfEnded()
      return { result: joined(pieces), messageHeader: encryptor.header }
    } finally {
      encryptor?.close()
      plaintext.wipe()
    }
  }

  const decryptAll = async (
    source: MaterialsSource,
    message: TakenBytes,
    decryptOptions: Unending<DecryptOptions>,
    ending: Ending,
  ): Promise<DecryptResult> => {
    const pieces: Bytes[] = []
    // As a whole in memory anyway: what limits frames is the message itself.
    const whole = { maxFrameLength: LONGEST_FRAME, ...decryptOptions, allowSigned: true }
    const decryptor = beginDecryption(source, whole, { emit: (piece) => pieces.push(piece) })
    try {
      ending.throwIfEnded()
      for (const slice of message.slices()) {
        ending.throwIfEnded()
        await decryptor.push(slice)
      }
      await decryptor.finish()
      ending.throwIfEnded()
    } catch (error) {
      for (const piece of pieces) piece.fill(0)
      throw error
    } finally {
      decryptor.close()
      message.wipe()
    }
    const { header, encryptionContext } = decryptor
    return {
      plaintext: joined(pieces),
      messageHeader: header as MessageHeader,
      encryptionContext: encryptionContext as EncryptionContext,
    }
  }

  return {
    beginEncryption,
    beginDecryption,
    encrypt: (source, plaintext, encryptOptions, ending) =>
      ending.outlast(() => encryptAll(source, plaintext, encryptOptions, ending)),
    decrypt: (source, message, decryptOptions, ending) =>
      ending.outlast(() => decryptAll(source, message, decryptOptions, ending)),
  }
}
