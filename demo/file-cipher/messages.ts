import type { Destination } from './destination.js'

/** Page → data worker: one task in the worker's life. */
export interface TaskMessage {
  readonly task: 'seal' | 'open'
  /** Non-extractable; the bytes never reach this worker. */
  readonly dataKey: CryptoKey
  /** The header's bytes. */
  readonly header: Uint8Array<ArrayBuffer>
  /** The file to seal, or the sealed chunks to open. */
  readonly source: Blob
  readonly destination: Destination
}

/** Page → data worker: stop, and leave nothing behind. */
export interface CancelMessage {
  readonly task: 'cancel'
}

/** Data worker → page. */
export type Report =
  | { readonly kind: 'progress'; readonly bytesRead: number }
  | { readonly kind: 'done'; readonly result: Blob | undefined }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }
