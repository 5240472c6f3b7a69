/** Where the output of a file task goes. */
export type Destination =
  /** A file the user picked. The browser writes beside it and puts it in place only when all is written. */
  | { readonly kind: 'picked'; readonly handle: FileSystemFileHandle }
  /** A temporary file in the browser's private storage, to be downloaded from there. */
  | { readonly kind: 'private'; readonly folder: FileSystemDirectoryHandle; readonly name: string }
  /** Memory, where the browser offers neither (WebKit on some systems): the file must fit. */
  | { readonly kind: 'memory' }

/** An open destination. */
interface Output {
  readonly writable: WritableStream<Uint8Array>
  /** What was written, after the stream was closed; a picked file needs no further step. */
  result(): Promise<Blob | undefined>
}

/** Opens a destination for writing. When the stream is aborted, what was written is not put in place. */
export async function openDestination(destination: Destination): Promise<Output> {
  switch (destination.kind) {
    case 'picked':
      return { writable: await writableTo(destination.handle), result: async () => undefined }
    case 'private': {
      const handle = await destination.folder.getFileHandle(destination.name, { create: true })
      return { writable: await writableTo(handle), result: () => handle.getFile() }
    }
    case 'memory':
      return openMemory()
  }
}

/** Removes a destination's file: an empty one after a failure, a temporary one that is no longer needed. */
export async function discardDestination(destination: Destination): Promise<void> {
  try {
    if (destination.kind === 'private') await destination.folder.removeEntry(destination.name)
    // A picked file that existed before keeps its content when the writing is aborted, and must stay.
    if (destination.kind === 'picked' && (await destination.handle.getFile()).size === 0)
      await (destination.handle as Removable).remove?.()
  } catch {
    // It was never made, or is gone already.
  }
}

/** Chromium can remove a file by its handle. */
type Removable = FileSystemFileHandle & { remove?(): Promise<void> }

async function writableTo(handle: FileSystemFileHandle): Promise<WritableStream<Uint8Array>> {
  // Its type asks for bytes that are not shared between threads; none are here.
  return (await handle.createWritable()) as WritableStream<Uint8Array>
}

function openMemory(): Output {
  let parts: Blob[] = []
  const writable = new WritableStream<Uint8Array>({
    // A Blob per piece lets a browser move it out of the page's memory.
    write: (bytes) => void parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>])),
    abort() {
      parts = []
    },
  })
  return { writable, result: async () => new Blob(parts) }
}
