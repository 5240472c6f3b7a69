/** Ciphertexts and messages of before a key was renewed, encrypted anew under its new material (REC-7). */
import type { KmsClient } from '../client/client.js'
import type { AnyBytes, Bytes } from '../contract/bytes.js'
import { type HandleWish, hasHandles, type MessageKeys, type WishedHandle, withHandle } from '../contract/data-keys.js'
import { ValidationException } from '../contract/errors.js'
import {
  abortSignal,
  bytes,
  eitherOf,
  handleOf,
  kindOf,
  mapOf,
  oneOf,
  optional,
  type Reader,
  read,
  structure,
  text,
} from '../contract/reader.js'
import { decodeText, NeedsMore } from '../envelope/bytes.js'
import { buildClient } from '../envelope/client.js'
import { PUBLIC_KEY } from '../envelope/encryption-context.js'
import { MessageFormatError } from '../envelope/errors.js'
import { type EncryptedDataKey, type ReadHeader, readHeader } from '../envelope/header.js'
import { hasFreshNonces, isSigned, renewHeader } from '../envelope/header-renewal.js'
import { keyArn, standsFor } from '../envelope/keyrings/key-arn.js'
import { KMS_PROVIDER } from '../envelope/keyrings/kms-data-keys.js'
import { KmsKeyring } from '../envelope/keyrings/kms-keyring.js'

/** What is to be encrypted anew: a ciphertext of KMS, or a message of the envelope. */
export type OldMessage =
  | AnyBytes
  | Blob
  | {
      readonly message: AnyBytes | Blob
      /** That a ciphertext was made with; a message of the envelope says its own. Default none. */
      readonly encryptionContext?: Readonly<Record<string, string>>
    }

/** Options of `vault.recovery.reEncrypt`. */
export interface ReEncryptOptions {
  /**
   * `renewed`: where the header of a message could only be made anew with a nonce that was used before, or the message is
   * signed, all of it is decrypted and encrypted anew; the bodies of other messages are left alone. `untouched`: bodies are
   * never touched. For messages of version 2 of the format (those of `vault.envelope` are) this has a price: whoever has
   * both the old and the new one can change *that message's* content without anybody noticing, though not read it. Good
   * where nobody else has had the old ones. Signed messages fail. Default `renewed`.
   */
  readonly bodies?: 'renewed' | 'untouched'
  /** Ends it after the message that it is at. */
  readonly signal?: AbortSignal
}

/** What has become of one message. */
export interface ReEncryptReport {
  /** Of the message, counted from 0. */
  readonly index: number
  /** What takes the place of the old one, of the same kind: bytes or a `Blob`. Absent if it failed. */
  readonly message?: Bytes | Blob
  /** False if it was encrypted under the current material already, or failed. */
  readonly changed: boolean
  readonly error?: Error
}

/** A key, and the clients that reach it. */
export interface ReEncryptedKey {
  readonly kms: KmsClient
  /** The client of another Region, for other keys of a message. */
  readonly clientOf: (region: string) => KmsClient
  /** Its ARN. */
  readonly arn: string
}

const context = mapOf(text({ longest: 8192 }), { most: 1000, longestName: 8192 })
const content = eitherOf<Blob, Bytes>(
  handleOf<Blob>('a Blob', (value) => value instanceof Blob),
  bytes(),
)
const withContext = structure({ message: content, encryptionContext: optional(context) })
const oldMessage: Reader<{ message: Blob | Bytes; encryptionContext?: Readonly<Record<string, string>> }> = (
  value,
  path,
) => (kindOf(value) === 'Object' ? withContext(value, path) : { message: content(value, path) })

export const reEncryptOptions = structure({
  bodies: optional(oneOf(['renewed', 'untouched'] as const)),
  signal: optional(abortSignal),
})

/** Bytes of a `Blob` that are read to find the header of a message; more if it is longer. */
const BEGINNING = 65_536
/** Data keys of a message that are looked at. */
const MOST_DATA_KEYS = 100
/** Bytes of a KMS ciphertext at most: 4 KiB of plaintext and what goes with it. */
const LONGEST_CIPHERTEXT = 8192

