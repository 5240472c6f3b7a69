/** Where the output of a file task goes. A destination travels to the data worker, which does the writing. */
export type Destination =
  /** A file the user picked. The browser writes beside it and puts it in place only when all is written. */
  | { readonly kind: 'picked'; readonly handle: FileSystemFileHandle }
  /** A temporary file in the browser's private storage, to be downloaded from there. */
  | { readonly kind: 'private'; readonly folder: FileSystemDirectoryHandle; readonly name: string }
  /** Memory, where the browser offers neither (WebKit on some systems): the file must fit. */
  | { readonly kind: 'memory' }

/** An open destination. */
export interface Output {
  readonly writable: WritableStream<Uint8Array>
  /** What was written, after the stream was closed; a picked file needs no further step. */
  result(): Promise<Blob | undefined>
}

/**
 * Opens a destination for writing. When the stream is aborted, nothing of what was written remains.
 */
export async function openDestination(destination: Destination): Promise<Output> {
  switch (destination.kind) {
    case 'picked':
      return openPicked(destination.handle)
    case 'private':
      return openPrivate(destination.folder, destination.name)
    case 'memory':
      return openMemory()
  }
}

async function openPicked(handle: FileSystemFileHandle): Promise<Output> {
  const file = await handle.createWritable()
  const writable = new WritableStream<Uint8Array>({
    write: (bytes) => file.write(bytes as Uint8Array<ArrayBuffer>),
    close: () => file.close(),
    abort: () => file.abort(),
  })
  return { writable, result: async () => undefined }
}

/** Not in TypeScript's DOM library: only dedicated workers have it. */
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(length: number): void
  flush(): void
  close(): void
}

async function openPrivate(folder: FileSystemDirectoryHandle, name: string): Promise<Output> {
  const handle = await folder.getFileHandle(name, { create: true })
  const access = await (
    handle as FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> }
  ).createSyncAccessHandle()
  access.truncate(0)
  let length = 0
  const writable = new WritableStream<Uint8Array>({
    write(bytes) {
      const written = access.write(bytes, { at: length })
      if (written !== bytes.length) throw new DOMException('The storage is full.', 'QuotaExceededError')
      length += written
    },
    close() {
      access.flush()
      access.close()
    },
    async abort() {
      access.close()
      await folder.removeEntry(name)
    },
  })
  return { writable, result: () => handle.getFile() }
}

function openMemory(): Output {
  let parts: Blob[] = []
  const writable = new WritableStream<Uint8Array>({
    // A Blob per chunk lets a browser move it out of the page's memory.
    write: (bytes) => void parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>])),
    abort() {
      parts = []
    },
  })
  return { writable, result: async () => new Blob(parts) }
}
