/** What is told when the browser's storage fails: why, and what to do. The vault goes on by itself when it works again. */
import { KMSInternalException, KmsError } from '../../src/contract/errors.js'

const FULL =
  "The browser's storage for this site is full: nothing was changed. Free space on the disk, or delete other data of this site; the vault goes on by itself when there is room."

/** Sentences by the names of the errors of IndexedDB. All others are defects. */
const sentences: Readonly<Record<string, readonly [reason: 'storageFull' | 'storageFailed', sentence: string]>> = {
  QuotaExceededError: ['storageFull', FULL],
  UnknownError: [
    'storageFailed',
    "The browser could not read or write the vault's storage, most often because the disk is full. Free space on the disk; the vault goes on by itself when the storage works again.",
  ],
  AbortError: [
    'storageFailed',
    "The browser has broken off a change of the vault's storage, most often because the disk is full: nothing was changed. Free space on the disk; the vault goes on by itself when the storage works again.",
  ],
  InvalidStateError: [
    'storageFailed',
    "The browser has dropped the connection to the vault's storage, and does not open it again. Close other tabs of this site, or start the browser again.",
  ],
  NotReadableError: [
    'storageFailed',
    "A part of the vault's storage cannot be read: its file is damaged or gone. Keys that need it cannot be used; do not clear the site's data before you have looked for a copy of the browser's profile.",
  ],
}

/** The error that a caller gets for one of the storage's; others as they are. */
export function storageFailure(error: unknown): unknown {
  if (error instanceof KmsError || !(error instanceof DOMException)) return error
  const row = Object.hasOwn(sentences, error.name) ? sentences[error.name] : undefined
  return row ? new KMSInternalException(row[1], '', row[0]) : error
}