/** Encrypts messages anew, one after the other; what fails is told in its report, and the next one is taken up. */
export async function* reEncrypted(
  key: ReEncryptedKey,
  messages: Iterable<OldMessage> | AsyncIterable<OldMessage>,
  { bodies = 'renewed', signal }: ReEncryptOptions,
): AsyncGenerator<ReEncryptReport, void, undefined> {
  let index = 0
  for await (const given of messages) {
    signal?.throwIfAborted()
    try {
      const { message, encryptionContext = {} } = read(oldMessage, given, `messages[${index}]`)
      const found = await headerOf(message)
      const renewed = found
        ? await renewedMessage(key, message, found, bodies)
        : await renewedCiphertext(key, await bytesFrom(message), encryptionContext)
      yield { index, changed: renewed !== undefined, message: renewed ?? message }
    } catch (error) {
      yield { index, changed: false, error: error as Error }
    }
    index += 1
  }
}

/** @returns undefined if it was made with the current material */
async function renewedCiphertext(
  { kms, arn }: ReEncryptedKey,
  CiphertextBlob: Bytes,
  context: Readonly<Record<string, string>>,
): Promise<Bytes | undefined> {
  const EncryptionContext = { ...context }
  const answer = await kms.reEncrypt({
    CiphertextBlob,
    SourceKeyId: arn,
    SourceEncryptionContext: EncryptionContext,
    DestinationKeyId: arn,
    DestinationEncryptionContext: EncryptionContext,
  })
  const isCurrent = answer.SourceKeyMaterialId === answer.DestinationKeyMaterialId
  return isCurrent ? undefined : (answer.CiphertextBlob as Bytes)
}

/** @returns undefined if all data keys of this key were encrypted under its current material */
async function renewedMessage(
  key: ReEncryptedKey,
  message: Blob | Bytes,
  found: ReadHeader,
  bodies: NonNullable<ReEncryptOptions['bodies']>,
): Promise<Blob | Bytes | undefined> {
  const { encryptedDataKeys, encryptionContext } = found.header
  const isOurs = (each: EncryptedDataKey) => isOf(key.arn, each)
  const ours = encryptedDataKeys.filter(isOurs)
  if (ours.length === 0)
    throw new ValidationException(`The message has no data key that was encrypted under ${key.arn}.`)
  let isOld = false
  const renewed: EncryptedDataKey[] = []
  for (const each of encryptedDataKeys) {
    const fresh = isOurs(each) ? await renewedCiphertext(key, each.encryptedDataKey, encryptionContext) : undefined
    if (fresh) isOld = true
    renewed.push(fresh ? { ...each, encryptedDataKey: fresh } : each)
  }
  if (!isOld) return undefined
  const isSafe = hasFreshNonces(found) && !isSigned(found) && hasHandles(found.suite)
  if (bodies === 'renewed' && !isSafe) return encryptedAnew(key, message, found)
  if (isSigned(found) || !hasHandles(found.suite))
    throw new ValidationException(
      `A message of this algorithm suite (${found.suite.id}) cannot get other data keys with its body untouched: ${isSigned(found) ? 'it is signed' : 'its data key has no handle'}.`,
    )
  const keys = await messageKeysFrom(key, found, ours[0] as EncryptedDataKey)
  const head = await renewHeader(found, renewed, keys)
  const behind = found.bytes.byteLength
  if (message instanceof Blob) return new Blob([head, message.slice(behind)], { type: message.type })
  const whole = new Uint8Array(head.byteLength + message.byteLength - behind)
  whole.set(head)
  whole.set(message.subarray(behind), head.byteLength)
  return whole
}

