/** What the tests need in the page beside the package. */
export { askPasskey, makePasskey } from '../../../src/vault/passkey.js'
export { ask, besiege } from './attacks.js'
export { type KeptPage, keepBackups, privateFile } from './backups.js'
export { answersOfVault, failuresIn, fillVault, regions, trailOf } from './full-vault.js'
export { mutateAtRandom } from './mutations.js'
export { beginWork, lookAfterwards, lookAtRestored, prepareWork, restoreAgain } from './recovery-work.js'
export { storedState } from './stored-state.js'

let last: Worker | undefined

function start(worker: Worker): Worker {
  last = worker
  return worker
}

/** The worker that was started last. */
export function lastWorker(): Worker {
  if (!last) throw new Error('no worker has been started')
  return last
}

/** The workers of the tests, by the names of their files. */
export const startWorker = {
  plain: () => start(new Worker(new URL('./workers/plain.ts', import.meta.url), { type: 'module' })),
  deaf: () => start(new Worker(new URL('./workers/deaf.ts', import.meta.url), { type: 'module' })),
  inside: () => start(new Worker(new URL('./workers/inside.ts', import.meta.url), { type: 'module' })),
  watched: () => start(new Worker(new URL('./workers/watched.ts', import.meta.url), { type: 'module' })),
  /** @param ahead milliseconds by which the worker's clock is ahead of the real one */
  clock: (ahead: number) =>
    start(new Worker(new URL('./workers/clock.ts', import.meta.url), { type: 'module', name: String(ahead) })),
}

/** A worker of all pages of the origin. */
export function startSharedWorker(): SharedWorker {
  return new SharedWorker(new URL('./workers/elsewhere.ts', import.meta.url), { type: 'module' })
}
