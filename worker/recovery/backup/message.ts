/** A backup as the message that it is: records in, chunks of bytes out, and back. Who made it is for proof.ts to say. */

import { base64 } from '@scure/base'
import { BACKUP_SUITE, headerPairs, SIGNATURE } from '../../../src/contract/backup-header.js'
import { type Bytes, concatenate, encoder, lengthOf } from '../../../src/contract/bytes.js'
import { KMSInvalidStateException } from '../../../src/contract/errors.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { type Suite, suiteOf } from '../../../src/contract/suites.js'
import { NeedsMore } from '../../../src/envelope/bytes.js'
import type { EncryptionContext } from '../../../src/envelope/encryption-context.js'
import * as envelopeErrors from '../../../src/envelope/errors.js'
import { type MessageHeader, readHeader } from '../../../src/envelope/header.js'
import type { MaterialsManager } from '../../../src/envelope/materials.js'
import { MessageDecryptor } from '../../../src/envelope/message-decryptor.js'
import { MessageEncryptor } from '../../../src/envelope/message-encryptor.js'
import { randomSecret } from '../../material/secret-bytes.js'
import { FRAME_LENGTH, type RecoveryPublicKey, sealDataKey, signHeader } from './proof.js'
import { decodeRecords, encodeRecord } from './record-codec.js'
import type { BackupRecord } from './records.js'

/** Bytes of records that are gathered before they are encrypted: a few frames at a time. */
const GATHERED = 4 * FRAME_LENGTH
const DATA_KEY_LENGTH = 32
const MOST_DATA_KEYS = 1
/** Bytes that a header can have: a context, and one encrypted data key of three fields, each of 65,535 at most. */
const LONGEST_HEADER = 4 * 65_600

/** Bytes of a context, by the format; and of its signature, with its name and lengths. */
const LONGEST_CONTEXT = 65_535
const SIGNATURE_ROOM = 2 + SIGNATURE.length + 2 + 88

const suite = suiteOf(BACKUP_SUITE) as Suite

/** What a backup is made with. */
export interface BackupSeal {
  readonly header: Parameters<typeof headerPairs>[0]
  readonly pair: RecoveryPublicKey
  /** Ed25519, not extractable. */
  readonly signingKey: CryptoKey
}

/**
 * Makes a backup of records.
 *
 * @throws KMSInvalidStateException if what is said in clear is too long for a header
 */
export async function* sealBackup(
  { header, pair, signingKey }: BackupSeal,
  records: AsyncIterable<BackupRecord>,
): AsyncGenerator<Bytes, void> {
  const pairs = headerPairs(header)
  checkFits(pairs)
  const dataKey = randomSecret(DATA_KEY_LENGTH)
  const pieces: Bytes[] = []
  let encryptor: MessageEncryptor | undefined
  try {
    const encryptedDataKey = await sealDataKey(pair, pairs, dataKey)
    const signature = await signHeader(signingKey, pairs, encryptedDataKey)
    const encryptionContext = { ...pairs, [SIGNATURE]: base64.encode(signature) }
    encryptor = await MessageEncryptor.begin({
      materials: {
        suite,
        encryptionContext,
        requiredContextKeys: [],
        dataKey,
        encryptedDataKeys: [encryptedDataKey],
      },
      frameLength: FRAME_LENGTH,
      emit: (piece) => pieces.push(piece),
    })
    for await (const encoded of gathered(records)) {
      await encryptor.push(encoded)
      if (pieces.length > 0) yield joined(pieces)
    }
    await encryptor.finish()
    yield joined(pieces)
  } finally {
    dataKey.fill(0)
    encryptor?.close()
  }
}

function checkFits(pairs: EncryptionContext): void {
  const room = LONGEST_CONTEXT - serializedLength(pairs)
  if (room >= SIGNATURE_ROOM) return
  throw new KMSInvalidStateException(
    `What a backup says about itself in clear is ${SIGNATURE_ROOM - room} bytes too long: remove protectors, or give them shorter labels.`,
  )
}

function serializedLength(pairs: EncryptionContext): number {
  const texts = Object.entries(pairs).flat()
  return texts.reduce((sum, text) => sum + 2 + encoder.encode(text).byteLength, 2)
}

/** Records as bytes, some of them together. */
async function* gathered(records: AsyncIterable<BackupRecord>): AsyncGenerator<Bytes, void> {
  let parts: Bytes[] = []
  let length = 0
  for await (const record of records) {
    const part = encodeRecord(record)
    parts.push(part)
    length += part.byteLength
    if (length < GATHERED) continue
    yield concatenate(parts)
    parts = []
    length = 0
  }
  if (length > 0) yield concatenate(parts)
}

/** In a buffer of its own, which can change hands. */
function joined(pieces: Bytes[]): Bytes {
  return concatenate(pieces.splice(0))
}

/** The beginning of a backup, and all of it. */
export interface BegunBackup {
  /** As received: nothing of it is proved. */
  readonly message: MessageHeader
  /** All chunks, those that the header was in among them. To be read once. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * Reads the header of a backup.
 *
 * @throws BackupFormatException for what is none, is cut short, or has a header longer than any can be
 */
export async function beginBackup(source: AsyncIterable<Uint8Array>): Promise<BegunBackup> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    const parts: Uint8Array[] = []
    for (;;) {
      const { done, value } = await iterator.next()
      if (done) throw new BackupFormatException('This file is no backup, or was cut short: it ends within the header.')
      parts.push(value)
      const beginning = concatenate(parts)
      const message = headerIn(beginning)
      if (message) return { message, chunks: resumed(beginning, iterator) }
      if (beginning.byteLength > LONGEST_HEADER)
        throw new BackupFormatException('This file is no backup: its header is longer than any can be.')
      parts.splice(0, parts.length, beginning)
    }
  } catch (error) {
    await iterator.return?.()
    throw asFormatError(error)
  }
}

/** @returns undefined if it has not arrived as a whole */
function headerIn(beginning: Uint8Array): MessageHeader | undefined {
  try {
    return readHeader(beginning, { maxEncryptedDataKeys: MOST_DATA_KEYS }).header
  } catch (error) {
    if (error instanceof NeedsMore) return undefined
    throw error
  }
}

async function* resumed(beginning: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield beginning
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/**
 * Opens the records of a backup. Each has been authenticated when it comes; that it was the last one, only the end of all
 * says.
 *
 * @param dataKey stays the caller's
 * @throws BackupFormatException if anything was changed, or is missing
 */
export async function* openBackup({ chunks }: BegunBackup, dataKey: Bytes): AsyncGenerator<BackupRecord, void> {
  try {
    yield* decodeRecords(opened(chunks, dataKey))
  } catch (error) {
    throw asFormatError(error)
  }
}

async function* opened(chunks: AsyncIterable<Uint8Array>, dataKey: Bytes): AsyncGenerator<Bytes, void> {
  const pieces: Bytes[] = []
  const decryptor = new MessageDecryptor({
    manager: managerOf(dataKey),
    policy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
    maxEncryptedDataKeys: MOST_DATA_KEYS,
    maxFrameLength: FRAME_LENGTH,
    forbidsSigned: true,
    holdsSigned: false,
    emit: (piece) => pieces.push(piece),
  })
  try {
    for await (const chunk of chunks) {
      await decryptor.push(chunk)
      if (lengthOf(pieces) > 0) yield* pieces.splice(0)
    }
    await decryptor.finish()
    yield* pieces.splice(0)
  } finally {
    decryptor.close()
  }
}

/** Gives the data key, which was opened before. */
function managerOf(dataKey: Bytes): MaterialsManager {
  return {
    encryptionMaterials: () => Promise.reject(new TypeError('it is for reading only')),
    decryptionMaterials: async ({ suite, encryptionContext }) => ({
      suite,
      encryptionContext,
      requiredContextKeys: [],
      dataKey: dataKey.slice(),
    }),
  }
}

const sentences: readonly (readonly [new (...given: never[]) => Error, string])[] = [
  [envelopeErrors.MessageFormatError, 'This backup is damaged or was cut short'],
  [envelopeErrors.MessageLimitError, 'This backup is larger than it can be'],
  [envelopeErrors.MessageAuthenticationError, 'This backup was altered or damaged'],
  [envelopeErrors.KeyCommitmentError, 'This backup was altered or damaged'],
  [envelopeErrors.CommitmentPolicyError, 'This file is no backup of a vault'],
  [envelopeErrors.SignaturePolicyError, 'This file is no backup of a vault'],
  [envelopeErrors.EncryptionContextError, 'This backup is damaged'],
]

/** What the envelope says of a message, as what it means for a backup. */
function asFormatError(error: unknown): unknown {
  const sentence = sentences.find(([type]) => error instanceof type)?.[1]
  return sentence ? new BackupFormatException(`${sentence}: ${(error as Error).message}`) : error
}
