import { type FileHeader, looksEncrypted, readHeader } from '../file-cipher/format.js'

/** A file the user chose, and what the page can do with it. */
export type ChosenFile =
  | { readonly kind: 'plain'; readonly file: File }
  | { readonly kind: 'encrypted'; readonly file: File; readonly header: FileHeader }
  /** It begins like an encrypted file, but its header cannot be read. */
  | { readonly kind: 'unreadable'; readonly file: File; readonly error: unknown }

/** Looks at the beginning of a file. */
export async function inspectFile(file: File): Promise<ChosenFile> {
  try {
    if (!(await looksEncrypted(file))) return { kind: 'plain', file }
    const { header } = await readHeader(file)
    return { kind: 'encrypted', file, header }
  } catch (error) {
    return { kind: 'unreadable', file, error }
  }
}
