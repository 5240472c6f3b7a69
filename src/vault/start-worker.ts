/** Starts the worker that is to be the HSM, and ends it. */
import { KMSInternalException, KMSInvalidStateException } from '../contract/errors.js'
import { isWorker, type VaultOptions } from './options.js'

/** A worker, and what can be said of its file if it does not start. */
export interface StartingWorker {
  readonly worker: Worker
  /** The address of its file; undefined of a worker that the application has started, and of the package's own. */
  readonly url?: string
}

/** Milliseconds that a worker has to answer before it is taken for a file that is no HSM. */
const START_TIMEOUT = 30_000

/** Workers that were ended here: they would never answer. */
const ended = new WeakSet<Worker>()

/**
 * @throws {@link KMSInternalException} if the browser refuses to
 * @throws {@link KMSInvalidStateException} for a worker whose vault was closed
 */
export function startWorker(source: VaultOptions['worker']): StartingWorker {
  if (isWorker(source)) {
    if (ended.has(source))
      throw new KMSInvalidStateException('This worker ended with the vault that it served; a vault needs a new one.')
    return { worker: source }
  }
  try {
    if (source === undefined)
      return { worker: new Worker(new URL('../../worker/entry.ts', import.meta.url), { type: 'module' }) }
    const url = new URL(String(source), globalThis.document?.baseURI ?? location.href).href
    return { worker: new Worker(source as string | URL, { type: 'module' }), url }
  } catch (error) {
    const file = typeof source === 'string' ? ` from ${source}` : ''
    throw new KMSInternalException(
      `The worker of the vault could not be started${file}: ${(error as Error).message} (Under Trusted Types, pass openVault a Worker or a TrustedScriptURL.)`,
    )
  }
}

export function endWorker(worker: Worker): void {
  ended.add(worker)
  worker.terminate()
}

/**
 * The first answer of a worker.
 *
 * @throws {@link KMSInternalException} when the worker turns out not to start
 * @throws the signal's reason once nobody waits for it any more
 */
export async function unlessItFails<Answer>(
  starting: StartingWorker,
  answer: Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { worker, url } = starting
  const settled = new AbortController()
  const blocked: SecurityPolicyViolationEvent[] = []
  try {
    return await new Promise((resolve, reject) => {
      answer.then(resolve, reject)
      const until = { signal: settled.signal }
      globalThis.addEventListener('securitypolicyviolation', (event) => blocked.push(event), until)
      worker.addEventListener('error', (event) => resolve(failed(url, event, blocked)), until)
      signal?.addEventListener('abort', () => reject(signal.reason), until)
      const silence = setTimeout(() => reject(silent(url)), START_TIMEOUT)
      settled.signal.addEventListener('abort', () => clearTimeout(silence))
    })
  } finally {
    settled.abort()
  }
}

async function failed(
  url: string | undefined,
  event: ErrorEvent,
  violations: readonly SecurityPolicyViolationEvent[],
): Promise<never> {
  // Loaded by whom it concerns; what keeps the worker from loading may keep this too.
  const why = await import('./failed-start.js').then(
    ({ whyNotStarted }) => whyNotStarted(url, event, violations),
    () => `${url ?? 'its file'} could not be loaded`,
  )
  throw new KMSInternalException(`The worker of the vault could not be started: ${why}.`)
}

function silent(url: string | undefined): KMSInternalException {
  const file = url === undefined ? 'its file' : url
  return new KMSInternalException(
    `The worker of the vault does not answer. Does ${file} call serveVault(), and has nobody terminated the worker?`,
  )
}
