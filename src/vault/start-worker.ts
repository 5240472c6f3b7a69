/** Starts the worker that is to be the HSM, and tells why one does not start. */
import { KMSInternalException } from '../contract/errors.js'
import { isWorker, type VaultOptions } from './options.js'

/** Milliseconds that a worker has to answer before it is taken for a file that is no HSM. */
const START_TIMEOUT = 30_000

/** @throws {@link KMSInternalException} if the browser refuses to */
export function startWorker(worker: VaultOptions['worker']): Worker {
  if (isWorker(worker)) return worker
  try {
    if (worker !== undefined) return new Worker(worker as string | URL, { type: 'module' })
    return new Worker(new URL('../../worker/entry.ts', import.meta.url), { type: 'module' })
  } catch (error) {
    throw new KMSInternalException(
      `The worker of the vault could not be started: ${(error as Error).message} (Under Trusted Types, pass openVault a Worker or a TrustedScriptURL.)`,
    )
  }
}

/** Rejects when a worker turns out not to start, or nobody waits for it any more. */
export function failureOf(worker: Worker, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    worker.addEventListener(
      'error',
      ({ message }) =>
        reject(
          new KMSInternalException(`The worker of the vault could not be started${message ? `: ${message}` : ''}.`),
        ),
      { once: true },
    )
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    setTimeout(
      () => reject(new KMSInternalException('The worker does not answer. Does its file call serveVault()?')),
      START_TIMEOUT,
    )
  })
}
