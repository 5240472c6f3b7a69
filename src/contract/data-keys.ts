/**
 * Data keys of envelope encryption, and the keys that follow from them (KDF-1 to KDF-4). The HSM gives a data key as a
 * handle, so that its bytes never reach the page (BRW-1); whoever has the bytes derives the same keys from them.
 */
import { type Bytes, concatenate, encoder, u16 } from './bytes.js'
import type { Suite } from './suites.js'

/** Which way content goes. */
export type ContentUsage = 'encrypt' | 'decrypt'

/** A message's content key: a handle that cannot be read; bytes where there is no handle for them, of 24 (BRW-2). */
export type ContentKey = CryptoKey | Bytes

/** What follows from a data key for one message. */
export interface MessageKeys {
  readonly contentKey: ContentKey
  /** Of committing suites, 32 bytes. Not secret. */
  readonly commitKey?: Bytes
}

/** A data key for any number of messages, as a handle that keys can be derived from. */
export interface BaseKey {
  readonly baseKey: CryptoKey
}

/** A data key in place of its bytes. */
export type DataKeyHandle = MessageKeys | BaseKey

/**
 * A client's wish to get the data key of a GenerateDataKey or Decrypt as a handle. It is no part of the request: what is
 * checked, authorised and audited is the same as without it.
 */
export interface HandleWish {
  readonly suiteId: number
  readonly usage: ContentUsage
  /** Of the message that the handle is for; left out for a {@link BaseKey}. */
  readonly messageId?: Bytes
  /** KMS keys, in any form, that the new data key is encrypted under too, by an Encrypt for each. */
  readonly alsoUnder?: readonly string[]
}

/** What a client gets beside the answer to its request. */
export interface WishedHandle {
  readonly dataKey: DataKeyHandle
  readonly alsoEncrypted: readonly { readonly KeyId: string; readonly CiphertextBlob: Bytes }[]
}

/**
 * The method of a client that makes such requests. A registered symbol, because an application may hold two copies of
 * this module.
 */
export const withHandle = Symbol.for('browser-kms.withHandle')

/**
 * The member of a client that is aborted when its vault is locked: what works with a data key that was handed out as a handle
 * ends then.
 */
export const unlockedSignal = Symbol.for('browser-kms.unlocked')

/** Whether there can be handles: WebCrypto does not have AES-192 everywhere. */
export function hasHandles({ keyLength }: Suite): boolean {
  return keyLength !== 24
}

/** @param dataKey the caller wipes it */
export async function baseKeyOf(dataKey: Bytes): Promise<BaseKey> {
  return { baseKey: await crypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveKey', 'deriveBits']) }
}

/** @param dataKey bytes, which the caller wipes, or a handle */
export async function messageKeys(
  suite: Suite,
  dataKey: Bytes | DataKeyHandle,
  messageId: Bytes,
  usage: ContentUsage,
): Promise<MessageKeys> {
  if ('contentKey' in dataKey) return dataKey
  if (suite.kdf === undefined) return { contentKey: await contentKeyFrom(dataKey as Bytes, usage) }
  const { baseKey } = 'baseKey' in dataKey ? dataKey : await baseKeyOf(dataKey)
  const hkdf = (salt: Bytes, info: Bytes) => ({ name: 'HKDF', hash: suite.kdf as string, salt, info })
  if (!suite.commits) {
    const parameters = hkdf(new Uint8Array(0), concatenate([u16(suite.id), messageId]))
    return { contentKey: await derive(parameters, baseKey, suite, usage) }
  }
  const contentKey = await derive(
    hkdf(messageId, concatenate([u16(suite.id), encoder.encode('DERIVEKEY')])),
    baseKey,
    suite,
    usage,
  )
  const commitKey = await crypto.subtle.deriveBits(hkdf(messageId, encoder.encode('COMMITKEY')), baseKey, 256)
  return { contentKey, commitKey: new Uint8Array(commitKey) }
}

async function derive(
  parameters: HkdfParams,
  baseKey: CryptoKey,
  suite: Suite,
  usage: ContentUsage,
): Promise<ContentKey> {
  const length = 8 * suite.keyLength
  return hasHandles(suite)
    ? crypto.subtle.deriveKey(parameters, baseKey, { name: 'AES-GCM', length }, false, [usage])
    : new Uint8Array(await crypto.subtle.deriveBits(parameters, baseKey, length))
}

async function contentKeyFrom(dataKey: Bytes, usage: ContentUsage): Promise<ContentKey> {
  return dataKey.byteLength === 24
    ? dataKey.slice()
    : crypto.subtle.importKey('raw', dataKey, 'AES-GCM', false, [usage])
}
