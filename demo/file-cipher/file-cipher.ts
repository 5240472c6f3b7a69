/** Envelope encryption of files, by the vault's own: a data key for each file, the bulk work in data workers. */
import type { Vault } from 'browser-kms'
import { buildClient, KmsKeyring, type TaskOptions } from 'browser-kms/envelope'
import { dataWorkers } from '../trusted-scripts.js'
import { ACCOUNT_ID, REGION } from '../vault/own-account.js'
import { counted } from './counted.js'
import { FILE_ENDING, originalName, readHeader } from './encrypted-file.js'
import { type SavedFile, saveStream } from './save-stream.js'

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
): Promise<SavedFile> {
  const encryption = vault.envelope(keyId).encryptStream({ file: file.name.toWellFormed() }, { signal, onProgress })
  return saveStream(file.stream().pipeThrough(encryption), {
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
): Promise<SavedFile> {
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
  return saveStream(file.stream().pipeThrough(counted(onProgress)).pipeThrough(decryption), {
    name,
    length: file.size,
    askWhereToSave,
    signal,
  })
}
