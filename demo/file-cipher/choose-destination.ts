import type { Destination } from './destination.js'
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
 * @param length bytes of the output, about
 * @throws `AbortError` when the user closes the dialog
 * @throws `QuotaExceededError`
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
    throw new DOMException('The browser does not give this page enough space for the file.', 'QuotaExceededError')
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
