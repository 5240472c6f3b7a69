/**
 * A message's header with other encrypted data keys, over the same body: nothing of the body is read or changed.
 *
 * The header's tag authenticates the data keys, so that it is made anew, under the message's content key. In messages of
 * version 1 it has a nonce of its own, and gets a fresh one. In those of version 2 the format knows no nonce but zero: two
 * tags with one nonce tell, whoever has both, GCM's authentication key, and with that the frames of *this* message can be
 * changed so that nobody notices (NIST SP 800-38D, appendix A; Joux's forbidden attack). What is encrypted stays secret.
 */
import { type Bytes, concatenate, equalInConstantTime, u16 } from '../contract/bytes.js'
import type { MessageKeys } from '../contract/data-keys.js'
import { KeyCommitmentError, MessageAuthenticationError } from './errors.js'
import { type EncryptedDataKey, IV_LENGTH, type ReadHeader, writeDataKey } from './header.js'

const NOTHING = new Uint8Array(0)

/** Whether the header can be made anew without a nonce being used twice. */
export function hasFreshNonces({ suite }: ReadHeader): boolean {
  return suite.version === 1
}

/** Whether a signature at the end stands for the header too: then it cannot be changed. */
export function isSigned({ suite }: ReadHeader): boolean {
  return suite.curve !== undefined
}

/**
 * The header with its authentication.
 *
 * @param keys of the message; the content key encrypts
 * @throws {@link KeyCommitmentError}, {@link MessageAuthenticationError} if the header is not what was made with these keys
 */
export async function renewHeader(
  read: ReadHeader,
  encryptedDataKeys: readonly EncryptedDataKey[],
  { contentKey, commitKey }: MessageKeys & { readonly contentKey: CryptoKey },
): Promise<Bytes> {
  if (read.header.commitKey && !(commitKey && equalInConstantTime(commitKey, read.header.commitKey)))
    throw new KeyCommitmentError('The message does not commit to the data key that was decrypted.')
  const tagOf = async (iv: Bytes, additionalData: Bytes) =>
    new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, contentKey, NOTHING))
  if (!equalInConstantTime(await tagOf(read.iv, read.body), read.tag))
    throw new MessageAuthenticationError('The header was changed.')
  const body = withDataKeys(read, encryptedDataKeys)
  if (!hasFreshNonces(read)) return concatenate([body, await tagOf(read.iv, body)])
  const iv = freshIv()
  return concatenate([body, iv, await tagOf(iv, body)])
}

/** What stands before and behind the data keys stays, byte for byte. */
function withDataKeys({ body, header, suite }: ReadHeader, encryptedDataKeys: readonly EncryptedDataKey[]): Bytes {
  const behind = 1 + (suite.version === 1 ? 5 : 0) + 4 + (header.commitKey?.byteLength ?? 0)
  const end = body.byteLength - behind
  const old = concatenate(header.encryptedDataKeys.flatMap(writeDataKey))
  const start = end - old.byteLength - 2
  return concatenate([
    body.subarray(0, start),
    u16(encryptedDataKeys.length),
    ...encryptedDataKeys.flatMap(writeDataKey),
    body.subarray(end),
  ])
}

/** Frames have their number for a nonce, which begins with zeros; the header's was zero. */
function freshIv(): Bytes {
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH))
  iv[0] = (iv[0] as number) | 0x80
  return iv
}
