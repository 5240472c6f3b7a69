/** Envelope encryption of files, by the vault's own: a data key for each file, the bulk work in data workers. */
import type { Vault } from 'browser-kms'
import { buildClient, KmsKeyring, type TaskOptions } from 'browser-kms/envelope'
import { dataWorkers } from '../trusted-scripts.js'
import { ACCOUNT_ID, REGION } from '../vault/own-account.js'
import { chooseDestination } from './choose-destination.js'
import { counted } from './counted.js'
import { type Destination, discardDestination, openDestination } from './destination.js'
import { FILE_ENDING, originalName, readHeader } from './encrypted-file.js'

/** What a finished task hands over. */
export interface FileResult {
  readonly name: string
  /** Bytes of the output. */
  readonly length: number
  readonly destination: Destination
  /** The output, unless it is in a file the user picked. */
  readonly blob: Blob | undefined
}

/** Common to both directions. */
export interface FileTaskOptions extends Required<TaskOptions> {
  readonly askWhereToSave: boolean
}

/**
 * Encrypts a file under a KMS key.
 *
 * @throws the vault's `KmsError`s, and `AbortError`; nothing of the output is kept then
 */
export async function encryptFile(
  vault: Vault,
  keyId: string,
  file: File,
  { signal, onProgress, askWhereToSave }: FileTaskOptions,
): Promise<FileResult> {
  const encryption = vault.envelope(keyId).encryptStream({ file: file.name.toWellFormed() }, { signal, onProgress })
  return save(file.stream().pipeThrough(encryption), {
    name: file.name + FILE_ENDING,
    length: file.size,
    askWhereToSave,
    signal,
  })
}

/**
 * Decrypts a file with whichever key of the vault it names, and gives it its old name.
 *
 * @throws what `browser-kms/envelope` throws for files that were changed or whose key cannot be used, and `AbortError`;
 *   nothing of the output is kept then
 */
export async function decryptFile(
  vault: Vault,
  file: File,
  { signal, onProgress, askWhereToSave }: FileTaskOptions,
): Promise<FileResult> {
  const name = originalName(await readHeader(file), file)
  const ownKeys = new KmsKeyring({
    client: vault.kms,
    discovery: true,
    discoveryFilter: { partition: 'aws', accountIDs: [ACCOUNT_ID] },
    discoveryRegion: REGION,
  })
  const decryption = buildClient({ dataWorkers }).decryptStream(ownKeys, {
    signal,
    // The output is put in place only once all of it is verified.
    allowSigned: true,
  })
  // The size of what comes out is known at the end alone: progress is how much of the file has gone in.
  return save(file.stream().pipeThrough(counted(onProgress)).pipeThrough(decryption), {
    name,
    length: file.size,
    askWhereToSave,
    signal,
  })
}

interface SaveOptions extends Pick<FileTaskOptions, 'signal' | 'askWhereToSave'> {
  readonly name: string
  /** Bytes of the output, about. */
  readonly length: number
}

async function save(
  made: ReadableStream<Uint8Array>,
  { name, length, askWhereToSave, signal }: SaveOptions,
): Promise<FileResult> {
  let written = 0
  const output = made.pipeThrough(
    counted((total) => {
      written = total
    }),
  )
  let destination: Destination | undefined
  try {
    // A key that cannot be used, or a file that is none, fails here, before the user is asked where to save.
    const first = await firstPiece(output)
    destination = await chooseDestination(name, length, askWhereToSave)
    const { writable, result } = await openDestination(destination)
    if (first) await write(writable, first)
    await output.pipeTo(writable, { signal })
    const savedAs = destination.kind === 'picked' ? destination.handle.name : name
    return { name: savedAs, length: written, destination, blob: await result() }
  } catch (error) {
    // Ends the work that nobody waits for any more, if that is not what has failed.
    await output.cancel(error).catch(() => {})
    if (destination) await discardDestination(destination)
    throw error
  }
}

async function firstPiece(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const reader = stream.getReader()
  try {
    return (await reader.read()).value
  } finally {
    reader.releaseLock()
  }
}

async function write(writable: WritableStream<Uint8Array>, piece: Uint8Array): Promise<void> {
  const writer = writable.getWriter()
  try {
    await writer.write(piece)
  } finally {
    writer.releaseLock()
  }
}
