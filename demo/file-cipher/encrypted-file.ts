/** Encrypted files: messages of the AWS Encryption SDK, under names of this page's own. */
import { MessageFormatError, type MessageHeader, readMessageHeader } from 'browser-kms/envelope'

/** Ending of the names of encrypted files. */
export const FILE_ENDING = '.bkms'

/** Endings that an encrypted file may have: the page's own, and that of the AWS Encryption CLI. */
const KNOWN_ENDINGS = /\.(bkms|encrypted)$/i
const USUAL_HEADER_LENGTH = 4096
/** More than a few data keys and a long encryption context take; decrypting itself knows no such limit. */
const MAX_HEADER_LENGTH = 1_048_576
const MAX_NAME_LENGTH = 200

/**
 * Reads the header of an encrypted file. Nothing of it is authenticated before the file is decrypted.
 *
 * @throws `MessageFormatError` for a file of another kind, or one that ends within its header
 */
export async function readHeader(file: Blob): Promise<MessageHeader> {
  for (let length = USUAL_HEADER_LENGTH; length <= MAX_HEADER_LENGTH; length *= 16) {
    const header = readMessageHeader(new Uint8Array(await file.slice(0, length).arrayBuffer()))
    if (header) return header
    if (length >= file.size) throw new MessageFormatError('The message is cut short.', 'cutShort')
  }
  throw new MessageFormatError('The header of the message is longer than this page reads.')
}

/** ARNs of the KMS keys each of which can open a file. */
export function keyArnsOf({ encryptedDataKeys }: MessageHeader): readonly string[] {
  return encryptedDataKeys
    .filter(({ providerId }) => providerId === 'aws-kms')
    .map(({ providerInfo }) => new TextDecoder().decode(providerInfo))
}

/**
 * The name a decrypted file gets: the one it had before, as its encryption context tells, or else that of the encrypted
 * file. Whoever has made a file may have written any name into it: what could lead elsewhere or deceive is left out.
 */
export function originalName({ encryptionContext }: MessageHeader, { name }: File): string {
  const withoutEnding = name.replace(KNOWN_ENDINGS, '')
  return harmless(encryptionContext.file ?? '') || (withoutEnding === name ? `${name}.decrypted` : withoutEnding)
}

/** A file name without folders, control characters, and characters that turn the direction of reading. */
function harmless(name: string): string {
  return name
    .replace(/[/\\]/g, '_')
    .replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[.\s]+$/, '')
    .trimStart()
    .slice(-MAX_NAME_LENGTH)
    .toWellFormed()
}
