/**
 * Envelope encryption of a file: a data key from the vault for each file, the bulk work in a data worker, the wrapped
 * data key in the file's header.
 */
import type { KmsClient } from 'browser-kms'
import { chooseDestination, discardDestination } from './choose-destination.js'
import { sealedLength } from './chunks.js'
import type { Destination } from './destination.js'
import { FileCipherError } from './file-cipher-error.js'
import { type FileHeader, printHeader, readHeader } from './format.js'
import { runTask, type TaskOptions } from './run-task.js'

/** Ending of the names of encrypted files. */
export const FILE_ENDING = '.bkms'

/** What a finished task hands over. */
export interface FileResult {
  readonly name: string
  readonly destination: Destination
  /** The output, unless it is in a file the user picked. */
  readonly blob: Blob | undefined
}

/** Common to both directions. */
export interface FileTaskOptions extends TaskOptions {
  readonly askWhereToSave: boolean
}

/**
 * Encrypts a file under a KMS key.
 *
 * @throws the vault's `KmsError`s, {@link FileCipherError}, and `AbortError`
 */
export async function encryptFile(
  kms: KmsClient,
  keyId: string,
  file: File,
  options: FileTaskOptions,
): Promise<FileResult> {
  const encryptionContext = { file: file.name.toWellFormed() }
  const { KeyId, CiphertextBlob, Plaintext } = await kms.generateDataKey({
    KeyId: keyId,
    KeySpec: 'AES_256',
    EncryptionContext: encryptionContext,
  })
  const dataKey = await importDataKey(Plaintext, 'encrypt')
  const header = printHeader({
    plaintextLength: file.size,
    keyArn: KeyId,
    wrappedDataKey: CiphertextBlob,
    encryptionContext,
  })
  const name = file.name + FILE_ENDING
  const length = header.length + sealedLength(file.size)
  return writeTo(await chooseDestination(name, length, options.askWhereToSave), name, (destination) =>
    runTask({ task: 'seal', dataKey, header, source: file, destination }, options),
  )
}

/**
 * Decrypts a file that {@link encryptFile} made, and gives it its old name.
 *
 * @throws the vault's `KmsError`s, {@link FileCipherError}, and `AbortError`
 */
export async function decryptFile(kms: KmsClient, file: File, options: FileTaskOptions): Promise<FileResult> {
  const { header, bytes } = await readHeader(file)
  checkLength(header, file.size - bytes.length)
  const { Plaintext } = await kms.decrypt({
    KeyId: header.keyArn,
    CiphertextBlob: header.wrappedDataKey,
    EncryptionContext: { ...header.encryptionContext },
  })
  const dataKey = await importDataKey(Plaintext, 'decrypt')
  const name = originalName(header, file)
  const source = file.slice(bytes.length)
  return writeTo(await chooseDestination(name, header.plaintextLength, options.askWhereToSave), name, (destination) =>
    runTask({ task: 'open', dataKey, header: bytes, source, destination }, options),
  )
}

/** The name a decrypted file gets: the one in its encryption context, which the vault has authenticated. */
export function originalName(header: FileHeader, file: File): string {
  return header.encryptionContext.file ?? file.name.replace(/\.bkms$/, '')
}

/** Tells a cut or lengthened file before any work is done; the chunks' seals would find it at the end all the same. */
function checkLength(header: FileHeader, actual: number): void {
  const expected = sealedLength(header.plaintextLength)
  if (actual < expected)
    throw new FileCipherError('TruncatedFile', `The file is incomplete: ${expected - actual} bytes are missing.`)
  if (actual > expected)
    throw new FileCipherError('TrailingData', `The file has ${actual - expected} bytes that do not belong to it.`)
}

/** The data key as a non-extractable handle. Its bytes are wiped before anything else happens. */
async function importDataKey(bytes: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('raw', bytes as Uint8Array<ArrayBuffer>, 'AES-GCM', false, [use])
  } finally {
    bytes.fill(0)
  }
}

async function writeTo(
  destination: Destination,
  name: string,
  write: (destination: Destination) => Promise<Blob | undefined>,
): Promise<FileResult> {
  try {
    return { name, destination, blob: await write(destination) }
  } catch (error) {
    await discardDestination(destination)
    throw error
  }
}
