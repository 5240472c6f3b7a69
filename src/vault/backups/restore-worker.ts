/** A worker that gets no vault: it reads backups, for as long as one piece of work takes. */
import { transfer } from 'comlink'
import { workerGone } from '../../client/channel.js'
import { releaseProxy, remoteOf } from '../../client/remote.js'
import type { BackupHeader } from '../../contract/backup-header.js'
import type { PreparedRestore, restoreCalls } from '../../contract/backups.js'
import { type ControlService, controlServiceMethods } from '../../contract/control.js'
import { KMSInvalidStateException } from '../../contract/errors.js'
import type { PasskeyQuestion } from '../../contract/protectors.js'
import type { VaultOptions } from '../options.js'
import { resultOf } from '../session.js'
import { endWorker, startWorker, unlessItFails } from '../start-worker.js'

/** What the work has of it. */
export interface RestoreWorker {
  /** Those of the backup. */
  readonly passkeys: PasskeyQuestion
  /** Rejects too when the worker is gone, or nobody waits any more. */
  ask(call: keyof typeof restoreCalls, input: unknown, ports?: MessagePort[]): Promise<unknown>
  /** Aborted when the work has ended, or is to end. */
  readonly ends: AbortSignal
}

export interface RestoreWorkerOptions {
  readonly worker?: VaultOptions['worker']
  readonly signal?: AbortSignal | undefined
}

/** Starts a worker, and ends it in any case when the work has come to its end. */
export async function withRestoreWorker<Result>(
  { vaultId, protectors }: BackupHeader,
  { worker: source, signal }: RestoreWorkerOptions,
  work: (worker: RestoreWorker) => Promise<Result>,
): Promise<Result> {
  // Since the beginning of the backup was read.
  signal?.throwIfAborted()
  const ending = new AbortController()
  const ends = signal ? AbortSignal.any([ending.signal, signal]) : ending.signal
  const starting = startWorker(source)
  const control = remoteOf<ControlService>(starting.worker, controlServiceMethods)
  const send = (call: keyof typeof restoreCalls, input: unknown, ports: MessagePort[] = []) =>
    control.recovery(transfer({ call, input }, ports)).then(resultOf)
  try {
    const prepared = await unlessItFails(starting, send('prepareRestore', { vaultId, protectors }), signal)
    const { passkeys, aliveLock } = prepared as PreparedRestore
    const ended = new Promise<never>((_, reject) => {
      ends.addEventListener('abort', () => reject(ends.reason))
      navigator.locks.request(aliveLock, { signal: ends }, () => reject(workerGone())).catch(() => {})
    })
    // Nobody may wait for anything just then.
    ended.catch(() => {})
    return await work({ passkeys, ends, ask: (...asked) => Promise.race([send(...asked), ended]) })
  } finally {
    ending.abort(new KMSInvalidStateException('The work with the backup has ended.'))
    control[releaseProxy]()
    endWorker(starting.worker)
  }
}
