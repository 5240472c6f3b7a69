import { MessageFormatError, type MessageHeader } from 'browser-kms/envelope'
import { FILE_ENDING, readHeader } from '../file-cipher/encrypted-file.js'

/** A file the user chose, and what the page can do with it. */
export type ChosenFile =
  | { readonly kind: 'plain'; readonly file: File }
  | { readonly kind: 'encrypted'; readonly file: File; readonly header: MessageHeader }
  /** It cannot be read, or its name says that it is encrypted and its header does not. */
  | { readonly kind: 'unreadable'; readonly file: File; readonly error: unknown }

/** Looks at the beginning of a file. */
export async function inspectFile(file: File): Promise<ChosenFile> {
  try {
    return { kind: 'encrypted', file, header: await readHeader(file) }
  } catch (error) {
    if (error instanceof MessageFormatError && !file.name.endsWith(FILE_ENDING)) return { kind: 'plain', file }
    return { kind: 'unreadable', file, error }
  }
}
