import type { Destination } from './destination.js'
import { FileCipherError } from './file-cipher-error.js'
import { temporaryFolder } from './temporary-files.js'

type SavePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>

/** The browser's "save as" dialog, where it has one (Chromium). */
function savePicker(): SavePicker | undefined {
  return (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker
}

/** Whether this browser can ask the user where to save. */
export function canAskWhereToSave(): boolean {
  return savePicker() !== undefined
}

/**
 * The best place this browser has for the output: a file the user picks, else private storage, else memory. Must be
 * called soon after a click, or the browser refuses to open its dialog.
 *
 * @throws `AbortError` when the user closes the dialog
 * @throws {@link FileCipherError} `NotEnoughSpace`
 */
export async function chooseDestination(name: string, length: number, askWhereToSave: boolean): Promise<Destination> {
  if (askWhereToSave) {
    const handle = await pick(name)
    if (handle) return { kind: 'picked', handle }
  }
  const folder = await temporaryFolder()
  if (!folder) return { kind: 'memory' }
  const { quota, usage } = await navigator.storage.estimate()
  if (quota !== undefined && usage !== undefined && quota - usage < length)
    throw new FileCipherError('NotEnoughSpace', 'The browser does not give this page enough space for the file.')
  return { kind: 'private', folder, name: crypto.randomUUID() }
}

async function pick(suggestedName: string): Promise<FileSystemFileHandle | undefined> {
  try {
    return await savePicker()?.call(window, { suggestedName })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    return undefined
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
    // Already gone: the data worker removes what it wrote when a task fails.
  }
}

/** Chromium can remove a file by its handle. */
type Removable = FileSystemFileHandle & { remove?(): Promise<void> }