/** The keys of a message as handles: the data key stays in the worker. */
async function messageKeysFrom(
  { kms, arn }: ReEncryptedKey,
  { header: { suiteId, messageId, encryptionContext } }: ReadHeader,
  { encryptedDataKey }: EncryptedDataKey,
): Promise<MessageKeys & { readonly contentKey: CryptoKey }> {
  const vault = kms as unknown as {
    [withHandle](operation: 'Decrypt', input: object, wish: HandleWish): Promise<WishedHandle>
  }
  const input = { KeyId: arn, CiphertextBlob: encryptedDataKey, EncryptionContext: { ...encryptionContext } }
  const { dataKey } = await vault[withHandle]('Decrypt', input, { suiteId, messageId, usage: 'encrypt' })
  // A handle for one message, because it was asked for with that message's id.
  return dataKey as MessageKeys & { readonly contentKey: CryptoKey }
}

/** Decrypted and encrypted for the same keys, with the same suite and frames. */
async function encryptedAnew(key: ReEncryptedKey, message: Blob | Bytes, { header, suite }: ReadHeader) {
  const others = header.encryptedDataKeys.filter((each) => !isOf(key.arn, each))
  const keyIds = others.map(({ providerId, providerInfo }) => {
    if (providerId === KMS_PROVIDER) return decodeText(providerInfo) ?? ''
    throw new ValidationException(
      `The message is also for keys that are none of this vault (${providerId}): encrypted anew, it would be lost to whoever has them.`,
    )
  })
  const { encrypt, encryptStream, decrypt, decryptStream } = buildClient({
    commitmentPolicy: suite.commits ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    maxEncryptedDataKeys: MOST_DATA_KEYS,
  })
  const client = (region: string) => (region === keyArn(key.arn)?.region ? key.kms : key.clientOf(region))
  const keyring = new KmsKeyring({ client, generatorKeyId: key.arn, keyIds })
  const { [PUBLIC_KEY]: _, ...encryptionContext } = header.encryptionContext
  const options = {
    encryptionContext,
    suiteId: header.suiteId as NonNullable<NonNullable<Parameters<typeof encrypt>[2]>['suiteId']>,
    ...(header.frameLength > 0 && { frameLength: header.frameLength }),
  }
  if (message instanceof Blob) {
    const stream = message
      .stream()
      .pipeThrough<Bytes>(decryptStream(keyring, { holdUntilVerified: true, maxFrameLength: 0xffffffff }))
      .pipeThrough<Bytes>(encryptStream(keyring, options))
    const blob = await new Response(stream).blob()
    return new Blob([blob], { type: message.type })
  }
  const { plaintext } = await decrypt(keyring, message)
  try {
    return (await encrypt(keyring, plaintext, options)).result
  } finally {
    plaintext.fill(0)
  }
}

function isOf(arn: string, { providerId, providerInfo }: EncryptedDataKey): boolean {
  const own = keyArn(arn)
  const named = keyArn(decodeText(providerInfo) ?? '')
  return providerId === KMS_PROVIDER && own !== undefined && named !== undefined && standsFor(own, named)
}

/** @returns undefined for what is no message of the envelope: a ciphertext of KMS, as far as can be told */
async function headerOf(message: Blob | Bytes): Promise<ReadHeader | undefined> {
  for (let length = BEGINNING; ; length *= 4) {
    const isAll = message instanceof Blob ? length >= message.size : true
    const beginning = message instanceof Blob ? new Uint8Array(await message.slice(0, length).arrayBuffer()) : message
    try {
      return readHeader(beginning, { maxEncryptedDataKeys: MOST_DATA_KEYS })
    } catch (error) {
      if (error instanceof NeedsMore && !isAll) continue
      if (error instanceof NeedsMore || error instanceof MessageFormatError) return undefined
      throw error
    }
  }
}

async function bytesFrom(message: Blob | Bytes): Promise<Bytes> {
  if (!(message instanceof Blob)) return message
  if (message.size > LONGEST_CIPHERTEXT)
    throw new ValidationException('This is neither a message of the envelope nor a ciphertext of KMS.')
  return new Uint8Array(await message.arrayBuffer())
}
