/**
 * Temporary files in the browser's private storage (OPFS). Each page has a folder of its own and holds a Web Lock of
 * the same name, so that the next visit can tell what a closed page left behind and remove it.
 */
const FOLDER = 'file-cipher'
const id = crypto.randomUUID()
let folder: Promise<FileSystemDirectoryHandle | undefined> | undefined

/** This page's folder, or undefined where the browser offers no private storage that a page can write to. */
export function temporaryFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  folder ??= open()
  return folder
}

async function open(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    // Older WebKits let nobody but workers write, and not by a stream.
    if (!('createWritable' in FileSystemFileHandle.prototype)) return undefined
    const root = await navigator.storage.getDirectory()
    await holdLock(lockName(id))
    const all = await root.getDirectoryHandle(FOLDER, { create: true })
    return await all.getDirectoryHandle(id, { create: true })
  } catch {
    // Private windows and some WebKit builds have no OPFS. Memory is used instead.
    return undefined
  }
}

/** Removes what pages that are closed by now left behind: output that was never downloaded, or was cut off. */
export async function removeLeftovers(): Promise<void> {
  const root = await navigator.storage.getDirectory()
  const all = await root.getDirectoryHandle(FOLDER, { create: true })
  for await (const name of all.keys())
    await navigator.locks.request(lockName(name), { ifAvailable: true }, async (lock) => {
      if (lock && name !== id) await all.removeEntry(name, { recursive: true })
    })
}

/** Resolves when the lock is held; it is let go when the page is closed. */
function holdLock(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        resolve()
        return new Promise<never>(() => {})
      })
      .catch(reject)
  })
}

function lockName(folderName: string): string {
  return `${FOLDER}/${folderName}`
}
