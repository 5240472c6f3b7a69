/** What a worker is asked that has no vault: to restore one, which another worker opens. Loaded with the first call. */
import {
  type BackupProgress,
  type PreparedRestore,
  type RestoreReport,
  restoreCalls,
  restoreMessage,
} from '../../src/contract/backups.js'
import type { Bytes } from '../../src/contract/bytes.js'
import { KMSInvalidStateException, NotFoundException, ValidationException } from '../../src/contract/errors.js'
import { receivedFrom } from '../../src/contract/port-stream.js'
import { ALIVE_LOCK_PREFIX } from '../../src/contract/port-words.js'
import { read } from '../../src/contract/reader.js'
import { readProtectorsInHeader } from '../recovery/backup/recovery-facts.js'
import { restoreBackup } from '../recovery/backup/restore.js'
import { askHolder } from '../recovery/protectors/escrow-request.js'
import { passkeySalt } from '../recovery/protectors/passkey.js'
import { forgetPending, keepPending } from '../storage/pending-answers.js'

/**
 * Answers one call.
 *
 * @param message as it came; may be anything
 */
export function answerRestore(message: unknown, now: () => number): Promise<unknown> {
  const { call, input } = read(restoreMessage, message, 'recovery')
  if (call === 'prepareRestore') return prepare(input)
  if (call === 'restore') return restore(input, now)
  if (call === 'requestFromBackup') return request(input, now)
  if (call === 'forgetRequests') return forgetPending(read(restoreCalls.forgetRequests, input, call).vaultId)
  throw new KMSInvalidStateException('The vault has not been opened.')
}

async function prepare(input: unknown): Promise<PreparedRestore> {
  const { vaultId, protectors } = read(restoreCalls.prepareRestore, input, 'prepareRestore')
  const found = readProtectorsInHeader(protectors as readonly Readonly<Record<string, unknown>>[])
  const passkeys = found.flatMap((each) => (each.type === 'passkey' ? each.parameters : []))
  const aliveLock = `${ALIVE_LOCK_PREFIX}${crypto.randomUUID()}`
  // Until the page ends this worker.
  await new Promise<void>((resolve) => {
    void navigator.locks.request(aliveLock, () => {
      resolve()
      return new Promise<never>(() => {})
    })
  })
  return { passkeys: { salt: await passkeySalt(vaultId), passkeys }, aliveLock }
}

function restore(input: unknown, now: () => number): Promise<RestoreReport> {
  const { name, gesture, stream, progress } = read(restoreCalls.restore, input, 'restore')
  return restoreBackup({
    vaultName: name,
    gesture,
    chunks: receivedFrom(stream),
    now: now(),
    onProgress: (done: BackupProgress) => progress.postMessage(done),
  })
}

async function request(input: unknown, now: () => number): Promise<Bytes> {
  const given = read(restoreCalls.requestFromBackup, input, 'requestFromBackup')
  const { vaultId, protectorId } = given
  const protectors = readProtectorsInHeader(given.protectors as readonly Readonly<Record<string, unknown>>[])
  const protector = protectors.find(({ id }) => id === protectorId)
  if (!protector) throw new NotFoundException(`This backup has no protector ${protectorId}: readBackup lists them.`)
  const [wrap] = protector.wraps
  if (protector.type !== 'escrow' || !wrap)
    throw new ValidationException('Only the holder of an escrow key is asked: the others are with the person.')
  const { request: forHolder, pending } = await askHolder(protector, vaultId, wrap, now())
  await keepPending(vaultId, pending)
  return forHolder
}
